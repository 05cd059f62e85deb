//! Single-use tokens and codes are accepted once, however many nodes get them at the same moment.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::api::Answer;
use crate::cluster::Cluster;
use crate::mails;
use crate::node::Node;
use crate::person::{Authenticator, PASSWORD, Person};

/// Requests in a round, half of them to each node.
const RACERS: usize = 8;

/// Sends all inputs to a call at the same moment, to each node in turn.
async fn race(nodes: [&Node; 2], call: &str, inputs: &[Value]) -> Vec<Answer> {
    let racers = inputs.iter().enumerate();
    join_all(racers.map(|(at, input)| nodes[at % 2].post(call, input))).await
}

/// Asserts that exactly one answer has status 200 and all others `late`. Returns the index of the one.
#[track_caller]
fn winner(answers: &[Answer], late: u16) -> usize {
    let won = |answer: &Answer| answer.status == 200;
    let winners = answers.iter().filter(|answer| won(answer)).count();
    assert_eq!(winners, 1, "{answers:#?}");
    let others = answers.iter().filter(|answer| !won(answer));
    for answer in others {
        assert_eq!(answer.status, late, "{answer:?}");
    }
    answers.iter().position(won).expect("one winner")
}

#[tokio::test]
async fn a_code_is_accepted_once_across_nodes() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let sql = cluster.sql().await;
    // A user has one new code in half a minute.
    for round in 0..4 {
        let person = Person::register(&one, &format!("person{round}")).await;
        let app = Authenticator::enrol(&one, &sql, &person).await;

        // Each attempt has its own sign-in, so only the code can be used up.
        for code in [app.code(1), app.backup_codes[round].clone()] {
            let mut inputs = Vec::new();
            for at in 0..RACERS {
                let token = person.pending([&other, &one][at % 2]).await;
                inputs.push(json!({ "mfa_token": token, "code": code }));
            }
            let answers = race([&one, &other], "/login/mfa", &inputs).await;
            let pair = answers[winner(&answers, 401)].pair();
            assert_eq!([one.me(&pair).await, other.me(&pair).await], [200, 200]);
        }
        // One pending sign-in and a different code for each attempt, so only the sign-in can be used up.
        let token = person.pending(&one).await;
        let codes = app.backup_codes.iter().enumerate();
        let inputs: Vec<_> = codes
            .filter(|(at, _)| *at != round)
            .map(|(_, code)| json!({ "mfa_token": token, "code": code }))
            .collect();
        let answers = race([&one, &other], "/login/mfa", &inputs).await;
        winner(&answers, 401);
        let sessions = format!("sessions WHERE {} AND revoked_at IS NULL", person.owns());
        // The refused attempts have not used up their codes.
        let used = format!(
            "backup_codes WHERE {} AND used_at IS NOT NULL",
            person.owns()
        );
        assert_eq!(sql.count(&format!("SELECT count(*) FROM {used}")).await, 2);
        let living = sql.count(&format!("SELECT count(*) FROM {sessions}")).await;
        assert_eq!(living, 4, "of the registration and of three winners");
    }
}

#[tokio::test]
async fn a_reset_link_sets_one_password() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let sql = cluster.sql().await;
    for round in 0..4 {
        let person = Person::register(&one, &format!("person{round}")).await;
        let input = json!({ "email": person.email });
        other.post("/forgot-password", &input).await.expect(202);
        let token = mails::token(&[&one, &other], &person.email, "/reset-password").await;

        let password = |at| format!("a wholly different sentence no {at}");
        let inputs: Vec<_> = (0..20)
            .map(|at| json!({ "token": token, "new_password": password(at) }))
            .collect();
        let answers = race([&one, &other], "/reset-password", &inputs).await;
        let won = winner(&answers, 422);

        assert_eq!(other.me(&answers[won].pair()).await, 200);
        assert_eq!(other.me(&person.pair).await, 401);
        for at in 0..20 {
            let status = if at == won { 200 } else { 401 };
            person
                .sign_in_with(&other, &password(at))
                .await
                .expect(status);
        }
        person.sign_in_with(&one, PASSWORD).await.expect(401);
        let raised = format!(
            "SELECT revocation_id FROM users WHERE email = '{}'",
            person.email
        );
        assert_eq!(sql.count(&raised).await, 1);
    }
}
