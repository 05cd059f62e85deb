//! "This wasn't me" on two nodes: whatever meets a use of a link at one moment has one outcome, no session outlives
//! it, and the rows agree.

use futures_util::future::join;
use serde_json::{Value, json};

use crate::{
    api::Answer,
    cluster::{Cluster, Sql},
    mails,
    node::Node,
    person::{Authenticator, PASSWORD, Person},
};

const ROUNDS: usize = 6;
const NEW_PASSWORD: &str = "a wholly different sentence";

/// A race on two nodes.
struct Race {
    one: Node,
    other: Node,
    sql: Sql,
    // Dropped last: the nodes use it.
    _cluster: Cluster,
}

impl Race {
    async fn start() -> Self {
        let cluster = Cluster::start().await;
        let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
        Self {
            sql: cluster.sql().await,
            one,
            other,
            _cluster: cluster,
        }
    }

    fn nodes(&self) -> [&Node; 2] {
        [&self.one, &self.other]
    }

    async fn count(&self, ada: &Person, what: &str) -> i64 {
        let email = &ada.email;
        let user =
            format!("(SELECT id FROM users WHERE email = '{email}' OR display_name = '{email}')");
        self.sql.count(&what.replace("{user}", &user)).await
    }

    /// A user whose row is found after the address has changed, too.
    async fn person(&self, name: &str) -> Person {
        let ada = Person::register(&self.one, name).await;
        let email = &ada.email;
        let named = format!("UPDATE users SET display_name = email WHERE email = '{email}'");
        self.sql.run(&named).await;
        ada
    }

    /// Asks for another address: the present one gets a link.
    async fn asked(&self, ada: &Person, new: &str) -> String {
        let input = json!({ "new_email": new });
        let asked = self.one.post_as(&ada.pair, "/change-email", &input).await;
        asked.expect(202);
        mails::token(&self.nodes(), &ada.email, "/not-me").await
    }

    /// What holds after a use without a proof, whatever it met: no session, and one reset where the password was
    /// closed.
    async fn assert_ended(&self, ada: &Person) {
        let sessions =
            "SELECT count(*) FROM sessions WHERE user_id = {user} AND revoked_at IS NULL";
        assert_eq!(self.count(ada, sessions).await, 0);
        let frozen = "SELECT count(*) FROM users WHERE id = {user} AND frozen_until > now()";
        assert_eq!(self.count(ada, frozen).await, 1);
        let reported = "SELECT count(*) FROM audit_events WHERE event = 'reported_not_me'
            AND subject_id = {user}";
        assert_eq!(self.count(ada, reported).await, 1);
    }
}

fn statuses(answers: [&Answer; 2]) -> [u16; 2] {
    let mut statuses = answers.map(|answer| answer.status);
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn a_link_pressed_on_two_nodes_at_once_freezes_once() {
    let race = Race::start().await;
    for round in 0..ROUNDS {
        let ada = race.person(&format!("ada{round}")).await;
        let token = race.asked(&ada, &format!("new{round}@example.net")).await;
        let rev = "SELECT revocation_id FROM users WHERE id = {user}";
        let before = race.count(&ada, rev).await;
        let input = json!({ "token": token });
        let pressing = [&race.one, &race.other].map(|node| node.post("/not-me", &input));
        let [here, there] = pressing;
        let (a, b) = join(here, there).await;
        assert_eq!(statuses([&a, &b]), [200, 422], "{a:?} {b:?}");
        race.assert_ended(&ada).await;
        assert_eq!(race.count(&ada, rev).await, before + 1);
        let resets =
            "SELECT count(*) FROM mails WHERE kind = 'reset_password' AND user_id = {user}";
        assert_eq!(race.count(&ada, resets).await, 1);
    }
}

#[tokio::test]
async fn of_two_proofs_at_one_link_one_puts_the_address_back() {
    let race = Race::start().await;
    for round in 0..ROUNDS {
        let ada = race.person(&format!("ada{round}")).await;
        let new = format!("thief{round}@example.net");
        let first = race.asked(&ada, &new).await;
        let confirm = mails::token(&race.nodes(), &new, "/confirm-email").await;
        let input = json!({ "token": confirm });
        let moved = race.one.post_as(&ada.pair, "/confirm-email", &input).await;
        moved.expect(200);
        let token = mails::another_token(&race.nodes(), &ada.email, "/not-me", &first).await;
        let input = json!({ "token": token, "password": PASSWORD });
        let (a, b) = join(
            race.one.post("/not-me", &input),
            race.other.post("/not-me", &input),
        )
        .await;
        assert_eq!(statuses([&a, &b]), [200, 422], "{a:?} {b:?}");
        let won = [&a, &b].into_iter().find(|answer| answer.status == 200);
        assert_eq!(
            won.map(|answer| answer.body["restored"].clone()),
            Some(json!(true))
        );
        let back = format!("SELECT count(*) FROM users WHERE email = '{}'", ada.email);
        assert_eq!(race.sql.count(&back).await, 1);
        race.assert_ended(&ada).await;
    }
}

/// Uses a link without a proof on one node while something happens on the other; returns the other's answer.
async fn against(
    race: &Race,
    ada: &Person,
    token: &str,
    rival: impl AsyncFnOnce(&Node) -> Answer,
) -> Answer {
    let input = json!({ "token": token });
    let pressing = race.one.post("/not-me", &input);
    let (pressed, answer) = join(pressing, rival(&race.other)).await;
    pressed.expect(200);
    race.assert_ended(ada).await;
    if let Some(access) = answer.body["access_token"].as_str() {
        let request = race.one.http.get(race.one.url("/api/auth/me"));
        let me = request.bearer_auth(access).send().await.expect("an answer");
        assert_eq!(me.status().as_u16(), 401, "a session of before lives on");
    }
    answer
}

#[tokio::test]
async fn a_press_and_a_sign_in() {
    let race = Race::start().await;
    for round in 0..ROUNDS {
        let ada = race.person(&format!("ada{round}")).await;
        let token = race.asked(&ada, &format!("new{round}@example.net")).await;
        let sign_in = async |node: &Node| ada.sign_in_with(node, PASSWORD).await;
        let answer = against(&race, &ada, &token, sign_in).await;
        assert!(matches!(answer.status, 200 | 401), "{answer:?}");
        ada.sign_in_with(&race.other, PASSWORD).await.expect(401);
    }
}

#[tokio::test]
async fn a_press_and_the_confirmation_of_another_address() {
    let race = Race::start().await;
    for round in 0..ROUNDS {
        let ada = race.person(&format!("ada{round}")).await;
        let new = format!("new{round}@example.net");
        let token = race.asked(&ada, &new).await;
        let confirm = mails::token(&race.nodes(), &new, "/confirm-email").await;
        let input = json!({ "token": confirm });
        let confirming =
            async |node: &Node| node.post_as(&ada.pair, "/confirm-email", &input).await;
        let answer = against(&race, &ada, &token, confirming).await;
        assert!(matches!(answer.status, 200 | 401 | 409 | 422), "{answer:?}");
        // The moved account is kept from everyone; the one that stays needs a reset.
        let moved = i64::from(answer.status == 200);
        let shut = "SELECT count(*) FROM users WHERE id = {user} AND sign_in_frozen_until > now()
            AND password_closed_at IS NULL AND email <> display_name";
        let closed = "SELECT count(*) FROM users WHERE id = {user} AND sign_in_frozen_until IS NULL
            AND password_closed_at IS NOT NULL AND email = display_name";
        assert_eq!(race.count(&ada, shut).await, moved, "{answer:?}");
        assert_eq!(race.count(&ada, closed).await, 1 - moved, "{answer:?}");
    }
}

#[tokio::test]
async fn a_press_and_a_reset() {
    let race = Race::start().await;
    for round in 0..ROUNDS {
        let ada = race.person(&format!("ada{round}")).await;
        let token = race.asked(&ada, &format!("new{round}@example.net")).await;
        let asked = json!({ "email": ada.email });
        race.one.post("/forgot-password", &asked).await.expect(202);
        let reset = mails::token(&race.nodes(), &ada.email, "/reset-password").await;
        let input = json!({ "token": reset, "new_password": NEW_PASSWORD });
        let resetting = async |node: &Node| node.post("/reset-password", &input).await;
        let answer = against(&race, &ada, &token, resetting).await;
        assert!(matches!(answer.status, 200 | 422), "{answer:?}");
        // Either way, only the link that was mailed since sets a password.
        for password in [PASSWORD, NEW_PASSWORD] {
            ada.sign_in_with(&race.other, password).await.expect(401);
        }
        let nodes = race.nodes();
        let again = mails::another_token(&nodes, &ada.email, "/reset-password", &reset).await;
        let input = json!({ "token": again, "new_password": NEW_PASSWORD });
        race.other.post("/reset-password", &input).await.expect(200);
    }
}

#[tokio::test]
async fn a_press_and_turning_the_second_factor_off() {
    let race = Race::start().await;
    for round in 0..ROUNDS {
        let mut ada = race.person(&format!("ada{round}")).await;
        let app = Authenticator::enrol(&race.one, &race.sql, &ada).await;
        let token = mails::token(&race.nodes(), &ada.email, "/not-me").await;
        let pending = ada.pending(&race.one).await;
        let input = json!({ "mfa_token": pending, "code": app.code(1) });
        ada.pair = race.one.post("/login/mfa", &input).await.pair();
        let disabling = async |node: &Node| {
            node.post_as(&ada.pair, "/mfa/totp/disable", &json!({}))
                .await
        };
        let answer = against(&race, &ada, &token, disabling).await;
        assert!(matches!(answer.status, 200 | 401 | 409), "{answer:?}");
        let left = i64::from(answer.status != 200);
        for query in [
            "SELECT count(*) FROM totp_authenticators WHERE user_id = {user}",
            "SELECT count(*) / 10 FROM backup_codes WHERE user_id = {user}",
            "SELECT count(*) FROM users WHERE id = {user} AND two_factor",
        ] {
            assert_eq!(race.count(&ada, query).await, left, "{query} {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_press_and_an_admins_disable() {
    let race = Race::start().await;
    let admin = Person::register(&race.one, "admin").await;
    let promote = "UPDATE users SET role = 'admin', email_verified_at = now()";
    race.sql.run(promote).await;
    for round in 0..ROUNDS {
        let ada = race.person(&format!("ada{round}")).await;
        let token = race.asked(&ada, &format!("new{round}@example.net")).await;
        let id = format!("SELECT id::text FROM users WHERE email = '{}'", ada.email);
        let id = race.sql.one(&id).await;
        let disabling = async |node: &Node| {
            let url = node.url(&format!("/api/admin/users/{id}/disable"));
            let request = node.http.post(url).bearer_auth(&admin.pair.access);
            let answer = request.json(&json!({ "reason": "left" })).send().await;
            Answer {
                status: answer.expect("an answer").status().as_u16(),
                body: Value::Null,
            }
        };
        let answer = against(&race, &ada, &token, disabling).await;
        assert!(matches!(answer.status, 200 | 204), "{answer:?}");
        let open = "SELECT count(*) FROM users WHERE id = {user} AND disabled_at IS NULL";
        assert_eq!(
            race.count(&ada, open).await,
            0,
            "no link enables an account"
        );
    }
}

#[tokio::test]
async fn a_press_and_the_owners_deletion() {
    let race = Race::start().await;
    for round in 0..ROUNDS {
        let ada = race.person(&format!("ada{round}")).await;
        let token = race.asked(&ada, &format!("new{round}@example.net")).await;
        let input = json!({ "confirm_email": ada.email, "password": PASSWORD });
        let deleting = async |node: &Node| node.post_as(&ada.pair, "/delete-account", &input).await;
        let answer = against(&race, &ada, &token, deleting).await;
        assert!(
            matches!(answer.status, 200 | 202 | 204 | 401 | 403 | 409),
            "{answer:?}"
        );
        let stays = "SELECT count(*) FROM users WHERE id = {user} AND disabled_at IS NULL
            AND deleted_at IS NULL AND owner_deleted_at IS NULL";
        assert_eq!(race.count(&ada, stays).await, 1, "{answer:?}");
    }
}
