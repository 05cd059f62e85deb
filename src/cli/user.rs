//! `vestibule user`: accounts, managed on the machine itself. Each kind of command has its own file.

mod accounts;
mod acts;
mod export;
pub(super) mod format;
mod import;
mod list;
pub(super) mod lookup;
mod show;

use std::process::ExitCode;

use clap::Subcommand;

pub(super) use acts::judged;
pub(super) use list::refused;

use super::setup::{Failure, block_on};

/// The commands below `vestibule user`. USER is an address or an id.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// List users, searched and filtered as on the page of admins
    List(list::ListArgs),
    /// Show one user: states, sessions, recent events and mails
    Show(show::ShowArgs),
    /// Make an account, whose password has to be changed at the first sign-in
    ///
    /// The password is made up and shown once, unless it comes from standard input.
    Create(accounts::CreateArgs),
    /// Make the account of an address an admin
    ///
    /// The owner is notified by mail, which a running service sends.
    Promote(accounts::PromoteArgs),
    #[command(flatten)]
    Act(acts::ActCommand),
    /// Write users to CSV or JSON lines, all of them or those that filters find
    ///
    /// No password hash and no other secret is in it. In CSV, texts that a spreadsheet would take for
    /// a formula get an apostrophe in front; JSON lines have them as they are. Exports are noted in
    /// the audit log.
    Export(export::ExportArgs),
    /// Import the accounts of another system, from a CSV file or from JSON lines
    ///
    /// Columns (CSV: named by the first line; JSON: by the keys): `email`, `display_name`,
    /// `password_hash`, `email_verified`, `role`, `created_at`. All but `email` may be missing or empty. Hashes: Argon2,
    /// bcrypt, scrypt and PBKDF2, as PHC strings or as Django writes them; each is replaced at its
    /// owner's first sign-in. Without one, the person sets a password by "forgot password".
    /// `email_verified` lets a person sign in and no more: a second factor and promotion wait until
    /// they have followed a link to the mailbox. A running service mails one to each.
    ///
    /// Every row is reported as new, exists (the account stays as it is) or bad. If one row is bad, nothing
    /// is written: all rows are written in one transaction.
    ///
    /// Exit status: 0 where every row is good, 1 otherwise.
    Import(import::ImportArgs),
}

pub(super) fn run(command: UserCommand) -> Result<ExitCode, Failure> {
    match command {
        UserCommand::List(args) => block_on(|config| list::run(config, args)),
        UserCommand::Show(args) => block_on(|config| show::run(config, args)),
        UserCommand::Create(args) => block_on(|config| accounts::create(config, args)),
        UserCommand::Promote(args) => block_on(|config| accounts::promote(config, args)),
        UserCommand::Act(act) => block_on(|config| acts::run(config, act)),
        UserCommand::Export(args) => block_on(|config| export::run(config, args)),
        UserCommand::Import(args) => block_on(|config| import::import(config, args)),
    }
}
