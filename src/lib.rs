//! Vestibule: a self-hosted sign-in service in one binary.

pub mod db;
pub mod domain;
pub mod flows;
pub mod hashing;
pub mod local_postgres;
pub mod mail;
pub mod throttle;
pub mod web;
