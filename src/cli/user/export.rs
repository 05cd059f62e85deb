//! `vestibule user export`: users as CSV or JSON lines, written as they are read.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, ValueEnum};

use super::list::{Filters, refused};
use crate::{
    cli::setup::{Failure, on_database},
    config::Config,
    domain::audit::Client,
    flows::{
        audit::export::{self, Taker, rows::Form},
        download::Parts,
    },
};

/// The format of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For spreadsheets (RFC 4180)
    Csv,
    /// A JSON object a line, for programs
    Json,
}

#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  vestibule user export --output users.csv\n  \
    vestibule user export --format json --status active >active.jsonl"
)]
pub(in crate::cli) struct ExportArgs {
    #[command(flatten)]
    filters: Filters,

    /// The format of the file
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,

    /// A new file, readable by you alone; otherwise standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Exports, and prints the number of users to standard error.
pub(super) async fn run(config: Config, args: ExportArgs) -> Result<ExitCode, Failure> {
    let mut out: Box<dyn Write + Send> = match &args.output {
        Some(path) => Box::new(create(path)?),
        None => Box::new(io::stdout()),
    };
    let client = Client::command("vestibule user export");
    let form = match args.format {
        Format::Csv => Form::Csv,
        Format::Json => Form::JsonLines,
    };
    let count = on_database(config, async |app| {
        let (s, taker) = (
            &app.services,
            Taker {
                admin: None,
                client: &client,
            },
        );
        let begun = export::users(s, &args.filters.query(), form, taker).await?;
        let mut file = begun.map_err(|faults| refused(&faults))?;
        while let Some(part) = file.next(s).await? {
            match out.write_all(&part).and_then(|()| out.flush()) {
                Ok(()) => {}
                // The reader has closed the pipe; it may be `head`.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(None),
                Err(error) => return Err(format!("the export cannot be written: {error}").into()),
            }
        }
        Ok(Some(file.written()))
    })
    .await?;
    if let Some(count) = count {
        let users = if count == 1 { "user" } else { "users" };
        // There is no other place to report that standard error is closed.
        let _ = writeln!(io::stderr(), "{count} {users} exported.");
    }
    Ok(ExitCode::SUCCESS)
}

fn create(path: &Path) -> Result<impl Write + Send + use<>, Failure> {
    let mut options = OpenOptions::new();
    let created = options.write(true).create_new(true).mode(0o600).open(path);
    Ok(created.map_err(|error| format!("{} cannot be made: {error}", path.display()))?)
}
