//! The transaction as a type, so that what must be part of one cannot run without it.

use std::ops::Deref;

use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};

use super::QueryError;

/// An open transaction, made only by [`transaction`]. Statements that need none can run in it as well.
pub struct Transaction<'a>(&'a AsyncPgConnection);

impl Transaction<'_> {
    /// The connection for a statement: Diesel takes a mutable reference to a shared connection.
    pub(super) fn connection(&self) -> &AsyncPgConnection {
        self.0
    }
}

impl Deref for Transaction<'_> {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        self.0
    }
}

/// Runs `work` in a transaction. It is committed if `work` returns `Ok`, and rolled back otherwise.
///
/// If this future is dropped, the transaction stays open; the pool closes such a connection instead of
/// reusing it.
pub async fn transaction<T, E: From<QueryError>>(
    connection: &mut AsyncPgConnection,
    work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, E>,
) -> Result<T, E> {
    AnsiTransactionManager::begin_transaction(connection).await?;
    match work(&Transaction(connection)).await {
        Ok(done) => {
            AnsiTransactionManager::commit_transaction(connection).await?;
            Ok(done)
        }
        Err(error) => match AnsiTransactionManager::rollback_transaction(connection).await {
            // The connection is lost, and the first error explains why.
            Ok(()) | Err(QueryError::BrokenTransactionManager) => Err(error),
            Err(failed) => Err(failed.into()),
        },
    }
}
