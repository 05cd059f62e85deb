//! `vestibule mail`: the outbox, and a test of the mail server.

use std::{fmt::Write as _, process::ExitCode};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    setup::{Failure, block_on, complain, on_database, print},
    user::{
        format::{moment, plain},
        refused,
    },
};
use crate::{
    app::{App, SystemClock},
    config::Config,
    db::mail::queue::QueuedMail,
    domain::{accounts::email::EmailAddress, clock::Clock as _},
    flows::mail::queue::{self, Queue, Retried},
    mail::test_mail,
};

/// The commands below `vestibule mail`.
#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Show what is not sent: waiting, failed so far, or given up
    ///
    /// What a mail says, and to which address it goes, is sealed and not shown. Mails that a cap
    /// holds back (docs/limits.md) are counted and never sent.
    Queue(QueueArgs),
    /// Retry one mail, or all of them, now; also those that were given up
    ///
    /// A running service sends them. Mails whose link has expired are left alone.
    Retry(RetryArgs),
    /// Send a test mail to an address, through `SMTP_HOST`, and say what happened
    Test(TestArgs),
}

#[derive(Debug, Clone, Args)]
pub(super) struct QueueArgs {
    /// The most mails to show, the oldest first
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,

    /// The cursor that the previous page printed: continue after it
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(super) struct RetryArgs {
    /// The id of a mail, as `mail queue` prints it
    id: Option<Uuid>,

    /// Every mail
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct TestArgs {
    /// The address
    #[arg(value_parser = EmailAddress::parse)]
    address: EmailAddress,
}

pub(super) fn run(command: MailCommand) -> Result<ExitCode, Failure> {
    match command {
        MailCommand::Queue(args) => block_on(|config| queue(config, args)),
        MailCommand::Retry(args) => block_on(|config| retry(config, args)),
        MailCommand::Test(args) => block_on(|config| test(config, args.address)),
    }
}

async fn queue(config: Config, args: QueueArgs) -> Result<ExitCode, Failure> {
    let cursor = args.cursor.unwrap_or_default();
    let list = async |app: &App| {
        let queue = queue::list(&app.services, &cursor, args.limit.into()).await?;
        queue.map_err(|faults| refused(&faults))
    };
    let queue = on_database(config, list).await?;
    if args.json {
        print(&format!("{}\n", in_json(&queue)))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&in_words(&queue))?;
    if let Some(cursor) = &queue.mails.next {
        complain(&format!("there are more: --cursor {cursor}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn state(mail: &QueuedMail) -> &'static str {
    match (mail.dropped_at, mail.attempts) {
        (Some(_), _) => "dead",
        (None, 0) => "waiting",
        (None, _) => "failed",
    }
}

fn in_json(queue: &Queue) -> Value {
    let output = |mail: &QueuedMail| {
        json!({
            "id": mail.id,
            "state": state(mail),
            "kind": mail.kind,
            "user_id": mail.user_id,
            "created_at": mail.created_at,
            "next_attempt_at": mail.dropped_at.is_none().then_some(mail.next_attempt_at),
            "expires_at": mail.expires_at,
            "attempts": mail.attempts,
            "dropped_at": mail.dropped_at,
            "last_error": mail.last_error,
        })
    };
    json!({
        "waiting": queue.counts.waiting,
        "failed": queue.counts.failed,
        "dead": queue.counts.dead,
        "capped": queue.counts.capped,
        "mails": queue.mails.rows.iter().map(output).collect::<Vec<_>>(),
        "next": queue.mails.next,
    })
}

fn in_words(queue: &Queue) -> String {
    let counts = queue.counts;
    let mut text = format!(
        "{} waiting, {} failed so far, {} given up, {} held back by a cap in the last day.\n",
        counts.waiting, counts.failed, counts.dead, counts.capped
    );
    for mail in &queue.mails.rows {
        let why = mail.last_error.as_deref().map(plain);
        let why = why.map_or_else(String::new, |why| format!("  {why}"));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}  {:7}  {}  attempts: {}  {}{why}",
            mail.id,
            state(mail),
            moment(mail.created_at),
            mail.attempts,
            mail.kind,
        );
    }
    text
}

async fn retry(config: Config, args: RetryArgs) -> Result<ExitCode, Failure> {
    let output = on_database(config, async |app| {
        let s = &app.services;
        let Some(id) = args.id else {
            return match queue::retry_all(s).await? {
                0 => Err("no mail waits for longer than a minute, and none was given up".into()),
                1 => Ok("1 mail is due now.\n".to_owned()),
                count => Ok(format!("{count} mails are due now.\n")),
            };
        };
        match queue::retry(s, id).await? {
            Retried::Due => Ok("The mail is due now.\n".to_owned()),
            Retried::DueAnyway => Ok("The mail is due within a minute anyway.\n".to_owned()),
            Retried::Expired => Err(format!("the link in mail {id} has expired").into()),
            Retried::Unknown => Err(format!("no mail {id} is in the outbox").into()),
        }
    })
    .await?;
    print(&output)?;
    Ok(ExitCode::SUCCESS)
}

/// Needs no database: only the transport is tested.
async fn test(config: Config, address: EmailAddress) -> Result<ExitCode, Failure> {
    let transport = App::transport(&config)?;
    let mail = test_mail(
        address.as_str(),
        &App::mail_context(&config),
        SystemClock.now(),
    )?;
    transport
        .send(&mail)
        .await
        .map_err(|error| format!("the test mail was not sent: {error}"))?;
    let address = address.as_str();
    print(&match &config.smtp {
        Some(smtp) => format!(
            "{}, port {}, took a test mail to {address}. Check the inbox to see whether it arrives.\n",
            smtp.host, smtp.port
        ),
        None => "SMTP_HOST is not set, so the mail was printed instead of sent.\n".to_owned(),
    })?;
    Ok(ExitCode::SUCCESS)
}
