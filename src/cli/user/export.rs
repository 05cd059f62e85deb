//! `vestibule user export`: users as CSV or JSON lines, written as they are read.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, ValueEnum};

use super::{
    list::{Filters, refused},
    told,
};
use crate::{
    cli::setup::{Failure, on_database},
    config::Config,
    db::admin_users::ManagedUser,
    domain::{audit::Client, spreadsheet::defused},
    flows::admin_export,
};

/// The first line of the CSV; the keys of the JSON.
const COLUMNS: [&str; 11] = [
    "id",
    "email",
    "display_name",
    "role",
    "email_verified",
    "two_factor_enabled",
    "password_must_change",
    "password_changed_at",
    "disabled_at",
    "deleted_at",
    "created_at",
];

/// How the file looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For spreadsheets (RFC 4180)
    Csv,
    /// A JSON object a line, for programs
    Json,
}

/// What to export, and where to.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  vestibule user export --output users.csv\n  \
    vestibule user export --format json --status active >active.jsonl"
)]
pub(in crate::cli) struct ExportArgs {
    #[command(flatten)]
    filters: Filters,

    /// How the file looks
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,

    /// A new file, readable by you alone; otherwise standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Exports, and says how many to standard error.
pub(super) async fn run(config: Config, args: ExportArgs) -> Result<ExitCode, Failure> {
    let mut out: Box<dyn Write + Send> = match &args.output {
        Some(path) => Box::new(create(path)?),
        None => Box::new(io::stdout()),
    };
    let client = Client::command("vestibule user export");
    let count = on_database(config, async |app| {
        let mut fault = begin(&mut out, args.format).err();
        let mut take = |users: &[ManagedUser]| {
            fault = fault
                .take()
                .or_else(|| write(&mut out, args.format, users).err());
            fault.is_none()
        };
        let query = args.filters.query();
        let count = admin_export::users(&app.services, &query, &client, &mut take).await?;
        match fault {
            // Whoever reads, a `head` perhaps, has had enough.
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
            Some(error) => Err(format!("the export cannot be written: {error}").into()),
            None => Ok(Some(count.map_err(|faults| refused(&faults))?)),
        }
    })
    .await?;
    if let Some(count) = count {
        let users = if count == 1 { "user" } else { "users" };
        // With standard error closed there is nobody to tell.
        let _ = writeln!(io::stderr(), "{count} {users} exported.");
    }
    Ok(ExitCode::SUCCESS)
}

fn create(path: &Path) -> Result<impl Write + Send + use<>, Failure> {
    let mut options = OpenOptions::new();
    let created = options.write(true).create_new(true).mode(0o600).open(path);
    Ok(created.map_err(|error| format!("{} cannot be made: {error}", path.display()))?)
}

fn begin(out: &mut impl Write, format: Format) -> io::Result<()> {
    match format {
        Format::Csv => record(out, COLUMNS.map(str::to_owned)),
        Format::Json => Ok(()),
    }
}

/// One write a batch.
fn write(out: &mut impl Write, format: Format, users: &[ManagedUser]) -> io::Result<()> {
    let mut text = Vec::new();
    for managed in users {
        match format {
            Format::Csv => record(&mut text, cells(managed))?,
            Format::Json => writeln!(text, "{}", told::user(managed))?,
        }
    }
    out.write_all(&text)?;
    out.flush()
}

fn cells(managed: &ManagedUser) -> [String; 11] {
    let user = told::user(managed);
    COLUMNS.map(|column| match &user[column] {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => defused(text).into_owned(),
        other => other.to_string(),
    })
}

fn record(out: &mut impl Write, cells: [String; 11]) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record(cells).map_err(io::Error::other)?;
    writer.flush()
}
