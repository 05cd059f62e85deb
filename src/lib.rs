//! Vestibule: a self-hosted sign-in service.

pub mod config;
