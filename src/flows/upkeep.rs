//! Maintenance of the service: purges, keys, health.

pub mod health;
pub mod purge;
pub mod rotate_keys;
