//! The list of users for admins, and one user with all details.

mod search;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use search::{Page, Query, all_ids, check, count, list, page};

use crate::{
    db::{
        self,
        accounts::email_changes::EmailChange,
        admin::managed::ManagedUser,
        audit::EventRow,
        mail::outbox::MailRow,
        sessions::devices::{DeviceRow, Which},
    },
    domain::{
        accounts::{email::EmailAddress, user::Frozen, user_search::Cursor},
        audit::query,
        authenticators::recovery::Recovery,
    },
    flows::{
        InputFaults, Result, Services,
        paged::{self, Paged},
    },
};

/// Sessions, events and mails of a page of one user.
const LATEST: i64 = 20;

/// The cursor of each list on the page of a user; blank is its first page.
#[derive(Debug, Clone, Default)]
pub struct Cursors {
    pub sessions: String,
    pub events: String,
    pub mails: String,
}

/// One user with all details.
#[derive(Debug)]
pub struct Whole {
    pub managed: ManagedUser,
    /// The import that created the account, if any.
    pub origin: Option<db::imports::Origin>,
    /// The change of address that waits for its link.
    pub email_change: Option<EmailChange>,
    /// When a deleted account is erased.
    pub erased_at: Option<DateTime<Utc>>,
    /// The freeze of the account, while it lasts.
    pub freeze: Option<Frozen>,
    /// The removal of a lost second factor that waits.
    pub recovery: Option<Recovery>,
    /// The active sessions, the last seen first.
    pub sessions: Paged<DeviceRow>,
    /// The events, newest first.
    pub events: Paged<EventRow>,
    /// The mails, newest first.
    pub mails: Paged<MailRow>,
}

/// One user with all details and a page of each list; `None` if there is none with this id.
pub async fn show(
    s: &Services,
    id: Uuid,
    cursors: &Cursors,
) -> Result<Result<Option<Whole>, InputFaults>> {
    let mut faults = InputFaults::default();
    let behind = faults.note("sessions", Cursor::of_newest(&cursors.sessions));
    let before = faults.note("events", query::cursor(&cursors.events));
    let mails_behind = faults.note("mails", Cursor::of_newest(&cursors.mails));
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let shared = s.db.shared().await?;
    let Some(managed) = db::admin::managed::find(&shared, id).await? else {
        return Ok(Ok(None));
    };
    let limit = LATEST + 1;
    let events = db::audit::latest_of(&shared, id, before.flatten(), limit).await?;
    let mails = db::mail::outbox::latest_of(&shared, id, mails_behind.flatten(), limit).await?;
    Ok(Ok(Some(Whole {
        origin: db::imports::origin(&shared, id).await?,
        email_change: db::accounts::email_changes::pending(&shared, id, s.now()).await?,
        erased_at: managed.deleted_at.map(|at| at + s.policy.deletion_grace),
        freeze: managed.user.freeze(s.now()),
        recovery: db::authenticators::recoveries::waiting(&shared, id, s.now()).await?,
        managed,
        sessions: living(s, id, behind.flatten(), LATEST).await?,
        events: Paged::cut(events, LATEST, |event| event.seq.to_string()),
        mails: Paged::cut(mails, LATEST, |mail| {
            paged::cursor(mail.created_at, mail.id)
        }),
    })))
}

/// A page of `size` active sessions of a user, the last seen first.
pub async fn sessions(
    s: &Services,
    id: Uuid,
    cursor: &str,
    size: i64,
) -> Result<Result<Paged<DeviceRow>, InputFaults>> {
    match paged::behind(cursor) {
        Ok(behind) => Ok(Ok(living(s, id, behind, size).await?)),
        Err(faults) => Ok(Err(faults)),
    }
}

async fn living(
    s: &Services,
    user_id: Uuid,
    behind: Option<(DateTime<Utc>, Uuid)>,
    size: i64,
) -> Result<Paged<DeviceRow>> {
    let which = Which {
        user_id,
        at: s.now(),
        except: None,
        behind,
        limit: size + 1,
    };
    let rows = db::sessions::devices::living_of(&*s.db.shared().await?, which).await?;
    Ok(Paged::cut(rows, size, |row| {
        paged::cursor(row.last_seen_at, row.id)
    }))
}

/// One user; `None` if there is none with this id.
pub async fn find(s: &Services, id: Uuid) -> Result<Option<ManagedUser>> {
    let shared = s.db.shared().await?;
    Ok(db::admin::managed::find(&shared, id).await?)
}

/// The user of an active session; `None` if there is none.
pub async fn owner_of_session(s: &Services, session_id: Uuid) -> Result<Option<ManagedUser>> {
    let shared = s.db.shared().await?;
    match db::sessions::devices::owner_of(&shared, session_id, s.now()).await? {
        Some(id) => Ok(db::admin::managed::find(&shared, id).await?),
        None => Ok(None),
    }
}

/// The user with an address.
pub async fn id_of(s: &Services, email: &EmailAddress) -> Result<Option<Uuid>> {
    let shared = s.db.shared().await?;
    Ok(db::admin::managed::id_of(&shared, email.canonical()).await?)
}
