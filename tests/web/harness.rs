//! The harness of these tests: a database for each, the app on a free port, a clock that the test moves,
//! mails in memory, users in every state, a browser and a JSON client.

pub(crate) mod answer;
pub(crate) mod api;
pub(crate) mod app;
pub(crate) mod authenticator;
pub(crate) mod breaches;
pub(crate) mod browser;
pub(crate) mod clock;
pub(crate) mod cookie;
pub(crate) mod database;
pub(crate) mod described;
pub(crate) mod form;
pub(crate) mod mail;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod readable;
pub(crate) mod settings;

pub(crate) use api::{Api, Reply};
pub(crate) use app::TestApp;
pub(crate) use browser::{Browser, Page};
pub(crate) use people::Person;
