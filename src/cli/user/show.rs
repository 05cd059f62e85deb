//! `vestibule user show`: all details of one user.

use std::{fmt::Write as _, process::ExitCode};

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::{format, lookup, refused};
use crate::{
    cli::setup::{Failure, on_database, print},
    config::Config,
    db::{accounts::email_changes::EmailChange, admin::managed::ManagedUser},
    domain::{
        accounts::user::{Frozen, User},
        authenticators::recovery::Recovery,
    },
    flows::{
        admin::list::{self, Cursors, Whole},
        audit::export::rows,
        paged::Paged,
    },
};

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ShowArgs {
    /// The address or the id
    user: String,

    /// The cursor that the previous page printed: continue with the sessions after it
    #[arg(
        long,
        value_name = "CURSOR",
        default_value = "",
        hide_default_value = true
    )]
    sessions: String,

    /// Continue with the events
    #[arg(
        long,
        value_name = "CURSOR",
        default_value = "",
        hide_default_value = true
    )]
    events: String,

    /// Continue with the mails
    #[arg(
        long,
        value_name = "CURSOR",
        default_value = "",
        hide_default_value = true
    )]
    mails: String,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Config, args: ShowArgs) -> Result<ExitCode, Failure> {
    let cursors = Cursors {
        sessions: args.sessions,
        events: args.events,
        mails: args.mails,
    };
    let whole = on_database(config, async |app| {
        let found = lookup::find(&app.services, &args.user).await?;
        let whole = list::show(&app.services, found.user.id, &cursors).await?;
        let whole = whole.map_err(|faults| refused(&faults))?;
        // Deleted in the meantime.
        Ok(whole.ok_or_else(|| format!("{} has no account", found.user.email))?)
    })
    .await?;
    print(&if args.json {
        format!("{}\n", in_json(&whole))
    } else {
        in_words(&whole)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn in_json(whole: &Whole) -> Value {
    let mut value = rows::user(&whole.managed);
    value["import"] = whole.origin.as_ref().map_or(Value::Null, format::origin);
    value["email_change"] = whole.email_change.as_ref().map_or(Value::Null, |change| {
        json!({
            "new_email": change.new_email,
            "requested_at": change.requested_at,
            "expires_at": change.expires_at,
        })
    });
    value["erased_at"] = json!(whole.erased_at);
    value["freeze"] = whole.freeze.map_or(
        Value::Null,
        |freeze| json!({ "until": freeze.until, "sign_in": freeze.with_sign_in }),
    );
    value["recovery"] = whole.recovery.as_ref().map_or(Value::Null, |recovery| {
        json!({
            "started_at": recovery.started_at,
            "ends_at": recovery.ends_at,
            "link_expires_at": recovery.link_expires_at,
            "ip": recovery.ip,
            "user_agent": recovery.user_agent,
        })
    });
    value["sessions"] = whole.sessions.rows.iter().map(format::session).collect();
    value["sessions_next"] = json!(whole.sessions.next);
    value["events"] = whole.events.rows.iter().map(format::event).collect();
    value["events_next"] = json!(whole.events.next);
    value["mails"] = whole.mails.rows.iter().map(format::mail).collect();
    value["mails_next"] = json!(whole.mails.next);
    value
}

fn in_words(whole: &Whole) -> String {
    let mut text = profile(&whole.managed);
    if let Some(origin) = &whole.origin {
        text += &format::origin_line(origin);
    }
    if let Some(change) = &whole.email_change {
        text += &new_address_line(change);
    }
    if let Some(at) = whole.erased_at {
        text += &erased_line(at);
    }
    if let Some(freeze) = whole.freeze {
        text += &frozen_line(freeze);
    }
    if let Some(recovery) = &whole.recovery {
        text += &recovery_line(recovery);
    }
    let Whole {
        sessions,
        events,
        mails,
        ..
    } = whole;
    section(&mut text, "Sessions", sessions, format::session_line);
    more(&mut text, "sessions", sessions.next.as_deref());
    section(&mut text, "Latest events", events, format::event_line);
    more(&mut text, "events", events.next.as_deref());
    section(&mut text, "Latest mails", mails, format::mail_line);
    more(&mut text, "mails", mails.next.as_deref());
    text
}

fn new_address_line(change: &EmailChange) -> String {
    format!(
        "  new address {}, if its link is confirmed before {}\n",
        format::plain(&change.new_email),
        format::moment(change.expires_at)
    )
}

fn frozen_line(freeze: Frozen) -> String {
    let what = if freeze.with_sign_in {
        ", no one signs in"
    } else {
        ""
    };
    format!(
        "  frozen      until {}{what}\n",
        format::moment(freeze.until)
    )
}

fn recovery_line(recovery: &Recovery) -> String {
    let next = match recovery.link_expires_at {
        Some(at) => format!("the mailed link works until {}", format::moment(at)),
        None => format!("link mailed {}", format::moment(recovery.ends_at)),
    };
    let started = format::moment(recovery.started_at);
    format!("  recovery    of the second factor asked for {started}, {next}\n")
}

fn erased_line(at: DateTime<Utc>) -> String {
    format!("  erased      {}\n", format::moment(at))
}

fn profile(managed: &ManagedUser) -> String {
    let user = &managed.user;
    let since = |at: Option<_>| {
        at.map_or_else(
            || "no".to_owned(),
            |at| format!("since {}", format::moment(at)),
        )
    };
    let state = match managed.deleted_at.or(user.disabled_at) {
        Some(at) => format!("{} since {}", format::state(managed), format::moment(at)),
        None => format::state(managed).to_owned(),
    };
    let changed = user.password_changed_at.map_or_else(
        || "never changed".to_owned(),
        |at| format!("changed {}", format::moment(at)),
    );
    let verified = if user.verified_by_file {
        format!("{}, as a file says", since(user.email_verified_at))
    } else {
        since(user.email_verified_at)
    };
    let must = match user {
        user if user.password_closed_at.is_some() => ", closed until a reset",
        user if user.password_must_change => ", must change",
        _ => "",
    };
    let name = user
        .display_name
        .as_deref()
        .map_or_else(|| "-".to_owned(), format::plain);
    format!(
        "{}\n  id          {}\n  name        {name}\n  role        {}\n  state       {state}\n  \
        verified    {}\n  two-step    {}\n  password    {changed}{must}\n  made        {}\n",
        format::plain(&user.email),
        user.id,
        user.role,
        verified,
        two_step(&since(user.factors.first_since()), user),
        format::moment(user.created_at),
    )
}

/// Since when two-step sign-in is on, and by which kinds.
fn two_step(since: &str, user: &User) -> String {
    match user.factors.labels() {
        labels if labels.is_empty() => since.to_owned(),
        labels => format!("{since} ({labels})"),
    }
}

fn section<T>(text: &mut String, title: &str, page: &Paged<T>, line: impl Fn(&T) -> String) {
    let count = match page.rows.len() {
        0 => "none".to_owned(),
        count => count.to_string(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{title}: {count}");
    for row in &page.rows {
        let _ = writeln!(text, "  {}", line(row));
    }
}

fn more(text: &mut String, list: &str, next: Option<&str>) {
    if let Some(cursor) = next {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  there are more: --{list} {cursor}");
    }
}
