//! Who may use a route.

use actix_web::{
    Route,
    guard::{Any, Get, Head},
};

/// Who may use a route. Its extractors enforce it, the description of the API documents it, and tests send
/// users of every kind to every route. The widest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// Anyone; the result depends only on the request.
    Anyone,
    /// Users who are signed in, even if they must change their password first.
    AnySession,
    /// Users who are signed in and need not change their password first.
    Session,
    /// The same, if they are admins at the time of the request.
    Admin,
}

/// Restricts a route to `GET` and `HEAD` (RFC 9110, 9.3.2).
pub(super) fn get_or_head(route: Route) -> Route {
    route.guard(Any(Get()).or(Head()))
}
