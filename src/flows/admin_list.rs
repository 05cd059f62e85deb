//! The users as admins look through them, and one of them in full.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    FlowError, InputFaults, Result, Services,
    paged::{self, Paged},
};
use crate::{
    db::{
        self, Transact,
        admin_users::ManagedUser,
        audit::EventRow,
        devices::{DeviceRow, Which},
        mails::MailRow,
    },
    domain::{
        audit_search,
        dashboard::Figure,
        email::EmailAddress,
        user_search::{self, Cursor, ROLES, Sort, Status, TWO_FACTOR, UserSearch, VERIFIED},
    },
};

/// Users of one page.
pub const PAGE: usize = 50;
/// Sessions, events and mails of a page of one user.
pub const LATEST: i64 = 20;

/// What was asked for, as it came; blank is anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The beginning of an address or a name, or an id.
    pub q: String,
    /// `active`, `disabled` or `deleted`.
    pub status: String,
    /// `user` or `admin`.
    pub role: String,
    /// `on` or `off`.
    pub two_factor: String,
    /// `yes` or `no`.
    pub verified: String,
    /// `newest`, `oldest` or `email`.
    pub sort: String,
    /// Out of the page before.
    pub cursor: String,
}

/// A page of the list.
#[derive(Debug)]
pub struct Page {
    /// In the order that was asked for.
    pub users: Vec<ManagedUser>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// Looks for users. Pages hang on the last user of the one before, so that nobody is shown twice or
/// left out while others write.
pub async fn list(s: &Services, query: &Query) -> Result<Result<Page, InputFaults>> {
    page(s, query, PAGE).await
}

/// The same with `size` users a page.
pub async fn page(s: &Services, query: &Query, size: usize) -> Result<Result<Page, InputFaults>> {
    let search = match read(query) {
        Ok(search) => search,
        Err(faults) => return Ok(Err(faults)),
    };
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let mut conn = s.db.connection().await?;
    let mut users = conn
        .transaction(async |tx| Ok::<_, FlowError>(db::user_list::page(tx, &search, limit).await?))
        .await?;
    let more = users.len() > size;
    users.truncate(size);
    let next = users
        .last()
        .filter(|_| more)
        .map(|last| after(last, search.sort).encode());
    Ok(Ok(Page { users, next }))
}

/// How many users are in the list, on all its pages. Nothing is worth a scan: all of them are told
/// from a sample, those of a search are counted up to a bound.
pub async fn count(s: &Services, query: &Query) -> Result<Result<Figure, InputFaults>> {
    let search = match read(query) {
        Ok(search) => search,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut conn = s.db.connection().await?;
    if !search.narrows() {
        let figure = db::dashboard::users_at_a_glance(&conn, s.now()).await?;
        return Ok(Ok(figure));
    }
    let counted = conn
        .transaction(async |tx| Ok::<_, FlowError>(db::user_list::count(tx, &search).await?))
        .await?;
    Ok(Ok(counted))
}

fn after(last: &ManagedUser, sort: Sort) -> Cursor {
    let user = &last.user;
    match sort {
        Sort::Email => Cursor::Email(user.email_canonical.clone()),
        Sort::Newest | Sort::Oldest => Cursor::Created(user.created_at, user.id),
    }
}

/// Whether the search can be read.
pub fn check(query: &Query) -> Result<(), InputFaults> {
    read(query).map(drop)
}

fn read(query: &Query) -> Result<UserSearch, InputFaults> {
    let mut faults = InputFaults::default();
    let sort = faults.note("sort", user_search::choice(&Sort::WORDS, &query.sort));
    let sort = sort.flatten().unwrap_or_default();
    let search = UserSearch {
        text: faults.note("q", user_search::text(&query.q)).flatten(),
        status: faults
            .note("status", user_search::choice(&Status::WORDS, &query.status))
            .flatten(),
        role: faults
            .note("role", user_search::choice(&ROLES, &query.role))
            .flatten(),
        two_factor: faults
            .note(
                "two_factor",
                user_search::choice(&TWO_FACTOR, &query.two_factor),
            )
            .flatten(),
        verified: faults
            .note("verified", user_search::choice(&VERIFIED, &query.verified))
            .flatten(),
        sort,
        after: faults
            .note("cursor", Cursor::decode(&query.cursor, sort))
            .flatten(),
    };
    if faults.is_empty() {
        Ok(search)
    } else {
        Err(faults)
    }
}

/// Where each list of one user goes on, as it came; blank is its first page.
#[derive(Debug, Clone, Default)]
pub struct Cursors {
    /// Of the living sessions.
    pub sessions: String,
    /// Of what happened.
    pub events: String,
    /// Of the mails.
    pub mails: String,
}

/// One user, with what happened around the account.
#[derive(Debug)]
pub struct Whole {
    /// The user.
    pub managed: ManagedUser,
    /// The file that brought the account, where one did.
    pub origin: Option<db::imports::Origin>,
    /// The living sessions, the one seen last first.
    pub sessions: Paged<DeviceRow>,
    /// What happened, newest first.
    pub events: Paged<EventRow>,
    /// The mails, newest first.
    pub mails: Paged<MailRow>,
}

/// One user in full, a page of each list; `None` where there is none of that id.
pub async fn show(
    s: &Services,
    id: Uuid,
    cursors: &Cursors,
) -> Result<Result<Option<Whole>, InputFaults>> {
    let mut faults = InputFaults::default();
    let behind = faults.note("sessions", Cursor::of_newest(&cursors.sessions));
    let before = faults.note("events", audit_search::cursor(&cursors.events));
    let mails_behind = faults.note("mails", Cursor::of_newest(&cursors.mails));
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let shared = s.db.shared().await?;
    let Some(managed) = db::admin_users::find(&shared, id).await? else {
        return Ok(Ok(None));
    };
    let limit = LATEST + 1;
    let events = db::audit::latest_of(&shared, id, before.flatten(), limit).await?;
    let mails = db::mails::latest_of(&shared, id, mails_behind.flatten(), limit).await?;
    Ok(Ok(Some(Whole {
        origin: db::imports::origin(&shared, id).await?,
        managed,
        sessions: living(s, id, behind.flatten(), LATEST).await?,
        events: Paged::cut(events, LATEST, |event| event.seq.to_string()),
        mails: Paged::cut(mails, LATEST, |mail| {
            paged::cursor(mail.created_at, mail.id)
        }),
    })))
}

/// A page of the living sessions of a user, `size` of them, the one seen last first.
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
    let rows = db::devices::living_of(&*s.db.shared().await?, which).await?;
    Ok(Paged::cut(rows, size, |row| {
        paged::cursor(row.last_seen_at, row.id)
    }))
}

/// One user; `None` where there is none of that id.
pub async fn find(s: &Services, id: Uuid) -> Result<Option<ManagedUser>> {
    let shared = s.db.shared().await?;
    Ok(db::admin_users::find(&shared, id).await?)
}

/// The user of a session that was not ended; `None` where there is none.
pub async fn owner_of_session(s: &Services, session_id: Uuid) -> Result<Option<ManagedUser>> {
    let shared = s.db.shared().await?;
    match db::devices::owner_of(&shared, session_id, s.now()).await? {
        Some(id) => Ok(db::admin_users::find(&shared, id).await?),
        None => Ok(None),
    }
}

/// The user of an address.
pub async fn id_of(s: &Services, email: &EmailAddress) -> Result<Option<Uuid>> {
    let shared = s.db.shared().await?;
    Ok(db::admin_users::id_of(&shared, email.canonical()).await?)
}
