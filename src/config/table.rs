//! The one table of settings: name, default and meaning. The reader takes defaults from here, and
//! `.env.example` and `vestibule init` are written from it, so that the three cannot disagree.

mod accounts;
mod rate_limits;
mod running;
mod trust;

/// One setting.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    /// What it does and why it has its default, in lines of at most 96 characters.
    pub(super) meaning: &'static str,
    pub(super) preset: Preset,
}

/// What holds where a setting is unset.
#[derive(Debug, Clone, Copy)]
pub(super) enum Preset {
    /// This text, read by the same parser as a value that somebody wrote.
    Fixed(&'static str),
    /// Something that depends on the machine or on other settings.
    Computed {
        how: &'static str,
        example: &'static str,
    },
    /// Nothing; the feature behind it rests.
    Unset { example: &'static str },
    /// A secret, filled in by `vestibule init`.
    Secret { how: &'static str },
}

/// Settings that are read together, under one heading.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) title: &'static str,
    /// What the settings of the section share; may be empty.
    pub(super) intro: &'static str,
    pub(super) settings: &'static [Setting],
}

/// Every section, in the order of `.env.example`.
pub(super) const SECTIONS: [&Section; 10] = [
    &running::SERVER,
    &running::DATABASE,
    &trust::SECRETS,
    &trust::TOKENS,
    &accounts::MAIL,
    &trust::BROWSERS,
    &accounts::ACCOUNTS,
    &accounts::PASSWORDS,
    &accounts::AUDIT,
    &rate_limits::RATE_LIMITS,
];

/// Every setting, in the order of `.env.example`.
pub(super) fn all() -> impl Iterator<Item = &'static Setting> {
    SECTIONS.into_iter().flat_map(|section| section.settings)
}

/// Whether a name is a setting's, or that of the file that holds its value.
pub(super) fn is_known(name: &str) -> bool {
    let of_file = |name: &str| {
        name.strip_suffix("_FILE")
            .is_some_and(|name| find(name).is_some())
    };
    find(name).is_some() || of_file(name)
}

/// The setting of that name.
pub(super) fn find(name: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_shaped_like_names() {
        let mut seen = BTreeSet::new();
        for setting in all() {
            assert!(seen.insert(setting.name), "{} stands twice", setting.name);
            let shaped = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            assert!(setting.name.chars().all(shaped), "{}", setting.name);
            let by_file = format!("{}_FILE", setting.name);
            assert!(find(&by_file).is_none(), "{by_file} has two meanings");
        }
    }

    #[test]
    fn meanings_are_sentences_of_readable_width() {
        for setting in all() {
            assert!(setting.meaning.ends_with('.'), "{}", setting.name);
            assert!(
                setting
                    .meaning
                    .lines()
                    .all(|line| line.chars().count() <= 96),
                "{}",
                setting.name
            );
        }
    }
}
