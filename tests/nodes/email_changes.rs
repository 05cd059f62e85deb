//! Changes of address on two nodes: whatever meets at one moment has one outcome.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::api::Answer;
use crate::cluster::{Cluster, Sql};
use crate::mails;
use crate::node::Node;
use crate::person::{PASSWORD, Person};

const ROUNDS: usize = 6;

/// Asks for another address; returns the token of its link.
async fn asked(nodes: [&Node; 2], person: &Person, new_email: &str) -> String {
    let input = json!({ "new_email": new_email });
    let asked = nodes[0].post_as(&person.pair, "/change-email", &input);
    asked.await.expect(202);
    mails::token(&nodes, new_email, "/confirm-email").await
}

fn by_password(token: &str) -> Value {
    json!({ "token": token, "password": PASSWORD })
}

async fn holders(sql: &Sql, email: &str) -> i64 {
    let query = format!("SELECT count(*) FROM users WHERE email_canonical = '{email}'");
    sql.count(&query).await
}

#[tokio::test]
async fn of_two_accounts_that_want_one_address_one_gets_it() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let sql = cluster.sql().await;
    for round in 0..ROUNDS {
        let ada = Person::register(&one, &format!("ada{round}")).await;
        let bob = Person::register(&other, &format!("bob{round}")).await;
        let wanted = format!("wanted{round}@example.net");
        let first = asked([&one, &other], &ada, &wanted).await;
        // The other link is the second mail to that address, which the other node may have printed.
        let input = json!({ "new_email": wanted });
        other
            .post_as(&bob.pair, "/change-email", &input)
            .await
            .expect(202);
        let second = mails::another_token(&[&one, &other], &wanted, "/confirm-email", &first).await;
        let inputs = [by_password(&first), by_password(&second)];
        let (a, b) = join(
            one.post("/confirm-email", &inputs[0]),
            other.post("/confirm-email", &inputs[1]),
        )
        .await;
        let statuses = [a.status, b.status];
        assert!(
            statuses == [204, 409] || statuses == [409, 204],
            "{a:?} {b:?}"
        );
        assert_eq!(holders(&sql, &wanted).await, 1);
        let left = [&ada, &bob][usize::from(a.status == 204)];
        assert_eq!(holders(&sql, &left.email).await, 1, "the other stays");
    }
}

#[tokio::test]
async fn one_link_moves_an_account_once() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let sql = cluster.sql().await;
    let ada = Person::register(&one, "ada").await;
    let token = asked([&one, &other], &ada, "new@example.net").await;
    let input = by_password(&token);
    let racers = (0..8).map(|at| [&one, &other][at % 2].post("/confirm-email", &input));
    let answers = join_all(racers).await;
    let won = answers.iter().filter(|answer| answer.status == 204);
    assert_eq!(won.count(), 1, "{answers:#?}");
    let late = |answer: &&Answer| !matches!(answer.status, 204 | 422);
    assert!(answers.iter().find(late).is_none(), "{answers:#?}");
    assert_eq!(holders(&sql, "new@example.net").await, 1);
    let raised = "SELECT revocation_id FROM users WHERE email_canonical = 'new@example.net'";
    assert_eq!(sql.count(raised).await, 1);
}

#[tokio::test]
async fn of_two_requests_of_one_account_one_link_lives() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    for round in 0..ROUNDS {
        let ada = Person::register(&one, &format!("ada{round}")).await;
        let wanted = ["left", "right"].map(|side| format!("{side}{round}@example.net"));
        let inputs = wanted.clone().map(|new| json!({ "new_email": new }));
        let (a, b) = join(
            one.post_as(&ada.pair, "/change-email", &inputs[0]),
            other.post_as(&ada.pair, "/change-email", &inputs[1]),
        )
        .await;
        a.expect(202);
        b.expect(202);
        let mut statuses = Vec::new();
        for new in &wanted {
            let token = mails::token(&[&one, &other], new, "/confirm-email").await;
            let confirmed = one.post("/confirm-email", &by_password(&token)).await;
            statuses.push(confirmed.status);
        }
        assert!(
            statuses == [204, 422] || statuses == [422, 204],
            "{statuses:?}"
        );
    }
}

/// Confirms on one node while the owner, in the session that asked, does something on the other that ends
/// the change. One of them comes first, and the other then fails.
async fn against(rival: impl AsyncFn(&Node, &Person) -> u16, done: u16, late: &[u16]) {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let sql = cluster.sql().await;
    for round in 0..ROUNDS {
        let ada = Person::register(&one, &format!("ada{round}")).await;
        let new = format!("new{round}@example.net");
        let token = asked([&one, &other], &ada, &new).await;
        let input = by_password(&token);
        let confirming = one.post("/confirm-email", &input);
        let (confirmed, rivals) = join(confirming, rival(&other, &ada)).await;
        match confirmed.status {
            204 => {
                assert!(late.contains(&rivals), "{rivals}");
                assert_eq!(holders(&sql, &new).await, 1);
                assert_eq!(holders(&sql, &ada.email).await, 0);
            }
            // Guesses beside the link count too: the password was changed in between.
            403 | 422 => {
                assert_eq!(rivals, done);
                assert_eq!(holders(&sql, &new).await, 0);
                assert_eq!(holders(&sql, &ada.email).await, 1);
            }
            _ => panic!("{confirmed:?}"),
        }
        let again = one.post("/confirm-email", &input).await;
        assert_eq!(again.status, 422, "either way the link is dead");
    }
}

#[tokio::test]
async fn a_confirmation_and_a_cancellation() {
    let cancel = async |node: &Node, person: &Person| {
        let request = node.http.delete(node.url("/api/auth/change-email"));
        let answer = request.bearer_auth(&person.pair.access).send().await;
        answer.expect("an answer").status().as_u16()
    };
    // Nothing is left to cancel, or the session has ended.
    against(cancel, 204, &[204, 401]).await;
}

#[tokio::test]
async fn a_confirmation_and_a_sign_out_everywhere() {
    let sign_out = async |node: &Node, person: &Person| {
        let answer = node.post_as(&person.pair, "/logout-all", &json!({})).await;
        answer.status
    };
    against(sign_out, 204, &[401, 204]).await;
}

#[tokio::test]
async fn a_confirmation_and_a_change_of_password() {
    let change = async |node: &Node, person: &Person| {
        let input =
            json!({ "current_password": PASSWORD, "new_password": "a wholly different sentence" });
        let answer = node.post_as(&person.pair, "/change-password", &input).await;
        answer.status
    };
    against(change, 200, &[401, 409]).await;
}

#[tokio::test]
async fn a_confirmation_and_an_admins_disable() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let sql = cluster.sql().await;
    let admin = Person::register(&one, "admin").await;
    sql.run("UPDATE users SET role = 'admin', email_verified_at = now()")
        .await;
    for round in 0..ROUNDS {
        let ada = Person::register(&one, &format!("ada{round}")).await;
        let new = format!("new{round}@example.net");
        let token = asked([&one, &other], &ada, &new).await;
        let id = sql
            .one(&format!(
                "SELECT id::text FROM users WHERE email = '{}'",
                ada.email
            ))
            .await;
        let disable = other
            .http
            .post(other.url(&format!("/api/admin/users/{id}/disable")))
            .bearer_auth(&admin.pair.access)
            .json(&json!({ "reason": "left" }))
            .send();
        let input = by_password(&token);
        let (confirmed, disabled) = join(one.post("/confirm-email", &input), disable).await;
        assert!(disabled.expect("an answer").status().is_success());
        let moved = holders(&sql, &new).await;
        assert_eq!(moved, i64::from(confirmed.status == 204), "{confirmed:?}");
        assert!(matches!(confirmed.status, 204 | 422), "{confirmed:?}");
        let open = "SELECT count(*) FROM users WHERE disabled_at IS NULL AND role = 'user'";
        assert_eq!(sql.count(open).await, 0);
    }
}
