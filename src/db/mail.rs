//! The outbox, its caps, and its state.

pub mod caps;
pub mod outbox;
pub mod queue;
pub mod texts;
