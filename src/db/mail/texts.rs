//! Caps on messages to phones. Each message is a row, so that no hour has more of them than a cap allows.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Transaction;

/// A message that is to be counted.
#[derive(Debug, Clone, Copy)]
pub struct NewText {
    pub id: Uuid,
    /// The key of its number.
    pub number: Uuid,
    /// The key of the user who causes it.
    pub user: Uuid,
    pub at: DateTime<Utc>,
    /// Whether its number is not confirmed yet.
    pub setup: bool,
}

/// The most messages in a period.
#[derive(Debug, Clone, Copy)]
pub struct TextCaps {
    pub to_number: i32,
    pub of_user: i32,
    pub of_all: i32,
    /// Of the messages to one number, those for its setup.
    pub setups_of_number: i32,
    /// Of all messages, those for a setup.
    pub setups_of_all: i32,
    pub per: TimeDelta,
}

#[derive(QueryableByName)]
struct Full {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<DateTime<Utc>>,
}

/// Counts a message. If a cap is reached, nothing is counted, and the answer is when the next message may be sent.
///
/// Messages are counted one after the other, so concurrent requests on any nodes never exceed a cap.
pub async fn admit(
    tx: &Transaction<'_>,
    text: NewText,
    caps: TextCaps,
) -> QueryResult<Option<DateTime<Utc>>> {
    // A statement of its own: the next one sees what the holder before has committed.
    sql_query("LOCK TABLE text_lock IN SHARE UPDATE EXCLUSIVE MODE")
        .execute(&mut tx.connection())
        .await?;
    let full: Full = sql_query(
        "WITH reached AS (SELECT greatest(
                 (SELECT at FROM sent_texts WHERE number_key = $2 AND at > $5 ORDER BY at DESC OFFSET $6 LIMIT 1),
                 (SELECT at FROM sent_texts WHERE user_key = $3 AND at > $5 ORDER BY at DESC OFFSET $7 LIMIT 1),
                 (SELECT at FROM sent_texts WHERE at > $5 ORDER BY at DESC OFFSET $8 LIMIT 1),
                 (SELECT at FROM sent_texts WHERE $9 AND setup AND number_key = $2 AND at > $5
                     ORDER BY at DESC OFFSET $10 LIMIT 1),
                 (SELECT at FROM sent_texts WHERE $9 AND setup AND at > $5 ORDER BY at DESC OFFSET $11 LIMIT 1)) AS since),
              counted AS (INSERT INTO sent_texts (id, number_key, user_key, at, setup)
                 SELECT $1, $2, $3, $4, $9 FROM reached WHERE since IS NULL)
         SELECT since FROM reached",
    )
    .bind::<SqlUuid, _>(text.id)
    .bind::<SqlUuid, _>(text.number)
    .bind::<SqlUuid, _>(text.user)
    .bind::<Timestamptz, _>(text.at)
    .bind::<Timestamptz, _>(text.at - caps.per)
    .bind::<BigInt, _>(i64::from(caps.to_number) - 1)
    .bind::<BigInt, _>(i64::from(caps.of_user) - 1)
    .bind::<BigInt, _>(i64::from(caps.of_all) - 1)
    .bind::<Bool, _>(text.setup)
    .bind::<BigInt, _>(i64::from(caps.setups_of_number) - 1)
    .bind::<BigInt, _>(i64::from(caps.setups_of_all) - 1)
    .get_result(&mut tx.connection())
    .await?;
    Ok(full.since.map(|since| since + caps.per))
}
