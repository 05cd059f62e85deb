//! A user's sessions as a list of devices, and when each was last seen.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use uuid::Uuid;

use crate::db::{prepared::Prepare, schema::sessions};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
pub struct DeviceRow {
    pub id: Uuid,
    /// The client's address when it was last noted.
    pub ip: Option<IpNet>,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    /// When a request was last recorded, to about a minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends unless it is refreshed.
    pub expires_at: DateTime<Utc>,
}

/// Selects active sessions of a user.
#[derive(Debug, Clone, Copy)]
pub struct Which {
    pub user_id: Uuid,
    /// Sessions that are active at this time.
    pub at: DateTime<Utc>,
    pub except: Option<Uuid>,
    /// Sessions after the one that was last seen at this time and has this id.
    pub behind: Option<(DateTime<Utc>, Uuid)>,
    /// The largest number of sessions.
    pub limit: i64,
}

/// The active sessions of a user, the last seen first. No index has this order, because every rotation
/// would have to write it. A page reads all active sessions of the user.
pub async fn living_of(mut conn: &AsyncPgConnection, which: Which) -> QueryResult<Vec<DeviceRow>> {
    let mut query = sessions::table
        .filter(sessions::user_id.eq(which.user_id))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(which.at))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .limit(which.limit)
        .select(DeviceRow::as_select())
        .into_boxed();
    if let Some(except) = which.except {
        query = query.filter(sessions::id.ne(except));
    }
    if let Some((seen, id)) = which.behind {
        let earlier = sessions::last_seen_at.lt(seen);
        let at_once = sessions::last_seen_at.eq(seen).and(sessions::id.lt(id));
        query = query.filter(earlier.or(at_once));
    }
    query.load(&mut conn).await
}

/// How many active sessions a user has.
pub async fn count_living(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<i64> {
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(at))
        .count()
        .get_result(&mut conn)
        .await
}

/// An active session of a user.
pub async fn living(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    user_id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<Option<DeviceRow>> {
    sessions::table
        .filter(sessions::id.eq(id).and(sessions::user_id.eq(user_id)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(at))
        .select(DeviceRow::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// The user of an active session.
pub async fn owner_of(
    mut conn: &AsyncPgConnection,
    session_id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<Option<Uuid>> {
    sessions::table
        .find(session_id)
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(at))
        .select(sessions::user_id)
        .first(&mut conn)
        .await
        .optional()
}

/// A request of a session, to be recorded.
#[derive(Debug, Clone)]
pub struct Sighting<'a> {
    pub session_id: Uuid,
    pub at: DateTime<Utc>,
    /// Recorded only if the last one was before this time.
    pub unless_since: DateTime<Utc>,
    /// The client's current address.
    pub ip: IpNet,
    pub user_agent: Option<&'a str>,
}

/// Records a request of an active session. Of concurrent requests, one writes.
pub async fn note(mut conn: &AsyncPgConnection, sighting: &Sighting<'_>) -> QueryResult<()> {
    diesel::update(sessions::table)
        .filter(sessions::id.eq(sighting.session_id))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::last_seen_at.lt(sighting.unless_since))
        .set((
            sessions::last_seen_at.eq(sighting.at),
            sessions::ip.eq(sighting.ip),
            sessions::user_agent.eq(sighting.user_agent),
        ))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}
