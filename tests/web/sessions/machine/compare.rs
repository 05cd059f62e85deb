//! Checks every token ever minted, and every row.

use futures_util::future::join_all;
use vestibule::internals::{
    db,
    domain::{
        session::{RefreshVerdict, judge_refresh, token_hash},
        token::Purpose,
    },
};

use super::{model::Verdict, world::World};

impl World<'_> {
    /// Asserts that tokens and rows are as the model says.
    pub(super) async fn compare(&self) {
        let (mut asked, mut judged) = (Vec::new(), Vec::new());
        for (at, session) in self.model.sessions.iter().enumerate() {
            asked.extend((0..session.access.len()).map(|access| self.ask(at, access)));
            judged.extend((0..session.refresh.len()).map(|token| self.judge(at, token)));
        }
        join_all(asked).await;
        join_all(judged).await;
        for user in 0..self.people.len() {
            self.compare_rows(user).await;
        }
    }

    async fn ask(&self, session: usize, access: usize) {
        let token = &self.model.sessions[session].access[access];
        let api = self.api.at(&self.nodes[access % 2]).with_token(&token.text);
        let lives = api.get("/me").await.status == 200;
        let expected = self.model.lives(session, access);
        assert_eq!(
            lives, expected,
            "access token {access} of session {session}"
        );
    }

    /// Judges a token as a refresh would, without refreshing.
    async fn judge(&self, session: usize, generation: usize) {
        let text = &self.model.sessions[session].refresh[generation].text;
        let verdict = match self.claims(Purpose::Refresh, text) {
            None => Verdict::Dead,
            Some(claims) => {
                let s = &self.nodes[generation % 2].services;
                let conn = s.db.shared().await.unwrap();
                let id = claims.session_id.unwrap();
                let grace = s.policy.sessions.refresh_grace;
                let found = db::sessions::find_for_refresh(&conn, id, claims.user_id, grace).await;
                let state = found.unwrap().expect("its session").state;
                match judge_refresh(&claims, &token_hash(text), &state, self.model.now) {
                    RefreshVerdict::Current => Verdict::Rotates,
                    RefreshVerdict::Predecessor => Verdict::Repeats,
                    RefreshVerdict::Replay => Verdict::Replayed,
                    RefreshVerdict::Dead => Verdict::Dead,
                }
            }
        };
        let expected = self.model.judge(session, generation);
        assert_eq!(
            verdict, expected,
            "refresh token {generation} of session {session}"
        );
    }

    async fn compare_rows(&self, user: usize) {
        let person = &self.people[user].id.to_string();
        let rows = "SELECT generation, revoked_at IS NOT NULL FROM sessions
            WHERE user_id::text = $1 ORDER BY generation, 2";
        let mut rows: Vec<(i64, bool)> = (self.app.sql(rows, &[person]).await.iter())
            .map(|row| (row.get(0), row.get(1)))
            .collect();
        let of_user = self.model.sessions.iter().filter(|s| s.user == user);
        let mut expected: Vec<(i64, bool)> = of_user
            .map(|s| (i64::try_from(s.refresh.len() - 1).unwrap(), s.ended))
            .collect();
        rows.sort_unstable();
        expected.sort_unstable();
        assert_eq!(rows, expected, "the sessions of user {user}");

        let reported = "SELECT revocation_id,
            (SELECT count(*) FROM audit_events
             WHERE subject_id = users.id AND event = 'refresh_token_replayed'),
            (SELECT count(*) FROM mails
             WHERE user_id = users.id AND kind = 'sessions_revoked_after_replay')
            FROM users WHERE id::text = $1";
        let reported = self.app.sql(reported, &[person]).await;
        let [rev, audited, mailed]: [i64; 3] = [0, 1, 2].map(|column| reported[0].get(column));
        let expected = &self.model.users[user];
        let replays = i64::try_from(expected.replays).unwrap();
        assert_eq!((rev, audited, mailed), (expected.rev, replays, replays));
    }
}
