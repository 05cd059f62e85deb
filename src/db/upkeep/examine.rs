//! The state of a database for `vestibule doctor`: our role, its rights, and the settings. Nothing here
//! changes anything.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// A database as our role sees it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own"
)]
pub struct Examined {
    #[diesel(sql_type = Text)]
    pub role: String,
    /// The version of the server, in words.
    #[diesel(sql_type = Text)]
    pub version: String,
    /// The same as a number: 150008 is 15.8.
    #[diesel(sql_type = Integer)]
    pub version_number: i32,
    /// Whether our role is a superuser.
    #[diesel(sql_type = Bool)]
    pub superuser: bool,
    /// Whether our role may create tables, as migrations do.
    #[diesel(sql_type = Bool)]
    pub may_create: bool,
    /// Whether the server is read-only: a standby.
    #[diesel(sql_type = Bool)]
    pub read_only: bool,
    /// The encoding of texts.
    #[diesel(sql_type = Text)]
    pub encoding: String,
    /// Whether the connection is over TLS.
    #[diesel(sql_type = Bool)]
    pub encrypted: bool,
    /// Whether the server runs on another machine.
    #[diesel(sql_type = Bool)]
    pub remote: bool,
    /// The connections that ordinary roles share.
    #[diesel(sql_type = Integer)]
    pub connections: i32,
    /// Our tables that our role may not read or insert into, separated by commas.
    #[diesel(sql_type = Text)]
    pub out_of_reach: String,
}

/// Every table of our migrations, and the one that lists the migrations. Tables of other programs in the
/// same schema do not matter.
const TABLES: [&str; 25] = [
    "__diesel_schema_migrations",
    "account_throttles",
    "audit_events",
    "audit_seals",
    "backup_codes",
    "bulk_selections",
    "email_changes",
    "former_addresses",
    "invitations",
    "mail_caps",
    "mails",
    "passkeys",
    "phone_codes",
    "phones",
    "recoveries",
    "revoked_tokens",
    "sent_texts",
    "sessions",
    "totp_authenticators",
    "trusted_devices",
    "undo_points",
    "user_import_parts",
    "user_import_rows",
    "user_imports",
    "users",
];

pub async fn examine(mut conn: &AsyncPgConnection) -> QueryResult<Examined> {
    sql_query(
        "SELECT current_user::text AS role,
                current_setting('server_version') AS version,
                current_setting('server_version_num')::int4 AS version_number,
                (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
                coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
                pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS read_only,
                current_setting('server_encoding') AS encoding,
                coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted,
                coalesce(NOT (inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1'), false) AS remote,
                current_setting('max_connections')::int4
                  - current_setting('superuser_reserved_connections')::int4 AS connections,
                coalesce((SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class
                  WHERE relkind = 'r' AND relnamespace = current_schema()::text::regnamespace
                    AND relname = ANY ($1)
                    AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT'))),
                  '') AS out_of_reach",
    )
    .bind::<Array<Text>, _>(TABLES.as_slice())
    .get_result(&mut conn)
    .await
}

/// The numbers of accounts whose row says that they have a second factor and that have none, and the
/// reverse.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct SecondFactors {
    /// The row says so, but none is stored.
    #[diesel(sql_type = BigInt)]
    pub lost: i64,
    /// One is stored, but the row says there is none.
    #[diesel(sql_type = BigInt)]
    pub unnoted: i64,
    /// The id of one such account.
    #[diesel(sql_type = Nullable<Text>)]
    pub first: Option<String>,
}

/// Compares `users.two_factor` with the second factors that are stored.
pub async fn second_factors(mut conn: &AsyncPgConnection) -> QueryResult<SecondFactors> {
    sql_query(
        "SELECT count(*) FILTER (WHERE two_factor) AS lost,
                count(*) FILTER (WHERE NOT two_factor) AS unnoted, min(id::text) AS first
         FROM users WHERE two_factor <> (
             EXISTS (SELECT FROM totp_authenticators AS t
                 WHERE t.user_id = users.id AND t.confirmed_at IS NOT NULL)
             OR EXISTS (SELECT FROM passkeys AS p WHERE p.user_id = users.id)
             OR EXISTS (SELECT FROM phones AS p
                 WHERE p.user_id = users.id AND p.confirmed_at IS NOT NULL))",
    )
    .get_result(&mut conn)
    .await
}

/// The second factors of the kinds that not every site offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct StoredFactors {
    /// Those that are confirmed.
    #[diesel(sql_type = BigInt)]
    pub phones: i64,
    #[diesel(sql_type = BigInt)]
    pub passkeys: i64,
}

pub async fn stored_factors(mut conn: &AsyncPgConnection) -> QueryResult<StoredFactors> {
    sql_query(
        "SELECT (SELECT count(*) FROM phones WHERE confirmed_at IS NOT NULL) AS phones,
                (SELECT count(*) FROM passkeys) AS passkeys",
    )
    .get_result(&mut conn)
    .await
}

pub async fn clock(mut conn: &AsyncPgConnection) -> QueryResult<DateTime<Utc>> {
    #[derive(QueryableByName)]
    struct Clock {
        #[diesel(sql_type = Timestamptz)]
        at: DateTime<Utc>,
    }
    let clock: Clock = sql_query("SELECT clock_timestamp() AS at")
        .get_result(&mut conn)
        .await?;
    Ok(clock.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_those_of_the_schema() {
        let schema = include_str!("../schema.rs");
        let in_schema = schema
            .split("diesel::table! {")
            .skip(1)
            .filter_map(|table| table.split_whitespace().next());
        let expected: Vec<&str> = std::iter::once("__diesel_schema_migrations")
            .chain(in_schema)
            .collect();
        assert_eq!(TABLES.as_slice(), expected);
    }
}
