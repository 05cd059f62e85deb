//! Characters that are dangerous in text from other people: bidirectional controls, invisible characters, control
//! characters, formula prefixes in CSV. Logs, mails and pages use these functions to remove or escape them.

use std::borrow::Cow;

/// Whether it changes the reading direction of the text around it (the bidirectional controls of Unicode
/// Standard Annex #9).
pub fn turns_direction(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether a terminal or a viewer may act on it instead of displaying it: control characters, and the line
/// and paragraph separators.
pub fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether it is invisible: blanks, and what Unicode calls default ignorable (joiners, fillers,
/// selectors, tags, byte order marks). Words of many languages contain some, but none consists of them.
pub fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || is_control(c)
        || turns_direction(c)
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200d}'
                | '\u{2060}'..='\u{2065}'
                | '\u{206a}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A text of any origin on one line: without characters that change the reading direction, control
/// characters, line breaks and repeated blanks.
pub fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !turns_direction(*c))
        .map(|c| if is_control(c) { ' ' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A table cell that no spreadsheet evaluates: an apostrophe is put before a text that begins like a
/// formula (OWASP, CSV Injection). Leading blanks are ignored, as spreadsheets do. Wide forms count as
/// well, since some spreadsheets fold them.
pub fn without_formula(cell: &str) -> Cow<'_, str> {
    if cell.trim_start_matches(' ').starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]) {
        return Cow::Owned(format!("'{cell}"));
    }
    Cow::Borrowed(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_begins_like_a_formula_is_text() {
        for cell in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "  =1",
            "\u{ff1d}1",
        ] {
            assert_eq!(without_formula(cell), format!("'{cell}"));
        }
        for cell in ["", "1", "Mozilla/5.0", "{\"a\": 1}", "a=b", "'=1"] {
            assert_eq!(without_formula(cell), cell);
        }
    }

    #[test]
    fn every_bidirectional_control_is_known() {
        let turning = (0..=0x10_ffff)
            .filter_map(char::from_u32)
            .filter(|c| turns_direction(*c));
        assert_eq!(turning.count(), 12, "Bidi_Control=Yes");
    }

    #[test]
    fn separators_of_lines_are_control_characters() {
        for c in "\n\r\t\0\u{1b}\u{7f}\u{85}\u{9b}\u{2028}\u{2029}".chars() {
            assert!(is_control(c), "{c:?}");
        }
        for c in " aé\u{a0}\u{200d}".chars() {
            assert!(!is_control(c), "{c:?}");
        }
    }

    #[test]
    fn letters_are_visible_and_fillers_are_not() {
        for c in "a0éअ한👍.-".chars() {
            assert!(!is_unseen(c), "{c:?}");
        }
        for c in " \u{3000}\u{200b}\u{feff}\u{ad}\u{3164}\u{2800}\u{e0041}\u{202e}\n".chars() {
            assert!(is_unseen(c), "{c:?}");
        }
    }

    #[test]
    fn text_of_clients_stays_on_one_line() {
        assert_eq!(
            one_line(" a\r\nBcc: b\u{2028}c\u{1b}[2J\u{202e}d\u{0} "),
            "a Bcc: b c [2Jd"
        );
    }
}
