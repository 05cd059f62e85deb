//! No one can find out who has an account: if verification is required, every answer has the same content
//! and takes the same time, whatever the state of the address (ASVS 6.3.8).

mod equal_answers;
mod equal_times;

use serde_json::{Value, json};
use vestibule::internals::throttle::account::Guess;

use crate::harness::{
    TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

const WRONG: &str = "not the right password";

/// The state of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Known,
    Unknown,
    Disabled,
    Unverified,
    /// After so many failures that no unknown browser can sign in. `lockout` tests the answers to a
    /// sign-in in this state.
    Locked,
}

const CLASSES: [Class; 5] = [
    Class::Known,
    Class::Unknown,
    Class::Disabled,
    Class::Unverified,
    Class::Locked,
];

/// The requests that any client can make about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    WrongPassword,
    /// For an account that may not sign in.
    RightPassword,
    Forgot,
    Resend,
    Register,
}

const QUESTIONS: [Question; 5] = [
    Question::WrongPassword,
    Question::RightPassword,
    Question::Forgot,
    Question::Resend,
    Question::Register,
];

impl Question {
    /// The path of the page, the call, and the fields.
    fn asked(self, email: &str) -> (&'static str, &'static str, Value) {
        match self {
            Self::WrongPassword => {
                let body = json!({ "email": email, "password": WRONG });
                ("/login", "/login", body)
            }
            Self::RightPassword => {
                let body = json!({ "email": email, "password": PASSWORD });
                ("/login", "/login", body)
            }
            Self::Forgot => {
                let body = json!({ "email": email });
                ("/forgot-password", "/forgot-password", body)
            }
            Self::Resend => {
                let body = json!({ "email": email });
                ("/verify-email/resend", "/resend-verification", body)
            }
            Self::Register => {
                let body = json!({ "email": email, "password": NEW_PASSWORD });
                ("/register", "/register", body)
            }
        }
    }

    /// Whether the answer for this state must not differ from the others.
    fn concerns(self, class: Class) -> bool {
        match self {
            Self::RightPassword => !matches!(class, Class::Known | Class::Locked),
            Self::WrongPassword => class != Class::Locked,
            Self::Forgot | Self::Resend | Self::Register => true,
        }
    }
}

/// An address in that state, as long as all the others.
async fn address_in(app: &TestApp, class: Class, at: usize) -> String {
    let email = format!("customer{at:05}@example.com");
    let person = match class {
        Class::Known | Class::Locked => app.person().verified().await,
        Class::Disabled => app.person().verified().disabled().await,
        Class::Unverified => app.person().await,
        Class::Unknown => return email,
    };
    let rename = "UPDATE users SET email = $2, email_canonical = $2 WHERE email = $1";
    app.sql(rename, &[&person.email, &email]).await;
    if class == Class::Locked {
        lock(app, &email).await;
    }
    email
}

/// The state after a hundred failures.
async fn lock(app: &TestApp, email: &str) {
    let key = app
        .services()
        .account_throttle
        .key_of(Guess::Password, email);
    let row = "INSERT INTO account_throttles VALUES ($1, 100, now(), now())";
    app.sql(row, &[&key.as_slice()]).await;
}

/// A small random generator: the order must be mixed, not secret.
pub(super) struct Mixed(pub(super) u64);

impl Mixed {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
