//! Vestibule: a self-hosted sign-in service in one binary.

pub mod db;
pub mod domain;
pub mod hashing;
pub mod mail;
pub mod throttle;
