//! Staging the rows of an import in chunks: each is a short transaction that checks the number of its run,
//! and holds no lock that other transactions wait for. Nothing is visible before the switch (`switch`).
//!
//! ```text
//!   rows 0..1000 --commit--> rows 1000..2000 --commit--> ... all --> the switch
//!                                 '-- the process is killed: the next run goes on behind what is staged
//! ```

use std::collections::HashSet;

use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

use super::judge::{Import, ReadRow, Summary, Tell};
use crate::{
    db::{
        self,
        imports::{AT_ONCE, staging::Staged},
    },
    domain::{
        accounts::display_name::DisplayName, audit::Client, import::ImportedUser, secrets::random,
    },
    flows::{Result, Services, audit::record::Actor},
};

/// A run of an import, and the admin for whom it creates accounts.
pub struct Run<'a> {
    pub file: Uuid,
    /// Its number: if another one has begun, this one writes nothing any more.
    pub number: i32,
    /// The admin who confirmed it; `None` on the command line.
    pub actor: Option<Uuid>,
    pub session_id: Option<Uuid>,
    /// The client that confirmed it.
    pub client: &'a Client,
    /// Whether a file may create admins.
    pub allow_admins: bool,
}

impl Run<'_> {
    /// The run as its statements identify it.
    pub fn key(&self) -> (Uuid, i32) {
        (self.file, self.number)
    }

    /// The actor of its events.
    pub fn actor(&self) -> Actor<'_> {
        Actor {
            user_id: self.actor,
            session_id: self.session_id,
            client: self.client,
        }
    }
}

/// Stages the rows of a file after the first `staged` ones, until one is bad. Returns the counts of the
/// rows read; `None` if another run has begun, or the import was cancelled.
pub async fn stage(
    s: &Services,
    mut rows: Receiver<Vec<ReadRow>>,
    run: &Run<'_>,
    staged: i64,
    tell: Tell<'_>,
) -> Result<Option<Summary>> {
    let mut import = Import::new(s, run.allow_admins);
    let mut read = 0_i64;
    while let Some(batch) = rows.recv().await {
        for part in batch.chunks(AT_ONCE) {
            let first = read;
            read += i64::try_from(part.len()).unwrap_or(i64::MAX);
            let users = import.read_all(part);
            // Rows that an earlier run staged are read only for their addresses.
            let skipped = usize::try_from(staged - first).unwrap_or(0).min(part.len());
            let (part, users) = (&part[skipped..], &users[skipped..]);
            if part.is_empty() {
                continue;
            }
            let mut conn = s.db.connection().await?;
            let addresses: Vec<_> = users.iter().flatten().map(canonical).collect();
            let known: HashSet<_> = db::imports::known(&conn, &addresses)
                .await?
                .into_iter()
                .collect();
            let is_new = |user: &ImportedUser| !known.contains(user.email.canonical());
            let verdicts = import.verdicts(part, users, is_new);
            if import.summary().bad == 0 {
                let begins = read - i64::try_from(part.len()).unwrap_or(i64::MAX);
                let chunk = columns(s, part, users, begins, is_new);
                let goes_on = db::transaction(&mut conn, async |tx| {
                    let rows = (begins, read);
                    if !db::imports::staging::advance(tx, run.key(), rows, s.now()).await? {
                        return Ok::<_, db::QueryError>(false);
                    }
                    db::imports::staging::stage(tx, run.file, &chunk).await?;
                    Ok(true)
                })
                .await?;
                if !goes_on {
                    return Ok(None);
                }
            }
            drop(conn);
            tell(&verdicts);
        }
    }
    Ok(Some(import.summary()))
}

fn canonical(user: &ImportedUser) -> &str {
    user.email.canonical()
}

/// The new accounts of a chunk whose first row has the number `begins`.
fn columns<'a>(
    s: &Services,
    part: &[ReadRow],
    users: &'a [Result<ImportedUser, String>],
    begins: i64,
    is_new: impl Fn(&ImportedUser) -> bool,
) -> Staged<'a> {
    let mut staged = Staged::default();
    for ((number, read), user) in (begins..).zip(part).zip(users) {
        let Some(user) = user.as_ref().ok().filter(|user| is_new(user)) else {
            continue;
        };
        staged.numbers.push(number);
        staged
            .lines
            .push(i64::try_from(read.line).unwrap_or(i64::MAX));
        staged.ids.push(random::id(s.random.as_ref()));
        staged.emails.push(user.email.as_str());
        staged.canonical.push(user.email.canonical());
        staged
            .names
            .push(user.display_name.as_ref().map(DisplayName::as_str));
        staged.hashes.push(&user.password_hash);
        staged.roles.push(user.role.as_str());
        staged.verified.push(user.email_verified);
        staged.created.push(user.created_at);
    }
    staged
}
