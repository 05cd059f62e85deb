//! Bringing over the accounts of another system: all rows of a file, or none.

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

use super::{FlowError, Result, Services};
use crate::{
    db::{
        self, QueryError, Transact, Tx,
        import_files::{Counts, NewFile},
        imports::{AT_ONCE, NewImportedUser},
    },
    domain::{
        audit::{Client, Event, Subject},
        display_name::DisplayName,
        import::{self, ImportedUser, RawRow, RowRules},
        random,
    },
};

/// How an import goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether the rows are judged alone.
    pub dry_run: bool,
    /// Whether a file may make admins.
    pub allow_admins: bool,
    /// Whether the owners of the accounts are not mailed.
    pub no_mail: bool,
    /// What the file is called in the list of imports.
    pub file_name: String,
}

/// A row as it was read: the line that it begins on, and its text or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// From 1.
    pub line: u64,
    /// The text.
    pub row: Result<RawRow, String>,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// An account is made.
    New,
    /// The address has an account, which stays as it is.
    Exists,
    /// It cannot be used, and nothing is written.
    Bad(String),
}

/// A row with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The line that it begins on, from 1.
    pub line: u64,
    /// The address as the file has it; may be anything in a bad row.
    pub email: String,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// How many rows went which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Accounts that are made.
    pub new: u64,
    /// Addresses that had one.
    pub exists: u64,
    /// Rows that cannot be used.
    pub bad: u64,
    /// Whether anything was written.
    pub written: bool,
}

impl Summary {
    /// Rows, of every kind.
    pub fn rows(&self) -> u64 {
        self.new + self.exists + self.bad
    }

    /// What is kept of it.
    pub(super) fn counts(&self) -> Counts {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        Counts {
            row_count: count(self.rows()),
            rows_done: count(self.rows()),
            accounts_new: count(self.new),
            accounts_known: count(self.exists),
        }
    }
}

/// What is told of each row as it is judged.
pub type Tell<'a> = &'a mut (dyn FnMut(&[Judged]) + Send);

/// Imports rows as whoever runs the service, in one transaction, and tells of each as it is judged.
///
/// They come in batches of any size, and are forgotten once they are told: what stays in memory is
/// sixteen bytes a row, to know an address that comes twice.
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
    let file = random::id(s.random.as_ref());
    let by = By {
        file,
        actor: None,
        session_id: None,
        client: &client,
        allow_admins: options.allow_admins,
        mails: !options.no_mail,
    };
    let mut summary = Summary::default();
    let mut conn = s.db.background().await?;
    let done = conn
        .transaction(async |tx| {
            db::wait_patiently(tx).await?;
            insert_file(s, tx, file, &options.file_name).await?;
            summary = write(s, tx, rows, &by, tell).await?;
            if summary.bad > 0 {
                return Err(Undone::AsAsked);
            }
            Ok(db::import_files::set_counts(tx, file, &summary.counts()).await?)
        })
        .await;
    match done {
        Ok(()) => Ok(Summary {
            written: true,
            ..summary
        }),
        Err(Undone::AsAsked) => Ok(summary),
        Err(Undone::Fault(fault)) => Err(fault),
    }
}

async fn insert_file(s: &Services, tx: &Tx, id: Uuid, name: &str) -> Result<()> {
    let now = s.now();
    let file = NewFile {
        id,
        created_at: now,
        created_by: None,
        file_name: &import::file_name(name),
        state: import::State::Done.as_str(),
        arriving: false,
        row_count: 0,
        accounts_new: 0,
        accounts_known: 0,
        rows_bad: 0,
        seen_at: now,
        finished_at: Some(now),
    };
    Ok(db::import_files::insert(tx, &file).await?)
}

/// Judges rows, by the addresses of the database too, and writes nothing.
pub async fn judge(
    s: &Services,
    mut rows: Receiver<Vec<ReadRow>>,
    allow_admins: bool,
    tell: Tell<'_>,
) -> Result<Summary> {
    let mut import = Import::new(s, allow_admins);
    while let Some(batch) = rows.recv().await {
        for part in batch.chunks(AT_ONCE) {
            let users = import.read_all(part);
            // A connection a part: whatever waits for one gets its turn.
            let conn = s.db.connection().await?;
            let addresses = users.iter().flatten().map(|user| user.email.canonical());
            let known = db::imports::known(&conn, &addresses.collect::<Vec<_>>()).await?;
            drop(conn);
            let known: HashSet<_> = known.into_iter().collect();
            let is_new = |user: &ImportedUser| !known.contains(user.email.canonical());
            tell(&import.verdicts(part, &users, is_new));
        }
    }
    Ok(import.summary)
}

/// For whom accounts are made, and of which file.
pub(super) struct By<'a> {
    /// The file.
    pub(super) file: Uuid,
    /// The admin; nobody at the command line.
    pub(super) actor: Option<Uuid>,
    /// Their session.
    pub(super) session_id: Option<Uuid>,
    /// From where.
    pub(super) client: &'a Client,
    /// Whether a file may make admins.
    pub(super) allow_admins: bool,
    /// Whether the owners are mailed.
    pub(super) mails: bool,
}

/// Makes the accounts of rows, with their audit events, and at last one of the whole; bad ones are
/// told, and it is the caller's to roll back where there are any.
pub(super) async fn write(
    s: &Services,
    tx: &Tx,
    mut rows: Receiver<Vec<ReadRow>>,
    by: &By<'_>,
    tell: Tell<'_>,
) -> Result<Summary> {
    let mut import = Import::new(s, by.allow_admins);
    while let Some(batch) = rows.recv().await {
        for part in batch.chunks(AT_ONCE) {
            let users = import.read_all(part);
            let made = insert(s, tx, &users, by, import.summary.new).await?;
            let is_new = |user: &ImportedUser| made.contains(user.email.canonical());
            tell(&import.verdicts(part, &users, is_new));
        }
    }
    let event = Event::UsersImported {
        import: by.file,
        new: import.summary.new,
        known: import.summary.exists,
    };
    db::audit::insert(tx, &record(s, by, event, Subject::Service)).await?;
    Ok(import.summary)
}

/// Makes the accounts of those whose address is free; returns their canonical addresses.
async fn insert<'a>(
    s: &Services,
    tx: &Tx,
    users: &'a [Result<ImportedUser, String>],
    by: &By<'_>,
    before: u64,
) -> Result<HashSet<&'a str>> {
    let now = s.now();
    let new: Vec<_> = users
        .iter()
        .flatten()
        .map(|user| NewImportedUser {
            id: random::id(s.random.as_ref()),
            email: user.email.as_str(),
            email_canonical: user.email.canonical(),
            display_name: user.display_name.as_ref().map(DisplayName::as_str),
            password_hash: &user.password_hash,
            role: user.role.as_str(),
            email_verified_at: user.email_verified.then_some(now),
            created_at: user.created_at,
            import_id: by.file,
            verified_by_file: user.email_verified,
            browsers_known_from: now,
        })
        .collect();
    let addresses: Vec<_> = new.iter().map(|user| user.email_canonical).collect();
    // An address that somebody registered and never verified is as good as free.
    let gone = db::imports::erase_never_verified(tx, &addresses).await?;
    let made: HashSet<_> = db::imports::insert(tx, &new).await?.into_iter().collect();
    let erased = gone.iter().map(|id| {
        let event = Event::UnverifiedErased { why: "imported" };
        record(s, by, event, Subject::User(*id))
    });
    let imported = made
        .iter()
        .map(|id| record(s, by, Event::Imported, Subject::User(*id)));
    let events: Vec<_> = erased.chain(imported).collect();
    db::audit::insert_all(tx, &events).await?;
    if by.mails {
        let owners = new.iter().zip(users.iter().flatten());
        let owners = owners.filter(|(new, _)| made.contains(&new.id));
        let owners: Vec<_> = owners.map(|(new, user)| (new.id, user)).collect();
        s.enqueue_imported(tx, &owners, before).await?;
    }
    let made = new.iter().filter(|user| made.contains(&user.id));
    Ok(made.map(|user| user.email_canonical).collect())
}

fn record<'a>(s: &Services, by: &By<'a>, event: Event, subject: Subject) -> db::audit::Record<'a> {
    db::audit::Record {
        event,
        actor: by.actor,
        subject,
        session_id: by.session_id,
        client: by.client,
        at: s.now(),
    }
}

struct Import<'a> {
    s: &'a Services,
    allow_admins: bool,
    /// Addresses of this file, as the half of a SHA-256.
    seen: HashSet<[u8; 16]>,
    summary: Summary,
}

impl<'a> Import<'a> {
    fn new(s: &'a Services, allow_admins: bool) -> Self {
        Self {
            s,
            allow_admins,
            seen: HashSet::new(),
            summary: Summary::default(),
        }
    }

    fn read_all(&mut self, part: &[ReadRow]) -> Vec<Result<ImportedUser, String>> {
        part.iter().map(|read| self.read(read)).collect()
    }

    fn read(&mut self, read: &ReadRow) -> Result<ImportedUser, String> {
        let can_verify = |hash: &str| self.s.hashing.can_verify(hash);
        let rules = RowRules {
            now: self.s.now(),
            allow_admins: self.allow_admins,
            can_verify: &can_verify,
        };
        let user = rules.read(read.row.as_ref().map_err(Clone::clone)?)?;
        let digest = Sha256::digest(user.email.canonical());
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        if !self.seen.insert(half) {
            return Err("email: an earlier row of this file has the same address".to_owned());
        }
        Ok(user)
    }

    fn verdicts(
        &mut self,
        part: &[ReadRow],
        users: &[Result<ImportedUser, String>],
        is_new: impl Fn(&ImportedUser) -> bool,
    ) -> Vec<Judged> {
        let judged = part.iter().zip(users).map(|(read, user)| {
            let (verdict, count) = match user {
                Err(why) => (Verdict::Bad(why.clone()), &mut self.summary.bad),
                Ok(user) if is_new(user) => (Verdict::New, &mut self.summary.new),
                Ok(_) => (Verdict::Exists, &mut self.summary.exists),
            };
            *count += 1;
            Judged {
                line: read.line,
                email: read.row.as_ref().map_or("", |row| row.email()).to_owned(),
                verdict,
            }
        });
        judged.collect()
    }
}

/// Why the transaction was rolled back.
enum Undone {
    AsAsked,
    Fault(FlowError),
}

impl From<QueryError> for Undone {
    fn from(error: QueryError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<FlowError> for Undone {
    fn from(error: FlowError) -> Self {
        Self::Fault(error)
    }
}
