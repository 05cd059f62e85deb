//! The rows of a file of accounts, and the verdict on each.

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::Receiver;

use crate::{
    db::{
        self,
        imports::{AT_ONCE, runs::Counts},
    },
    domain::import::{ImportedUser, RawRow, RowRules},
    flows::{Result, Services},
};

/// A row that was read: the line on which it begins, and its text or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// From 1.
    pub line: u64,
    pub row: Result<RawRow, String>,
}

/// The verdict on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    New,
    /// The address has an account, which stays as it is.
    Exists,
    /// It is invalid, so nothing is written.
    Bad(String),
}

/// A row with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The address as written in the file; may be any text in a bad row.
    pub email: String,
    pub verdict: Verdict,
}

/// The number of rows with each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub new: u64,
    pub exists: u64,
    /// Rows that cannot be used.
    pub bad: u64,
    pub written: bool,
}

impl Summary {
    pub fn rows(&self) -> u64 {
        self.new + self.exists + self.bad
    }

    /// The counts to be stored.
    pub fn counts(&self) -> Counts {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        Counts {
            row_count: count(self.rows()),
            accounts_new: count(self.new),
            accounts_known: count(self.exists),
        }
    }
}

/// Receives each row as it is checked.
pub type Tell<'a> = &'a mut (dyn FnMut(&[Judged]) + Send);

/// Checks rows, including their addresses in the database, and writes nothing.
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
            // A new connection for each part, so that waiting requests get their turn.
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

/// The state of reading the rows of a file.
pub struct Import<'a> {
    s: &'a Services,
    allow_admins: bool,
    /// The addresses of this file, each as half of a SHA-256.
    seen: HashSet<[u8; 16]>,
    summary: Summary,
}

impl<'a> Import<'a> {
    pub fn new(s: &'a Services, allow_admins: bool) -> Self {
        Self {
            s,
            allow_admins,
            seen: HashSet::new(),
            summary: Summary::default(),
        }
    }

    /// Reads rows, and records their addresses.
    pub fn read_all(&mut self, part: &[ReadRow]) -> Vec<Result<ImportedUser, String>> {
        part.iter().map(|read| self.read(read)).collect()
    }

    /// The counts so far.
    pub fn summary(&self) -> Summary {
        self.summary
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

    /// The verdicts on rows that were read; also counts them.
    pub fn verdicts(
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
