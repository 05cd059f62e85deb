//! Hashes that other programs made, and hashes that must never be computed.
//!
//! Made with Python 3: `hashlib.pbkdf2_hmac` and `hashlib.scrypt`, assembled by hand into PHC strings,
//! passlib's format and Django's (`algorithm$rounds$salt$base64`, as in `django.contrib.auth.hashers`),
//! and the packages `bcrypt` 5 and `argon2-cffi` 25 (the reference implementation in C) for the others.
//! `bcrypt_sha256` is bcrypt over `sha256(password).hexdigest()`.

use unicode_normalization::UnicodeNormalization;

use super::{MAX_TIME, StoredHash};
use crate::domain::password::{
    Argon2Settings, HashError, Hasher, Memory, NO_PASSWORD, Password, Verdict,
};

const PASSWORD: &str = "caf\u{e9} au lait, twice";

const VERIFIED: [&str; 28] = [
    "pbkdf2_sha1$1000$NaCl1234$g8iF6Pnr4l60ig9jmzZDR6qD1Zk=",
    "$pbkdf2$i=1000,l=20$c2FsdHNhbHRzYWx0c2FsdA$R6vJvLgHhQYONtZTZvqscPwweBs",
    "$pbkdf2$1000$c2FsdHNhbHRzYWx0c2FsdA$R6vJvLgHhQYONtZTZvqscPwweBs",
    "pbkdf2_sha256$1000$NaCl1234$ATOxvMLiVQDHKjvdP+GmVAd7vH6b2GyOg2CcmBnDwbM=",
    "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$uSbwPf3sMuFo+1/MGvYngdUKOqnVU+8SEclE9qg6cbM",
    "$pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA$uSbwPf3sMuFo.1/MGvYngdUKOqnVU.8SEclE9qg6cbM",
    "$pbkdf2-sha512$i=1000,l=64$c2FsdHNhbHRzYWx0c2FsdA$JwrwMT4LzjpvjFW+jAeQqxaafeyx0zVHShUpkzAa47WG7KIGzp/HXu12+3CV+2LeKnF7A8p08+UYe9yL1yfgVw",
    "$pbkdf2-sha512$1000$c2FsdHNhbHRzYWx0c2FsdA$JwrwMT4LzjpvjFW.jAeQqxaafeyx0zVHShUpkzAa47WG7KIGzp/HXu12.3CV.2LeKnF7A8p08.UYe9yL1yfgVw",
    "scrypt$1024$NaCl1234$8$5$kHeegsBM5P22+t4BfY+1GcM+XxInY3Qml8VgKzkFpGMZSsMbRbCzXupLdvKfNpypEh8OCL42l9XsVjvDqx7tEQ==",
    "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$Vn3iV29iQDiImfIxtg1t+5Xoo9dvbiameHABV24T7og",
    "$2a$04$Xu1w3kPJh1aNZv4h6Atwy.RdPSQBMlD8o1JW1Jmzt.p55LbGZGaD.",
    "$2b$04$YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa",
    "$2y$04$YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa",
    "bcrypt$$2b$04$YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa",
    "bcrypt_sha256$$2b$04$Ifh5gFu0kwsf1qyUX8xsfOUegvp1icPMu2EFvJpWoYYF52S5XjBcO",
    "$argon2i$v=16$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$yl7NPAOxWylk49t936q5ZwjN6QGSLItCODb7Jc1fy2E",
    "$argon2i$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$yl7NPAOxWylk49t936q5ZwjN6QGSLItCODb7Jc1fy2E",
    "$argon2i$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$6CD3K/iwpa62aHQ9BYqUlvmDBOOpCGHa1Si+i0adbU0",
    "$argon2d$v=16$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$jDnw8pE8FUlLW6XIr3eHGNOxOtZrsfORPvbrmaWK4TY",
    "$argon2d$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$URl1ZwtMBvlTWtxA/fqdbQp51xx7oDj42TGi3MKon68",
    "$argon2id$v=16$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$T0wOYnfJUdpOycRH86AfzoWtxua5mw8PM7bdC7XcvQo",
    "$argon2id$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$V1hX+/a7odzEdbHy8AUYV6jCCL38+OOq7YDKFFHg6Ls",
    "$argon2id$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA==$V1hX+/a7odzEdbHy8AUYV6jCCL38+OOq7YDKFFHg6Ls=",
    "argon2$argon2i$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA==$H2b3U3sqnoRdDTD5Tsbe9g==",
    "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA==$Vn3iV29iQDiImfIxtg1t+5Xoo9dvbiameHABV24T7og=",
    "$pbkdf2$i=1000,l=20$c2FsdHNhbHRzYWx0c2FsdA==$R6vJvLgHhQYONtZTZvqscPwweBs=",
    "argon2$argon2i$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$H2b3U3sqnoRdDTD5Tsbe9g",
    // Made from the decomposed form, as a system may that stores passwords as typed.
    "$2b$04$RDqA4UWo6JHrdbjrIQA/QeTbYxLBL4uDosjpb2Tn2a3D9pushWEKS",
];

fn verify(password: &str, stored: &str) -> Result<Verdict, HashError> {
    let settings = Argon2Settings {
        memory_kib: 64,
        iterations: 1,
        parallelism: 1,
    };
    let password = Password::parse(&password.into()).unwrap();
    Hasher::new(settings)?.verify(&password, Some(stored), &mut Memory::default())
}

#[test]
fn hashes_of_other_systems_are_verified_and_asked_to_be_replaced() {
    for stored in VERIFIED {
        let right = verify(PASSWORD, stored);
        assert_eq!(right, Ok(Verdict::Match { rehash: true }), "{stored}");
        let wrong = verify("cafe au lait, twice", stored);
        assert_eq!(wrong, Ok(Verdict::Mismatch), "{stored}");
    }
}

#[test]
fn bcrypt_uses_72_bytes_without_zeros() {
    let stored = "$2b$04$O8RsF/9Lt40xY6QdoWHyn.4cAdlyf0ijCvuMugw4Pf8WwTwfHkZba";
    let matches = Ok(Verdict::Match { rehash: true });
    assert_eq!(verify(&"x".repeat(72), stored), matches);
    assert_eq!(verify(&"x".repeat(99), stored), matches);
    assert_eq!(verify(&"x".repeat(71), stored), Ok(Verdict::Mismatch));
    let zero = format!("{}\0", "x".repeat(72));
    assert_eq!(verify(&zero, stored), Ok(Verdict::Mismatch));
}

#[test]
fn excessive_costs_are_refused_before_anything_is_computed() {
    let begun = std::time::Instant::now();
    let salt_and_hash = "c2FsdHNhbHRzYWx0c2FsdA$V1hX+/a7odzEdbHy8AUYV6jCCL38+OOq7YDKFFHg6Ls";
    let bcrypt = "YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa";
    for costs in [
        "$argon2id$v=19$m=4194304,t=1,p=1$",
        "$argon2id$v=19$m=262145,t=1,p=1$",
        "$argon2id$v=19$m=262144,t=4,p=1$",
        "$argon2i$v=19$m=8,t=400000,p=1$",
        "$argon2id$v=19$m=8,t=4294967295,p=1$",
        "argon2$argon2i$v=19$m=4294967295,t=1,p=1$",
        "$pbkdf2-sha256$i=4294967295$",
        "$pbkdf2-sha512$2300000$",
        "$pbkdf2-sha256$10000001$",
        "$pbkdf2$6100000$",
        "$pbkdf2$12100000$",
        "$scrypt$ln=21,r=8,p=1$",
        "$scrypt$ln=17,r=8,p=5$",
        "$scrypt$ln=1,r=1,p=900000$",
        "$scrypt$ln=63,r=8,p=1$",
        "$scrypt$ln=200,r=8,p=1$",
        "$scrypt$ln=0,r=8,p=1$",
        "$scrypt$ln=10,r=4294967295,p=4294967295$",
        "$scrypt$ln=1,r=1,p=4194304$",
    ] {
        let stored = format!("{costs}{salt_and_hash}");
        assert_eq!(
            verify(PASSWORD, &stored),
            Err(HashError::TooExpensive),
            "{stored}"
        );
    }
    for stored in [
        format!("$2b$15${bcrypt}"),
        // Each block of output repeats all rounds.
        format!("$pbkdf2-sha512$i=4000000,l=128$c2FsdA${}", "A".repeat(171)),
        format!("$pbkdf2-sha512$i=1000,l=65$c2FsdA${}", "A".repeat(87)),
        format!("$pbkdf2-sha256$i=6000000,l=64$c2FsdA${}", "A".repeat(86)),
        format!("$pbkdf2$i=4000000,l=64$c2FsdA${}", "A".repeat(86)),
        format!("bcrypt_sha256$$2b$31${bcrypt}"),
        "pbkdf2_sha256$99999999$salt$ATOxvMLiVQDHKjvdP+GmVAd7vH6b2GyOg2CcmBnDwbM=".to_owned(),
        "scrypt$9223372036854775808$NaCl$8$5$kHeegsBM5P22+t4BfY+1GQ==".to_owned(),
    ] {
        assert_eq!(
            verify(PASSWORD, &stored),
            Err(HashError::TooExpensive),
            "{stored}"
        );
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(2));
}

/// The defaults of systems and the costs that are recommended to them, with the number of forms that are
/// tried.
#[test]
fn the_costs_of_common_systems_are_accepted() {
    let argon2 = "c2FsdHNhbHRzYWx0c2FsdA$V1hX+/a7odzEdbHy8AUYV6jCCL38+OOq7YDKFFHg6Ls";
    let bcrypt = "YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa";
    let own = Argon2Settings {
        memory_kib: 19_456,
        iterations: 2,
        parallelism: 1,
    };
    for (params, rest, forms) in [
        // Django.
        ("$pbkdf2-sha256$i=1200000$", argon2, 4),
        ("argon2$argon2id$v=19$m=102400,t=2,p=8$", argon2, 4),
        // OWASP: PBKDF2 with SHA-512, and scrypt.
        ("$pbkdf2-sha512$i=210000$", argon2, 4),
        ("$scrypt$ln=17,r=8,p=1$", argon2, 4),
        ("$scrypt$ln=17,r=8,p=4$", argon2, 1),
        // RFC 9106's second choice, libsodium's "interactive" and "moderate".
        ("$argon2id$v=19$m=65536,t=3,p=4$", argon2, 4),
        ("$argon2id$v=19$m=65536,t=2,p=1$", argon2, 4),
        ("$argon2id$v=19$m=262144,t=3,p=1$", argon2, 1),
        ("$2b$12$", bcrypt, 4),
        ("$2b$13$", bcrypt, 2),
        ("$2b$14$", bcrypt, 1),
    ] {
        let stored = StoredHash::read(&format!("{params}{rest}"), own).expect(params);
        let tried = stored.work().most_forms(own).min(4);
        assert_eq!(tried, forms, "{params}");
        let forms = u32::try_from(forms).unwrap();
        assert!(stored.work().estimate() * forms <= MAX_TIME, "{params}");
        assert!(stored.work().is_dear(1, own), "{params}");
    }
}

/// The forms of one password, each hashed by some system.
#[test]
fn a_password_is_tried_as_typed_and_in_each_form_of_unicode() {
    // Vietnamese as Windows types it: neither composed nor decomposed.
    let typed = "m\u{1ead}t kh\u{1ea9}u ti\u{ea}\u{323}ng vi\u{ea}\u{323}t";
    let full_width = "\u{ff30}\u{ff41}\u{ff53}\u{ff53} caf\u{e9}";
    for typed in [typed, full_width, "e\u{301}\u{fb01}", "plain ascii words"] {
        let forms: Vec<String> = [
            typed.to_owned(),
            typed.nfc().collect(),
            typed.nfkc().collect(),
            typed.nfd().collect(),
        ]
        .into();
        let tried = Password::parse(&typed.into()).unwrap().forms();
        let tried: Vec<&str> = tried.iter().map(|form| form.as_str()).collect();
        let mut once = Vec::new();
        for form in &forms {
            if !once.contains(&form.as_str()) {
                once.push(form.as_str());
            }
            let stored = bcrypt_of(form);
            let verdict = verify(typed, &stored);
            assert_eq!(verdict, Ok(Verdict::Match { rehash: true }), "{form:?}");
        }
        assert_eq!(tried, once, "{typed:?}");
    }
}

fn bcrypt_of(password: &str) -> String {
    let (salt, key) = ([7; 16], format!("{password}\0"));
    let output = bcrypt::bcrypt(4, salt, key.as_bytes());
    let alphabet = super::read::bcrypt_alphabet().unwrap();
    format!(
        "$2b$04${}{}",
        alphabet.encode(&salt),
        alphabet.encode(&output[..23])
    )
}

#[test]
fn malformed_hashes_and_unknown_kinds_have_different_errors() {
    for malformed in [
        "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA",
        "$argon2id$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA=$V1hX+/a7odzEdbHy8AUYV6jCCL38+OOq7YDKFFHg6Ls",
        "$argon2id$v=19$m=256,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$V1hX+/a7odzEdbHy8AUYV6jCCL38+OOq7YDKFFHg6=====",
        "$argon2id$v=19$m=64,t=1,p=1",
        "$2b$04$short",
        "$2b$99$YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa",
        "$2b$04$YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxx!",
        "bcrypt$2b$04$YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa",
        // An empty hash would match everything.
        "pbkdf2_sha256$1000$NaCl1234$",
        "pbkdf2_sha256$0$NaCl1234$ATOxvMLiVQDHKjvdP+GmVAd7vH6b2GyOg2CcmBnDwbM=",
        "pbkdf2_sha256$+10$NaCl1234$ATOxvMLiVQDHKjvdP+GmVAd7vH6b2GyOg2CcmBnDwbM=",
        "$pbkdf2-sha256$i=1000,l=31$c2FsdHNhbHRzYWx0c2FsdA$uSbwPf3sMuFo+1/MGvYngdUKOqnVU+8SEclE9qg6cbM",
        "scrypt$1000$NaCl1234$8$5$kHeegsBM5P22+t4BfY+1GcM+XxInY3Qml8VgKzkFpGM=",
        "$scrypt$ln=10,r=8$c2FsdHNhbHRzYWx0c2FsdA$Vn3iV29iQDiImfIxtg1t+5Xoo9dvbiameHABV24T7og",
    ] {
        assert_eq!(
            verify(PASSWORD, malformed),
            Err(HashError::Malformed),
            "{malformed}"
        );
    }
    for unknown in [
        "",
        "password",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$6$salt$x",
        "$2x$04$YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa",
        "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
        "5f4dcc3b5aa765d61d8327deb882cf99",
    ] {
        assert_eq!(
            verify(PASSWORD, unknown),
            Err(HashError::UnknownKind),
            "{unknown}"
        );
    }
}

#[test]
fn without_a_password_nothing_matches() {
    assert_eq!(verify("!", NO_PASSWORD), Ok(Verdict::Mismatch));
    assert_eq!(verify("", NO_PASSWORD), Ok(Verdict::Mismatch));
}
