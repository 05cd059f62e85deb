//! What keeps the service running by itself: purges, keys, health.

pub mod health;
pub mod purge;
pub mod rotate_keys;
