//! Importing accounts as the operator, from a file of any size or a pipe. Until the switch it counts as an
//! unfinished upload: no admin sees it, and the worker deletes what a killed command leaves.

use std::time::Duration;

use tokio::{sync::mpsc::Receiver, time::sleep};
use uuid::Uuid;

use super::{
    notices,
    stage::{self, Run},
    switch::{self, Switched},
};
use crate::{
    db::{self, imports::files::NewFile},
    domain::{
        audit::Client,
        import::{self, State},
        secrets::random,
    },
    flows::{FlowError, Result, Services},
};

pub use super::judge::{Judged, ReadRow, Summary, Tell, Verdict, judge};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::import_users";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether the rows are only checked.
    pub dry_run: bool,
    /// Whether a file may create admins.
    pub allow_admins: bool,
    /// Whether the owners of the accounts are not mailed.
    pub no_mail: bool,
    /// The name of the file in the list of imports.
    pub file_name: String,
}

/// The interval of the command's heartbeat, which continues while a pipe sends no rows.
const BEAT: Duration = Duration::from_secs(20);
/// Rows that are reported at once.
const REPORTED_AT_ONCE: i64 = 1000;

/// Imports rows as the operator, all or none, and reports each as it is checked. If its address gets an
/// account before the end, the row is reported again.
///
/// Rows arrive in batches of any size, and are dropped once they are reported. Memory holds sixteen bytes
/// for each row, to detect repeated addresses.
pub async fn import(
    s: &Services,
    rows: Receiver<Vec<ReadRow>>,
    options: &Options,
    tell: Tell<'_>,
) -> Result<Summary> {
    if options.dry_run {
        return judge(s, rows, options.allow_admins, tell).await;
    }
    let client = Client::command("vestibule user import");
    let run = Run {
        file: random::id(s.random.as_ref()),
        number: 0,
        actor: None,
        session_id: None,
        client: &client,
        allow_admins: options.allow_admins,
    };
    begin(s, run.file, options).await?;
    let outcome = tokio::select! {
        biased;
        outcome = write(s, rows, &run, tell) => outcome,
        gone = beat(s, &run) => Err(gone),
    };
    let (judged, done) = match outcome {
        Ok((judged, Some(done))) => (judged, done),
        undone => {
            forget(s, run.file).await?;
            return undone.map(|(judged, _)| judged);
        }
    };
    // The import is done, even if the rest fails: a node completes it.
    if let Err(error) = finish(s, &run, done.exists > judged.exists, tell).await {
        tracing::warn!(target: LOG, %error, "the mails of an import are left to a node");
    }
    Ok(done)
}

async fn begin(s: &Services, file: Uuid, options: &Options) -> Result<()> {
    let now = s.now();
    let new = NewFile {
        id: file,
        created_at: now,
        created_by: None,
        file_name: &import::file_name(&options.file_name),
        state: State::Uploaded.as_str(),
        arriving: true,
        row_count: 0,
        accounts_new: 0,
        accounts_known: 0,
        rows_bad: 1,
        seen_at: now,
        finished_at: None,
        mails_owners: !options.no_mail,
    };
    let conn = s.db.connection().await?;
    Ok(db::imports::files::insert(&conn, &new).await?)
}

/// Returns an error if the import does not exist any more, unless it has just ended.
async fn beat(s: &Services, run: &Run<'_>) -> FlowError {
    let mut missed = 0;
    while missed < 2 {
        sleep(BEAT).await;
        match seen(s, run).await {
            Ok(true) => missed = 0,
            Ok(false) => missed += 1,
            Err(error) => {
                tracing::warn!(target: LOG, %error, "an import cannot say that it goes on");
            }
        }
    }
    GONE
}

async fn seen(s: &Services, run: &Run<'_>) -> Result<bool> {
    let conn = s.db.connection().await?;
    Ok(db::imports::runs::seen(&conn, run.key(), s.now()).await?)
}

const GONE: FlowError =
    FlowError::Inconsistent("the rows of this import were deleted, as it was not heard of");

/// Stages the rows and creates the accounts. Returns the counts of the checked rows, and those of the
/// finished import; `None` if a row was bad.
async fn write(
    s: &Services,
    rows: Receiver<Vec<ReadRow>>,
    run: &Run<'_>,
    tell: Tell<'_>,
) -> Result<(Summary, Option<Summary>)> {
    let Some(judged) = stage::stage(s, rows, run, 0, tell).await? else {
        return Err(GONE);
    };
    if judged.bad > 0 {
        return Ok((judged, None));
    }
    match switch::switch(s, run, judged.rows(), false).await? {
        Switched::Done(done) => Ok((judged, Some(done))),
        Switched::Followed | Switched::NotAdmin => Err(GONE),
    }
}

async fn finish(s: &Services, run: &Run<'_>, overtaken: bool, tell: Tell<'_>) -> Result<()> {
    let mut behind = overtaken.then_some(-1);
    while let Some(number) = behind {
        let conn = s.db.connection().await?;
        let rows =
            db::imports::leftovers::overtaken(&conn, run.file, number, REPORTED_AT_ONCE).await?;
        behind = rows.last().map(|row| row.number);
        let again: Vec<_> = rows
            .into_iter()
            .map(|row| Judged {
                line: u64::try_from(row.line).unwrap_or(0),
                email: row.email,
                verdict: Verdict::Exists,
            })
            .collect();
        tell(&again);
    }
    while notices::clear_next(s, Some(run.file)).await? {}
    Ok(())
}

async fn forget(s: &Services, file: Uuid) -> Result<()> {
    let conn = s.db.background().await?;
    Ok(db::imports::arrivals::forget_arriving(&conn, file).await?)
}
