//! One act on all users that a search of the list finds.
//!
//! The set of users is fixed once: a page shows it and stores it until it is confirmed, a call of the API
//! finds it when the call arrives. Users who match only later are left alone, and each account is checked
//! again at its turn. The act is performed on [`MOST`] accounts in a transaction, so that other admins
//! wait only for that long.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{MOST, Order, Report, Selected, perform};
use crate::{
    db::{self, admin::bulk_selections::NewSelection},
    domain::{audit::Client, secrets::random},
    flows::{
        FlowError, InputFaults, Result, Services,
        admin::{
            act::{Acting, Barred},
            list::{self, Query},
        },
        authenticators::proof::Proven,
    },
};

/// The most users that a search may find for an act.
const MOST_FOUND: usize = 5000;
/// The target of the log.
const LOG: &str = "vestibule::flows::admin_bulk";
/// How long a selection may wait for its confirmation.
const GOOD_FOR: TimeDelta = TimeDelta::hours(1);

/// The users that a search finds now; a fault is reported at its field, or at `ids`.
pub async fn find(s: &Services, query: &Query) -> Result<Result<Selected, InputFaults>> {
    let found = match list::all_ids(s, query, MOST_FOUND + 1).await? {
        Ok(found) => found,
        Err(faults) => return Ok(Err(faults)),
    };
    let fault = |why: &str| Ok(Err(InputFaults::one("ids", &why)));
    match found.len() {
        0 => fault("No one matches this search, so there is nothing to do."),
        1..=MOST_FOUND => Ok(Ok(Selected(found.into_iter().collect()))),
        _ => {
            fault("This search finds more than 5,000 users. Narrow it, and act on fewer at a time.")
        }
    }
}

/// Finds the users and stores their ids until this admin confirms. Returns the id of the selection.
pub async fn select(
    s: &Services,
    admin_id: Uuid,
    query: &Query,
) -> Result<Result<(Uuid, Selected), InputFaults>> {
    let selected = match find(s, query).await? {
        Ok(selected) => selected,
        Err(faults) => return Ok(Err(faults)),
    };
    let ids = selected.ids();
    let new = NewSelection {
        id: random::id(s.random.as_ref()),
        admin_id,
        made_at: s.now(),
        selected: &ids,
    };
    s.db.transaction(async |tx| {
        Ok::<_, FlowError>(db::admin::bulk_selections::insert(tx, &new).await?)
    })
    .await?;
    Ok(Ok((new.id, selected)))
}

/// The users of a stored selection; `None` if it was confirmed, is too old, or belongs to another admin.
pub async fn kept(s: &Services, admin_id: Uuid, id: Uuid) -> Result<Option<Selected>> {
    let shared = s.db.shared().await?;
    let since = s.now() - GOOD_FOR;
    let found = db::admin::bulk_selections::find(&shared, id, admin_id, since).await?;
    Ok(found.map(|ids| Selected(ids.into_iter().collect())))
}

/// The result of a confirmation.
#[derive(Debug)]
pub enum Confirmed {
    Done(Report),
    /// The selection was confirmed before, or is too old.
    Gone,
    /// The actor may not act.
    Barred(Barred),
}

/// Performs one act on all users of a selection, once.
pub async fn confirm(
    s: &Services,
    proven: &Proven,
    id: Uuid,
    order: &Order,
    client: &Client,
) -> Result<Confirmed> {
    let mut conn = s.db.connection().await?;
    // The transaction of the first part deletes the selection: if that part fails, it can be confirmed
    // again.
    let begun = db::transaction(&mut conn, async |tx| {
        let acting = match Acting::as_admin(s, tx, proven, client).await? {
            Ok(acting) => acting,
            Err(barred) => return Ok::<_, FlowError>(Err(Confirmed::Barred(barred))),
        };
        let (admin_id, since) = (proven.who().user().id, s.now() - GOOD_FOR);
        match db::admin::bulk_selections::take(tx, id, admin_id, since).await? {
            None => Ok(Err(Confirmed::Gone)),
            Some(ids) => {
                let mut parts = parts(ids.into_iter().collect());
                let first = Selected(parts.remove(0));
                Ok(Ok((acting.act_on_all(&first, order).await?, parts)))
            }
        }
    })
    .await?;
    drop(conn);
    match begun {
        Ok((report, rest)) => Ok(Confirmed::Done(
            go_on(s, proven, (report, rest), order, client).await,
        )),
        Err(other) => Ok(other),
    }
}

/// Performs one act on all selected users, however many there are.
pub async fn perform_in_parts(
    s: &Services,
    proven: &Proven,
    Selected(ids): Selected,
    order: &Order,
    client: &Client,
) -> Result<Result<Report, Barred>> {
    let mut parts = parts(ids);
    let first = Selected(parts.remove(0));
    match perform(s, proven, &first, order, client).await? {
        Ok(report) => Ok(Ok(go_on(s, proven, (report, parts), order, client).await)),
        Err(barred) => Ok(Err(barred)),
    }
}

/// Never empty: the first part always exists, but may be empty.
fn parts(ids: BTreeSet<Uuid>) -> Vec<BTreeSet<Uuid>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut parts: Vec<_> = ids
        .chunks(MOST)
        .map(|part| part.iter().copied().collect())
        .collect();
    if parts.is_empty() {
        parts.push(BTreeSet::new());
    }
    parts
}

/// The parts after the first. What is done stays done: if a part fails, the report says how many users
/// were not reached.
async fn go_on(
    s: &Services,
    proven: &Proven,
    (mut report, parts): (Report, Vec<BTreeSet<Uuid>>),
    order: &Order,
    client: &Client,
) -> Report {
    let mut left: usize = parts.iter().map(BTreeSet::len).sum();
    for part in parts {
        let count = part.len();
        match perform(s, proven, &Selected(part), order, client).await {
            Ok(Ok(more)) => {
                report.done.extend(more.done);
                report.left_out.extend(more.left_out);
                left -= count;
            }
            Ok(Err(barred)) => {
                tracing::warn!(target: LOG, ?barred, left, "an act on many accounts stopped");
                break;
            }
            Err(error) => {
                tracing::error!(target: LOG, %error, left, "an act on many accounts stopped");
                break;
            }
        }
    }
    report.not_reached = left;
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_small_and_include_everyone() {
        let ids: BTreeSet<Uuid> = (0..401).map(Uuid::from_u128).collect();
        let split = parts(ids.clone());
        assert_eq!(
            split.iter().map(BTreeSet::len).collect::<Vec<_>>(),
            [200, 200, 1]
        );
        assert_eq!(split.into_iter().flatten().collect::<BTreeSet<_>>(), ids);
        assert_eq!(parts(BTreeSet::new()).len(), 1);
    }
}
