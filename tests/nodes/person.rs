//! Users with accounts and authenticator apps.

use data_encoding::BASE32_NOPAD;
use serde_json::json;
use totp_rs::{Builder, Secret};
use vestibule::internals::app::SystemClock;
use vestibule::internals::domain::clock::Clock;

use crate::api::{Answer, Pair};
use crate::cluster::Sql;
use crate::node::Node;

/// A password that every rule accepts.
pub(crate) const PASSWORD: &str = "violet kettle marches north";

/// A user with an account.
pub(crate) struct Person {
    pub(crate) email: String,
    /// The session of the registration.
    pub(crate) pair: Pair,
}

impl Person {
    /// Registers with [`PASSWORD`].
    pub(crate) async fn register(node: &Node, name: &str) -> Self {
        let email = format!("{name}@example.org");
        let input = json!({ "email": email, "password": PASSWORD });
        let answer = node.post("/register", &input).await.expect(201);
        Self {
            pair: answer.pair(),
            email,
        }
    }

    /// Signs in with the address and this password.
    pub(crate) async fn sign_in_with(&self, node: &Node, password: &str) -> Answer {
        let input = json!({ "email": self.email, "password": password });
        node.post("/login", &input).await
    }

    pub(crate) async fn sign_in(&self, node: &Node) -> Answer {
        self.sign_in_with(node, PASSWORD).await.expect(200)
    }

    /// The token of a sign-in that waits for its second factor.
    pub(crate) async fn pending(&self, node: &Node) -> String {
        self.sign_in(node).await.text("mfa_token")
    }

    /// An SQL condition for the rows that belong to this user.
    pub(crate) fn owns(&self) -> String {
        format!(
            "user_id = (SELECT id FROM users WHERE email = '{}')",
            self.email
        )
    }
}

/// An authenticator app, and the backup codes.
pub(crate) struct Authenticator {
    secret: [u8; 20],
    pub(crate) backup_codes: Vec<String>,
}

impl Authenticator {
    /// Enrols with the code of the present step, which is used up by this.
    pub(crate) async fn enrol(node: &Node, sql: &Sql, person: &Person) -> Self {
        let email = &person.email;
        sql.run(&format!(
            "UPDATE users SET email_verified_at = now() WHERE email = '{email}'"
        ))
        .await;
        let input = json!({ "password": PASSWORD });
        let enrolment = node.post_as(&person.pair, "/mfa/totp/enroll", &input).await;
        let secret = enrolment.expect(200).text("secret").replace(' ', "");
        let secret = BASE32_NOPAD.decode(secret.as_bytes()).expect("Base32");
        let mut app = Self {
            secret: secret.try_into().expect("20 bytes"),
            backup_codes: Vec::new(),
        };
        let input = json!({ "code": app.code(0) });
        let confirmed = node
            .post_as(&person.pair, "/mfa/totp/confirm", &input)
            .await;
        app.backup_codes =
            serde_json::from_value(confirmed.expect(200).body["backup_codes"].take())
                .expect("a list of codes");
        app
    }

    /// The code of the present step or a later one.
    pub(crate) fn code(&self, steps_ahead: u64) -> String {
        let now = u64::try_from(SystemClock.now().timestamp()).expect("after 1970");
        let app = Builder::new().with_secret(Secret::new_stack(self.secret));
        app.build_noncompliant()
            .generate(now + 30 * steps_ahead)
            .to_string()
    }
}
