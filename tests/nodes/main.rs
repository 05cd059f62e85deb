//! The built binary as separate processes: several nodes on one database, nodes that are killed, the
//! embedded database, the command line. The tests use the JSON API and check the database with SQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on the way what it measured"
)]

mod admin_browser;
mod admins;
mod api;
mod atomicity;
mod audit;
#[path = "../support/cluster.rs"]
mod cluster;
mod commands;
#[cfg(target_os = "linux")]
mod database_changes;
#[cfg(target_os = "linux")]
mod database_poolers;
mod database_tls;
#[cfg(target_os = "linux")]
mod dear_hashes;
mod email_changes;
mod embedded;
mod embedded_deaths;
mod env_file;
#[cfg(target_os = "linux")]
mod flood;
mod hang_up;
mod import;
mod inspect;
mod keys;
mod killed;
mod killed_imports;
mod lost_answers;
mod lost_database;
mod mails;
mod metrics;
mod node;
mod not_me;
mod operator;
mod operator_completions;
mod operator_doctor;
mod operator_healthcheck;
mod operator_mail;
mod operator_users;
mod other_roles;
mod password_checks;

mod person;
mod prepared;
mod races;
#[cfg(target_os = "linux")]
mod relay;
#[cfg(target_os = "linux")]
mod reloads;
mod restarts;
mod restores;
mod revocation_races;
mod schemathesis;
mod sessions;
mod slow_mail;
#[path = "../support/smtp.rs"]
mod smtp;
mod starts;
mod stops;
#[cfg(target_os = "linux")]
mod systemd;
mod tls;
mod tls_limits;
