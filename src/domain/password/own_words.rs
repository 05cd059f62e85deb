//! Words that others know about a password's owner and would try first: address, name, and the product's
//! name.

/// The product's name is public.
const PRODUCT: &str = "vestibule";
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
        let mut words = vec![PRODUCT.to_owned()];
        for text in [email, name] {
            let text = beginning(text.trim()).to_lowercase();
            words.extend(
                text.split(|c: char| !c.is_alphanumeric())
                    .map(str::to_owned),
            );
            words.extend(text.split_once('@').map(|(local, _)| local.to_owned()));
            words.push(text);
        }
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
        assert_eq!(OwnWords::of("", " ").0, [PRODUCT]);
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
