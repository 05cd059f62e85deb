//! The audit log.

use crate::config::{
    setting::{Optional, settings},
    value::whole,
};

settings! {
    "The audit log";

    /// Days after which audit events are deleted, 1 to 36500; unset, they are kept for ever. Their
    /// seals stay, so that the rest still verifies.
    AUDIT_RETENTION_DAYS: Optional<i64> = unset("730", |text| whole(text, 1..=36_500));
}
