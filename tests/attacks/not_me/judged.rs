//! What the database says of an account, compared with the model.

use vestibule::internals::domain::{
    password::Password,
    secrets::{sealing::Place, secret::SecretString},
};

use super::{
    model::Set,
    play::{Play, password_of},
};
use crate::harness::TestApp;

/// What the database has of an account.
pub(super) struct Row {
    pub(super) email: String,
    pub(super) hash: String,
    pub(super) rev: i64,
    pub(super) frozen: bool,
    pub(super) sign_in_frozen: bool,
    pub(super) sessions: i64,
}

impl Play {
    pub(super) async fn judge(&self, app: &TestApp, at: usize) {
        let (row, model) = (self.row(app).await, &self.model);
        let told = self.told(at);
        assert_eq!(
            row.email,
            self.address(model.account.address),
            "address {told}"
        );
        assert_eq!(row.frozen, model.frozen, "frozen {told}");
        assert_eq!(
            row.sign_in_frozen, model.sign_in_frozen,
            "sign-in frozen {told}"
        );
        assert_eq!(
            self.factor(app).await,
            model.account.factor,
            "factor {told}"
        );
        let s = app.services();
        for password in self.passwords() {
            let text = SecretString::from(password_of(password));
            let typed = Password::parse(&text).unwrap();
            let compared = s.hashing.verify(typed, Some(&row.hash)).await.unwrap();
            let opens = model.account.password == Some(password);
            assert_eq!(compared.is_match(), opens, "{password:?} {told}");
        }
        let links = "SELECT used_at IS NOT NULL, ended_at IS NOT NULL FROM undo_points
            WHERE user_id = $1::text::uuid AND kind <> ALL(ARRAY['email_change_requested', 'new_device'])
            ORDER BY number";
        let links = app.sql(links, &[&self.person.id.to_string()]).await;
        let links: Vec<(bool, bool)> = links.iter().map(|row| (row.get(0), row.get(1))).collect();
        let events = model.events.iter().filter(|event| !event.is_sign_in());
        let expected: Vec<(bool, bool)> = events.map(|event| (event.used, event.ended)).collect();
        assert_eq!(links, expected, "links {told}");
    }

    /// Every password of the story.
    pub(super) fn passwords(&self) -> Vec<Set> {
        let before = self
            .model
            .events
            .iter()
            .filter_map(|event| event.before.password);
        let all = before.chain(self.model.account.password);
        all.collect()
    }

    pub(super) async fn row(&self, app: &TestApp) -> Row {
        let sql = "SELECT email, password_hash, revocation_id,
            coalesce(frozen_until > $2::text::timestamptz, false),
            coalesce(sign_in_frozen_until > $2::text::timestamptz, false),
            (SELECT count(*) FROM sessions WHERE user_id = u.id AND revoked_at IS NULL)
            FROM users u WHERE id = $1::text::uuid";
        let now = app.services().now().to_rfc3339();
        let rows = app.sql(sql, &[&self.person.id.to_string(), &now]).await;
        let row = &rows[0];
        Row {
            email: row.get(0),
            hash: row.get(1),
            rev: row.get(2),
            frozen: row.get(3),
            sign_in_frozen: row.get(4),
            sessions: row.get(5),
        }
    }

    /// The second factor that is enrolled.
    pub(super) async fn factor(&self, app: &TestApp) -> Option<Set> {
        let sql = "SELECT secret FROM totp_authenticators
            WHERE user_id = $1::text::uuid AND confirmed_at IS NOT NULL";
        let rows = app.sql(sql, &[&self.person.id.to_string()]).await;
        let sealed: Vec<u8> = rows.first()?.get(0);
        let place = Place {
            table: "totp_authenticators",
            row: self.person.id,
            column: "secret",
        };
        let secret = app.services().ring.open(place, &sealed).unwrap();
        let secret = data_encoding::BASE32_NOPAD.encode(&secret);
        let known = self
            .phones
            .iter()
            .find(|(_, phone)| phone.secret() == secret);
        Some(*known.expect("one of the story").0)
    }
}
