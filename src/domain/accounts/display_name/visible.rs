//! Which characters of a name are seen, and how many combining marks a letter may have.
//!
//! The blocks below are those of Unicode 17. A script that is missing loses a joiner or a third mark, and nothing else.

use std::iter;

use unicode_normalization::{
    UnicodeNormalization,
    char::{canonical_combining_class, is_combining_mark},
};

use super::DisplayNameError;
use crate::domain::text;

/// The most combining marks in a row.
const MARKS: usize = 2;
/// The same where a script writes a syllable as one letter with marks.
const MARKS_OF_SYLLABLE: usize = 5;

const ZERO_WIDTH_JOINER: char = '\u{200d}';
/// The selector that shows the character before it as an emoji.
const AS_EMOJI: char = '\u{fe0f}';

/// The letter that marks stand on, and the marks so far.
#[derive(Default)]
struct Letter {
    /// `None` at the beginning, and behind a blank.
    base: Option<char>,
    last_mark: Option<char>,
    /// Those that are composed with the letter count as well: é has one.
    marks: usize,
    /// Whether the letter and its marks are of a script with long syllables.
    is_syllable: bool,
}

pub(super) fn check(name: &str) -> Result<(), DisplayNameError> {
    let mut letter = Letter::default();
    let mut before = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let is_part = match c {
            '\u{200c}' | ZERO_WIDTH_JOINER => joins(c, before, rest.peek().copied()),
            _ if is_selector(c) => selects(before, c),
            _ => {
                if text::is_unseen(c) && !c.is_whitespace() {
                    return Err(DisplayNameError::InvisibleCharacter);
                }
                letter.take(c)?;
                true
            }
        };
        if !is_part {
            return Err(DisplayNameError::InvisibleCharacter);
        }
        before = Some(c);
    }
    Ok(())
}

impl Letter {
    fn take(&mut self, c: char) -> Result<(), DisplayNameError> {
        if !is_combining_mark(c) {
            *self = Self {
                base: Some(c).filter(|c| !c.is_whitespace()),
                last_mark: None,
                marks: iter::once(c)
                    .nfd()
                    .filter(|c| is_combining_mark(*c))
                    .count(),
                is_syllable: is_of_syllables(c),
            };
            return Ok(());
        }
        self.marks += 1;
        self.is_syllable &= is_of_syllables(c);
        let most = if self.is_syllable && self.last_mark != Some(c) {
            MARKS_OF_SYLLABLE
        } else {
            MARKS
        };
        self.last_mark = Some(c);
        if self.base.is_none() || self.marks > most {
            return Err(DisplayNameError::TooManyMarks);
        }
        Ok(())
    }
}

/// Whether a joiner or non-joiner is needed between these characters: between letters of a cursive script (علی‌رضا),
/// beside the sign that takes a vowel away (ශ්‍රී, র‍্যা), and between the parts of an emoji (👩‍🚀).
fn joins(joiner: char, before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    let is_virama = |c: char| canonical_combining_class(c) == 9;
    let cursive = is_cursive(before) && after.is_some_and(is_cursive);
    let conjunct = is_of_syllables(before) && (is_virama(before) || after.is_some_and(is_virama));
    let emoji = joiner == ZERO_WIDTH_JOINER
        && (is_pictograph(before) || before == AS_EMOJI)
        && after.is_some_and(is_pictograph);
    cursive || conjunct || emoji
}

/// Whether it chooses among the shapes of the character before it.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether there are such shapes: of emoji, of ideographs (many Japanese names are written with one), and of
/// Mongolian letters.
fn selects(before: Option<char>, selector: char) -> bool {
    let Some(before) = before else { return false };
    match selector {
        '\u{fe0e}' | AS_EMOJI => is_pictograph(before) || matches!(before, '0'..='9' | '#' | '*'),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => matches!(
            before,
            '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        ),
        '\u{180b}'..='\u{180f}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        _ => false,
    }
}

/// Letters and marks of scripts whose letters join: Arabic, Syriac, N'Ko, Mandaic, Mongolian.
fn is_cursive(c: char) -> bool {
    c.is_alphabetic()
        && matches!(
            c,
            '\u{620}'..='\u{77f}' | '\u{7c0}'..='\u{7ff}' | '\u{840}'..='\u{8ff}' | '\u{1820}'..='\u{18aa}'
        )
}

/// Letters and marks of scripts that write a syllable as one letter with marks: those of South and Southeast Asia that
/// descend from Brahmi, Thai and Lao aside, and Tibetan.
fn is_of_syllables(c: char) -> bool {
    matches!(
        c,
        '\u{900}'..='\u{dff}'
            | '\u{f00}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{1a20}'..='\u{1aad}'
            | '\u{1b00}'..='\u{1bff}'
            | '\u{a880}'..='\u{a8df}'
            | '\u{a980}'..='\u{a9ff}'
            | '\u{aa00}'..='\u{aa7f}'
            | '\u{abc0}'..='\u{abff}'
            | '\u{11000}'..='\u{114df}'
            | '\u{11580}'..='\u{116cf}'
            | '\u{11900}'..='\u{11cbf}'
    )
}

/// Emoji, and the blocks of signs that hold some.
fn is_pictograph(c: char) -> bool {
    matches!(
        c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{24c2}' | '\u{3030}' | '\u{303d}'
            | '\u{3297}' | '\u{3299}'
            | '\u{2190}'..='\u{21ff}'
            | '\u{2300}'..='\u{23ff}'
            | '\u{25a0}'..='\u{27bf}'
            | '\u{2900}'..='\u{297f}'
            | '\u{2b00}'..='\u{2bff}'
            | '\u{1f000}'..='\u{1faff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::accounts::display_name::DisplayName;
    use DisplayNameError::{ControlCharacter, InvisibleCharacter, TooManyMarks};

    #[test]
    fn names_of_many_scripts_are_names() {
        for name in [
            "Ada Lovelace",
            "José María Ñuñez-O’Brien",
            "Nguyễn Thị Ánh",
            "山田　太郎",
            "葛\u{e0100}城",
            "علی\u{200c}رضا",
            "مُحَمَّد",
            "ශ්\u{200d}රී",
            "র\u{200d}\u{9cd}যাচেল",
            "അവന്\u{200d}",
            "ကျော်",
            "སྒྲོལ་མ",
            "ស្រី",
            "ที่รัก",
            "נָעֳמִי",
            "Robin 👩\u{200d}🚀",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "👍🏽",
            "🏳\u{fe0f}\u{200d}🌈",
            "Ọlá\u{300}",
        ] {
            let read = DisplayName::parse(name);
            assert!(matches!(read, Ok(Some(_))), "{name}: {read:?}");
        }
    }

    #[test]
    fn what_no_one_sees_is_no_part_of_a_name() {
        for hidden in [
            "\u{ad}",
            "\u{34f}",
            "\u{115f}",
            "\u{1160}",
            "\u{17b4}",
            "\u{180e}",
            "\u{200b}",
            "\u{200c}",
            "\u{200d}",
            "\u{2060}",
            "\u{2063}",
            "\u{2064}",
            "\u{206a}",
            "\u{2800}",
            "\u{3164}",
            "\u{fe00}",
            "\u{fe0f}",
            "\u{feff}",
            "\u{ffa0}",
            "\u{fff9}",
            "\u{1bca0}",
            "\u{1d173}",
            "\u{e0041}",
            "\u{e0100}",
        ] {
            for name in [
                format!("Ad{hidden}a"),
                format!("Ada{hidden}"),
                format!("{hidden}Ada"),
            ] {
                assert_eq!(
                    DisplayName::parse(&name),
                    Err(InvisibleCharacter),
                    "{name:?}"
                );
            }
        }
        for turning in "\u{61c}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}".chars() {
            let name = format!("Ad{turning}a");
            assert_eq!(DisplayName::parse(&name), Err(ControlCharacter), "{name:?}");
        }
    }

    #[test]
    fn joiners_and_selectors_pass_only_where_they_show() {
        for name in [
            "علی\u{200c}",
            "علی\u{200c}\u{200c}رضا",
            "علی\u{200c}a",
            "क\u{200d}क",
            "👩\u{200d}a",
            "👩\u{200c}🚀",
            "👩\u{200d}",
            "👍\u{fe0f}\u{fe0f}",
            "a\u{fe0f}",
            "🏴\u{e0067}\u{e007f}",
        ] {
            assert_eq!(
                DisplayName::parse(name),
                Err(InvisibleCharacter),
                "{name:?}"
            );
        }
    }

    #[test]
    fn a_letter_has_two_marks_at_most() {
        for (name, marks) in [
            ("x\u{301}\u{302}", true),
            ("x\u{301}\u{302}\u{303}", false),
            ("e\u{301}\u{302}", true),
            ("e\u{301}\u{302}\u{303}", false),
            ("\u{1fa7}\u{1ec7}", true),
            ("x\u{301}y\u{302}z\u{303}", true),
            ("ส\u{e47}\u{e47}\u{e47}", false),
            ("x\u{20dd}\u{20de}\u{20df}", false),
            ("\u{301}x", false),
            ("a \u{301}x", false),
            ("a\u{103b}\u{1031}\u{102c}", false),
            ("က\u{103b}\u{103b}\u{103b}", false),
            ("က\u{103b}\u{1031}\u{102c}\u{103a}\u{301}", false),
            ("\u{928}\u{94d}\u{94d}\u{94d}", false),
        ] {
            let read = DisplayName::parse(name);
            assert_eq!(read.is_ok(), marks, "{name:?}: {read:?}");
            if !marks {
                assert_eq!(read, Err(TooManyMarks), "{name:?}");
            }
        }
    }
}
