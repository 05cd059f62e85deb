//! Texts in CSV files that people open in a spreadsheet, which takes some of them for formulas.

use std::borrow::Cow;

/// The text with an apostrophe in front where a spreadsheet would otherwise compute it: it then shows
/// the text (OWASP, CSV Injection). Blanks in front are looked past, as spreadsheets do.
pub fn defused(text: &str) -> Cow<'_, str> {
    let first = text.chars().find(|c| *c != ' ');
    let is_formula = first.is_some_and(|c| {
        // The wide forms are folded into the others by some spreadsheets.
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
        )
    });
    if is_formula {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_as_a_formula_does() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"] {
            assert_eq!(defused(formula), format!("'{formula}"));
        }
        for harmless in ["", "Ada", "a=b", "'=1", "2026-01-01T00:00:00Z"] {
            assert!(matches!(defused(harmless), Cow::Borrowed(_)), "{harmless}");
        }
    }
}
