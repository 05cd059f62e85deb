//! What an operator does to an account: the acts of admins, through the same door, with the same
//! guards, audit events and mails.

use std::process::ExitCode;

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser as _},
};

use super::who;
use crate::{
    cli::setup::{Failure, on_database, print},
    config::Config,
    domain::{
        accounts::{
            reason::Reason,
            user::{Role, User},
        },
        audit::Client,
    },
    flows::admin::act::{self, Act, Outcome},
};

/// Acts on one account. Each is noted in the audit log with its command, and told to the owner by
/// mail where it touches their security; a running service sends that mail.
#[derive(Debug, Clone, Subcommand)]
pub(in crate::cli) enum ActCommand {
    /// Disable an account, at once and everywhere
    ///
    /// Every session, token and link in a mail ends. The owner is notified by mail, without the reason.
    Disable(Why),
    /// Enable a disabled account; sessions that ended stay ended
    Enable(Whom),
    /// Delete an account: disable it now, erase it 30 days later
    ///
    /// Until then `user restore` keeps it after all. The owner is notified by mail, without the reason.
    Delete(DeleteArgs),
    /// Restore a deleted account; it stays disabled until `user enable`
    Restore(Whom),
    /// Give an account another role
    Role(RoleArgs),
    /// Mail the owner a link that sets a new password
    ResetPassword(Whom),
    /// Require a new password at the next sign-in
    RequirePasswordChange(Whom),
    /// Mail the owner the link that verifies the address again
    ResendVerification(Whom),
    /// Take away a second factor that its owner has lost
    ///
    /// Make sure that it is the owner who asks. Every session ends, the owner is told by mail, and the
    /// password has to be changed at the next sign-in.
    ResetTwoFactor(Why),
    /// End every session and token of an account
    RevokeSessions(Whom),
    /// Forget the wrong attempts that hold up sign-in
    Unlock(Whom),
}

/// Whom.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Whom {
    /// The address or the id
    user: String,
}

/// Whom, and why.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Why {
    /// The address or the id
    user: String,

    /// Why, for the audit log: one line of at most 200 characters
    #[arg(long, value_parser = Reason::parse)]
    reason: Reason,
}

/// Whom to delete, and why.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  \
    vestibule user delete ada@example.org --reason 'asked for it'\n  \
    vestibule user delete 4dc81cd3-... --confirm ada@example.org --reason 'asked for it'")]
pub(in crate::cli) struct DeleteArgs {
    #[command(flatten)]
    why: Why,

    /// The address of the account, needed where it is named by its id
    #[arg(long, value_name = "ADDRESS")]
    confirm: Option<String>,
}

/// Whom to give which role.
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

/// An act as the door takes it, with what is told of it.
struct Planned {
    named: String,
    /// The word of the command.
    word: &'static str,
    act: Act,
    /// What is true afterwards, behind the address.
    done: &'static str,
}

impl Planned {
    fn of(command: ActCommand) -> Self {
        let plan = |named, word, act, done| Self {
            named,
            word,
            act,
            done,
        };
        match command {
            ActCommand::Disable(Why { user, reason }) => plan(
                user,
                "disable",
                Act::Disable(reason),
                "is disabled, and signed out everywhere",
            ),
            ActCommand::Enable(Whom { user }) => plan(user, "enable", Act::Enable, "is enabled"),
            ActCommand::Delete(DeleteArgs { why, confirm }) => {
                let act = Act::Delete {
                    reason: why.reason,
                    confirm_email: confirm.unwrap_or_default(),
                };
                plan(
                    why.user,
                    "delete",
                    act,
                    "is disabled, and will be erased in 30 days",
                )
            }
            ActCommand::Restore(Whom { user }) => plan(
                user,
                "restore",
                Act::Restore,
                "is restored, and disabled until `vestibule user enable`",
            ),
            ActCommand::Role(RoleArgs { user, role }) => {
                let done = match role {
                    Role::Admin => "is now an admin",
                    Role::User => "is no longer an admin",
                };
                plan(user, "role", Act::SetRole(role), done)
            }
            ActCommand::ResetPassword(Whom { user }) => plan(
                user,
                "reset-password",
                Act::SendReset,
                "gets a mail with a link that sets a new password",
            ),
            ActCommand::RequirePasswordChange(Whom { user }) => plan(
                user,
                "require-password-change",
                Act::RequirePasswordChange,
                "has to choose a new password",
            ),
            ActCommand::ResendVerification(Whom { user }) => plan(
                user,
                "resend-verification",
                Act::SendVerification,
                "gets a mail with a link that verifies the address",
            ),
            ActCommand::ResetTwoFactor(Why { user, reason }) => plan(
                user,
                "reset-two-factor",
                Act::ResetTwoFactor(reason),
                "no longer has a second factor, and is signed out everywhere",
            ),
            ActCommand::RevokeSessions(Whom { user }) => plan(
                user,
                "revoke-sessions",
                Act::RevokeSessions,
                "is signed out everywhere",
            ),
            ActCommand::Unlock(Whom { user }) => {
                plan(user, "unlock", Act::Unlock, "can sign in again")
            }
        }
    }

    /// To name an account by its address is to type the address.
    fn confirmed_by_name(mut self, user: &User) -> Self {
        if let Act::Delete { confirm_email, .. } = &mut self.act
            && confirm_email.is_empty()
            && !who::is_id(&self.named)
        {
            confirm_email.clone_from(&user.email);
        }
        self
    }
}

/// Does it and says so; or says in a line why not, and fails.
pub(super) async fn run(config: Config, command: ActCommand) -> Result<ExitCode, Failure> {
    let planned = Planned::of(command);
    let told = on_database(config, async |app| {
        let s = &app.services;
        let user = who::find(s, &planned.named).await?.user;
        let planned = planned.confirmed_by_name(&user);
        let client = Client::command(&format!("vestibule user {}", planned.word));
        let outcome = act::perform_as_operator(s, user.id, &planned.act, &client).await?;
        judged(outcome, &user.email)?;
        Ok(format!("{} {}.\n", user.email, planned.done))
    })
    .await?;
    print(&told)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether it was done; otherwise why not, in a line.
pub(in crate::cli) fn judged(outcome: Outcome, email: &str) -> Result<(), Failure> {
    let why = match outcome {
        Outcome::Done => return Ok(()),
        Outcome::NotFound => "there is no longer such an account or session".to_owned(),
        Outcome::LastAdmin => {
            "this is the last admin who can sign in; make another one first, with `vestibule user role`".to_owned()
        }
        Outcome::NothingToDo(why) => why.to_owned(),
        Outcome::Invalid(faults) => {
            let told = faults.iter().flat_map(|(_, messages)| messages.iter().map(String::as_str));
            told.collect::<Vec<_>>().join(" ")
        }
        // What only admins meet.
        Outcome::OwnAccount | Outcome::NotAdmin | Outcome::Overtaken => "it was refused".to_owned(),
    };
    Err(format!("nothing was done to {email}: {why}").into())
}
