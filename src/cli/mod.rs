//! The command line: one file a subcommand.

mod audit;
mod completions;
mod doctor;
mod healthcheck;
mod init;
mod keys;
mod mail;
mod migrate;
mod serve;
mod session;
mod setup;
mod token;
mod tune;
mod user;

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};

/// A self-hosted sign-in service: pages for people, a JSON API for apps, Postgres underneath.
///
/// Without any setting it serves on <http://127.0.0.1:8080> with a private Postgres of its own and
/// prints its mails. Settings come from the environment and from .env (or --env-file); `vestibule init` writes one
/// that explains each of them.
#[derive(Debug, Parser)]
#[command(
    name = "vestibule",
    version,
    after_help = "Examples:\n  \
        vestibule                                    serve, with everything by default\n  \
        vestibule init --production                  write a settings file to fill in\n  \
        vestibule serve --env-file /etc/vestibule/.env   serve with the settings of that file\n  \
        DATABASE_URL=postgres://... vestibule migrate   bring a database up to date\n  \
        vestibule token inspect <token.txt           show a token's claims, and why it is refused"
)]
struct Cli {
    /// Read the settings of this file in place of `.env` in the folder of the start
    ///
    /// Variables of the environment come before those of the file.
    #[arg(long, global = true, value_name = "FILE")]
    env_file: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages and the API (what happens without a command)
    ///
    /// Brings the database up to date first. SIGINT or SIGTERM stop it once the requests in flight
    /// are answered. SIGHUP reads `RUST_LOG` and the files of certificates again; all other settings need a
    /// restart.
    Serve,
    Init(init::InitArgs),
    /// Bring the database up to date and exit
    ///
    /// `serve` does this by itself; the command is for deployments that want it as a step of its own.
    Migrate,
    /// Manage the keys that seal secrets at rest
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Read the audit log, and check it against its chain
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Manage accounts: list, create, disable, delete, unlock, import
    #[command(subcommand)]
    User(user::UserCommand),
    /// List and end sessions
    #[command(subcommand)]
    Session(session::SessionCommand),
    /// Show the outbox, retry mails, and send a test mail
    #[command(subcommand)]
    Mail(mail::MailCommand),
    Doctor(doctor::DoctorArgs),
    /// Ask the service on this machine whether it is ready
    ///
    /// Requests `/readyz` at `LISTEN_ADDR`, for health checks of containers. Exit status: 0 where it is ready, 1
    /// otherwise.
    Healthcheck,
    TuneArgon2(tune::TuneArgs),
    Completions(completions::CompletionsArgs),
    Man(completions::ManArgs),
    /// Look at tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
}

/// Runs the command of this process's arguments.
pub fn run() -> ExitCode {
    let done = |()| ExitCode::SUCCESS;
    let cli = Cli::parse();
    if let Err(error) = setup::use_env_file(cli.env_file) {
        setup::complain(&error);
        return ExitCode::FAILURE;
    }
    let outcome = match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run().map(done),
        Command::Migrate => setup::block_on(migrate::run).map(done),
        Command::Init(args) => init::run(&args).map(done).map_err(Into::into),
        Command::Keys(keys::KeysCommand::Rotate) => setup::block_on(keys::rotate),
        Command::Audit(command) => return audit::run(command),
        Command::User(command) => user::run(command),
        Command::Completions(args) => completions::completions(Cli::command(), &args),
        Command::Man(args) => completions::man(Cli::command(), &args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Healthcheck => healthcheck::run(),
        Command::Mail(command) => mail::run(command),
        Command::Session(command) => session::run(command),
        Command::TuneArgon2(args) => tune::run(&args).map(done),
        Command::Token(token::TokenCommand::Inspect(args)) => return token::inspect(&args),
    };
    outcome.unwrap_or_else(|error| {
        setup::complain(&error);
        ExitCode::FAILURE
    })
}
