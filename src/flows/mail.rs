//! Mails: writing them to the outbox, delivering them, and showing them to operators.

pub mod deliver;
pub(super) mod outbox;
pub mod queue;
pub mod requested;
