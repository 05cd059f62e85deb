//! Two nodes on one database, and a model that takes the same steps.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vestibule::internals::domain::{
    clock::Clock,
    token::{Claims, Purpose},
};

use super::{
    model::{Model, Token, User, Verdict},
    plan::{Act, Pick, Step},
};
use crate::harness::{Api, Person, Reply, TestApp, app::Node};

pub(super) struct World<'a> {
    pub(super) app: &'a TestApp,
    pub(super) api: Api,
    pub(super) nodes: [Node; 2],
    pub(super) people: Vec<Person>,
    pub(super) model: Model,
}

impl<'a> World<'a> {
    pub(super) async fn new(app: &'a TestApp) -> Self {
        Self {
            api: app.api(),
            nodes: [app.another_node(), app.another_node()],
            // Verified, because unverified accounts are deleted as the clocks move on.
            people: vec![app.person().verified().await, app.person().verified().await],
            model: Model {
                now: app.clock.now(),
                passed: TimeDelta::zero(),
                users: vec![User::default(), User::default()],
                sessions: Vec::new(),
            },
            app,
        }
    }

    /// Takes one step, and compares everything with the model.
    pub(super) async fn step(&mut self, step: &Step) {
        let api = self.api.at(&self.nodes[step.node]);
        match &step.act {
            Act::SignIn { user } => self.sign_in(&api, *user).await,
            Act::Refresh { of, ago } => self.refresh(&api, of, *ago).await,
            Act::Forge { of } => self.forge(&api, of).await,
            Act::SignOut { of, ago } => self.sign_out(&api, of, *ago).await,
            Act::SignOutByRefresh { of, ago } => self.sign_out_by_refresh(&api, of, *ago).await,
            Act::SignOutEverywhere { of, ago } => self.sign_out_everywhere(&api, of, *ago).await,
            Act::ChangePassword { of, ago } => self.change_password(&api, of, *ago).await,
            Act::Disable { user } => self.disable(*user).await,
            Act::Enable { user } => self.enable(*user).await,
            Act::Move(by) => self.move_clocks(*by).await,
            Act::Restart => self.nodes[step.node] = self.app.another_node(),
        }
        self.compare().await;
    }

    async fn sign_in(&mut self, api: &Api, user: usize) {
        let reply = api.sign_in(&self.people[user]).await;
        if self.model.users[user].disabled {
            return assert_eq!(reply.status, 401);
        }
        let session = self.model.begin(user);
        self.take_pair(session, &reply);
    }

    async fn refresh(&mut self, api: &Api, of: &Pick, ago: usize) {
        let session = self.pick(of);
        let generation = self.model.sessions[session]
            .refresh
            .len()
            .saturating_sub(1 + ago);
        let reply = api.refresh(&self.refresh_token(session, generation)).await;
        match self.model.judge(session, generation) {
            Verdict::Rotates => {
                self.model.note_rotation(session);
                self.take_pair(session, &reply);
            }
            Verdict::Repeats => {
                assert_eq!(reply.status, 200);
                let successor = self.refresh_token(session, generation + 1);
                assert_eq!(reply.text("refresh_token"), successor);
                self.take_access(session, &reply);
            }
            Verdict::Replayed => {
                assert_eq!((reply.status, reply.code()), (401, "invalid_token"));
                let user = self.model.sessions[session].user;
                self.model.users[user].replays += 1;
                self.model.raise(user, None);
            }
            Verdict::Dead => assert_eq!((reply.status, reply.code()), (401, "invalid_token")),
        }
    }

    async fn forge(&mut self, api: &Api, of: &Pick) {
        let session = self.pick(of);
        let current = self.model.sessions[session].refresh.len() - 1;
        let token = self.refresh_token(session, current);
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let unsigned = signature.chars().rev().collect::<String>();
        let access = &self.model.sessions[session].access[0].text;
        for forged in [&format!("{signed}.{unsigned}"), access, &token[1..]] {
            assert_eq!(api.refresh(forged).await.status, 401);
        }
    }

    async fn sign_out(&mut self, api: &Api, of: &Pick, ago: usize) {
        let (session, access, lives) = self.bearer(of, ago);
        let reply = self
            .call(api, (session, access), "/logout", Value::Null)
            .await;
        assert_eq!(reply.status, if lives { 204 } else { 401 });
        if lives {
            self.model.end(session, Some(access));
        }
    }

    async fn sign_out_by_refresh(&mut self, api: &Api, of: &Pick, ago: usize) {
        let session = self.pick(of);
        let generation = self.model.sessions[session]
            .refresh
            .len()
            .saturating_sub(1 + ago);
        let token = self.refresh_token(session, generation);
        let reply = api.post("/logout", json!({ "refresh_token": token })).await;
        assert_eq!(reply.status, 204, "nothing is reported");
        // A used token works as well, because it still identifies its session.
        if self.model.judge(session, generation) != Verdict::Dead {
            self.model.end(session, None);
        }
    }

    async fn sign_out_everywhere(&mut self, api: &Api, of: &Pick, ago: usize) {
        let (session, access, lives) = self.bearer(of, ago);
        let reply = self
            .call(api, (session, access), "/logout-all", Value::Null)
            .await;
        assert_eq!(reply.status, if lives { 204 } else { 401 });
        if lives {
            self.model.raise(self.model.sessions[session].user, None);
        }
    }

    async fn change_password(&mut self, api: &Api, of: &Pick, ago: usize) {
        let (session, access, lives) = self.bearer(of, ago);
        let user = self.model.sessions[session].user;
        let new = format!(
            "orchard tunnel {} velvet compass",
            self.model.users[user].password
        );
        let body = json!({ "current_password": self.people[user].password, "new_password": new });
        let reply = self
            .call(api, (session, access), "/change-password", body)
            .await;
        if !lives {
            return assert_eq!(reply.status, 401);
        }
        self.people[user].password = new;
        self.model.change_password(user);
        self.model.raise(user, Some(session));
        self.take_pair(session, &reply);
    }

    /// Disables as an admin's act does, except that the sessions are left as they are: `rev` alone must
    /// revoke the tokens.
    async fn disable(&mut self, user: usize) {
        let disable = "UPDATE users SET revocation_id = revocation_id + 1, disabled_at = now()
            WHERE email = $1";
        self.app.sql(disable, &[&self.people[user].email]).await;
        self.model.users[user].rev += 1;
        self.model.users[user].disabled = true;
    }

    async fn enable(&mut self, user: usize) {
        let enable = "UPDATE users SET disabled_at = NULL WHERE email = $1";
        self.app.sql(enable, &[&self.people[user].email]).await;
        self.model.users[user].disabled = false;
    }

    /// The database's clock cannot be moved, but the times it has stored can.
    async fn move_clocks(&mut self, by: TimeDelta) {
        self.app.wait(by);
        self.model.now += by;
        if by > TimeDelta::zero() {
            self.model.passed += by;
            let age = format!(
                "UPDATE sessions SET rotated_at = rotated_at - interval '{} ms'",
                by.num_milliseconds()
            );
            self.app.sql(&age, &[]).await;
        }
    }

    fn pick(&self, of: &Pick) -> usize {
        let all = 0..self.model.sessions.len();
        let living: Vec<usize> = all
            .clone()
            .filter(|at| !self.model.sessions[*at].ended)
            .collect();
        match living.as_slice() {
            [_, ..] if of.living => *of.index.get(&living),
            _ => of.index.index(all.len()),
        }
    }

    /// An access token of a session, and whether it is valid.
    fn bearer(&self, of: &Pick, ago: usize) -> (usize, usize, bool) {
        let session = self.pick(of);
        let access = self.model.sessions[session]
            .access
            .len()
            .saturating_sub(1 + ago);
        (session, access, self.model.lives(session, access))
    }

    async fn call(&self, api: &Api, bearer: (usize, usize), call: &str, body: Value) -> Reply {
        let token = &self.model.sessions[bearer.0].access[bearer.1].text;
        api.with_token(token).post(call, body).await
    }

    fn refresh_token(&self, session: usize, generation: usize) -> String {
        self.model.sessions[session].refresh[generation]
            .text
            .clone()
    }

    fn take_pair(&mut self, session: usize, reply: &Reply) {
        assert_eq!(reply.status, 200, "{reply:?}");
        let text = reply.text("refresh_token");
        let generation = self.model.sessions[session].refresh.len();
        let claims = self
            .claims(Purpose::Refresh, text)
            .expect("a token of ours");
        assert_eq!(claims.extra.generation, i64::try_from(generation).ok());
        assert_as_expected(&claims, self.model.renew(session, text));
        self.take_access(session, reply);
    }

    fn take_access(&mut self, session: usize, reply: &Reply) {
        let text = reply.text("access_token");
        let claims = self.claims(Purpose::Access, text).expect("a token of ours");
        assert_as_expected(&claims, self.model.give_access(session, text));
    }

    pub(super) fn claims(&self, purpose: Purpose, text: &str) -> Option<Claims> {
        let services = &self.nodes[0].services;
        services.tokens.decode(purpose, text, self.model.now).ok()
    }
}

fn assert_as_expected(claims: &Claims, expected: &Token) {
    assert_eq!(claims.rev, Some(expected.rev));
    assert_eq!(claims.issued_at, expected.issued_at);
    assert_eq!(claims.expires_at, expected.expires_at);
}
