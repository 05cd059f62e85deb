//! `vestibule migrate`: migrates the database to the current version.

use std::io::Write;

use super::setup::{Database, Failure};
use crate::{app::App, config::Config};

pub(super) async fn run(config: Config) -> Result<(), Failure> {
    let database = Database::open(&config).await?;
    let ran = App::migrate(&database.options).await;
    database.close().await?;
    let mut out = std::io::stdout();
    match ran?.as_slice() {
        [] => writeln!(out, "The database is up to date.")?,
        names => {
            for name in names {
                writeln!(out, "ran {name}")?;
            }
        }
    }
    Ok(())
}
