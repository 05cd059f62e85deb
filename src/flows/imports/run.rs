//! Importing confirmed files in the background, on whichever node claims one.
//!
//! ```text
//!   confirmed --claimed--> run 1 --chunks are staged--> switched: done --> owners are mailed
//!                            |           |
//!                            '-----------+--no heartbeat of its node--> run 2 on any node continues
//! ```
//!
//! A run that has been replaced by a later one writes nothing any more: each chunk and the switch check
//! the number of the run, in the same transaction.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::sleep;

use super::{
    arrivals,
    judge::{Judged, Summary},
    notices,
    stage::{self, Run},
    switch::{self, Switched},
};
use crate::{
    db::{self, imports::files::FileRow},
    domain::audit::Client,
    flows::{FlowError, Result, Services},
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::import_run";

/// The interval of a run's heartbeat.
const BEAT: Duration = Duration::from_millis(500);
/// How long a run may send no heartbeat before another node starts again.
const SILENCE: TimeDelta = TimeDelta::seconds(15);
/// How many runs without progress are tried. A file that crashes its node three times would do so
/// every time.
const RUNS: i32 = 3;

/// Claims one confirmed import and runs it, or else clears a chunk of a finished one. `false` if there is
/// none.
pub async fn next(s: &Services) -> Result<bool> {
    let now = s.now();
    let conn = s.db.connection().await?;
    let taken = db::imports::runs::take(&conn, now, now - SILENCE).await?;
    drop(conn);
    let Some(file) = taken else {
        return notices::clear_next(s, None).await;
    };
    if file.run - file.staged_run > RUNS {
        let why = "It was begun three times and did not finish. The log of the service says more.";
        fail(s, &file, why).await?;
        return Ok(true);
    }
    let outcome = tokio::select! {
        biased;
        outcome = run(s, &file) => outcome?,
        () = beat(s, &file) => Outcome::Followed,
    };
    match outcome {
        Outcome::Done(Summary { new, exists, .. }) => {
            tracing::info!(target: LOG, import = %file.id, new, exists, "accounts imported");
        }
        Outcome::Followed => {
            tracing::warn!(target: LOG, import = %file.id, run = file.run, "this run of an import is followed by another, or cancelled");
        }
        Outcome::Failed(why) => fail(s, &file, why).await?,
    }
    Ok(true)
}

/// Sends heartbeats until the run is not the current one any more.
async fn beat(s: &Services, file: &FileRow) {
    loop {
        sleep(BEAT).await;
        match seen(s, file).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(target: LOG, %error, "an import cannot say that it goes on");
            }
        }
    }
}

async fn seen(s: &Services, file: &FileRow) -> Result<bool> {
    let conn = s.db.connection().await?;
    Ok(db::imports::runs::seen(&conn, (file.id, file.run), s.now()).await?)
}

/// The result of a run.
enum Outcome {
    Done(Summary),
    /// Another run has begun since, or the import was cancelled.
    Followed,
    /// Nothing is written, and nothing will be.
    Failed(&'static str),
}

async fn run(s: &Services, file: &FileRow) -> Result<Outcome> {
    let (Some(actor), Some(ip)) = (file.confirmed_by, file.confirmed_ip) else {
        return Err(FlowError::Inconsistent("an import that no one confirmed"));
    };
    let client = Client::new(ip.addr(), file.confirmed_user_agent.as_deref());
    let run = Run {
        file: file.id,
        number: file.run,
        actor: Some(actor),
        session_id: file.confirmed_session,
        client: &client,
        allow_admins: false,
    };
    let content = arrivals::content(s, file.id).await?;
    let staged = file.rows_staged;
    let mut untold = |_: &[Judged]| {};
    let staging = stage::stage(s, content.rows(), &run, staged, &mut untold);
    let Some(Summary { bad, .. }) = staging.await? else {
        return Ok(Outcome::Followed);
    };
    if bad > 0 {
        let why = "Rows that could be used when it was uploaded can no longer be used. Upload it again to see which.";
        return Ok(Outcome::Failed(why));
    }
    let rows = u64::try_from(file.row_count).unwrap_or(0);
    Ok(match switch::switch(s, &run, rows, true).await? {
        Switched::Done(summary) => Outcome::Done(summary),
        Switched::Followed => Outcome::Followed,
        Switched::NotAdmin => {
            Outcome::Failed("The person who confirmed it is no longer an administrator.")
        }
    })
}

async fn fail(s: &Services, file: &FileRow, why: &str) -> Result<()> {
    tracing::warn!(target: LOG, import = %file.id, why, "an import failed");
    s.db.transaction(async |tx| {
        if db::imports::runs::fail(tx, (file.id, file.run), why, s.now()).await? {
            db::imports::arrivals::forget_parts(tx, file.id).await?;
        }
        Ok(())
    })
    .await
}
