//! Vestibule: a self-hosted sign-in service in one binary.

pub mod local_postgres;
