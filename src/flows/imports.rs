//! Files with accounts that admins bring on a page: kept sealed, judged row by row, and confirmed.
//! `import_run` does what was confirmed, `import_undo` takes it back.

use std::{io, sync::Arc};

use ipnet::IpNet;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{
    FlowError, InputFaults, Result, Services,
    admin_act::{Barred, enter},
    import_rows,
    import_users::{self, Judged, Summary, Verdict},
    proof::Proven,
};
use crate::{
    db::{
        self, Transact, Tx,
        import_files::{Confirmed, FileRow, Listed, NewFile},
        sealed::SealedColumn,
    },
    domain::{
        audit::Client,
        import::{self, State},
        random,
        user_search::Cursor,
    },
};

/// Bytes of a sealed piece.
const PART: usize = 64 * 1024;
/// The most files that wait for a word at once.
const MOST_WAITING: i64 = 20;
/// Files of a page of the list.
pub const PAGE: usize = 20;
/// Rows of a page of a report.
pub const ROWS: u64 = 50;

/// How many files are read at once in this process, for reports. Each takes its size in memory.
static READING: Semaphore = Semaphore::const_new(2);

/// The bytes of a file.
#[derive(Clone)]
pub struct Content(Arc<Vec<u8>>);

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(bytes))
    }
}

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Content {
    /// Its rows, as they are read.
    pub(super) fn rows(&self) -> tokio::sync::mpsc::Receiver<Vec<import_users::ReadRow>> {
        import_rows::read(Box::new(io::Cursor::new(self.clone())))
    }
}

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// It is kept, and waits to be confirmed.
    Kept(Uuid),
    /// It cannot be read as a whole; why, in words that continue a sentence.
    Unreadable(String),
    /// Too many files wait already.
    TooManyWaiting,
    /// Whoever acts is no admin any more.
    NotAdmin,
    /// The acting session ended in the same moment.
    Overtaken,
}

/// Judges a file and keeps it, sealed.
pub async fn upload(
    s: &Services,
    proven: &Proven,
    given_name: &str,
    content: Content,
) -> Result<Upload> {
    if let Some(why) = import_rows::refuse(content.as_ref()) {
        return Ok(Upload::Unreadable(why));
    }
    let summary = import_users::judge(s, content.rows(), false, &mut |_| {}).await?;
    if summary.rows() == 0 {
        return Ok(Upload::Unreadable("it has no rows".to_owned()));
    }
    let who = proven.who();
    let id = random::id(s.random.as_ref());
    let mut conn = s.db.connection().await?;
    conn.transaction(async |tx| {
        match enter(tx, who).await? {
            Some(Barred::Overtaken) => return Ok(Upload::Overtaken),
            Some(Barred::NotAdmin) => return Ok(Upload::NotAdmin),
            None => {}
        }
        if db::import_files::waiting(tx).await? >= MOST_WAITING {
            return Ok(Upload::TooManyWaiting);
        }
        let (now, counts) = (s.now(), summary.counts());
        let file = NewFile {
            id,
            created_at: now,
            created_by: Some(who.user().id),
            file_name: &import::file_name(given_name),
            state: State::Uploaded.as_str(),
            row_count: counts.row_count,
            accounts_new: counts.accounts_new,
            accounts_known: counts.accounts_known,
            rows_bad: i64::try_from(summary.bad).unwrap_or(i64::MAX),
            seen_at: now,
            finished_at: None,
        };
        db::import_files::insert(tx, &file).await?;
        keep(s, tx, id, &content).await?;
        Ok(Upload::Kept(id))
    })
    .await
}

async fn keep(s: &Services, tx: &Tx, file: Uuid, content: &Content) -> Result<()> {
    for (number, piece) in (0..).zip(content.as_ref().chunks(PART)) {
        let id = random::id(s.random.as_ref());
        let place = SealedColumn::IMPORT_PARTS.place(id);
        let sealed = s.ring.seal(s.random.as_ref(), place, piece)?;
        db::import_files::insert_part(tx, id, file, number, &sealed).await?;
    }
    Ok(())
}

/// The bytes of a file that is still kept.
pub(super) async fn content(s: &Services, file: Uuid) -> Result<Content> {
    let conn = s.db.connection().await?;
    let parts = db::import_files::parts(&conn, file).await?;
    drop(conn);
    let mut bytes = Vec::with_capacity(parts.len() * PART);
    for (id, sealed) in parts {
        let place = SealedColumn::IMPORT_PARTS.place(id);
        bytes.extend_from_slice(&s.ring.open(place, &sealed)?);
    }
    Ok(bytes.into())
}

/// What is to be done with a file that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Import it.
    Confirm,
    /// Forget it.
    Discard,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done; an import runs from here on in the background.
    Done,
    /// There is no such file.
    NotFound,
    /// It waits no more: it was confirmed before.
    NotWaiting,
    /// It has bad rows.
    HasBadRows,
    /// Whoever acts is no admin any more.
    NotAdmin,
    /// The acting session ended in the same moment.
    Overtaken,
}

/// Does something with a file that waits.
pub async fn perform(
    s: &Services,
    proven: &Proven,
    file: Uuid,
    act: Act,
    client: &Client,
) -> Result<Outcome> {
    let who = proven.who();
    let mut conn = s.db.connection().await?;
    conn.transaction(async |tx| {
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
            Act::Confirm => db::import_files::confirm(tx, file, &by, s.now()).await?,
            Act::Discard => db::import_files::discard(tx, file).await?,
        };
        if done {
            return Ok(Outcome::Done);
        }
        Ok(match db::import_files::find(tx, file).await? {
            None => Outcome::NotFound,
            Some((row, _)) if row.state == State::Uploaded.as_str() => Outcome::HasBadRows,
            Some(_) => Outcome::NotWaiting,
        })
    })
    .await
}

/// A file and what became of it.
#[derive(Debug, Clone)]
pub struct File {
    /// Its row.
    pub row: FileRow,
    /// What became of it.
    pub state: State,
    /// The address of the admin who brought it, where it was one whose account is there.
    pub by: Option<String>,
}

impl File {
    fn of((row, by): Listed) -> Result<Self> {
        let state = State::of(&row.state);
        let state = state.ok_or(FlowError::Inconsistent("an unknown state of an import"))?;
        Ok(Self { row, state, by })
    }

    /// Whether it is done and could be taken back, as far as time goes.
    pub fn may_be_undone(&self, s: &Services) -> bool {
        let since = self.row.finished_at.map(|at| at + import::UNDO_WITHIN);
        self.state == State::Done
            && self.row.accounts_new > 0
            && since.is_some_and(|until| s.now() < until)
    }
}

/// The file of an id.
pub async fn find(s: &Services, id: Uuid) -> Result<Option<File>> {
    let conn = s.db.connection().await?;
    let found = db::import_files::find(&conn, id).await?;
    found.map(File::of).transpose()
}

/// A page of the list.
#[derive(Debug)]
pub struct Page {
    /// The newest first.
    pub files: Vec<File>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// The files of before, whatever became of them; a blank cursor is the first page.
pub async fn list(s: &Services, cursor: &str) -> Result<Result<Page, InputFaults>> {
    let after = match Cursor::of_newest(cursor) {
        Ok(after) => after,
        Err(why) => return Ok(Err(InputFaults::one("cursor", &why))),
    };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let conn = s.db.connection().await?;
    let listed = db::import_files::list(&conn, after, limit).await?;
    drop(conn);
    let more = listed.len() > PAGE;
    let files = listed.into_iter().take(PAGE).map(File::of);
    let files = files.collect::<Result<Vec<_>>>()?;
    let last = files.last().filter(|_| more);
    Ok(Ok(Page {
        next: last.map(|last| Cursor::Created(last.row.created_at, last.row.id).encode()),
        files,
    }))
}

/// Which rows of a report are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Those that cannot be used.
    Bad,
    /// Those that make accounts.
    New,
    /// Those whose address has one.
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

/// What a file would come to, at this moment.
#[derive(Debug)]
pub struct Report {
    /// All rows.
    pub summary: Summary,
    /// Which are shown: as asked for, or the bad ones where there are any, or else the new.
    pub show: Show,
    /// The page of them, from 1.
    pub page: u64,
    /// The rows of the page.
    pub rows: Vec<Judged>,
    /// Whether another page follows.
    pub more: bool,
}

/// Judges a file that waits once more, as addresses may have got accounts, and tells a page of the
/// rows. Nothing is kept of it.
pub async fn report(s: &Services, file: &File, show: Option<Show>, page: u64) -> Result<Report> {
    let _turn = READING.acquire().await;
    let show = show.unwrap_or(match file.row.rows_bad {
        0 => Show::New,
        _ => Show::Bad,
    });
    let content = content(s, file.row.id).await?;
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
    let summary = import_users::judge(s, content.rows(), false, &mut tell).await?;
    Ok(Report {
        summary,
        show,
        page,
        rows,
        more,
    })
}
