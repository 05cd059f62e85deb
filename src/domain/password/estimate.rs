//! How easily a password can be guessed by its pattern: zxcvbn, with a limit on the time that any text
//! takes.
//!
//! zxcvbn tries each way in which characters can stand for letters (`@` or `4` for a, `(`, `{`, `[` or `<`
//! for c, ...) and looks up every part of the text for each way. A text with all such characters has
//! hundreds of ways, and takes hundreds of times as long as others. Here it is read in three fixed ways
//! instead.

use zxcvbn::{
    Entropy, Score,
    feedback::{Feedback, Warning},
    zxcvbn,
};

use super::own_words::OwnWords;

/// How many characters are judged. Guessing the whole password includes guessing these, so the score is
/// never too high. The time of zxcvbn grows with the square of their number.
const JUDGED_CHARS: usize = 32;
/// If characters can stand for letters in more ways than this, the text is read in three fixed ways. All
/// ten digits alone give eight ways.
const MAX_WAYS: usize = 16;
/// Which characters zxcvbn reads as which letters, and how many ways each adds. Those for l also stand for
/// i or t, and zxcvbn tries both.
const IMITATIONS: [(char, &str, usize); 12] = [
    ('a', "4@", 1),
    ('b', "8", 1),
    ('c', "({[<", 1),
    ('e', "3", 1),
    ('g', "69", 1),
    ('i', "1!|", 1),
    ('l', "1|7", 2),
    ('o', "0", 1),
    ('s', "$5", 1),
    ('t', "+7", 1),
    ('x', "%", 1),
    ('z', "2", 1),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Estimate {
    pub(super) score: Score,
    /// Whether it is a common password, or similar to one.
    pub(super) common: bool,
}

/// Judges the beginning of a password that is not empty.
pub(super) fn estimate(password: &str, own_words: &OwnWords) -> Estimate {
    let words = own_words.up_to(JUDGED_CHARS);
    let judge = |reading: &str| Estimate::from(&zxcvbn(reading, &words));
    readings(password)
        .iter()
        .map(|reading| judge(reading))
        .min_by_key(|estimate| (estimate.score, !estimate.common))
        .unwrap_or(Estimate {
            score: Score::Zero,
            common: false,
        })
}

impl From<&Entropy> for Estimate {
    fn from(entropy: &Entropy) -> Self {
        let warning = entropy.feedback().and_then(Feedback::warning);
        Self {
            score: entropy.score(),
            common: matches!(
                warning,
                Some(
                    Warning::ThisIsATop10Password
                        | Warning::ThisIsATop100Password
                        | Warning::ThisIsACommonPassword
                        | Warning::ThisIsSimilarToACommonlyUsedPassword,
                )
            ),
        }
    }
}

/// The texts that zxcvbn judges instead of a password. Usually its beginning alone. If that has too many
/// ways: twice with every imitation read as its letter (those of l as i or t, and as l), and once with
/// only the digits read as letters.
fn readings(password: &str) -> Vec<String> {
    let beginning: String = password.chars().take(JUDGED_CHARS).collect();
    if ways(&beginning) <= MAX_WAYS {
        return vec![beginning];
    }
    let read = |as_read: fn(char) -> char| beginning.chars().map(as_read).collect();
    vec![
        read(|c| letter_of(c, &['l']).unwrap_or(c)),
        read(|c| letter_of(c, &['i', 't']).unwrap_or(c)),
        read(|c| {
            if c.is_ascii_digit() {
                c
            } else {
                unlike_letters(c)
            }
        }),
    ]
}

/// An upper bound for the ways that zxcvbn tries.
fn ways(text: &str) -> usize {
    IMITATIONS
        .iter()
        .map(|(_, imitations, each)| {
            each * imitations.chars().filter(|&c| text.contains(c)).count()
        })
        .filter(|&ways| ways > 0)
        .product()
}

/// The letter that a character stands for, if any. `passed_over` are letters that share their imitations
/// with letters that are preferred here.
fn letter_of(imitation: char, passed_over: &[char]) -> Option<char> {
    let mut letters = IMITATIONS
        .iter()
        .filter(|(_, imitations, _)| imitations.contains(imitation))
        .map(|&(letter, ..)| letter);
    let first = letters.clone().find(|letter| !passed_over.contains(letter));
    first.or_else(|| letters.next())
}

/// A replacement for a character that stands for a letter: it imitates nothing, and is far enough from its
/// neighbours not to form a sequence with them.
fn unlike_letters(c: char) -> char {
    letter_of(c, &[])
        .and_then(|_| char::from_u32(0xe000 + u32::from(c) * 8))
        .unwrap_or(c)
}

#[cfg(test)]
mod tests;
