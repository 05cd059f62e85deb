//! The list of users, a page at a time. The cost of a page depends on its size, not on the number of
//! users: docs/performance.md has the plans. `statement` builds the statements.

mod kinds;
mod statement;

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use super::managed::{IS_RECOVERING, LAST_SIGN_IN, ManagedUser, managed};
use crate::{
    db::Transaction,
    db::accounts::users::{FactorsRow, PASSKEYS_SINCE, PHONE_SINCE, TOTP_SINCE, UserRow},
    domain::{accounts::user_search::UserSearch, dashboard::Figure},
};
use statement::{Direction, FEW, FURTHER, GATHERED, NEAR};

/// The most users that are counted.
pub const BOUND: i64 = 1000;

/// A row of the list. The times of second factor and last sign-in are looked up only for the rows of the
/// page.
#[derive(QueryableByName)]
struct Found {
    #[diesel(embed)]
    user: UserRow,
    #[diesel(embed)]
    factors: FactorsRow,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_recovering: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_sign_in_at: Option<DateTime<Utc>>,
}

/// The users who match a text, and their number.
#[derive(QueryableByName)]
struct Candidate {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Up to `limit` users that a search finds, in its order, within the caller's transaction. Before a
/// position, these are the last users before it.
pub async fn page(
    tx: &Transaction<'_>,
    search: &UserSearch,
    limit: i64,
) -> QueryResult<Vec<ManagedUser>> {
    plan_for_values(tx).await?;
    let mut found = match &search.text {
        None => {
            let ids = Direction::of(search).filtered(search);
            rows(tx, search, &ids, limit).await?
        }
        Some(_) => matching(tx, search, limit).await?,
    };
    if Direction::of(search).is_backwards() {
        found.reverse();
    }
    Ok(found)
}

/// The users who match a text. Frequent matches are found among the next users in order; rare matches are
/// collected from the index of words. If neither works, because all matches are far away, users are read
/// in order until they are found.
async fn matching(
    tx: &Transaction<'_>,
    search: &UserSearch,
    limit: i64,
) -> QueryResult<Vec<ManagedUser>> {
    let direction = Direction::of(search);
    let is_page = |found: &[ManagedUser]| i64::try_from(found.len()).is_ok_and(|n| n >= limit);
    let near = async |near| rows(tx, search, &direction.near(near), limit).await;
    let mut found = near(NEAR).await?;
    if found.len() >= FEW && !is_page(&found) {
        found = near(FURTHER).await?;
    }
    if is_page(&found) {
        return Ok(found);
    }
    plan(tx, BY_INDEX_OF_WORDS).await?;
    let ids = async |statement: &str| -> QueryResult<Vec<Candidate>> {
        let statement = statement::bound(statement, search, limit);
        statement.load(&mut tx.connection()).await
    };
    let mut gathered = ids(&direction.gathered(search)).await?;
    if gathered.iter().any(|one| one.count >= GATHERED) {
        plan(tx, IN_ORDER).await?;
        gathered = ids(&direction.on_the_way()).await?;
    }
    plan(tx, BY_KEY).await?;
    let ids: Vec<String> = gathered.iter().map(|one| one.id.to_string()).collect();
    let ids = format!("SELECT unnest('{{{}}}'::uuid[])", ids.join(","));
    rows(tx, search, &ids, limit).await
}

/// The users with the ids that a statement selects, in the order of the direction.
async fn rows(
    conn: &AsyncPgConnection,
    search: &UserSearch,
    ids: &str,
    limit: i64,
) -> QueryResult<Vec<ManagedUser>> {
    let order = Direction::of(search).order();
    let statement = format!(
        "SELECT users.*, {TOTP_SINCE} AS totp_since, {PASSKEYS_SINCE} AS passkeys_since,
            {PHONE_SINCE} AS phone_since, {IS_RECOVERING} AS is_recovering, {LAST_SIGN_IN} AS last_sign_in_at
         FROM users WHERE id = ANY(ARRAY({ids})) ORDER BY {order}"
    );
    let rows: Vec<Found> = statement::bound(&statement, search, limit)
        .load(&mut &*conn)
        .await?;
    let user = |found: Found| {
        let Found {
            user,
            factors,
            deleted_at,
            is_recovering,
            last_sign_in_at,
        } = found;
        managed((user, factors, deleted_at, is_recovering, last_sign_in_at))
    };
    Ok(rows.into_iter().map(user).collect())
}

/// The number of users that a search finds on all its pages, counted up to [`BOUND`]; within a
/// transaction.
pub async fn count(tx: &Transaction<'_>, search: &UserSearch) -> QueryResult<Figure> {
    plan_for_values(tx).await?;
    let count = async |statement: &str| {
        let count = statement::bound(statement, search, BOUND);
        let Count { count } = count.get_result(&mut tx.connection()).await?;
        QueryResult::Ok(count)
    };
    let counted = match &search.text {
        None => count(&statement::count_filtered()).await?,
        Some(_) => match count(&statement::count_near()).await? {
            enough if enough >= BOUND => enough,
            _ => {
                plan(tx, BY_INDEX_OF_WORDS).await?;
                count(&statement::count_candidates(search)).await?
            }
        },
    };
    Ok(Figure::bounded(counted, BOUND))
}

/// The ids of up to `limit` users that a search finds on all pages, in no particular order; within a
/// transaction.
pub async fn matching_ids(
    tx: &Transaction<'_>,
    search: &UserSearch,
    limit: i64,
) -> QueryResult<Vec<Uuid>> {
    plan_for_values(tx).await?;
    if search.text.is_some() {
        plan(tx, BY_INDEX_OF_WORDS).await?;
    }
    let statement = statement::matching_ids(search);
    let found: Vec<Candidate> = statement::bound(&statement, search, limit)
        .load(&mut tx.connection())
        .await?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// The search values decide which index is fast, so each statement is planned for its values. A generic
/// plan could not distinguish a rare word from a frequent one.
async fn plan_for_values(tx: &Transaction<'_>) -> QueryResult<()> {
    sql_query("SET LOCAL plan_cache_mode = force_custom_plan")
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Allows Postgres only bitmap index scans. It expects a pair of frequent words to be frequent as well; if
/// they rarely occur together, it would read all users in the order of the list without filling a page.
const BY_INDEX_OF_WORDS: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off;
    SET LOCAL enable_indexonlyscan = off";
/// Makes Postgres read users only in the order of the list.
const IN_ORDER: &str = "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off;
    SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on";
/// Resets the two settings above, but no table may be scanned completely.
const BY_KEY: &str = "SET LOCAL enable_bitmapscan = on; SET LOCAL enable_sort = on;
    SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on";

async fn plan(tx: &Transaction<'_>, how: &str) -> QueryResult<()> {
    tx.connection().batch_execute(how).await
}
