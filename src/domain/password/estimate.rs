//! How easy a password is to guess by its pattern: zxcvbn, held to a time that no text exceeds.
//!
//! zxcvbn tries each way in which characters can stand for letters (`@` or `4` for a, `(`, `{`, `[` or
//! `<` for c, ...) and looks every part of the text up for each. A text that uses all of them has
//! hundreds of such ways, and takes as many times the time of another. It is read in three fixed
//! ways here instead.

use zxcvbn::{
    Entropy, Score,
    feedback::{Feedback, Warning},
    zxcvbn,
};

use super::own_words::OwnWords;

/// How many characters are judged. Guessing the whole includes guessing these, so that this never
/// says too much; zxcvbn's time grows with the square of their number.
const JUDGED_CHARS: usize = 32;
/// In how many ways characters may stand for letters before a text is read in three fixed ways. All
/// ten digits alone come to eight.
const MAX_WAYS: usize = 16;
/// Which characters zxcvbn takes for which letters, and how many ways each of them adds: those for l
/// stand for i or t as well, and zxcvbn tries both.
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
    /// Whether it is a common password, or looks like one.
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

/// The texts that zxcvbn judges in place of a password: its beginning as it is, or, where that could
/// stand for letters in too many ways, twice with every imitation read as its letter (those of l as i
/// or t, and as l), and once with no sign but the digits standing for a letter.
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

/// At most how many ways zxcvbn tries.
fn ways(text: &str) -> usize {
    IMITATIONS
        .iter()
        .map(|(_, imitations, each)| {
            each * imitations.chars().filter(|&c| text.contains(c)).count()
        })
        .filter(|&ways| ways > 0)
        .product()
}

/// The letter that a character stands for, where it does for one. `passed_over` are letters that
/// share their imitations with others, which are preferred here.
fn letter_of(imitation: char, passed_over: &[char]) -> Option<char> {
    let mut letters = IMITATIONS
        .iter()
        .filter(|(_, imitations, _)| imitations.contains(imitation))
        .map(|&(letter, ..)| letter);
    let first = letters.clone().find(|letter| !passed_over.contains(letter));
    first.or_else(|| letters.next())
}

/// Another character in the place of one that stands for a letter: one that imitates nothing, far
/// enough from its neighbours to make no sequence with them.
fn unlike_letters(c: char) -> char {
    letter_of(c, &[])
        .and_then(|_| char::from_u32(0xe000 + u32::from(c) * 8))
        .unwrap_or(c)
}

#[cfg(test)]
mod tests;
