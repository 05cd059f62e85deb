//! `vestibule session`: who is signed in where, and ending it.

use std::{fmt::Write as _, process::ExitCode};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    setup::{Failure, block_on, on_database, print},
    user::{judged, told, who},
};
use crate::{
    config::Config,
    domain::audit::Client,
    flows::{
        admin_act::{self, Act},
        admin_list,
    },
};

/// The commands below `vestibule session`.
#[derive(Debug, Subcommand)]
pub(super) enum SessionCommand {
    /// List the living sessions of a user, the one seen last first
    List(ListArgs),
    /// End one session; its tokens are dead at once
    Revoke(RevokeArgs),
}

/// Whose sessions, and how.
#[derive(Debug, Clone, Args)]
pub(super) struct ListArgs {
    /// The address or the id of the user
    user: String,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which session.
#[derive(Debug, Clone, Args)]
pub(super) struct RevokeArgs {
    /// The id of the session, which `session list` tells
    id: Uuid,
}

/// Runs one of them.
pub(super) fn run(command: SessionCommand) -> Result<ExitCode, Failure> {
    match command {
        SessionCommand::List(args) => block_on(|config| list(config, args)),
        SessionCommand::Revoke(args) => block_on(|config| revoke(config, args.id)),
    }
}

async fn list(config: Config, args: ListArgs) -> Result<ExitCode, Failure> {
    let sessions = on_database(config, async |app| {
        let found = who::find(&app.services, &args.user).await?;
        let whole = admin_list::show(&app.services, found.user.id).await?;
        Ok(whole.map(|whole| whole.sessions).unwrap_or_default())
    })
    .await?;
    let mut text = String::new();
    if args.json {
        let sessions: Vec<Value> = sessions.iter().map(told::session).collect();
        text = format!("{}\n", json!({ "sessions": sessions }));
    } else if sessions.is_empty() {
        text.push_str("No session lives.\n");
    } else {
        for session in &sessions {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", told::session_line(session));
        }
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

async fn revoke(config: Config, id: Uuid) -> Result<ExitCode, Failure> {
    let email = on_database(config, async |app| {
        let s = &app.services;
        let nowhere = || format!("no session {id} lives");
        let owner = admin_list::owner_of_session(s, id)
            .await?
            .ok_or_else(nowhere)?;
        let client = Client::command("vestibule session revoke");
        let act = Act::RevokeSession(id);
        let outcome = admin_act::perform_as_operator(s, owner.user.id, &act, &client).await?;
        judged(outcome, &owner.user.email)?;
        Ok(owner.user.email)
    })
    .await?;
    print(&format!("The session of {email} has ended.\n"))?;
    Ok(ExitCode::SUCCESS)
}
