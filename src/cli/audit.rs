//! `vestibule audit`: reads the audit log, and checks it against its chain.

mod format;
mod verdict;

use std::{
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

use super::setup::{self, Database, Failure};
use crate::{
    app::{App, System},
    config::Config,
    db::audit::log::{Filter, LoggedEvent, Page},
    domain::audit::{Client, query},
    flows::{
        Services,
        audit::{
            export::{self, Taker, rows::Form},
            log::{self, Question, Who},
            verify::{self, Finding, Noted},
        },
        download::Parts,
    },
};
use verdict::Status;

const MISUSED: u8 = 2;
/// The most findings that are printed one by one.
const PRINTED: u64 = 1000;

/// The commands below `vestibule audit`.
#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// List the latest events, newest first
    List(ListArgs),
    /// Write all events, oldest first, to standard output
    Export(ExportArgs),
    /// Check every event against the chain of seals
    ///
    /// Reports every row that was changed, removed or inserted since it was sealed, and every seal that
    /// was changed, removed or reordered. Nodes may keep serving.
    ///
    /// A log whose end was cut off, seals and all, still verifies. Note down the last seal now and
    /// then, where no one with access to the database can change it, and give it as --expect.
    ///
    /// Exit status: 0 nothing found, 1 something found, 2 where it could not be verified, 3 where
    /// nothing was found but events have been waiting for their seal for more than 10 s.
    Verify(VerifyArgs),
}

#[derive(Debug, Clone, Args)]
pub(super) struct Which {
    /// Who acted: the id or the address of a user
    #[arg(long, value_parser = who)]
    actor: Option<Who>,

    /// The user it concerns: an id or an address, which need not have an account
    #[arg(long, value_parser = who)]
    subject: Option<Who>,

    /// What happened, by name, such as `sign_in_failed`
    #[arg(long)]
    event: Option<String>,

    /// Not before this time: `2026-03-01` or `2026-03-01T12:00:00Z`
    #[arg(long, value_parser = query::time)]
    from: Option<DateTime<Utc>>,

    /// Before this time
    #[arg(long, value_parser = query::time)]
    to: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  vestibule audit list --event sign_in_failed --from 2026-03-01\n  \
    vestibule audit list --subject ada@example.org --json"
)]
pub(super) struct ListArgs {
    #[command(flatten)]
    which: Which,

    /// How many, at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,

    /// Only events with a lower number: the last one listed goes on from there
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,

    /// Print a JSON object an event
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  vestibule audit export --format csv --from 2026-01-01 >audit.csv"
)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    which: Which,

    /// The form
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// RFC 4180; a cell that a spreadsheet would compute begins with an apostrophe
    Csv,
    /// A JSON object a line
    Jsonl,
}

#[derive(Debug, Clone, Args)]
pub(super) struct VerifyArgs {
    /// A seal that the chain must have, as an earlier run printed it: `number:hash`
    #[arg(long, value_name = "SEAL", value_parser = verdict::noted)]
    expect: Option<Noted>,

    /// Print a JSON object a finding, and one with the sum
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: AuditCommand) -> ExitCode {
    let done = match command {
        AuditCommand::List(args) => setup::block_on(|config| list(config, args)),
        AuditCommand::Export(args) => setup::block_on(|config| export(config, args)),
        AuditCommand::Verify(args) => setup::block_on(|config| verify(config, args)),
    };
    done.unwrap_or_else(|error| {
        setup::complain(&error);
        ExitCode::from(MISUSED)
    })
}

/// Opens the services on the database and runs `read` on them.
async fn with_services<T>(
    config: &Config,
    act: impl AsyncFnOnce(&Services) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let database = Database::open(config).await?;
    let acted = async {
        let app = App::wire(config, &database.options, System::default())?;
        act(&app.services).await
    };
    let acted = acted.await;
    database.close().await?;
    acted
}

async fn list(config: Config, args: ListArgs) -> Result<ExitCode, Failure> {
    let events = with_services(&config, async |s| {
        let Some(filter) = log::filter(s, args.which.question()).await? else {
            return Ok(Vec::new());
        };
        let page = args.before.map_or(Page::NEWEST, Page::Before);
        Ok(log::page(s, &filter, page, args.limit.into()).await?)
    });
    let events: Vec<LoggedEvent> = events.await?;
    let line = if args.json {
        format::json
    } else {
        format::line
    };
    let text: String = events.iter().map(line).collect();
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

async fn export(config: Config, args: ExportArgs) -> Result<ExitCode, Failure> {
    let form = match args.format {
        Format::Csv => Form::Csv,
        Format::Jsonl => Form::JsonLines,
    };
    with_services(&config, async |s| {
        let client = Client::command("vestibule audit export");
        let taker = Taker {
            admin: None,
            client: &client,
        };
        let mut file = export::events_of(s, args.which.question(), form, taker).await?;
        let mut out = io::stdout();
        while let Some(part) = file.next(s).await? {
            let written = out.write_all(&part).and_then(|()| out.flush());
            written.map_err(|error| format!("standard output cannot be written: {error}"))?;
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

async fn verify(config: Config, args: VerifyArgs) -> Result<ExitCode, Failure> {
    let report = with_services(&config, async |s| {
        let (mut out, mut count) = (BufWriter::new(io::stdout()), 0);
        let mut tell = |finding: &Finding| {
            count += 1;
            if args.json || count <= PRINTED {
                // A closed pipe is ignored, because the verdict still counts.
                let _ = out.write_all(verdict::finding(finding, args.json).as_bytes());
            }
        };
        let report = verify::verify(s, args.expect, &mut tell).await?;
        out.write_all(verdict::sum(&report, args.json, PRINTED).as_bytes())?;
        out.flush()?;
        Ok(report)
    });
    let report = report.await?;
    Ok(ExitCode::from(Status::of(&report).exit_code()))
}

impl Which {
    fn question(self) -> Question {
        Question {
            actor: self.actor,
            subject: self.subject,
            rest: Filter {
                event: self.event,
                from: self.from,
                to: self.to,
                ..Filter::default()
            },
        }
    }
}

fn who(text: &str) -> Result<Who, String> {
    Who::parse(text).ok_or_else(|| "it is neither the id of a user nor an address".to_owned())
}
