//! Words that others know about a password's owner and would try first: address, name, and the names of the
//! service.

use crate::domain::branding::{DEFAULT_NAME, SiteName};

/// How many bytes of a text are read. Accepted addresses and names are no longer, and texts that are not
/// accepted yet cause no more work.
const MAX_BYTES: usize = 400;
/// The most words; the longest ones are used.
const MAX_WORDS: usize = 24;
/// Shorter words are ignored.
const MIN_CHARS: usize = 3;
/// How many characters of a password must remain without these words.
const MIN_OWN_CHARS: usize = 8;

/// The words in lower case, longest first. However long the original texts are, there are at most 24, of
/// at most 400 bytes each before lower-casing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnWords(Vec<String>);

impl OwnWords {
    /// The words of an address and a name, as typed or stored. Empty texts have none.
    pub fn of(email: &str, name: &str) -> Self {
        let mut words = vec![DEFAULT_NAME.to_lowercase()];
        words.extend([email, name].into_iter().flat_map(words_of));
        Self::selected(words)
    }

    /// These words, and those of the name of the service, also written in one word.
    #[must_use]
    pub fn with_site(self, name: &SiteName) -> Self {
        let mut words = self.0;
        words.extend(words_of(name.as_str()));
        let lower = name.as_str().to_lowercase();
        words.push(lower.chars().filter(|c| c.is_alphanumeric()).collect());
        Self::selected(words)
    }

    fn selected(mut words: Vec<String>) -> Self {
        words.retain(|word| word.chars().count() >= MIN_CHARS);
        words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        words.dedup();
        words.truncate(MAX_WORDS);
        Self(words)
    }

    /// The words with at most this many characters.
    pub(super) fn up_to(&self, chars: usize) -> Vec<&str> {
        let short = |word: &&str| word.chars().count() <= chars;
        self.0.iter().map(String::as_str).filter(short).collect()
    }

    /// Whether a password consists of little more than these words.
    pub(super) fn make_up(&self, password: &str) -> bool {
        let lower = password.to_lowercase();
        let rest = self
            .0
            .iter()
            .fold(lower.clone(), |rest, word| rest.replace(word.as_str(), ""));
        rest != lower && rest.chars().filter(|c| c.is_alphanumeric()).count() < MIN_OWN_CHARS
    }
}

/// A text, the part of it before an `@`, and its words, in lower case.
fn words_of(text: &str) -> Vec<String> {
    let text = beginning(text.trim()).to_lowercase();
    let parts = text.split(|c: char| !c.is_alphanumeric());
    let mut words: Vec<_> = parts.map(str::to_owned).collect();
    words.extend(text.split_once('@').map(|(local, _)| local.to_owned()));
    words.push(text);
    words
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_BYTES)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_include_address_and_name_whole_and_split() {
        let words = OwnWords::of(" Ada.Lovelace@Example.org ", "Ada Byron");
        assert_eq!(
            words.0,
            [
                "ada.lovelace@example.org",
                "ada.lovelace",
                "ada byron",
                "vestibule",
                "lovelace",
                "example",
                "byron",
                "ada",
                "org"
            ]
        );
        assert_eq!(OwnWords::of("", " ").0, ["vestibule"]);
    }

    #[test]
    fn the_name_of_the_service_counts_whole_split_and_in_one_word() {
        let name = SiteName::parse("Blue-Harbour Bank").unwrap();
        let words = OwnWords::of("", "").with_site(&name);
        assert_eq!(
            words.0,
            [
                "blue-harbour bank",
                "blueharbourbank",
                "vestibule",
                "harbour",
                "bank",
                "blue"
            ]
        );
        for refused in [
            "Blue-Harbour Bank",
            "blueharbourbank2026",
            "bankharbourblue",
        ] {
            assert!(words.make_up(refused), "{refused}");
            assert!(!OwnWords::of("", "").make_up(refused), "{refused}");
        }
    }

    #[test]
    fn long_texts_take_no_more_time_than_four_hundred_bytes() {
        let email: Vec<String> = (0..4_000).map(|n| n.to_string()).collect();
        let name: String = "\u{130}\u{fb03} ".repeat(4_000);
        let OwnWords(words) = OwnWords::of(&email.join("."), &name);
        assert!(words.len() <= MAX_WORDS, "{}", words.len());
        assert!(words.iter().all(|word| word.len() <= 2 * MAX_BYTES));
        assert_eq!(OwnWords::of(&"\u{1d4d0}".repeat(4_000), "").0[0].len(), 400);
    }
}
