//! Statements that are prepared once for each connection.
//!
//! Diesel keeps a prepared statement only where the types prove that its text never varies: not for
//! `INSERT` and `UPDATE` with optional columns, nor for SQL that is written by hand. Such a statement is
//! parsed and planned each time, and waits for one answer more. [`Prepare::prepared`] keeps it by its text.

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};

/// A statement with few texts: constant SQL, or optional columns that are set or left out. The connection
/// keeps one prepared statement for each text, so no text may contain a value or grow with a number of rows.
pub(in crate::db) struct Prepared<Q>(Q);

pub(in crate::db) trait Prepare: Sized {
    fn prepared(self) -> Prepared<Self> {
        Prepared(self)
    }
}

impl<Q: QueryFragment<Pg>> Prepare for Q {}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

/// Kept by its text and not by its type.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
