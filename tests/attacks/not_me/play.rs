//! A story of the model, played by the API.

use std::collections::HashMap;

use serde_json::{Value, json};
use vestibule::internals::domain::token::Purpose;

use super::{
    Party,
    model::{Act, Answer, Model, Set, Step, Way, Who},
};
use crate::harness::{
    Person, Reply, TestApp,
    people::{PASSWORD, Phone},
};

/// A story that is being played.
pub(super) struct Play {
    pub(super) model: Model,
    pub(super) steps: Vec<Step>,
    pub(super) person: Person,
    device: String,
    pub(super) phones: HashMap<Set, Phone>,
    /// The number in the model and the undo point of each event that was not refused.
    events: Vec<Option<(usize, String)>>,
}

impl Play {
    pub(super) async fn prepare(app: &TestApp, with_factor: bool, steps: &[Step]) -> Self {
        let new = app.person().verified();
        let person = if with_factor {
            new.with_totp().await
        } else {
            new.await
        };
        let mut browser = app.browser();
        match &person.phone {
            Some(phone) => browser.sign_in_with(&person, &phone.code()).await,
            None => browser.sign_in(&person).await,
        };
        let device = browser.jar.value("__Host-device").unwrap().to_owned();
        let phones = person.phone.iter().map(|phone| (Set(None), phone.clone()));
        Self {
            model: Model::new(with_factor),
            steps: steps.to_vec(),
            device,
            phones: phones.collect(),
            person,
            events: Vec::new(),
        }
    }

    pub(super) async fn step(&mut self, app: &TestApp, at: usize) {
        match self.steps.get(at).copied() {
            Some(Step::Event(who, act)) => self.event(app, who, act, at).await,
            Some(Step::Press { event, copy, proof }) => self.press(app, event, copy, proof).await,
            None => return,
        }
        self.judge(app, at).await;
    }

    pub(super) async fn thaw(&mut self, app: &TestApp) {
        self.model.thaw();
        self.judge(app, usize::MAX).await;
        // The door itself: whether the password opens, and asks for a code.
        let status = match self.model.account.password {
            Some(password) => {
                let body = json!({ "email": self.address(self.model.account.address), "password": password_of(password) });
                let reply = app.api().post("/login", body).await;
                let wants_code = reply.body["mfa_required"] == true;
                assert_eq!(
                    wants_code,
                    self.model.account.factor.is_some(),
                    "{}",
                    self.told(9)
                );
                reply.status
            }
            None => return,
        };
        assert_eq!(status, 200, "{}", self.told(9));
    }

    async fn event(&mut self, app: &TestApp, who: Who, act: Act, at: usize) {
        let agent = ["One/1.0", "Two/1.0", "Three/1.0", "Four/1.0"][at];
        let mut party = Party::unknown(app, agent);
        if who == Who::Owner {
            party.device = Some(self.device.clone());
        }
        let way = self.model.way_in(who);
        let mut code = -1;
        match way {
            Way::None => {
                self.is_kept_out(app, who).await;
                self.events.push(None);
                return;
            }
            Way::Reset => {
                self.resets(app, &party, who, at).await;
                code += 1;
            }
            Way::Password => {}
        }
        let email = self.address(self.model.account.address);
        let password = password_of(self.model.account.password.unwrap());
        let code = self
            .model
            .account
            .factor
            .map(|set| self.phones[&set].code_in(code));
        party.sign_in(&email, &password, code.as_deref()).await;
        let replies = self.act(app, &mut party, act, who, at).await;
        let done = self.model.acts(who, act, at);
        assert_eq!(replies < 300, done.is_some(), "{replies} {}", self.told(at));
        if done.is_none() {
            assert_eq!(replies, 409, "{}", self.told(at));
        }
        let event = match done {
            Some(number) => Some((number, self.newest_point(app, act).await)),
            None => None,
        };
        self.events.push(event);
    }

    /// The status of what a party does who has signed in.
    async fn act(
        &mut self,
        app: &TestApp,
        party: &mut Party<'_>,
        act: Act,
        who: Who,
        at: usize,
    ) -> u16 {
        let set = Set(Some((who, at)));
        match act {
            Act::SignIn => 200,
            Act::Password => {
                let current = password_of(self.model.account.password.unwrap());
                let body = json!({ "current_password": current, "new_password": password_of(set) });
                party.post("/change-password", body).await.status
            }
            Act::Address => {
                let new = self.address(set);
                let reply = party
                    .post("/change-email", json!({ "new_email": new }))
                    .await;
                if reply.status != 202 {
                    return reply.status;
                }
                let token = self.email_change(app, &new).await;
                party
                    .post("/confirm-email", json!({ "token": token }))
                    .await
                    .status
            }
            Act::FactorOn => {
                let reply = party.post("/mfa/totp/enroll", json!({})).await;
                if reply.status != 200 {
                    return reply.status;
                }
                let phone = Phone::new(reply.text("secret"), &app.clock);
                let code = json!({ "code": phone.code() });
                self.phones.insert(set, phone);
                party.post("/mfa/totp/confirm", code).await.status
            }
            Act::FactorOff => party.post("/mfa/totp/disable", json!({})).await.status,
        }
    }

    async fn is_kept_out(&self, app: &TestApp, who: Who) {
        let Some(password) = self.model.account.password else {
            return;
        };
        let email = self.address(self.model.account.address);
        if password.is_known_to(who) {
            let body = json!({ "email": email, "password": password_of(password) });
            let reply = app.api().post("/login", body).await;
            assert!(reply.body.get("access_token").is_none(), "{}", self.told(9));
        }
    }

    async fn resets(&mut self, app: &TestApp, party: &Party<'_>, who: Who, at: usize) {
        let rev = self.row(app).await.rev;
        let token = self.mint(app, Purpose::PasswordReset, rev, |_| {});
        let set = Set(Some((who, at + 100)));
        let body = json!({ "token": token, "new_password": password_of(set) });
        let mut reply = party.post("/reset-password", body).await;
        if let Some(factor) = self.model.account.factor {
            let code = self.phones[&factor].code_in(-1);
            let body = json!({ "mfa_token": reply.text("mfa_token"), "code": code });
            reply = party.post("/login/mfa", body).await;
        }
        assert_eq!(reply.status, 200, "{reply:?} {}", self.told(at));
        self.model.resets(who, at);
    }

    async fn press(&mut self, app: &TestApp, event: usize, copy: usize, proof: Option<Who>) {
        let (number, point) = self.events[event].clone().expect("an event with a link");
        let to = self.model.copies(number)[copy];
        let before = self.model.events[number].before;
        let mut body = json!({ "token": self.undo(app, &point, to) });
        if let Some(who) = proof {
            let known = before.password.filter(|set| set.is_known_to(who));
            body["password"] = known
                .map_or("not the right password".to_owned(), password_of)
                .into();
            let factor = before.factor.filter(|set| set.is_known_to(who));
            if let Some(factor) = factor {
                body["code"] = self.phones[&factor].code().into();
            }
        }
        let sessions = self.row(app).await.sessions;
        let reply = app.api().post("/not-me", body).await;
        let answer = self.model.is_pressed(number, to, proof);
        assert_eq!(answered(&reply), answer, "{reply:?} {}", self.told(8));
        let left = match answer {
            Answer::Done { .. } => 0,
            _ => sessions,
        };
        assert_eq!(self.row(app).await.sessions, left, "{}", self.told(8));
    }

    pub(super) fn address(&self, set: Set) -> String {
        let id = self.person.id.simple();
        match set.0 {
            None => self.person.email.clone(),
            Some((Who::Owner, at)) => format!("owner{at}-{id}@example.org"),
            Some((Who::Thief, at)) => format!("thief{at}-{id}@example.net"),
        }
    }

    pub(super) fn told(&self, at: usize) -> String {
        format!("at {at} of {:?}\n{:#?}", self.steps, self.model)
    }
}

pub(super) fn password_of(set: Set) -> String {
    match set.0 {
        None => PASSWORD.to_owned(),
        Some((Who::Owner, at)) => format!("quiet marble harvest lantern {at}"),
        Some((Who::Thief, at)) => format!("an entirely other walnut {at}"),
    }
}

fn answered(reply: &Reply) -> Answer {
    match (reply.status, &reply.body["restored"]) {
        (200, Value::Bool(restored)) => Answer::Done {
            restored: *restored,
        },
        (403, _) => Answer::WrongPassword,
        (422, _) if reply.code() == "invalid_token" => Answer::Dead,
        (422, _) if reply.code() == "invalid_input" => Answer::CodeMissing,
        _ => panic!("{reply:?}"),
    }
}
