//! Files of accounts that admins upload on a page: checked row by row, and confirmed. `arrivals` receives
//! and stores them, `run` imports confirmed ones, and `undo` undoes imports.

pub mod arrivals;
pub mod at_once;
mod judge;
pub(super) mod notices;
pub mod rows;
pub mod run;
mod stage;
mod switch;
pub mod undo;

use ipnet::IpNet;
use uuid::Uuid;

use super::{
    FlowError, InputFaults, Result, Services,
    admin::act::{Barred, enter},
    authenticators::proof::Proven,
};
use crate::{
    db::{
        self,
        imports::files::{Confirmed, FileRow, Listed},
    },
    domain::{
        audit::Client,
        import::{self, State},
    },
    flows::paged::{self, Paged},
};
use judge::{Judged, Summary, Verdict};

/// Files of a page of the list.
pub const PAGE: i64 = 20;
/// Rows of a page of a report.
pub const ROWS: u64 = 50;

/// The error of a cancelled import.
const CANCELLED: &str = "It was cancelled before it was done.";

/// An act on an uploaded file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Confirm,
    /// Delete it; or cancel its import, if its accounts do not exist yet.
    Discard,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done; a confirmed import runs in the background.
    Done,
    /// The import was running, and ends without an account.
    Cancelled,
    /// There is no such file.
    NotFound,
    /// It was confirmed or deleted before.
    NotWaiting,
    HasBadRows,
    /// The actor is no longer an admin.
    NotAdmin,
    /// The acting session ended at the same moment.
    Overtaken,
}

/// Performs an act on an uploaded file.
pub async fn perform(
    s: &Services,
    proven: &Proven,
    file: Uuid,
    act: Act,
    client: &Client,
) -> Result<Outcome> {
    let who = proven.who();
    s.db.transaction(async |tx| {
        match enter(tx, who).await? {
            Some(Barred::Overtaken) => return Ok(Outcome::Overtaken),
            Some(Barred::NotAdmin) => return Ok(Outcome::NotAdmin),
            None => {}
        }
        let by = Confirmed {
            confirmed_by: who.user().id,
            confirmed_session: who.session_id,
            confirmed_ip: IpNet::from(client.ip),
            confirmed_user_agent: client.user_agent.as_deref(),
        };
        let done = match act {
            Act::Confirm => db::imports::files::confirm(tx, file, &by, s.now()).await?,
            Act::Discard => db::imports::files::discard(tx, file).await?,
        };
        if done {
            return Ok(Outcome::Done);
        }
        if act == Act::Discard && db::imports::files::cancel(tx, file, CANCELLED, s.now()).await? {
            db::imports::arrivals::forget_parts(tx, file).await?;
            return Ok(Outcome::Cancelled);
        }
        Ok(match db::imports::files::find(tx, file).await? {
            None => Outcome::NotFound,
            Some((row, _)) if row.state == State::Uploaded.as_str() => Outcome::HasBadRows,
            Some(_) => Outcome::NotWaiting,
        })
    })
    .await
}

/// A file and its state.
#[derive(Debug, Clone)]
pub struct File {
    pub row: FileRow,
    pub state: State,
    /// The address of the admin who uploaded it, if that account still exists.
    pub by: Option<String>,
}

impl File {
    fn of((row, by): Listed) -> Result<Self> {
        let state = State::of(&row.state);
        let state = state.ok_or(FlowError::Inconsistent("an unknown state of an import"))?;
        Ok(Self { row, state, by })
    }

    /// Whether it was imported, recently enough to be undone.
    pub fn may_be_undone(&self, s: &Services) -> bool {
        let since = self.row.finished_at.map(|at| at + import::UNDO_WITHIN);
        self.state == State::Done
            && self.row.accounts_new > 0
            && since.is_some_and(|until| s.now() < until)
    }
}

/// The file with this id.
pub async fn find(s: &Services, id: Uuid) -> Result<Option<File>> {
    let conn = s.db.connection().await?;
    let found = db::imports::files::find(&conn, id).await?;
    found.map(File::of).transpose()
}

/// All files in every state, the newest first; a blank cursor is the first page.
pub async fn list(s: &Services, cursor: &str) -> Result<Result<Paged<File>, InputFaults>> {
    let behind = match paged::behind(cursor) {
        Ok(behind) => behind,
        Err(faults) => return Ok(Err(faults)),
    };
    let conn = s.db.connection().await?;
    let listed = db::imports::files::list(&conn, behind, PAGE + 1).await?;
    let page = Paged::cut(listed, PAGE, |(row, _)| {
        paged::cursor(row.created_at, row.id)
    });
    Ok(Ok(page.try_map(File::of)?))
}

/// Which rows of a report are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Rows that are invalid.
    Bad,
    New,
    /// Rows whose address has an account.
    Exists,
}

impl Show {
    /// Whether a row is shown.
    fn has(self, verdict: &Verdict) -> bool {
        matches!(
            (self, verdict),
            (Self::Bad, Verdict::Bad(_))
                | (Self::New, Verdict::New)
                | (Self::Exists, Verdict::Exists)
        )
    }
}

/// The verdicts on the rows of a file at this moment.
#[derive(Debug)]
pub struct Report {
    pub summary: Summary,
    /// The rows that are shown: those asked for, else the bad ones if there are any, else the new ones.
    pub show: Show,
    /// The page of them, from 1.
    pub page: u64,
    /// The rows of the page.
    pub rows: Vec<Judged>,
    pub more: bool,
}

/// Checks an uploaded file again, because addresses may have got accounts, and returns a page of its rows.
/// Nothing is stored.
pub async fn report(s: &Services, file: &File, show: Option<Show>, page: u64) -> Result<Report> {
    let _turn = arrivals::READING.acquire().await;
    let show = show.unwrap_or(match file.row.rows_bad {
        0 => Show::New,
        _ => Show::Bad,
    });
    let content = arrivals::content(s, file.row.id).await?;
    let (before, mut found) = (ROWS.saturating_mul(page.saturating_sub(1)), 0_u64);
    let (mut rows, mut more) = (Vec::new(), false);
    let mut tell = |judged: &[Judged]| {
        for row in judged.iter().filter(|row| show.has(&row.verdict)) {
            found += 1;
            if found > before.saturating_add(ROWS) {
                more = true;
            } else if found > before {
                rows.push(row.clone());
            }
        }
    };
    let summary = judge::judge(s, content.rows(), false, &mut tell).await?;
    Ok(Report {
        summary,
        show,
        page,
        rows,
        more,
    })
}
