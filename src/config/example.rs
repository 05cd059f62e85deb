//! Writes the table of settings out: `.env.example`, and the `.env` of `vestibule init`.

use super::fresh_secrets::FreshSecrets;
use super::reader::PLACEHOLDER;
use super::table::{Preset, SECTIONS, Setting};

const HEADING: &str = "\
# Settings of Vestibule. Values of the process environment come before those in `.env`; an empty value
# counts as unset. A line that is commented out shows the default, or an example where there is none.
# Put a value with spaces, quotes, # or $ into 'single quotes'. Instead of NAME, NAME_FILE may name a file
# that holds the value, such as one of /run/secrets.
";

/// What only the operator of a production site knows; each line stands as a placeholder.
const TO_FILL_IN: [(&str, &str); 6] = [
    ("BASE_URL", "https://CHANGE_ME"),
    (
        "DATABASE_URL",
        "'postgres://vestibule:CHANGE_ME@CHANGE_ME/vestibule?sslmode=verify-full'",
    ),
    ("SMTP_HOST", PLACEHOLDER),
    ("SMTP_USERNAME", PLACEHOLDER),
    ("SMTP_PASSWORD", PLACEHOLDER),
    ("SMTP_FROM", "'Vestibule <no-reply@CHANGE_ME>'"),
];

/// The text of `.env.example`: every setting commented out, with its default and meaning.
#[cfg(test)]
pub(super) fn env_example() -> String {
    render(
        "# This file is generated from the table in src/config/table.rs.\n",
        |_| None,
    )
}

/// The text of a fresh `.env`, secrets filled in; for production with lines that are to be filled in.
pub fn env_file(production: bool, secrets: &FreshSecrets) -> String {
    let secret = |setting: &Setting| {
        secrets
            .text(setting.name)
            .map(|text| Line::Value(text.to_owned()))
    };
    if !production {
        return render("", |setting| match setting.name {
            "ENVIRONMENT" => Some(Line::Value("development".to_owned())),
            _ => secret(setting),
        });
    }
    let advice = format!(
        "#\n# Lines with {PLACEHOLDER} are yours to fill in; the service does not start before.\n"
    );
    render(&advice, |setting| match setting.name {
        "ENVIRONMENT" => Some(Line::Value("production".to_owned())),
        "EMAIL_VERIFICATION" => Some(Line::Value("required".to_owned())),
        name => match TO_FILL_IN.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Some(Line::FillIn((*text).to_owned())),
            None => secret(setting),
        },
    })
}

/// A setting's line where it is not commented out.
enum Line {
    Value(String),
    FillIn(String),
}

fn render(advice: &str, line: impl Fn(&Setting) -> Option<Line>) -> String {
    let mut text = format!("{HEADING}{advice}");
    for section in SECTIONS {
        text.extend(["\n\n# ---- ", section.title, " ----\n"]);
        text.push_str(&commented(section.intro));
        for setting in section.settings {
            text.push('\n');
            text.push_str(&commented(setting.meaning));
            text.push_str(&entry(setting, line(setting)));
        }
    }
    text
}

fn entry(setting: &Setting, line: Option<Line>) -> String {
    let name = setting.name;
    let (note, example) = match setting.preset {
        Preset::Fixed(default) => (format!("Default: {default}"), default),
        Preset::Computed { how, example } => (format!("Default: {how}"), example),
        Preset::Unset { example } => ("Default: none".to_owned(), example),
        Preset::Secret { how } => (format!("Make one with: {how}"), ""),
    };
    match line {
        None => format!("# {note}\n#{name}={example}\n"),
        Some(Line::Value(value)) => format!("# {note}\n{name}={value}\n"),
        Some(Line::FillIn(value)) => format!("# {note}\n# >>> to be filled in:\n{name}={value}\n"),
    }
}

fn commented(text: &str) -> String {
    let mut comment = String::new();
    for line in text.lines() {
        comment.extend(["# ", line, "\n"]);
    }
    comment
}
