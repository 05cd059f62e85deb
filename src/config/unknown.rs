//! Finds names that resemble settings but are none, with the setting that was probably meant.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::settings;

/// First words that only our settings use. Desktops and tools use other first words as well (`SESSION_`,
/// `RUST_`, `DATA_`, ...); a name that starts with one of those must be similar to a setting.
const OURS: [&str; 9] = [
    "ARGON2", "CORS", "DATABASE", "HASHING", "JWT", "RATE", "SEALING", "SMTP", "TRUSTED",
];

/// The similarity from which a setting is suggested, and that from which a name with a common first word
/// counts.
const ALIKE: f64 = 0.65;
const NEARLY_THE_SAME: f64 = 0.8;

/// A warning for every unknown name in the settings file; `file` is its path as it was given.
pub(super) fn in_file<'a>(file: &Path, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let file = file.display().to_string();
    names
        .filter(|name| !settings::is_known(name))
        .map(|name| warning(name, &file))
        .collect()
}

/// A warning for every unknown variable of the process that was probably meant for us.
pub(super) fn in_environment(env: &BTreeMap<String, OsString>) -> Vec<String> {
    let looks_like_ours = |name: &str| {
        let first = name.split('_').next().unwrap_or(name);
        let shared = || settings::rows().any(|row| row.name.split('_').next() == Some(first));
        let close = || nearest(name).is_some_and(|(_, likeness)| likeness >= NEARLY_THE_SAME);
        !settings::is_known(name) && (OURS.contains(&first) || (shared() && close()))
    };
    env.keys()
        .filter(|name| looks_like_ours(name))
        .map(|name| warning(name, "the environment"))
        .collect()
}

fn warning(name: &str, place: &str) -> String {
    let shown = name.escape_debug();
    match nearest(name) {
        Some((known, likeness)) if likeness >= ALIKE => {
            format!("{shown} in {place} is not a setting; did you mean {known}?")
        }
        _ => format!("{shown} in {place} is not a setting and has no effect."),
    }
}

/// The most similar setting, ignoring case, and its similarity (1 is equal).
fn nearest(name: &str) -> Option<(&'static str, f64)> {
    let upper = name.to_ascii_uppercase();
    settings::rows()
        .map(|row| {
            (
                row.name,
                strsim::normalized_damerau_levenshtein(&upper, row.name),
            )
        })
        .max_by(|one, other| one.1.total_cmp(&other.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(names: &[&str]) -> Vec<String> {
        in_environment(
            &names
                .iter()
                .map(|name| ((*name).to_owned(), OsString::new()))
                .collect(),
        )
    }

    #[test]
    fn a_misspelt_name_is_reported_with_the_closest_setting() {
        let meant = [
            ("SMTP_PASS", "SMTP_PASSWORD"),
            ("SMTP_USER", "SMTP_USERNAME"),
            ("JWT_SECRET", "JWT_SECRET_KEY"),
            ("base_url", "BASE_URL"),
            ("RATE_LIMIT_LOGIN_EMIAL", "RATE_LIMIT_LOGIN_EMAIL"),
            ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ];
        for (written, known) in meant {
            let warnings = in_file(Path::new(".env"), [written].into_iter());
            assert_eq!(
                warnings,
                [format!(
                    "{written} in .env is not a setting; did you mean {known}?"
                )]
            );
        }
    }

    #[test]
    fn a_name_unlike_any_setting_is_reported_in_the_settings_file_only() {
        let warnings = in_file(Path::new(".env"), ["FAVOURITE_COLOUR"].into_iter());
        assert_eq!(
            warnings,
            ["FAVOURITE_COLOUR in .env is not a setting and has no effect."]
        );
        assert!(environment(&["FAVOURITE_COLOUR"]).is_empty());
    }

    #[test]
    fn the_environment_is_checked_for_our_first_words_only() {
        assert_eq!(
            environment(&["SMTP_SERVER", "SESSION_MAX_DAY", "COOKIE_KEYS"]).len(),
            3
        );
        let others = [
            "SESSION_MANAGER",
            "RUST_BACKTRACE",
            "PG_COLOR",
            "PATH",
            "HOME",
            "DATABASE_URL",
        ];
        assert_eq!(environment(&others), Vec::<String>::new());
    }
}
