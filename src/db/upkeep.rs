//! What is purged, sealed anew and examined.

pub mod examine;
pub mod purge;
pub mod sealed;
