//! `vestibule user list`, and the filters that it shares with `vestibule user export`.

use std::{fmt::Write as _, process::ExitCode};

use clap::{Args, builder::PossibleValuesParser};
use serde_json::json;

use super::format;
use crate::{
    cli::setup::{Failure, complain, on_database, print},
    config::Config,
    db::admin::managed::ManagedUser,
    domain::accounts::user_search::{ROLES, Sort, Status, TWO_FACTOR, VERIFIED},
    flows::{
        InputFaults,
        admin::list::{self, Query},
        audit::export::rows,
    },
};

/// Filters for users. A user must match all that are given.
#[derive(Debug, Clone, Args)]
pub(super) struct Filters {
    /// Words of the name or parts of the address, or an id; capitals and accents make no difference
    text: Option<String>,

    #[arg(long, value_parser = words(&Status::WORDS), help = "Only accounts in this state")]
    status: Option<String>,

    #[arg(long, value_parser = words(&ROLES), help = "Only accounts with this role")]
    role: Option<String>,

    #[arg(long, value_parser = words(&TWO_FACTOR), help = "Only with, or without, a second factor")]
    two_factor: Option<String>,

    #[arg(long, value_parser = words(&VERIFIED), help = "Only with, or without, a verified address")]
    verified: Option<String>,
}

fn words<T>(words: &[(&'static str, T)]) -> PossibleValuesParser {
    PossibleValuesParser::new(words.iter().map(|(word, _)| *word))
}

impl Filters {
    /// The query of the list.
    pub(super) fn query(&self) -> Query {
        let word = |word: &Option<String>| word.clone().unwrap_or_default();
        Query {
            q: word(&self.text),
            status: word(&self.status),
            role: word(&self.role),
            two_factor: word(&self.two_factor),
            verified: word(&self.verified),
            ..Query::default()
        }
    }
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  vestibule user list ada\n  \
    vestibule user list 'lopez example.com'\n  \
    vestibule user list --role admin --two-factor off\n  \
    vestibule user list --status disabled --sort email --json")]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    filters: Filters,

    #[arg(long, value_parser = words(&Sort::WORDS), default_value = "newest", help = "The order")]
    sort: String,

    /// The most users to list
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    /// The cursor that the previous page printed: continue after it
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,

    /// Print JSON: the users, and the cursors of what is next and before
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Config, args: ListArgs) -> Result<ExitCode, Failure> {
    let query = Query {
        sort: args.sort,
        cursor: args.cursor.unwrap_or_default(),
        ..args.filters.query()
    };
    let size = usize::from(args.limit);
    let page = on_database(config, async |app| {
        let page = list::page(&app.services, &query, size).await?;
        page.map_err(|faults| refused(&faults))
    })
    .await?;
    if args.json {
        let users: Vec<_> = page.users.iter().map(rows::user).collect();
        print(&format!(
            "{}\n",
            json!({ "users": users, "next": page.next, "previous": page.previous })
        ))?;
    } else if page.users.is_empty() {
        print("No user is found.\n")?;
    } else {
        print(&table(&page.users))?;
        if let Some(cursor) = page.next {
            complain(&format!("there are more: --cursor {cursor}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The faults of a search, in one line.
pub(in crate::cli) fn refused(faults: &InputFaults) -> Failure {
    let output = faults
        .iter()
        .map(|(name, why)| format!("{name}: {}", why.join(" ")));
    output.collect::<Vec<_>>().join("; ").into()
}

fn table(users: &[ManagedUser]) -> String {
    let mut text = format!(
        "{:36}  {:5}  {:8}  {:3}  {:8}  {:10}  ADDRESS\n",
        "ID", "ROLE", "STATE", "2FA", "VERIFIED", "MADE"
    );
    let yes = |yes| if yes { "yes" } else { "no" };
    for managed in users {
        let user = &managed.user;
        let name = user.display_name.as_deref().map(format::plain);
        let name = name.map_or_else(String::new, |name| format!("  {name}"));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}  {:5}  {:8}  {:3}  {:8}  {}  {}{name}",
            user.id,
            user.role.as_str(),
            format::state(managed),
            yes(user.two_factor_enabled()),
            yes(user.email_verified()),
            user.created_at.date_naive(),
            format::plain(&user.email),
        );
    }
    text
}
