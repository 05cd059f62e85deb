//! The rules between the settings of phones.

use super::*;
use crate::domain::authenticators::phone::CallingCode;

const GATEWAY: (&str, &str) = ("SMS_GATEWAY_URL", "https://sms.example.org/messages");
const TOKEN: (&str, &str) = ("SMS_GATEWAY_TOKEN", "abc.DEF-123");

#[test]
fn without_a_gateway_there_are_no_phones() {
    assert!(config(development(&[])).sms.is_none());
    let loaded = development(&[TOKEN, ("SMS_COUNTRIES", "49")]).unwrap();
    assert!(loaded.config.sms.is_none());
    assert_eq!(
        loaded.warnings,
        [
            "SMS_GATEWAY_TOKEN has no effect without SMS_GATEWAY_URL.",
            "SMS_COUNTRIES has no effect without SMS_GATEWAY_URL."
        ]
    );
}

#[test]
fn a_gateway_has_a_budget_and_may_have_countries() {
    let sms = config(production(&[GATEWAY, TOKEN])).sms.unwrap();
    assert_eq!(sms.url.as_str(), "https://sms.example.org/messages");
    assert_eq!(sms.token, Some(SecretString::from("abc.DEF-123")));
    assert_eq!((sms.max_per_hour, sms.countries), (100, Vec::new()));
    let some = [
        GATEWAY,
        TOKEN,
        ("SMS_COUNTRIES", "49, +43"),
        ("SMS_MAX_PER_HOUR", "7"),
    ];
    let sms = config(production(&some)).sms.unwrap();
    let codes = ["49", "43"].map(|code| CallingCode::parse(code).unwrap());
    assert_eq!((sms.max_per_hour, sms.countries), (7, codes.to_vec()));
}

#[test]
fn a_gateway_on_another_machine_needs_a_token() {
    assert_eq!(at_fault(development(&[GATEWAY])), ["SMS_GATEWAY_TOKEN"]);
    for here in [
        "http://127.0.0.1:9/sms",
        "http://[::1]:9/",
        "http://localhost:9/",
    ] {
        let sms = config(development(&[("SMS_GATEWAY_URL", here)]))
            .sms
            .unwrap();
        assert_eq!(sms.token, None);
    }
}
