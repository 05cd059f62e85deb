//! Vestibule: a self-hosted sign-in service in one binary.

pub mod app;
pub mod cli;
pub mod config;
pub mod db;
pub mod domain;
pub mod flows;
pub mod hashing;
pub mod local_postgres;
pub mod mail;
pub mod telemetry;
pub mod throttle;
pub mod web;
pub mod worker;
