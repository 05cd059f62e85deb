//! Vestibule: a self-hosted sign-in service.

pub mod cli;
pub mod config;
pub mod telemetry;
