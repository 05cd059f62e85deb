//! `vestibule doctor`: checks everything that a start depends on, and says what to do.

mod data;
mod database;
mod fetch;
mod folder;
mod outside;
mod report;
mod secrets;
mod site;
mod tls;

use std::process::ExitCode;

use clap::Args;
use url::Url;

use super::setup::{Failure, print, runtime, source};
use crate::config::{self, Config, LoadedConfig};
use report::Report;

/// Check settings, secrets, database, clock, certificate, mail server, cookies, passkeys and proxies
///
/// Prints a line each: `ok`, `warn` or `fail`, and what to do. The embedded database is started or
/// joined, as by any command, and in production never made; nothing is written to a database, and
/// no mail is sent.
///
/// With --url the running service is asked as well, from where this runs: whether it is reached over
/// valid TLS and is ready, takes the Host of `BASE_URL`, sends its headers and cookies unchanged, and
/// which client address it sees. Run it where browsers are, beyond the proxy, with the settings of the
/// service.
///
/// Exit status: 1 where anything fails, 0 otherwise.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  vestibule doctor\n  vestibule doctor --url\n  vestibule doctor --json | jq .fail\n  vestibule doctor --env-file /etc/vestibule/.env"
)]
pub(super) struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Ask the running service too, at this URL or, without one, at `BASE_URL`
    #[arg(long, value_name = "URL")]
    #[expect(
        clippy::option_option,
        reason = "clap's words for a value that may be left out"
    )]
    url: Option<Option<Url>>,
}

pub(super) fn run(args: &DoctorArgs) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    match config::load(&source()) {
        Ok(loaded) => {
            settings(&loaded, &mut report);
            runtime()?.block_on(examine(&loaded.config, args, &mut report));
        }
        Err(faults) => {
            for fault in faults.faults() {
                let what = format!("{} {}", fault.setting, fault.problem);
                report.fail("settings", what, &fault.remedy);
            }
            let what = "everything else was not checked, since it needs the settings";
            report.warn("settings", what, "Fix them first, and run doctor again.");
        }
    }
    print(&if args.json {
        report.in_json()
    } else {
        report.in_words()
    })?;
    Ok(if report.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What `doctor` would say against certificate and key.
pub(super) fn faults_of_tls(config: &Config) -> Vec<String> {
    let mut report = Report::default();
    tls::check(config, &mut report);
    report.faults().collect()
}

fn settings(loaded: &LoadedConfig, report: &mut Report) {
    let environment = match loaded.config.environment {
        config::Environment::Development => "development",
        config::Environment::Production => "production",
    };
    let base_url = &loaded.config.base_url;
    report.ok("settings", format!("good for {environment} at {base_url}"));
    for warning in &loaded.warnings {
        report.warn(
            "settings",
            warning,
            "Fix it, or leave it if it is intended.",
        );
    }
    if loaded.config.first_admin.is_some() {
        let what = "ADMIN_PASSWORD is set, which counts only while there is no admin";
        report.warn(
            "settings",
            what,
            "Remove it once the first admin has signed in.",
        );
    }
}

async fn examine(config: &Config, args: &DoctorArgs, report: &mut Report) {
    secrets::check(&config.secrets, report);
    folder::check(config, report);
    database::check(config, report).await;
    tls::check(config, report);
    site::cookies(config, report);
    site::passkeys(config, report);
    site::proxies(config, report);
    site::mail(config, report).await;
    site::gateway(config, report).await;
    if let Some(url) = &args.url {
        let url = url.as_ref().unwrap_or(&config.base_url);
        outside::check(config, url, report).await;
    }
}
