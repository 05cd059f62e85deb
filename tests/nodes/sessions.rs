//! Sessions are stored in the database: every node sees a change by another node at once.

use futures_util::future::join_all;
use serde_json::json;

use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::{PASSWORD, Person};

#[tokio::test]
async fn a_session_works_on_every_node() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let ada = Person::register(&one, "ada").await;

    let began = ada.sign_in(&one).await.pair();
    let input = json!({ "refresh_token": began.refresh });
    let session = other.post("/refresh", &input).await.expect(200).pair();
    assert_eq!(
        [one.me(&session).await, other.me(&session).await],
        [200, 200]
    );

    one.post_as(&session, "/logout", &json!({}))
        .await
        .expect(204);
    assert_eq!(other.me(&session).await, 401);
    let input = json!({ "refresh_token": session.refresh });
    other.post("/refresh", &input).await.expect(401);

    // `DATABASE_URL` was used: no embedded database was created.
    assert!(!cluster.folder().join("untouched").exists());
}

#[tokio::test]
async fn a_changed_password_ends_the_sessions_of_other_nodes_at_once() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let ada = Person::register(&one, "ada").await;
    let elsewhere = ada.sign_in(&other).await.pair();
    assert_eq!(other.me(&elsewhere).await, 200);

    let new = "another evening by the quiet lake";
    let input = json!({ "current_password": PASSWORD, "new_password": new });
    let answer = one.post_as(&ada.pair, "/change-password", &input).await;
    let kept = answer.expect(200).pair();

    assert_eq!(other.me(&elsewhere).await, 401);
    assert_eq!(other.me(&ada.pair).await, 401);
    assert_eq!(other.me(&kept).await, 200);
    for dead in [&elsewhere, &ada.pair] {
        let input = json!({ "refresh_token": dead.refresh });
        other.post("/refresh", &input).await.expect(401);
    }
    // The refused requests have not ended the session that remains.
    let input = json!({ "refresh_token": kept.refresh });
    other.post("/refresh", &input).await.expect(200);
    ada.sign_in_with(&other, PASSWORD).await.expect(401);
    ada.sign_in_with(&other, new).await.expect(200);
}

#[tokio::test]
async fn twenty_refreshes_of_one_token_make_one_successor() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let sql = cluster.sql().await;
    let mut pair = Person::register(&one, "ada").await.pair;

    for generation in 1..=5 {
        let input = json!({ "refresh_token": pair.refresh });
        let refresh = |at: usize| [&one, &other][at % 2].post("/refresh", &input);
        let answers = join_all((0..20).map(refresh)).await;
        let pairs: Vec<_> = answers.into_iter().map(|a| a.expect(200).pair()).collect();
        for successor in &pairs {
            assert_eq!(successor.refresh, pairs[0].refresh);
            assert_eq!(other.me(successor).await, 200);
        }
        assert_ne!(pairs[0].refresh, pair.refresh);
        let sessions = sql
            .rows("SELECT generation, revoked_at FROM sessions")
            .await;
        assert_eq!(sessions, [[generation.to_string(), String::new()]]);
        pair = pairs[0].clone();
    }
}
