//! `vestibule session`: lists and ends sessions.

use std::{fmt::Write as _, process::ExitCode};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    setup::{Failure, block_on, complain, on_database, print},
    user::{format, judged, lookup, refused},
};
use crate::{
    config::Config,
    domain::audit::Client,
    flows::admin::{
        act::{self, Act},
        list,
    },
};

/// The commands below `vestibule session`.
#[derive(Debug, Subcommand)]
pub(super) enum SessionCommand {
    /// List the active sessions of a user, the one seen last first
    List(ListArgs),
    /// End one session; its tokens stop working at once
    Revoke(RevokeArgs),
}

#[derive(Debug, Clone, Args)]
pub(super) struct ListArgs {
    /// The address or the id of the user
    user: String,

    /// The most sessions to list
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    /// The cursor that the previous page printed: continue after it
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,

    /// Print JSON: the sessions, and the cursor of what is next
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct RevokeArgs {
    /// The id of the session, as `session list` prints it
    id: Uuid,
}

pub(super) fn run(command: SessionCommand) -> Result<ExitCode, Failure> {
    match command {
        SessionCommand::List(args) => block_on(|config| list(config, args)),
        SessionCommand::Revoke(args) => block_on(|config| revoke(config, args.id)),
    }
}

async fn list(config: Config, args: ListArgs) -> Result<ExitCode, Failure> {
    let cursor = args.cursor.unwrap_or_default();
    let page = on_database(config, async |app| {
        let (s, size) = (&app.services, i64::from(args.limit));
        let found = lookup::find(s, &args.user).await?;
        let page = list::sessions(s, found.user.id, &cursor, size).await?;
        page.map_err(|faults| refused(&faults))
    })
    .await?;
    let mut text = String::new();
    if args.json {
        let sessions: Vec<Value> = page.rows.iter().map(format::session).collect();
        text = format!("{}\n", json!({ "sessions": sessions, "next": page.next }));
    } else if page.rows.is_empty() {
        text.push_str("No active session.\n");
    } else {
        for session in &page.rows {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", format::session_line(session));
        }
    }
    print(&text)?;
    if let Some(cursor) = page.next.filter(|_| !args.json) {
        complain(&format!("there are more: --cursor {cursor}"));
    }
    Ok(ExitCode::SUCCESS)
}

async fn revoke(config: Config, id: Uuid) -> Result<ExitCode, Failure> {
    let email = on_database(config, async |app| {
        let s = &app.services;
        let nowhere = || format!("no session {id} is active");
        let owner = list::owner_of_session(s, id).await?.ok_or_else(nowhere)?;
        let client = Client::command("vestibule session revoke");
        let act = Act::RevokeSession(id);
        let outcome = act::perform_as_operator(s, owner.user.id, &act, &client).await?;
        judged(outcome, &owner.user.email)?;
        Ok(owner.user.email)
    })
    .await?;
    print(&format!("The session of {email} has ended.\n"))?;
    Ok(ExitCode::SUCCESS)
}
