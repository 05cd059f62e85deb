//! Searching users: the query, and a page of the result.

use uuid::Uuid;

use crate::{
    db::{self, admin::managed::ManagedUser},
    domain::{
        accounts::user_search::{
            self, Cursor, ROLES, Sort, Status, Step, TWO_FACTOR, UserSearch, VERIFIED,
        },
        dashboard::Figure,
    },
    flows::{FlowError, InputFaults, Result, Services},
};

pub const PAGE: usize = 50;

/// The query as it was sent; a blank value means no restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words of the name or parts of the address, or an id.
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
    /// `next` or `previous` of another page.
    pub cursor: String,
}

/// A page of the list.
#[derive(Debug)]
pub struct Page {
    /// In the order of the query.
    pub users: Vec<ManagedUser>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// The cursor of the previous page, unless this is the first one.
    pub previous: Option<String>,
}

/// Searches users. A page begins after the last user of the previous one, so that no user is repeated or
/// left out while others write.
pub async fn list(s: &Services, query: &Query) -> Result<Result<Page, InputFaults>> {
    page(s, query, PAGE).await
}

/// The same with `size` users per page.
pub async fn page(s: &Services, query: &Query, size: usize) -> Result<Result<Page, InputFaults>> {
    let mut search = match read(query) {
        Ok(search) => search,
        Err(faults) => return Ok(Err(faults)),
    };
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let mut conn = s.db.connection().await?;
    let mut users = found(&mut conn, &search, limit).await?;
    if let Some(Step::Before(_)) = search.step {
        if users.len() > size {
            users.remove(0);
            return Ok(Ok(Page {
                previous: step(users.first(), search.sort, Step::Before),
                next: step(users.last(), search.sort, Step::Behind),
                users,
            }));
        }
        // There is no user before these: this is the first page, which may have room for more.
        search.step = None;
        users = found(&mut conn, &search, limit).await?;
    }
    let more = users.len() > size;
    users.truncate(size);
    let first = users.first().filter(|_| search.step.is_some());
    let last = users.last().filter(|_| more);
    Ok(Ok(Page {
        previous: step(first, search.sort, Step::Before),
        next: step(last, search.sort, Step::Behind),
        users,
    }))
}

/// The ids of at most `most` users on all pages; the cursor is ignored.
pub async fn all_ids(
    s: &Services,
    query: &Query,
    most: usize,
) -> Result<Result<Vec<Uuid>, InputFaults>> {
    let query = Query {
        cursor: String::new(),
        ..query.clone()
    };
    let search = match read(&query) {
        Ok(search) => search,
        Err(faults) => return Ok(Err(faults)),
    };
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let ids =
        s.db.transaction(async |tx| {
            Ok::<_, FlowError>(db::admin::list::matching_ids(tx, &search, most).await?)
        })
        .await?;
    Ok(Ok(ids))
}

async fn found(
    conn: &mut db::PooledConnection,
    search: &UserSearch,
    limit: i64,
) -> Result<Vec<ManagedUser>> {
    db::transaction(conn, async |tx| {
        Ok::<_, FlowError>(db::admin::list::page(tx, search, limit).await?)
    })
    .await
}

fn step(from: Option<&ManagedUser>, sort: Sort, step: fn(Cursor) -> Step) -> Option<String> {
    let user = &from?.user;
    let place = match sort {
        Sort::Email => Cursor::Email(user.email_canonical.clone()),
        Sort::Newest | Sort::Oldest => Cursor::Created(user.created_at, user.id),
    };
    Some(step(place).encode())
}

/// The number of users in the list, on all its pages. The number of all users is estimated from a sample,
/// that of a search is counted up to a bound, so that no table is scanned.
pub async fn count(s: &Services, query: &Query) -> Result<Result<Figure, InputFaults>> {
    let search = match read(query) {
        Ok(search) => search,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut conn = s.db.connection().await?;
    if !search.narrows() {
        let figure = db::admin::dashboard::users_at_a_glance(&conn, s.now()).await?;
        return Ok(Ok(figure));
    }
    let counted = db::transaction(&mut conn, async |tx| {
        Ok::<_, FlowError>(db::admin::list::count(tx, &search).await?)
    })
    .await?;
    Ok(Ok(counted))
}

/// Whether the query is valid.
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
        step: faults
            .note("cursor", Step::decode(&query.cursor, sort))
            .flatten(),
    };
    if faults.is_empty() {
        Ok(search)
    } else {
        Err(faults)
    }
}
