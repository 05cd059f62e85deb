//! `vestibule user create` and `vestibule user promote`.

use std::{
    io::{self, BufRead},
    process::ExitCode,
};

use clap::Args;
use data_encoding::BASE32_NOPAD;

use crate::{
    app::App,
    cli::setup::{Failure, on_database, print},
    config::Config,
    domain::{
        accounts::{email::EmailAddress, user::Role},
        audit::Client,
        secrets::{random, secret::SecretString},
    },
    flows::{
        Services,
        accounts::create_user::{self, Input},
        admin::{
            act::{self, Act},
            list,
        },
    },
};

#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  vestibule user create --admin ada@example.org\n  \
    vestibule user create --password-stdin grace@example.org <password.txt"
)]
pub(in crate::cli) struct CreateArgs {
    /// Make an admin
    #[arg(long)]
    admin: bool,

    /// Take the password from the first line of standard input, rather than make one up
    #[arg(long)]
    password_stdin: bool,

    /// The address, which counts as verified
    email: String,
}

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct PromoteArgs {
    /// The address of the account
    email: String,
}

/// Makes an account, and prints its password.
pub(super) async fn create(config: Config, args: CreateArgs) -> Result<ExitCode, Failure> {
    let email = EmailAddress::parse(&args.email)?;
    let typed = if args.password_stdin {
        Some(first_line()?)
    } else {
        None
    };
    let create = async |app: &App| create_in(&app.services, &args, email, typed).await;
    print(&on_database(config, create).await?)?;
    Ok(ExitCode::SUCCESS)
}

async fn create_in(
    s: &Services,
    args: &CreateArgs,
    email: EmailAddress,
    typed: Option<SecretString>,
) -> Result<String, Failure> {
    let made_up = typed.is_none().then(|| fresh_password(s));
    let role = if args.admin { Role::Admin } else { Role::User };
    let input = Input {
        password: typed.or(made_up.clone()).unwrap_or_default(),
        email,
        role,
    };
    let client = Client::command("vestibule user create");
    let email = input.email.as_str();
    match create_user::create(s, &input, &client).await? {
        create_user::Outcome::Created => {
            let password = made_up.map_or_else(String::new, |password| {
                format!("Password, shown this once: {}\n", password.expose())
            });
            Ok(format!(
                "{email} has an account now, with the role {role}.\n{password}It has to be changed at the first sign-in.\n"
            ))
        }
        create_user::Outcome::EmailTaken => {
            let more = match role {
                Role::Admin => format!(" `vestibule user promote {email}` makes it an admin."),
                Role::User => String::new(),
            };
            Err(format!("{email} has an account already; nothing was changed.{more}").into())
        }
        create_user::Outcome::Invalid(faults) => {
            let output: Vec<&str> = faults
                .iter()
                .flat_map(|(_, messages)| messages.iter().map(String::as_str))
                .collect();
            Err(output.join(" ").into())
        }
        create_user::Outcome::NotNeeded => Ok("There is an admin already.\n".to_owned()),
    }
}

/// Makes an existing account an admin.
pub(super) async fn promote(config: Config, args: PromoteArgs) -> Result<ExitCode, Failure> {
    let email = EmailAddress::parse(&args.email)?;
    let promote = async |app: &App| promote_in(&app.services, &email).await;
    print(&on_database(config, promote).await?)?;
    Ok(ExitCode::SUCCESS)
}

async fn promote_in(s: &Services, email: &EmailAddress) -> Result<String, Failure> {
    let shown = email.as_str();
    let missing = || format!("{shown} has no account. `vestibule user create --admin` makes one.");
    let id = list::id_of(s, email).await?.ok_or_else(missing)?;
    let client = Client::command("vestibule user promote");
    let act = Act::SetRole(Role::Admin);
    match act::perform_as_operator(s, id, &act, &client).await? {
        act::Outcome::Done => Ok(format!("{shown} is an admin now.\n")),
        act::Outcome::NothingToDo(_) => Ok(format!("{shown} is an admin already.\n")),
        _ => Err(missing().into()),
    }
}

fn first_line() -> Result<SecretString, Failure> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err("standard input has no password on its first line".into());
    }
    Ok(SecretString::from(line))
}

/// 120 random bits, in groups that can be read aloud.
fn fresh_password(s: &Services) -> SecretString {
    let symbols = BASE32_NOPAD
        .encode(&random::bytes::<15>(s.random.as_ref()))
        .to_ascii_lowercase();
    let groups: Vec<&str> = (0..symbols.len())
        .step_by(4)
        .filter_map(|at| symbols.get(at..at + 4))
        .collect();
    SecretString::from(groups.join("-"))
}
