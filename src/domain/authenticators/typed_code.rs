//! Codes as phones and keyboards write them: digits of any script, grouped with any blanks or dashes.

use zeroize::Zeroizing;

use crate::domain::text;

/// The longest text that is read, in bytes. A backup code in full-width characters with a mark beside each
/// is shorter.
const MAX_BYTES: usize = 160;

/// The zeros of all decimal digits (general category Nd, Unicode 17). Each is followed by its one to nine.
/// Full-width digits are folded with the other full-width characters.
const ZEROS: [char; 76] = [
    '\u{30}',
    '\u{660}',
    '\u{6f0}',
    '\u{7c0}',
    '\u{966}',
    '\u{9e6}',
    '\u{a66}',
    '\u{ae6}',
    '\u{b66}',
    '\u{be6}',
    '\u{c66}',
    '\u{ce6}',
    '\u{d66}',
    '\u{de6}',
    '\u{e50}',
    '\u{ed0}',
    '\u{f20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17e0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19d0}',
    '\u{1a80}',
    '\u{1a90}',
    '\u{1b50}',
    '\u{1bb0}',
    '\u{1c40}',
    '\u{1c50}',
    '\u{a620}',
    '\u{a8d0}',
    '\u{a900}',
    '\u{a9d0}',
    '\u{a9f0}',
    '\u{aa50}',
    '\u{abf0}',
    '\u{104a0}',
    '\u{10d30}',
    '\u{10d40}',
    '\u{11066}',
    '\u{110f0}',
    '\u{11136}',
    '\u{111d0}',
    '\u{112f0}',
    '\u{11450}',
    '\u{114d0}',
    '\u{11650}',
    '\u{116c0}',
    '\u{116d0}',
    '\u{116da}',
    '\u{11730}',
    '\u{118e0}',
    '\u{11950}',
    '\u{11bf0}',
    '\u{11c50}',
    '\u{11d50}',
    '\u{11da0}',
    '\u{11de0}',
    '\u{11f50}',
    '\u{16130}',
    '\u{16a60}',
    '\u{16ac0}',
    '\u{16b50}',
    '\u{16d70}',
    '\u{1ccf0}',
    '\u{1d7ce}',
    '\u{1d7d8}',
    '\u{1d7e2}',
    '\u{1d7ec}',
    '\u{1d7f6}',
    '\u{1e140}',
    '\u{1e2f0}',
    '\u{1e4f0}',
    '\u{1e5f1}',
    '\u{1e950}',
    '\u{1fbf0}',
];

/// The symbols of a code: decimal digits in ASCII, full-width characters in their narrow form, without
/// blanks, dashes, direction marks and other invisible characters. `None` if the text is too long for a
/// code.
pub(in crate::domain) fn symbols(typed: &str) -> Option<Zeroizing<String>> {
    if typed.len() > MAX_BYTES {
        return None;
    }
    let symbols = typed.chars().map(narrow).filter(|c| !is_between(*c));
    Some(Zeroizing::new(symbols.map(digit).collect()))
}

/// Six decimal digits of any script, in ASCII; anything else is `None`.
pub(in crate::domain) fn six_digits(typed: &str) -> Option<Zeroizing<String>> {
    let code = symbols(typed)?;
    let is_code = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
    is_code.then_some(code)
}

fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// Whether it separates symbols. Control characters other than blanks do not, so that the code is refused.
fn is_between(c: char) -> bool {
    c.is_whitespace() || is_dash(c) || (text::is_unseen(c) && !text::is_control(c))
}

/// General category Pd, and characters that keyboards write instead of a dash: bullets, minus signs, the
/// Japanese sound marks.
fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{58a}' | '\u{5be}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{207b}'
                | '\u{208b}'
                | '\u{2212}'
                | '\u{2e17}'
                | '\u{2e1a}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{2e40}'
                | '\u{2e5d}'
                | '\u{301c}'
                | '\u{3030}'
                | '\u{30a0}'
                | '\u{30fc}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff70}'
                | '\u{10d6e}'
                | '\u{10ead}'
    )
}

fn digit(c: char) -> char {
    let above = ZEROS.partition_point(|zero| *zero <= c);
    let zero = above.checked_sub(1).map(|at| u32::from(ZEROS[at]));
    zero.map(|zero| u32::from(c) - zero)
        .and_then(|value| char::from_digit(value, 10).filter(|_| value < 10))
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str) -> String {
        symbols(typed).unwrap().to_string()
    }

    #[test]
    fn codes_are_read_in_the_spellings_of_phones_and_keyboards() {
        for typed in [
            "123456",
            " 123 456\n",
            "123\u{a0}456",
            "123\u{202f}456",
            "123\u{3000}456\u{feff}",
            "12\u{2013}34\u{2212}56",
            "\u{200f}123\u{200b}456\u{202c}",
            "\u{2066}123-456\u{2069}",
            "\u{ff11}\u{ff12}\u{ff13}\u{ff0d}\u{ff14}\u{ff15}\u{ff16}",
            "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}",
            "\u{6f1}\u{6f2}\u{6f3} \u{6f4}\u{6f5}\u{6f6}",
            "\u{967}\u{968}\u{969}\u{30fc}\u{96a}\u{96b}\u{96c}",
            "\u{11de1}\u{11de2}\u{11de3}\u{11de4}\u{11de5}\u{11de6}",
            "\u{1d7cf}\u{1d7da}\u{1d7e5}\u{1d7f0}\u{1d7fb}6",
        ] {
            assert_eq!(read(typed), "123456", "{typed:?}");
        }
        assert_eq!(read("\u{ff21}\u{ff42}c\u{2011}D"), "AbcD");
    }

    #[test]
    fn other_characters_than_decimal_digits_are_kept() {
        for typed in [
            "\u{b2}", "\u{2460}", "\u{bd}", "\u{4e00}", "\u{2167}", "\0", "a.", "\u{1b}",
        ] {
            assert_eq!(read(typed), typed);
        }
        assert_eq!(symbols(&"1".repeat(161)), None);
    }

    #[test]
    fn the_zeros_are_in_order_and_ten_apart() {
        let apart = |pair: &[char]| u32::from(pair[1]) - u32::from(pair[0]) >= 10;
        assert!(ZEROS.windows(2).all(apart));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn any_decimal_digit_is_its_digit(typed in r"\d{6}") {
            let read = read(&typed);
            prop_assert!(read.len() == 6 && read.bytes().all(|b| b.is_ascii_digit()), "{read}");
        }

        #[test]
        fn any_dash_and_blank_is_dropped(typed in r"[\p{Pd}\s\p{Bidi_Control}\p{Zs}]{0,12}") {
            prop_assert_eq!(read(&typed), "");
        }
    }
}
