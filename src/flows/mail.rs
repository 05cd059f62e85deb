//! Mails: written to the outbox, delivered from it, and looked at by operators.

pub mod deliver;
pub(in crate::flows) mod outbox;
pub mod queue;
pub mod requested;
