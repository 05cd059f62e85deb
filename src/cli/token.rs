//! `vestibule token inspect`: shows a token's claims, and why it would be accepted or refused.
//!
//! The token is read from standard input, so that it appears in no list of processes and no shell history.
//! It is never printed.

mod format;

use std::{
    io::{Read, Write},
    process::ExitCode,
};

use clap::{Args, Subcommand};

use super::setup::{self, Database, Failure};
use crate::{
    app::{App, System, SystemClock},
    config::Config,
    domain::{clock::Clock, secrets::secret::SecretString, token::Claims},
    flows::sessions::inspect_token::{self, Judged},
};
use format::TokenView;

/// The longest input that is read.
const MOST_BYTES: u64 = 64 * 1024;
const REFUSED: u8 = 1;
const MISUSED: u8 = 2;

/// The commands below `vestibule token`.
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Show the claims of the token on standard input, and why it would be accepted or refused
    ///
    /// Header and claims are shown as the token has them, verified or not; the token itself never is.
    /// A token whose text is in order is judged against the database as well.
    ///
    /// Exit status: 0 accepted, 1 refused, 2 where it could not be judged.
    Inspect(InspectArgs),
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  vestibule token inspect <token.txt\n  \
    vestibule token inspect --offline --json <token.txt")]
pub(super) struct InspectArgs {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,

    /// Judge the text alone: signature, purpose, issuer, audience and times
    #[arg(long)]
    offline: bool,
}

/// Inspects the token on standard input.
pub(super) fn inspect(args: &InspectArgs) -> ExitCode {
    let looked = read(std::io::stdin())
        .and_then(|token| setup::block_on(|config| look(config, token, args)));
    match looked {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(REFUSED),
        Err(error) => {
            setup::complain(&error);
            ExitCode::from(MISUSED)
        }
    }
}

/// The token, without surrounding whitespace.
fn read(from: impl Read) -> Result<SecretString, Failure> {
    let mut text = String::new();
    let read = from.take(MOST_BYTES + 1).read_to_string(&mut text);
    read.map_err(|error| format!("standard input cannot be read as a token: {error}"))?;
    if text.len() as u64 > MOST_BYTES {
        return Err("standard input holds more than a token".into());
    }
    match text.trim() {
        "" => Err("standard input is empty; give it a token".into()),
        token => Ok(SecretString::from(token)),
    }
}

/// Prints the result; returns whether the token would be accepted.
async fn look(config: Config, token: SecretString, args: &InspectArgs) -> Result<bool, Failure> {
    let now = SystemClock.now();
    let inspection = App::token_codec(&config).inspect(token.expose(), now);
    let judged = match &inspection.verdict {
        Ok(claims) if !args.offline => Some(judge(&config, &token, claims).await),
        _ => None,
    };
    let view = TokenView {
        inspection: &inspection,
        judged: judged.as_ref().and_then(|judged| judged.as_ref().ok()),
        now,
    };
    let text = if args.json { view.json() } else { view.text() };
    std::io::stdout().write_all(text.as_bytes())?;
    match judged {
        Some(Err(error)) => Err(error),
        _ => Ok(view.refusal().is_none()),
    }
}

async fn judge(config: &Config, token: &SecretString, claims: &Claims) -> Result<Judged, Failure> {
    let not_asked = |error: Failure| -> Failure {
        format!("the database could not be asked ({error}); --offline judges the text alone").into()
    };
    let database = Database::open(config).await.map_err(not_asked)?;
    let judged = judge_on(config, &database, token, claims).await;
    database.close().await?;
    judged.map_err(not_asked)
}

async fn judge_on(
    config: &Config,
    database: &Database,
    token: &SecretString,
    claims: &Claims,
) -> Result<Judged, Failure> {
    let app = App::wire(config, &database.options, System::default())?;
    Ok(inspect_token::judge_claims(&app.services, token.expose(), claims).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_without_the_blanks_around_it() {
        let token = read(&b"\n  a.b.c \r\n"[..]).unwrap();
        assert_eq!(token.expose(), "a.b.c");
        for (input, complaint) in [
            (&b""[..], "empty"),
            (b" \n", "empty"),
            (b"\xff", "cannot be read"),
            ("x".repeat(70_000).as_bytes(), "more than a token"),
        ] {
            let said = read(input).unwrap_err().to_string();
            assert!(said.contains(complaint), "{said}");
        }
    }
}
