//! Bringing over the accounts of another system: all rows of a file, or none.

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::Receiver;

use super::{FlowError, Result, Services};
use crate::{
    db::{
        self, QueryError, Transact, Tx,
        imports::{AT_ONCE, NewImportedUser},
    },
    domain::{
        audit::{Client, Event, Subject},
        display_name::DisplayName,
        import::{ImportedUser, RawRow, RowRules},
        random,
    },
};

/// How an import goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether everything is undone in the end.
    pub dry_run: bool,
    /// Whether a file may make admins.
    pub allow_admins: bool,
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

/// Imports rows, in one transaction, and tells of each as it is judged.
///
/// They come in batches of any size, and are forgotten once they are told: what stays in memory is
/// sixteen bytes a row, to know an address that comes twice.
pub async fn import(
    s: &Services,
    mut rows: Receiver<Vec<ReadRow>>,
    options: Options,
    tell: &mut (dyn FnMut(&[Judged]) + Send),
) -> Result<Summary> {
    let mut conn = s.db.connection().await?;
    let mut import = Import {
        s,
        options,
        seen: HashSet::new(),
        summary: Summary::default(),
    };
    let done = conn
        .transaction(async |tx| {
            while let Some(batch) = rows.recv().await {
                for part in batch.chunks(AT_ONCE) {
                    tell(&import.part(tx, part).await?);
                }
            }
            if options.dry_run || import.summary.bad > 0 {
                return Err(Undone::AsAsked);
            }
            Ok(())
        })
        .await;
    match done {
        Ok(()) => Ok(Summary {
            written: true,
            ..import.summary
        }),
        Err(Undone::AsAsked) => Ok(import.summary),
        Err(Undone::Fault(fault)) => Err(fault),
    }
}

struct Import<'a> {
    s: &'a Services,
    options: Options,
    /// Addresses of this file, as the half of a SHA-256.
    seen: HashSet<[u8; 16]>,
    summary: Summary,
}

impl Import<'_> {
    async fn part(&mut self, tx: &Tx, part: &[ReadRow]) -> Result<Vec<Judged>> {
        let users: Vec<_> = part.iter().map(|read| self.read(read)).collect();
        let now = self.s.now();
        let new: Vec<_> = users
            .iter()
            .map(|read| {
                let user = read.as_ref().ok()?;
                Some(NewImportedUser {
                    id: random::id(self.s.random.as_ref()),
                    email: user.email.as_str(),
                    email_canonical: user.email.canonical(),
                    display_name: user.display_name.as_ref().map(DisplayName::as_str),
                    password_hash: &user.password_hash,
                    role: user.role.as_str(),
                    email_verified_at: user.email_verified.then_some(now),
                    created_at: user.created_at,
                })
            })
            .collect();
        let ids: Vec<_> = new
            .iter()
            .map(|one| one.as_ref().map(|new| new.id))
            .collect();
        let new: Vec<_> = new.into_iter().flatten().collect();
        let made: HashSet<_> = db::imports::insert(tx, &new).await?.into_iter().collect();
        self.audit(tx, made.iter().copied()).await?;
        let verdicts = users.iter().zip(ids).map(|(user, id)| match (user, id) {
            (Err(why), _) => Verdict::Bad(why.clone()),
            (Ok(_), Some(id)) if made.contains(&id) => Verdict::New,
            (Ok(_), _) => Verdict::Exists,
        });
        let judged: Vec<_> = part
            .iter()
            .zip(verdicts)
            .map(|(read, verdict)| Judged {
                line: read.line,
                email: read.row.as_ref().map_or("", |row| row.email()).to_owned(),
                verdict,
            })
            .collect();
        for one in &judged {
            match one.verdict {
                Verdict::New => self.summary.new += 1,
                Verdict::Exists => self.summary.exists += 1,
                Verdict::Bad(_) => self.summary.bad += 1,
            }
        }
        Ok(judged)
    }

    fn read(&mut self, read: &ReadRow) -> Result<ImportedUser, String> {
        let can_verify = |hash: &str| self.s.hashing.can_verify(hash);
        let rules = RowRules {
            now: self.s.now(),
            allow_admins: self.options.allow_admins,
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

    async fn audit(&self, tx: &Tx, made: impl Iterator<Item = uuid::Uuid>) -> Result<()> {
        let client = Client::command("vestibule user import");
        let at = self.s.now();
        let record = |id| db::audit::Record {
            event: Event::Imported,
            actor: None,
            subject: Subject::User(id),
            session_id: None,
            client: &client,
            at,
        };
        let records: Vec<_> = made.map(record).collect();
        Ok(db::audit::insert_all(tx, &records).await?)
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
