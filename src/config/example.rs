//! Writes the settings to files: `.env.example`, and the `.env` of `vestibule init`.

use super::fresh_secrets::FreshSecrets;
use super::reader::PLACEHOLDER;
use super::setting::{Preset, Row};
use super::settings::{
    SECTIONS,
    accounts::EMAIL_VERIFICATION,
    database::DATABASE_URL,
    mail::{SMTP_FROM, SMTP_HOST, SMTP_PASSWORD, SMTP_USERNAME},
    server::{BASE_URL, ENVIRONMENT},
};

const HEADING: &str = "\
# Settings of Vestibule. Values of the process environment come before those in `.env`; an empty value
# counts as unset. A line that is commented out shows the default, or an example where there is none.
# Put a value with spaces, quotes, # or $ into 'single quotes'. Instead of NAME, NAME_FILE may name a file
# that holds the value, such as one of /run/secrets. Credentials of systemd (LoadCredential=NAME:...) come
# before this file.
";

/// Settings that only the operator of a production site can fill in, with their placeholders.
static TO_FILL_IN: [(&str, &str); 6] = [
    (BASE_URL.row.name, "https://CHANGE_ME"),
    (
        DATABASE_URL.row.name,
        "'postgres://vestibule:CHANGE_ME@CHANGE_ME/vestibule?sslmode=verify-full'",
    ),
    (SMTP_HOST.row.name, PLACEHOLDER),
    (SMTP_USERNAME.row.name, PLACEHOLDER),
    (SMTP_PASSWORD.row.name, PLACEHOLDER),
    (SMTP_FROM.row.name, "no-reply@CHANGE_ME"),
];

/// The text of `.env.example`: every setting commented out, with its default and meaning.
#[cfg(test)]
pub(super) fn env_example() -> String {
    render(
        "# This file is generated from the declarations in src/config/settings/.\n",
        |_| None,
    )
}

/// The text of a new `.env` with secrets; for production, with lines that the operator must fill in.
pub fn env_file(production: bool, secrets: &FreshSecrets) -> String {
    let secret = |row: &Row| {
        secrets
            .text(row.name)
            .map(|text| Line::Value(text.to_owned()))
    };
    if !production {
        return render("", |row| match row.name {
            name if name == ENVIRONMENT.row.name => Some(Line::Value("development".to_owned())),
            _ => secret(row),
        });
    }
    let advice = format!(
        "#\n# Lines with {PLACEHOLDER} are yours to fill in; the service does not start before.\n"
    );
    render(&advice, |row| match row.name {
        name if name == ENVIRONMENT.row.name => Some(Line::Value("production".to_owned())),
        name if name == EMAIL_VERIFICATION.row.name => Some(Line::Value("required".to_owned())),
        name => match TO_FILL_IN.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Some(Line::FillIn((*text).to_owned())),
            None => secret(row),
        },
    })
}

/// How a setting that is not commented out is written.
enum Line {
    Value(String),
    FillIn(String),
}

fn render(advice: &str, line: impl Fn(&Row) -> Option<Line>) -> String {
    let mut text = format!("{HEADING}{advice}");
    for section in SECTIONS {
        text.extend(["\n\n# ---- ", section.title, " ----\n"]);
        text.push_str(&commented(section.intro));
        for row in section.settings.iter().map(|setting| setting.row()) {
            text.push('\n');
            text.push_str(&commented(row.meaning));
            text.push_str(&entry(row, line(row)));
        }
    }
    text
}

fn entry(row: &Row, line: Option<Line>) -> String {
    let name = row.name;
    let (note, example) = match row.preset {
        Preset::Fixed(default) => (format!("Default: {default}"), default),
        Preset::Computed { how, example } => (format!("Default: {how}"), example),
        Preset::Unset { example } => ("Default: none".to_owned(), example),
        Preset::Secret { how, .. } => (format!("Make one with: {how}"), ""),
    };
    match line {
        None => format!("# {note}\n#{name}={example}\n"),
        Some(Line::Value(value)) => format!("# {note}\n{name}={value}\n"),
        Some(Line::FillIn(value)) => format!("# {note}\n# >>> to be filled in:\n{name}={value}\n"),
    }
}

/// Lines of a doc comment as shell comments. Each begins with its space.
fn commented(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| ["#", line, "\n"]).collect()
}
