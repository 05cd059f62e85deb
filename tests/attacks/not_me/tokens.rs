//! The tokens of the links in the mails of a story, without the mails: there are thousands.

use chrono::TimeDelta;
use uuid::Uuid;
use vestibule::internals::domain::{
    secrets::random,
    token::{Claims, Extra, Purpose},
};

use super::{
    model::{Act, Set},
    play::Play,
};
use crate::harness::TestApp;

impl Play {
    pub(super) async fn newest_point(&self, app: &TestApp, act: Act) -> String {
        let sql = "SELECT id::text FROM undo_points WHERE user_id = $1::text::uuid
            AND (kind = 'new_device') = $2 ORDER BY number DESC LIMIT 1";
        let is_sign_in = act == Act::SignIn;
        let rows = app
            .sql(sql, &[&self.person.id.to_string(), &is_sign_in])
            .await;
        rows.first().map(|row| row.get(0)).unwrap_or_default()
    }

    /// The token of the link of an event, as the mail to an address has it.
    pub(super) fn undo(&self, app: &TestApp, point: &str, to: Set) -> String {
        let event: Uuid = point.parse().unwrap();
        self.mint(app, Purpose::Undo, 0, |claims| {
            claims.extra.event = Some(event);
            claims.extra.email = Some(self.address(to));
        })
    }

    pub(super) async fn email_change(&self, app: &TestApp, new: &str) -> String {
        let sql = "SELECT token_id, rev FROM email_changes WHERE user_id = $1::text::uuid";
        let rows = app.sql(sql, &[&self.person.id.to_string()]).await;
        let (id, rev): (String, i64) = (rows[0].get(0), rows[0].get(1));
        self.mint(app, Purpose::EmailChange, rev, |claims| {
            id.clone_into(&mut claims.token_id);
            claims.extra.email = Some(new.to_owned());
        })
    }

    pub(super) fn mint(
        &self,
        app: &TestApp,
        purpose: Purpose,
        rev: i64,
        with: impl FnOnce(&mut Claims),
    ) -> String {
        let s = app.services();
        let mut claims = Claims {
            purpose,
            user_id: self.person.id,
            token_id: random::id(s.random.as_ref()).to_string(),
            issued_at: s.now() + TimeDelta::milliseconds(1),
            expires_at: s.now() + s.tokens.policy().lifetime(purpose),
            rev: Some(rev),
            session_id: None,
            extra: Extra::default(),
        };
        with(&mut claims);
        s.tokens.encode(&claims).unwrap().expose().to_owned()
    }
}
