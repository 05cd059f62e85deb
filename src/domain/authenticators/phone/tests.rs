use std::collections::HashSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::secrets::secret::Key;

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text, &[]).unwrap()
}

fn ring() -> SealingRing {
    SealingRing::new(("a".into(), Key::new([1; 32])), vec![])
}

#[test]
fn a_number_is_read_as_people_write_it() {
    for text in [
        "+4915112345612",
        " +49 151 12345612\n",
        "+49 (0)151 / 123 456 12",
        "+49-151-12345612",
        "0049 151 12345612",
        "\u{ff0b}\u{ff14}\u{ff19} 151\u{a0}12345612",
        "+\u{664}\u{669} 151\u{2013}12345612",
        "+49.151.12345612",
    ] {
        assert_eq!(number(text).expose(), "+4915112345612", "{text:?}");
    }
    for (text, e164) in [
        ("+1 (212) 555-1234", "+12125551234"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+44 7700 900123", "+447700900123"),
    ] {
        assert_eq!(number(text).expose(), e164);
    }
}

#[test]
fn other_texts_are_refused_with_a_reason() {
    for (text, fault) in [
        ("", PhoneFault::Empty),
        (" \u{200b}", PhoneFault::Empty),
        ("0151 12345612", PhoneFault::NotInternational),
        ("4915112345612", PhoneFault::NotInternational),
        ("ada@example.org", PhoneFault::NotInternational),
        ("+", PhoneFault::Malformed),
        ("+49", PhoneFault::Malformed),
        ("+49 1", PhoneFault::Malformed),
        ("++4915112345612", PhoneFault::Malformed),
        ("+999 12345678", PhoneFault::Malformed),
        ("+4915112345612;ext=3", PhoneFault::Malformed),
        ("+49 151 12345612 x3", PhoneFault::Malformed),
        ("+1 800 FLOWERS", PhoneFault::Malformed),
        ("+4915112345612\0", PhoneFault::Malformed),
        ("+49151123456123456789", PhoneFault::Malformed),
        ("+1 900 555 0123", PhoneFault::Kind),
        ("+1 800 555 0123", PhoneFault::Kind),
    ] {
        assert_eq!(PhoneNumber::parse(text, &[]), Err(fault), "{text:?}");
    }
    let long = format!("+{}", "4".repeat(1_000_000));
    assert_eq!(PhoneNumber::parse(&long, &[]), Err(PhoneFault::Malformed));
}

#[test]
fn only_numbers_of_allowed_countries_are_read() {
    let allowed = ["49", "+43"].map(|code| CallingCode::parse(code).unwrap());
    let parsed = |text| PhoneNumber::parse(text, &allowed);
    assert!(parsed("+4915112345612").is_ok());
    assert!(parsed("+4366012345678").is_ok());
    assert_eq!(parsed("+41791234567"), Err(PhoneFault::Country));
    // 4 is no country, and 491 is none either: codes are no prefixes of each other.
    for none in [
        "", "4", "491", "0", "049", "+ 49", "999", "4e1", "49 ", "++49",
    ] {
        assert_eq!(CallingCode::parse(none), None, "{none:?}");
    }
}

#[test]
fn pages_show_the_country_and_two_digits() {
    assert_eq!(number("+4915112345612").masked(), "+49 ••• ••12");
    assert_eq!(number("+12125551234").masked(), "+1 ••• ••34");
}

#[test]
fn a_number_survives_being_stored() {
    for text in ["+4915112345612", "+12125551234", "+390612345678"] {
        let number = number(text);
        assert_eq!(
            PhoneNumber::from_bytes(number.expose().as_bytes()),
            Some(number)
        );
    }
    assert_eq!(PhoneNumber::from_bytes(b"\xff"), None);
}

#[test]
fn debug_output_shows_neither_number_nor_code() {
    let shown = format!(
        "{:?} {:?}",
        number("+4915112345612"),
        PhoneCode("123456".into())
    );
    assert_eq!(shown, "[phone number] [phone code]");
}

struct Fixed([u8; 8]);
impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0[..bytes.len()]);
    }
}

#[test]
fn a_code_has_six_digits() {
    let code = |seed: u64| PhoneCode::fresh(&Fixed(seed.to_le_bytes()));
    assert_eq!(code(7).expose(), "000007");
    assert_eq!(code(1_999_999).expose(), "999999");
    assert_eq!(PhoneCode::parse(" 000-007 "), Some(code(7)));
    for text in ["", "00007", "0000070", "00000a"] {
        assert_eq!(PhoneCode::parse(text), None);
    }
}

#[test]
fn a_code_is_stored_for_one_user_one_number_and_one_use() {
    let (ring, code) = (ring(), PhoneCode("123456".into()));
    let mut macs = HashSet::new();
    for user in [Uuid::nil(), Uuid::max()] {
        for number in [number("+4915112345612"), number("+4915112345613")] {
            for for_use in [CodeUse::Setup, CodeUse::Proof] {
                macs.insert(code.mac(&ring, "a", user, &number, for_use).unwrap());
            }
        }
    }
    assert_eq!(macs.len(), 8);
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), digits in r"\+[0-9]{1,20}") {
        let _ = PhoneNumber::parse(&text, &[]);
        if let Ok(number) = PhoneNumber::parse(&digits, &[]) {
            let e164 = number.expose();
            prop_assert!(e164.len() <= 16 && e164[1..].bytes().all(|b| b.is_ascii_digit()), "{e164}");
            prop_assert_eq!(PhoneNumber::from_bytes(e164.as_bytes()), Some(number.clone()));
        }
    }
}
