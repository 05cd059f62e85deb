//! Errors of statements, classified by their SQLSTATE: the text of an error depends on the server's
//! language (`lc_messages`).

use diesel::result::{DatabaseErrorKind, Error as QueryError};
use thiserror::Error;

/// An error of the database or of the connection to it.
#[derive(Debug, Error)]
pub enum DbError {
    #[error("database: {0}")]
    Query(QueryError),
    /// There was no connection in time, it ended before the answer arrived, or the database temporarily
    /// cannot do what it usually can.
    #[error("database: no connection: {0}")]
    Unavailable(String),
}

impl From<QueryError> for DbError {
    /// A lost connection is no fault of the statement, and neither is a wait that took too long: the same
    /// request succeeds once the database is back, or the other transaction has ended.
    fn from(error: QueryError) -> Self {
        use DatabaseErrorKind::{
            ClosedConnection, ReadOnlyTransaction, SerializationFailure, UnableToSendCommand,
        };
        let may_pass = match &error {
            QueryError::DatabaseError(
                ClosedConnection | ReadOnlyTransaction | SerializationFailure | UnableToSendCommand,
                _,
            )
            | QueryError::BrokenTransactionManager
            | QueryError::RollbackErrorOnCommit { .. } => true,
            other => sql_state(other).is_some_and(may_pass),
        };
        if may_pass {
            Self::Unavailable(error.to_string())
        } else {
            Self::Query(error)
        }
    }
}

/// The SQLSTATE of an error that Diesel does not classify (`vendor/README.md`).
fn sql_state(error: &QueryError) -> Option<&str> {
    let QueryError::QueryBuilderError(cause) = error else {
        return None;
    };
    let cause = cause.downcast_ref::<tokio_postgres::error::DbError>()?;
    Some(cause.code().code())
}

/// Whether the same statement may succeed later, or on another connection.
fn may_pass(state: &str) -> bool {
    ends_connection(state)
        || match state.get(..2).unwrap_or_default() {
            // Insufficient resources; an operator or a limit intervened.
            "53" | "57" => true,
            _ => matches!(
                state,
                // Serialization failure, deadlock, lock not available in time, object in use.
                "40001" | "40P01" | "55P03" | "55006"
            ),
        }
}

/// Whether a connection cannot be used after this error.
pub(super) fn ends_connection(state: &str) -> bool {
    match state.get(..2).unwrap_or_default() {
        // Connection exceptions; internal errors.
        "08" | "XX" => true,
        _ => matches!(
            state,
            // A prepared plan whose result type has changed (`cached plan must not change result type`),
            // and other things that a server does not support.
            "0A000"
            // A standby, or a database that accepts no writes.
            | "25006"
            // In a failed transaction, which was not ended as it should have been.
            | "25P02"
            // Prepared statements of another session, or missing ones: a pooler.
            | "26000" | "42P05"
            // Idle in a transaction for too long, or a transaction that took too long.
            | "25P03" | "25P04"
            // Shutdown, crash, start, a dropped database, or idle for too long.
            | "57P01" | "57P02" | "57P03" | "57P04" | "57P05"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_classified_by_their_state() {
        for state in [
            "25006", "26000", "0A000", "57P01", "57P03", "08006", "25P02",
        ] {
            assert!(ends_connection(state) && may_pass(state), "{state}");
        }
        for state in ["55P03", "57014", "53300", "40P01"] {
            assert!(!ends_connection(state) && may_pass(state), "{state}");
        }
        for state in ["23505", "42P01", "22001", "42501", ""] {
            assert!(!ends_connection(state) && !may_pass(state), "{state}");
        }
    }
}
