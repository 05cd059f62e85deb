//! Accounts whose passwords another system hashed, and passwords in either Unicode form.

use serde_json::json;

use crate::harness::{Person, TestApp};

/// `café au lait, twice`, as the tests in `domain/password/stored` explain.
const PASSWORD: &str = "caf\u{e9} au lait, twice";
const DECOMPOSED: &str = "cafe\u{301} au lait, twice";
const DJANGO: &str = "pbkdf2_sha256$1000$NaCl1234$ATOxvMLiVQDHKjvdP+GmVAd7vH6b2GyOg2CcmBnDwbM=";
const BCRYPT: &str = "$2b$04$YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa";
const SCRYPT: &str =
    "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$Vn3iV29iQDiImfIxtg1t+5Xoo9dvbiameHABV24T7og";
const INSANE: &str = "$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$V1hX+/a7odzEdbHy8AUYV6jCCL38+OOq7YDKFFHg6Ls";

/// `tiê` and U+0323, as Windows types Vietnamese: neither NFC nor NFD. The hash is of exactly these
/// characters.
const AS_WINDOWS_TYPES: (&str, &str) = (
    "ti\u{ea}\u{323}ng vi\u{ea}\u{323}t trong nh\u{e0}",
    "pbkdf2_sha256$1000$NaCl1234$sADo1fXq4KKnw2XKgOMrr7AxVT9qNtwi6iyjKV42bZ8=",
);
/// Full-width letters and digits. The hash is of their NFKC form, `pass phrase 1234 words`.
const FULL_WIDTH: (&str, &str) = (
    "\u{ff50}\u{ff41}\u{ff53}\u{ff53} \u{ff50}\u{ff48}\u{ff52}\u{ff41}\u{ff53}\u{ff45} \u{ff11}\u{ff12}\u{ff13}\u{ff14} words",
    "pbkdf2_sha256$1000$NaCl1234$BLJRiDZc1nfU2dkoA9qCYuuA5vgCohNgbvurEmBW46o=",
);

async fn with_hash(app: &TestApp, hash: &str) -> Person {
    let person = app.person().await;
    let sql = "UPDATE users SET password_hash = $2 WHERE email = $1";
    app.sql(sql, &[&person.email, &hash]).await;
    Person {
        password: PASSWORD.to_owned(),
        ..person
    }
}

async fn hash_of(app: &TestApp, person: &Person) -> String {
    let sql = "SELECT password_hash FROM users WHERE email = $1";
    app.sql(sql, &[&person.email]).await[0].get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sign_in_replaces_the_hash() {
    let app = TestApp::start().await;
    for hash in [DJANGO, BCRYPT, SCRYPT] {
        let person = with_hash(&app, hash).await;
        let wrong = json!({ "email": person.email, "password": "something else altogether" });
        assert_eq!(app.api().post("/login", wrong).await.status, 401);
        assert_eq!(hash_of(&app, &person).await, hash);
        assert_eq!(app.api().sign_in(&person).await.status, 200, "{hash}");
        let replaced = hash_of(&app, &person).await;
        assert!(
            replaced.starts_with("$argon2id$v=19$m=64,t=1,p=1$"),
            "{replaced}"
        );
        assert_eq!(app.browser().sign_in(&person).await.path(), "/account");
        assert_eq!(hash_of(&app, &person).await, replaced, "once");
    }
    let audit = app.audit().await;
    assert_eq!(
        audit
            .iter()
            .filter(|event| *event == "password_rehashed")
            .count(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_that_cannot_be_verified_is_a_wrong_password() {
    let app = TestApp::start().await;
    for hash in [
        INSANE,
        "!",
        "$2b$04$damaged",
        "5f4dcc3b5aa765d61d8327deb882cf99",
    ] {
        let person = with_hash(&app, hash).await;
        let reply = app.api().sign_in(&person).await;
        assert_eq!(
            (reply.status, reply.code()),
            (401, "invalid_credentials"),
            "{hash}"
        );
        assert_eq!(app.browser().sign_in(&person).await.status(), 401, "{hash}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_accepted_in_the_unicode_form_that_was_hashed() {
    let app = TestApp::start().await;
    for (typed, hash) in [AS_WINDOWS_TYPES, FULL_WIDTH] {
        for by_page in [true, false] {
            let person = Person {
                password: typed.to_owned(),
                ..with_hash(&app, hash).await
            };
            for _ in 0..2 {
                if by_page {
                    assert_eq!(app.browser().sign_in(&person).await.path(), "/account");
                } else {
                    assert_eq!(app.api().sign_in(&person).await.status, 200, "{typed}");
                }
            }
            assert!(hash_of(&app, &person).await.starts_with("$argon2id$"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_forms_of_unicode_sign_in() {
    let app = TestApp::start().await;
    for (chosen, typed) in [(PASSWORD, DECOMPOSED), (DECOMPOSED, PASSWORD)] {
        let email = format!("form{}@example.com", chosen.len());
        let body = json!({ "email": email, "password": chosen });
        assert_eq!(app.api().post("/register", body).await.status, 201);
        for typed in [typed, chosen] {
            let person = Person {
                email: email.clone(),
                password: typed.to_owned(),
                ..app.person().await
            };
            assert_eq!(app.api().sign_in(&person).await.status, 200);
            assert_eq!(app.browser().sign_in(&person).await.path(), "/account");
        }
    }
}
