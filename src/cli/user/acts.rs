//! An operator's acts on an account: the acts of admins, with the same checks, audit events and mails.

use std::process::ExitCode;

use clap::{
    ArgMatches, Args, Command, FromArgMatches, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser as _},
    error::ErrorKind,
};

use super::lookup;
use crate::{
    cli::setup::{Failure, on_database, print},
    config::Config,
    domain::{
        accounts::{
            reason::Reason,
            user::{Role, User},
        },
        admin::{
            ACTS, Act,
            act::{self, AdminAct, Input},
        },
        audit::Client,
    },
    flows::admin::act::{Outcome, perform_as_operator},
};

/// An act on one account. Its audit event names the command.
#[derive(Debug, Clone)]
pub(in crate::cli) struct ActCommand {
    /// The account, as the operator named it.
    user: String,
    act: Act,
}

/// The commands of the table; acts that set a role share one.
fn commands() -> impl Iterator<Item = (&'static AdminAct, &'static act::Command)> {
    let mut commands: Vec<_> = ACTS
        .iter()
        .filter_map(|act| Some((act, act.command.as_ref()?)))
        .collect();
    commands.dedup_by_key(|(_, command)| command.name);
    commands.into_iter()
}

impl Subcommand for ActCommand {
    fn augment_subcommands(app: Command) -> Command {
        commands().fold(app, |app, (act, command)| {
            let called = Command::new(command.name);
            let called = match act.input {
                Input::Nothing(_) | Input::Session(_) => Whom::augment_args(called),
                Input::Reason(_) => Why::augment_args(called),
                Input::Role(_) => RoleArgs::augment_args(called),
                Input::Deletion(_) => DeleteArgs::augment_args(called).after_help(DELETE_EXAMPLES),
            };
            // After the arguments, which would otherwise replace its help text.
            let called = called.about(command.about);
            app.subcommand(match command.more {
                "" => called.long_about(None),
                more => called.long_about(format!("{}\n\n{more}", command.about)),
            })
        })
    }

    fn augment_subcommands_for_update(app: Command) -> Command {
        Self::augment_subcommands(app)
    }

    fn has_subcommand(name: &str) -> bool {
        commands().any(|(_, command)| command.name == name)
    }
}

impl FromArgMatches for ActCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let unknown = || clap::Error::new(ErrorKind::InvalidSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(unknown)?;
        let found = commands().find(|(_, command)| command.name == name);
        let (row, _) = found.ok_or_else(unknown)?;
        let (user, act) = match row.input {
            Input::Nothing(act) => (Whom::from_arg_matches(matches)?.user, act()),
            Input::Reason(act) => {
                let Why { user, reason } = Why::from_arg_matches(matches)?;
                (user, act(reason))
            }
            Input::Role(_) => {
                let RoleArgs { user, role } = RoleArgs::from_arg_matches(matches)?;
                (user, Act::SetRole(role))
            }
            Input::Deletion(act) => {
                let DeleteArgs { why, confirm } = DeleteArgs::from_arg_matches(matches)?;
                (why.user, act(why.reason, confirm.unwrap_or_default()))
            }
            // `vestibule session revoke` takes a session instead.
            Input::Session(_) => return Err(unknown()),
        };
        Ok(Self { user, act })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The arguments of an act without further input.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Whom {
    /// The address or the id
    user: String,
}

/// The arguments of an act with a reason.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Why {
    /// The address or the id
    user: String,

    /// Why, for the audit log: one line of at most 200 characters
    #[arg(long, value_parser = Reason::parse)]
    reason: Reason,
}

const DELETE_EXAMPLES: &str = "Examples:\n  \
    vestibule user delete ada@example.org --reason 'asked for it'\n  \
    vestibule user delete 4dc81cd3-... --confirm ada@example.org --reason 'asked for it'";

/// The arguments of `delete`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct DeleteArgs {
    #[command(flatten)]
    why: Why,

    /// The address of the account, needed where it is named by its id
    #[arg(long, value_name = "ADDRESS")]
    confirm: Option<String>,
}

/// The arguments of `role`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RoleArgs {
    /// The address or the id
    user: String,

    #[arg(
        value_parser = PossibleValuesParser::new(["user", "admin"]).try_map(|word| word.parse::<Role>()),
        help = "What the account may do"
    )]
    role: Role,
}

impl ActCommand {
    /// An operator who names the account by its address has confirmed the address.
    fn confirmed_by_name(mut self, user: &User) -> Self {
        if let Act::Delete { confirm_email, .. } = &mut self.act
            && confirm_email.is_empty()
            && !lookup::is_id(&self.user)
        {
            confirm_email.clone_from(&user.email);
        }
        self
    }
}

/// Performs the act and reports it, or prints in one line why it was not done, and fails.
pub(super) async fn run(config: Config, command: ActCommand) -> Result<ExitCode, Failure> {
    let words = on_database(config, async |app| {
        let s = &app.services;
        let user = lookup::find(s, &command.user).await?.user;
        let act = command.confirmed_by_name(&user).act;
        let (name, done) = act
            .row()
            .command
            .as_ref()
            .map_or(("", ""), |command| (command.name, command.done));
        let client = Client::command(&format!("vestibule user {name}"));
        let outcome = perform_as_operator(s, user.id, &act, &client).await?;
        judged(outcome, &user.email)?;
        Ok(format!("{} {done}.\n", user.email))
    })
    .await?;
    print(&words)?;
    Ok(ExitCode::SUCCESS)
}

/// `Ok` if the act was done; otherwise why not, in one line.
pub(in crate::cli) fn judged(outcome: Outcome, email: &str) -> Result<(), Failure> {
    let why = match outcome {
        Outcome::Done => return Ok(()),
        Outcome::NotFound => "there is no longer such an account or session".to_owned(),
        Outcome::LastAdmin => {
            "this is the last admin who can sign in; make another one first, with `vestibule user role`".to_owned()
        }
        Outcome::NothingToDo(why) => why.to_owned(),
        Outcome::Invalid(faults) => {
            let words = faults.iter().flat_map(|(_, messages)| messages.iter().map(String::as_str));
            words.collect::<Vec<_>>().join(" ")
        }
        // These outcomes occur for admins only.
        Outcome::OwnAccount | Outcome::NotAdmin | Outcome::Overtaken => "it was refused".to_owned(),
    };
    Err(format!("nothing was done to {email}: {why}").into())
}
