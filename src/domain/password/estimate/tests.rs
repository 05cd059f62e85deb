use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Every character that stands for a letter.
const ALL: &str = "4@8({[<3690!1|05$+7%2";

fn no_words() -> OwnWords {
    OwnWords::of("", "")
}

fn score(text: &str) -> u8 {
    estimate(text, &no_words()).score.into()
}

fn repeated(text: &str, chars: usize) -> String {
    text.chars().cycle().take(chars).collect()
}

#[test]
fn an_ordinary_text_is_read_unchanged() {
    for text in [
        "correct horse battery staple",
        "Tr0ub4dor&3, 2 p@$$words",
        "0123456789 98765",
        "!@#$%^&*() qwerty",
    ] {
        assert_eq!(readings(text), [text], "{text}");
    }
}

#[test]
fn signs_are_read_as_each_letter_and_as_none() {
    let read = readings("p@55w0rd|$({[<1467");
    assert_eq!(read[0], "passwordisccccia".to_owned() + "gt");
    assert_eq!(read[1], "passwordlscccc".to_owned() + "lagl");
    let kept: String = read[2].chars().filter(char::is_ascii).collect();
    assert_eq!(kept, "p55w0rd1467");
    assert_eq!(read[2].chars().count(), 18);
    assert_eq!(ways(&read[2]), 4, "1 as i or l, 7 as l or t");
}

#[test]
fn common_words_are_found_in_spite_of_signs() {
    let hidden = "p@$5w0rd4|71!";
    assert!(ways(hidden) > MAX_WAYS);
    assert!(score(hidden) <= score("passwordaitii"));
    // Signs without a word are as strong as any others.
    assert_eq!(score(ALL), 4);
    assert_eq!(score("<$@!{+|4%([5<(!+|@%$"), 4);
}

proptest! {
    #[test]
    fn no_text_is_read_in_more_than_sixteen_ways(text in r"[4@8({\[<3690!1|5$+7%2a-z .é]{0,300}") {
        for reading in readings(&text) {
            prop_assert!(ways(&reading) <= MAX_WAYS, "{reading}");
            prop_assert!(reading.chars().count() <= JUDGED_CHARS, "{reading}");
        }
    }

    #[test]
    fn any_text_is_judged(text in ".{1,80}", email in ".{0,80}", name in ".{0,40}") {
        let _ = estimate(&text, &OwnWords::of(&email, &name));
    }
}

/// Before texts were read in fixed ways, the first of these took 150 times as long as a passphrase, and
/// several seconds with the words of an address of 15 KB. `judging-worst` (docs/limits.md) searches for
/// worse ones.
#[test]
fn no_text_takes_long_to_check() {
    let took = |text: &str, words: &OwnWords| -> Duration {
        let once = || {
            let began = Instant::now();
            let _ = estimate(text, words);
            began.elapsed()
        };
        (0..5).map(|_| once()).min().unwrap()
    };
    let many: String = (3..30).map(|n| repeated("4a", n) + ".").collect();
    let many = OwnWords::of(&many.repeat(100), &repeated("1 11 111 ", 4_000));
    let plain = took("correct horse battery staple and", &no_words());
    for text in [
        ALL,
        "({[<1|7!4@6935$+08%2",
        "4@({[<69!1|",
        "0123456789",
        "4a",
        "1",
        "ab",
        "\u{301}a",
    ] {
        let worst = took(&repeated(text, 256), &many);
        assert!(
            worst < plain * 60,
            "{text}: {worst:?}, a passphrase {plain:?}"
        );
    }
}
