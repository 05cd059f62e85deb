//! Receiving files of accounts: each part is sealed and stored as soon as it is complete, so that an
//! upload holds no resource that others need while it waits for bytes. A complete file is checked.
//!
//! ```text
//!   first byte --> arriving --last part--> checked --> uploaded (`imports`)
//!                     '-- refused, disconnected, or replaced by a later upload of the same admin: deleted
//! ```

use std::{io, mem, sync::Arc};

use tokio::{runtime::Handle, sync::Semaphore};
use uuid::Uuid;

use super::{
    judge::{self, ReadRow},
    rows,
};
use crate::{
    db::{
        self,
        imports::{arrivals::Arrived, files::NewFile},
        upkeep::sealed::SealedColumn,
    },
    domain::{
        import::{self, State},
        secrets::random,
    },
    flows::{
        Result, Services,
        admin::act::{Barred, enter},
        authenticators::proof::Proven,
    },
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::import_arrivals";

/// The bytes of a sealed part.
const PART: usize = 64 * 1024;
/// The most files that may wait to be confirmed.
const MOST_WAITING: i64 = 20;
/// Unfinished uploads of one admin on all nodes; a further one replaces the oldest.
const MOST_ARRIVING: i64 = 2;

/// How many files are read at the same time in this process. Each takes two to three times its size in
/// memory.
pub(super) static READING: Semaphore = Semaphore::const_new(2);

/// The bytes of a file.
#[derive(Clone)]
pub(super) struct Content(Arc<Vec<u8>>);

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Content {
    /// The rows of the file, as they are read.
    pub(in crate::flows) fn rows(&self) -> tokio::sync::mpsc::Receiver<Vec<ReadRow>> {
        rows::read(Box::new(io::Cursor::new(self.clone())))
    }
}

/// The bytes of a stored file.
pub(super) async fn content(s: &Services, file: Uuid) -> Result<Content> {
    let conn = s.db.connection().await?;
    let parts = db::imports::arrivals::parts(&conn, file).await?;
    drop(conn);
    let mut bytes = Vec::with_capacity(parts.len() * PART);
    for (id, sealed) in parts {
        let place = SealedColumn::IMPORT_PARTS.place(id);
        bytes.extend_from_slice(&s.ring.open(place, &sealed)?);
    }
    Ok(Content(Arc::new(bytes)))
}

/// An upload in progress. If it is dropped before it is checked, it is deleted.
pub struct Arrival {
    s: Arc<Services>,
    id: Uuid,
    kept: i32,
    /// Received bytes that do not fill a part yet.
    rest: Vec<u8>,
    /// Whether its row must be deleted when it is dropped.
    is_open: bool,
}

/// A later upload of the same admin replaced this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced;

impl Arrival {
    /// Records that this admin begins an upload.
    pub async fn begin(s: &Arc<Services>, proven: &Proven) -> Result<Self> {
        let (id, now) = (random::id(s.random.as_ref()), s.now());
        let admin = proven.who().user().id;
        let file = NewFile {
            id,
            created_at: now,
            created_by: Some(admin),
            file_name: "file",
            state: State::Uploaded.as_str(),
            arriving: true,
            row_count: 0,
            accounts_new: 0,
            accounts_known: 0,
            // A node of an earlier version does not confirm a file with a bad row.
            rows_bad: 1,
            seen_at: now,
            finished_at: None,
            mails_owners: true,
        };
        let conn = s.db.connection().await?;
        db::imports::files::insert(&conn, &file).await?;
        let begun = Self {
            s: Arc::clone(s),
            id,
            kept: 0,
            rest: Vec::with_capacity(PART),
            is_open: true,
        };
        db::imports::arrivals::replace_arriving(&conn, id, admin, MOST_ARRIVING - 1).await?;
        Ok(begun)
    }

    /// Adds the next bytes.
    pub async fn take(&mut self, mut bytes: &[u8]) -> Result<Result<(), Replaced>> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PART - self.rest.len()));
            self.rest.extend_from_slice(now);
            bytes = later;
            if self.rest.len() == PART && !self.keep().await? {
                return Ok(Err(Replaced));
            }
        }
        Ok(Ok(()))
    }

    /// Stores a part; `false` if the upload was replaced.
    async fn keep(&mut self) -> Result<bool> {
        let id = random::id(self.s.random.as_ref());
        let place = SealedColumn::IMPORT_PARTS.place(id);
        let (ring, random) = (&self.s.ring, self.s.random.as_ref());
        let sealed = ring.seal(random, place, &self.rest)?;
        self.rest.clear();
        let number = self.kept;
        self.kept += 1;
        let conn = self.s.db.connection().await?;
        Ok(db::imports::arrivals::insert_part(&conn, id, self.id, number, &sealed).await?)
    }

    pub async fn forget(mut self) -> Result<()> {
        forget(&self.s, self.id).await?;
        // Not earlier: if the client disconnects before this, the upload is deleted.
        self.is_open = false;
        Ok(())
    }

    /// Checks the file and stores the result.
    async fn judged(mut self, proven: &Proven, given_name: &str) -> Result<Upload> {
        if !self.rest.is_empty() && !self.keep().await? {
            return Ok(Upload::Replaced);
        }
        mem::take(&mut self.rest);
        let outcome = judge(&self.s, self.id, proven, given_name).await?;
        if matches!(outcome, Upload::Kept(_)) {
            self.is_open = false;
        } else {
            self.forget().await?;
        }
        Ok(outcome)
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.is_open {
            let (s, id) = (Arc::clone(&self.s), self.id);
            // If this fails, the worker deletes it.
            runtime.spawn(async move {
                if let Err(error) = forget(&s, id).await {
                    tracing::debug!(target: LOG, %error, "an upload that ended early is left to the worker");
                }
            });
        }
    }
}

async fn forget(s: &Services, id: Uuid) -> Result<()> {
    let conn = s.db.connection().await?;
    Ok(db::imports::arrivals::forget_arriving(&conn, id).await?)
}

/// The result of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// It is stored, and waits to be confirmed.
    Kept(Uuid),
    /// The file as a whole is invalid; the reason continues a sentence.
    Unreadable(String),
    /// Too many files wait already.
    TooManyWaiting,
    /// A later upload of the same admin replaced it.
    Replaced,
    /// The actor is no longer an admin.
    NotAdmin,
    /// The acting session ended at the same moment.
    Overtaken,
}

/// Checks a complete file and stores the result; `None` is an empty file.
pub async fn upload(proven: &Proven, given_name: &str, file: Option<Arrival>) -> Result<Upload> {
    match file {
        Some(arrival) => arrival.judged(proven, given_name).await,
        None => Ok(Upload::Unreadable("it is empty".to_owned())),
    }
}

async fn judge(s: &Services, id: Uuid, proven: &Proven, given_name: &str) -> Result<Upload> {
    let turn = READING.acquire().await;
    let content = content(s, id).await?;
    if let Some(why) = rows::refuse(content.as_ref()) {
        return Ok(Upload::Unreadable(why));
    }
    let summary = judge::judge(s, content.rows(), false, &mut |_| {}).await?;
    drop((content, turn));
    if summary.rows() == 0 {
        return Ok(Upload::Unreadable("it has no rows".to_owned()));
    }
    let name = import::file_name(given_name);
    s.db.transaction(async |tx| {
        match enter(tx, proven.who()).await? {
            Some(Barred::Overtaken) => return Ok(Upload::Overtaken),
            Some(Barred::NotAdmin) => return Ok(Upload::NotAdmin),
            None => {}
        }
        if db::imports::files::waiting(tx).await? >= MOST_WAITING {
            return Ok(Upload::TooManyWaiting);
        }
        let counts = summary.counts();
        let arrived = Arrived {
            arriving: false,
            file_name: &name,
            row_count: counts.row_count,
            accounts_new: counts.accounts_new,
            accounts_known: counts.accounts_known,
            rows_bad: i64::try_from(summary.bad).unwrap_or(i64::MAX),
            seen_at: s.now(),
        };
        if db::imports::arrivals::arrived(tx, id, &arrived).await? {
            return Ok(Upload::Kept(id));
        }
        Ok(Upload::Replaced)
    })
    .await
}
