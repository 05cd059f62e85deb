//! Vestibule: a self-hosted sign-in service in one binary.
//!
//! # The path of one request
//!
//! A sign-in enters through the middlewares in `app::server`: cookies by their raw names, a request
//! id and a log span, headers, the body of failures, the Host check, the same-origin check, the
//! session cookie. [`web::routes`] picks the handler. Its extractors in [`web::extract`] read the
//! form or the JSON and the client's address, and the handler passes a plain input to
//! [`flows::sign_in`]. The flow counts the attempt in [`throttle`], reads the user over the shared
//! connection of [`db`], and has [`hashing`] compare the password on a bounded set of threads. In
//! one transaction it then makes sure that nothing changed meanwhile, writes the session and the
//! audit event, and mints the tokens by the rules in [`domain`]. What comes back is an outcome; the
//! page makes cookies and a redirect of it, the API a token pair. Mails written on the way wait in
//! the outbox, from which [`worker`] sends them through [`mail`] after the answer has left.
//!
//! `docs/architecture.md` tells the rest.

mod app;
mod breach;
mod cli;
mod config;
mod db;
mod domain;
mod flows;
mod hashing;
#[doc(hidden)]
pub mod internals;
mod judging;
mod local_postgres;
mod mail;
mod metrics;
mod telemetry;
mod throttle;
mod web;
mod worker;

pub use cli::run;
