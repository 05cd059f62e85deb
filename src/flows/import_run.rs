//! Importing what was confirmed, in the background, by whichever node takes it.
//!
//! ```text
//!   confirmed --taken--> run 1 --all rows--> done, in the transaction of the accounts
//!                          |
//!                          '--its node is not heard of for a while--> run 2 on any node, and so on
//! ```
//!
//! A run that another one has followed writes nothing: it ends with a statement that names its
//! number, in the same transaction as the accounts.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use chrono::TimeDelta;
use tokio::time::sleep;

use super::{
    FlowError, Result, Services, import_arrivals,
    import_users::{self, By, Judged, Summary},
};
use crate::{
    db::{self, QueryError, Transact, import_files::FileRow},
    domain::audit::Client,
};

/// How often a run says how far it is.
const BEAT: Duration = Duration::from_millis(500);
/// How long a run may be silent before another node begins anew.
const SILENCE: TimeDelta = TimeDelta::seconds(15);
/// How often it is begun. What takes its node down three times would do so for ever.
const RUNS: i32 = 3;

/// Takes one import that was confirmed, and does it; `false` where none waits.
pub async fn next(s: &Services) -> Result<bool> {
    let now = s.now();
    let conn = s.db.connection().await?;
    let taken = db::import_files::take(&conn, now, now - SILENCE).await?;
    drop(conn);
    let Some(file) = taken else {
        return Ok(false);
    };
    if file.run > RUNS {
        let why = "It was begun three times and did not come to an end. The log of the service says more.";
        fail(s, &file, why).await?;
        return Ok(true);
    }
    let rows_done = AtomicU64::new(0);
    let outcome = tokio::select! {
        outcome = run(s, &file, &rows_done) => outcome?,
        () = beat(s, &file, &rows_done) => Outcome::Followed,
    };
    match outcome {
        Outcome::Done(Summary { new, exists, .. }) => {
            tracing::info!(import = %file.id, new, exists, "accounts imported");
        }
        Outcome::Followed => {
            tracing::warn!(import = %file.id, run = file.run, "another run imports this file");
        }
        Outcome::Failed(why) => fail(s, &file, why).await?,
    }
    Ok(true)
}

/// Says how far the run is, until it is no more the one that counts.
async fn beat(s: &Services, file: &FileRow, rows_done: &AtomicU64) {
    loop {
        sleep(BEAT).await;
        match note(s, file, rows_done).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(%error, "the progress of an import cannot be noted"),
        }
    }
}

async fn note(s: &Services, file: &FileRow, rows_done: &AtomicU64) -> Result<bool> {
    let rows = i64::try_from(rows_done.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
    let conn = s.db.connection().await?;
    Ok(db::import_files::progress(&conn, (file.id, file.run), rows, s.now()).await?)
}

/// What became of a run.
enum Outcome {
    Done(Summary),
    /// Another run has begun since.
    Followed,
    /// Nothing is written, and nothing will be.
    Failed(&'static str),
}

/// Why the transaction was rolled back.
enum Undone {
    As(Outcome),
    Fault(FlowError),
}

impl<E: Into<FlowError>> From<E> for Undone {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

async fn run(s: &Services, file: &FileRow, rows_done: &AtomicU64) -> Result<Outcome> {
    let (Some(actor), Some(ip)) = (file.confirmed_by, file.confirmed_ip) else {
        return Err(FlowError::Inconsistent("an import that nobody confirmed"));
    };
    let client = Client::new(ip.addr(), file.confirmed_user_agent.as_deref());
    let by = By {
        file: file.id,
        actor: Some(actor),
        session_id: file.confirmed_session,
        client: &client,
        allow_admins: false,
        mails: true,
    };
    let mut tell = |rows: &[Judged]| {
        rows_done.fetch_add(rows.len() as u64, Ordering::Relaxed);
    };
    let content = import_arrivals::content(s, file.id).await?;
    let mut conn = s.db.background().await?;
    let done = conn
        .transaction(async |tx| {
            db::wait_patiently(tx).await?;
            let summary = import_users::write(s, tx, content.rows(), &by, &mut tell).await?;
            if summary.bad > 0 {
                let why = "Rows that could be used when it was uploaded cannot be used any more. Upload it again to see which.";
                return Err(Undone::As(Outcome::Failed(why)));
            }
            // As late as can be: until the commit nobody else acts as an admin.
            db::admins::lock(tx).await?;
            if !db::admins::is_active(tx, actor).await? {
                let why = "Whoever confirmed it is no administrator any more.";
                return Err(Undone::As(Outcome::Failed(why)));
            }
            let this = (file.id, file.run);
            if !db::import_files::finish(tx, this, &summary.counts(), s.now()).await? {
                return Err(Undone::As(Outcome::Followed));
            }
            db::import_arrivals::forget_parts(tx, file.id).await?;
            Ok(summary)
        })
        .await;
    match done {
        Ok(summary) => Ok(Outcome::Done(summary)),
        Err(Undone::As(outcome)) => Ok(outcome),
        Err(Undone::Fault(fault)) => Err(fault),
    }
}

async fn fail(s: &Services, file: &FileRow, why: &str) -> Result<()> {
    tracing::warn!(import = %file.id, why, "an import failed");
    let mut conn = s.db.connection().await?;
    conn.transaction(async |tx| {
        if db::import_files::fail(tx, (file.id, file.run), why, s.now()).await? {
            db::import_arrivals::forget_parts(tx, file.id).await?;
        }
        Ok::<_, QueryError>(())
    })
    .await?;
    Ok(())
}
