//! `vestibule user import`: imports the accounts of another system from a file.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, IsTerminal, Write, stdin},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use serde_json::json;

use crate::{
    app::App,
    cli::setup::{Failure, on_database},
    config::Config,
    flows::imports::{
        at_once::{self, Judged, Options, Summary, Verdict},
        rows,
    },
};

/// How many rows pass between two lines of progress.
const PROGRESS_EVERY: u64 = 10_000;

#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  vestibule user import --dry-run users.csv\n  \
    vestibule user import --json - <users.jsonl"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(in crate::cli) struct ImportArgs {
    /// Judge every row, by the database too, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Take rows with the role admin
    #[arg(long)]
    allow_admins: bool,

    /// Send no mails: otherwise the owner of each account is notified, and can confirm the address
    #[arg(long)]
    no_mail: bool,

    /// Print a JSON object a row, and one with the sum
    #[arg(long)]
    json: bool,

    /// The file; `-` is standard input
    file: PathBuf,
}

pub(super) async fn import(config: Config, args: ImportArgs) -> Result<ExitCode, Failure> {
    let source = open(&args.file)
        .map_err(|error| format!("{} cannot be read: {error}", args.file.display()))?;
    let summary = on_database(config, async |app| import_into(app, source, &args).await).await?;
    Ok(if summary.bad == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Opens the file, or standard input for `-`.
fn open(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(stdin())));
    }
    Ok(Box::new(BufReader::new(File::open(path)?)))
}

async fn import_into(
    app: &App,
    source: Box<dyn BufRead + Send>,
    args: &ImportArgs,
) -> Result<Summary, Failure> {
    let options = Options {
        dry_run: args.dry_run,
        allow_admins: args.allow_admins,
        no_mail: args.no_mail,
        file_name: args.file.to_string_lossy().into_owned(),
    };
    let mut out = io::BufWriter::new(io::stdout());
    let (mut reported, mut failed) = (0_u64, None);
    let mut tell = |rows: &[Judged]| {
        for row in rows {
            if let Err(error) = out.write_all(line(row, args.json).as_bytes()) {
                failed.get_or_insert(error);
            }
            reported += 1;
            if reported.is_multiple_of(PROGRESS_EVERY) {
                progress(reported);
            }
        }
    };
    let rows = rows::read(source);
    let summary = at_once::import(&app.services, rows, &options, &mut tell).await?;
    if let Some(error) = failed {
        // The reader has closed the pipe, perhaps `head`. The import stays done.
        tracing::warn!(%error, "standard output could not be written");
    } else {
        out.write_all(sum(&summary, args).as_bytes())?;
        out.flush()?;
    }
    Ok(summary)
}

/// Writes to standard error, so that it is not mixed with the rows. On a terminal it overwrites its line.
fn progress(reported: u64) {
    let mut error = io::stderr();
    let end = if error.is_terminal() { "\r" } else { "\n" };
    // There is no other place to report that standard error is closed.
    let _ = write!(error, "{reported} rows{end}");
}

fn line(row: &Judged, json: bool) -> String {
    let (word, why) = match &row.verdict {
        Verdict::New => ("new", None),
        Verdict::Exists => ("exists", None),
        Verdict::Bad(why) => ("bad", Some(why)),
    };
    if json {
        let mut object = json!({ "line": row.line, "email": row.email, "status": word });
        if let Some(why) = why {
            object["why"] = json!(why);
        }
        return format!("{object}\n");
    }
    // A file may hold control characters, which a terminal obeys.
    let email = row.email.escape_debug();
    match why {
        Some(why) => format!("line {}: bad: {email}: {}\n", row.line, why.escape_debug()),
        None => format!("line {}: {word}: {email}\n", row.line),
    }
}

fn sum(summary: &Summary, args: &ImportArgs) -> String {
    let Summary {
        new,
        exists,
        bad,
        written,
    } = *summary;
    if args.json {
        let sum = json!({ "new": new, "exists": exists, "bad": bad, "written": written });
        return format!("{}\n", json!({ "summary": sum }));
    }
    let end = match (written, bad) {
        (true, _) => "Everything is written.",
        (false, 0) => "Nothing was written, as this was a dry run.",
        (false, _) => "Nothing was written. Fix or remove the bad rows, and import again.",
    };
    format!("{new} new, {exists} exist, {bad} bad. {end}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_line() {
        let row = |verdict| Judged {
            line: 7,
            email: "a\u{1b}[2J@x\n".to_owned(),
            verdict,
        };
        assert_eq!(
            line(&row(Verdict::New), false),
            "line 7: new: a\\u{1b}[2J@x\\n\n"
        );
        let bad = row(Verdict::Bad("email: no".to_owned()));
        assert_eq!(
            line(&bad, false),
            "line 7: bad: a\\u{1b}[2J@x\\n: email: no\n"
        );
        let json = line(&bad, true);
        assert_eq!(json.lines().count(), 1);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&read["status"], &read["why"]),
            (&json!("bad"), &json!("email: no"))
        );
    }
}
