//! The query of lists that are read a page at a time and take no filters.

use serde::Deserialize;
use utoipa::IntoParams;

/// Where the list continues.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct CursorQuery {
    /// `next` of the page before.
    pub cursor: String,
}
