//! Searches for the new password that takes longest to check: hand-made texts, each with equally bad words
//! of its owner, then thousands of random changes to the worst so far.
//!
//! One argument: the seconds to search. Prints the worst of the hand-made ones and the worst found, and
//! the time of a passphrase. The policy is that of the service, the inputs are those of any form.

#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::{
    error::Error,
    time::{Duration, Instant},
};

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use vestibule::internals::domain::{
    password::{OwnWords, PasswordPolicy},
    secrets::secret::SecretString,
};

const POLICY: PasswordPolicy = PasswordPolicy { min_length: 15 };
/// The parts of patterns: signs that stand for letters, neighbouring keys, dates, words, marks.
const PIECES: [&str; 24] = [
    "4", "@", "8", "(", "{", "[", "<", "3", "6", "9", "!", "1", "|", "0", "5", "$", "+", "7", "%",
    "2", "a", "qwerty", "the", "\u{301}",
];
const HAND_MADE: [&str; 12] = [
    "4@8({[<3690!1|05$+7%2",
    "({[<1|7!4@6935$+08%2",
    "4@({[<69!1|",
    "0123456789",
    "1671970",
    "a4",
    "i1",
    "1",
    "in",
    "thereforinthe",
    "!@#$%^&*()_+",
    "\u{130}a\u{301}",
];

/// A password, an address and a name.
type Inputs = [String; 3];

fn took(inputs: &Inputs) -> Duration {
    let [password, email, name] = inputs;
    let password = SecretString::from(password.as_str());
    let once = || {
        let began = Instant::now();
        std::hint::black_box(POLICY.strength(&password, &OwnWords::of(email, name)));
        began.elapsed()
    };
    // The minimum of several runs, so that the load of other processes does not count.
    (0..5).map(|_| once()).min().unwrap_or_default()
}

fn repeated(text: &str, bytes: usize) -> String {
    let mut repeated = text.repeat(bytes / text.len() + 1);
    repeated.truncate(repeated.floor_char_boundary(bytes));
    repeated
}

/// The text, and words that are parts of it of every length.
fn with_its_parts(text: &str) -> Inputs {
    let password = repeated(text, 256);
    let parts: Vec<String> = (3..60).map(|length| repeated(text, length)).collect();
    [password, parts.join("."), parts.join(" ")]
}

fn changed(inputs: &Inputs, random: &mut impl Rng) -> Inputs {
    let mut next = inputs.clone();
    let text = &mut next[random.random_range(0..3)];
    let mut chars: Vec<char> = text.chars().take(300).collect();
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..=chars.len().min(40));
        let until = (at + random.random_range(0..3)).min(chars.len());
        let piece = PIECES[random.random_range(0..PIECES.len())];
        let repeats = random.random_range(0..3);
        chars.splice(at..until, piece.repeat(repeats).chars());
    }
    *text = chars.into_iter().collect();
    next
}

fn main() -> Result<(), Box<dyn Error>> {
    let seconds = std::env::args().nth(1).ok_or("how many seconds?")?;
    let span = Duration::from_secs(seconds.parse()?);
    let none = String::new;
    let phrase = ["correct donkey battery staple".to_owned(), none(), none()];
    let _warm = took(&phrase);
    println!("a passphrase        {:?}", took(&phrase));

    let hand_made = HAND_MADE.map(with_its_parts);
    let timed = hand_made.map(|inputs| (took(&inputs), inputs));
    let (mut worst, mut of) = timed
        .into_iter()
        .max_by_key(|(took, _)| *took)
        .ok_or("no text")?;
    println!("worst by hand       {worst:?}  {:?}", of[0]);

    let (began, mut tried) = (Instant::now(), 0_u64);
    let mut random = StdRng::seed_from_u64(1);
    while began.elapsed() < span {
        let next = changed(&of, &mut random);
        let time = took(&next);
        tried += 1;
        // Measured again, so that a single slow run does not make a text the worst.
        if time > worst && took(&next) > worst {
            (worst, of) = (time, next);
        }
    }
    println!("worst of {tried:>7}    {:?}  {of:?}", took(&of));
    Ok(())
}
