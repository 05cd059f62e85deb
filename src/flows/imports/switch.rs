//! The switch at the end of an import: one transaction creates all staged accounts, or none. It is the
//! only transaction of an import that takes longer than a chunk.

use super::{judge::Summary, notices, stage::Run};
use crate::{
    db::{self, Transaction},
    domain::audit::{Event, Subject},
    flows::{
        Result, Services, Undone,
        audit::record::{record, record_each},
    },
};

/// Rows in one statement, which the server ends after five minutes: a file may have any number of rows.
const AT_ONCE: usize = 100_000;
/// The same number as an `i64`.
const STEP: i64 = 100_000;
/// From this number of rows on, the table is analyzed before statements over it are planned.
const MANY: u64 = 10_000;

/// The result of a switch.
pub enum Switched {
    Done(Summary),
    /// Another run has begun since, or the import was cancelled.
    Followed,
    /// The admin who confirmed it is not an admin any more.
    NotAdmin,
}

/// Creates the accounts of a file with this number of rows, with their audit events and one event for the
/// whole. If `mails_few` and the file is a single chunk, the same transaction writes the mails to the
/// owners.
pub async fn switch(s: &Services, run: &Run<'_>, rows: u64, mails_few: bool) -> Result<Switched> {
    let mut conn = s.db.background_once().await?;
    if rows >= MANY {
        db::imports::staging::analyze(&conn).await?;
    }
    let few = mails_few && rows <= notices::CHUNK;
    let done = db::transaction(&mut conn, async |tx| {
        db::wait_patiently(tx).await?;
        // A statement of a run whose node was killed may still be running in the database.
        db::imports::staging::hold(tx, run.file).await?;
        let summary = accounts(s, tx, run, rows).await?;
        if few {
            notices::write_all(s, tx, run.file, rows).await?;
        }
        // As late as possible: until the commit no one else can act as an admin.
        if let Some(actor) = run.actor {
            db::admin::admins::lock(tx).await?;
            if !db::admin::admins::is_active(tx, actor).await? {
                return Err(Undone::As(Switched::NotAdmin));
            }
        }
        if !db::imports::runs::finish(tx, run.key(), summary.counts(), s.now()).await? {
            return Err(Undone::As(Switched::Followed));
        }
        db::imports::arrivals::forget_parts(tx, run.file).await?;
        Ok(Switched::Done(summary))
    })
    .await;
    done.or_else(Undone::outcome)
}

/// The rows of a file, in ranges.
fn ranges(rows: u64) -> impl Iterator<Item = (i64, i64)> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    (0..rows)
        .step_by(AT_ONCE)
        .map(move |from| (from, rows.min(from.saturating_add(STEP))))
}

/// Creates the accounts. An address that was registered and never verified counts as free; one that got an
/// account since its row was staged counts as known.
async fn accounts(s: &Services, tx: &Transaction<'_>, run: &Run<'_>, rows: u64) -> Result<Summary> {
    let gone = db::imports::staging::erase_never_verified(tx, run.file).await?;
    let erasure = |id| {
        let event = Event::UnverifiedErased { why: "imported" };
        (event, Subject::User(id))
    };
    record_each(s, tx, &gone, run.actor(), erasure).await?;
    let mut new = 0;
    for range in ranges(rows) {
        new += db::imports::staging::make(tx, run.file, range, s.now()).await?;
    }
    let new = u64::try_from(new).unwrap_or(u64::MAX);
    // After the accounts: events that are written here, and all later events of others, cannot be sealed
    // before the commit.
    let imported = run.actor().event(s, Event::Imported, Subject::Service);
    for range in ranges(rows) {
        db::imports::staging::audit_made(tx, run.file, range, &imported).await?;
    }
    let exists = rows.saturating_sub(new);
    let event = Event::UsersImported {
        import: run.file,
        new,
        known: exists,
    };
    record(s, tx, event, Subject::Service, run.actor()).await?;
    Ok(Summary {
        new,
        exists,
        bad: 0,
        written: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_of_a_file_cover_all_rows() {
        assert_eq!(ranges(0).count(), 0);
        assert_eq!(ranges(7).collect::<Vec<_>>(), [(0, 7)]);
        let all: Vec<_> = ranges(250_000).collect();
        assert_eq!(all, [(0, 100_000), (100_000, 200_000), (200_000, 250_000)]);
    }
}
