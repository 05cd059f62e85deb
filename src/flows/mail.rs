//! Mails: writing them to the outbox, notifying owners, delivering them, and showing them to operators.

pub mod deliver;
pub(super) mod notify;
pub(super) mod outbox;
pub mod queue;
pub mod requested;
pub(super) mod texts;
