//! The outbox, its caps, and how it stands.

pub mod caps;
pub mod outbox;
pub mod queue;
