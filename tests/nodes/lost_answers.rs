//! A node is killed while its answers are on their way: a client that asks another node again loses
//! nothing.

use std::cell::Cell;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rustix::process::Signal;
use serde_json::json;

use crate::api::Answer;
use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::Person;

/// Slows rotations down, so that the kill happens during one.
const SLOW_ROTATIONS: &str = "
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END';
    CREATE TRIGGER slowly AFTER UPDATE OF generation ON sessions
        FOR EACH ROW EXECUTE FUNCTION slowly();";

#[tokio::test]
async fn a_repeated_refresh_gets_the_same_successor_from_another_node() {
    let cluster = Cluster::start().await;
    let (one, other) = (Node::on(&cluster).await, Node::on(&cluster).await);
    let first = Person::register(&one, "ada").await.pair;
    let lost = one.refresh(&first.refresh).await.expect(200).pair();
    one.kill().await;

    let again = other.refresh(&first.refresh).await.expect(200).pair();
    assert_eq!(again.refresh, lost.refresh, "byte for byte");
    assert_eq!(other.me(&again).await, 200);
    // A node that did not take part gives the same answer.
    let third = Node::on(&cluster).await;
    let again = third.refresh(&first.refresh).await.expect(200).pair();
    assert_eq!(again.refresh, lost.refresh);
    let next = third.refresh(&lost.refresh).await.expect(200).pair();
    assert_eq!(other.me(&next).await, 200);
    let sql = cluster.sql().await;
    let rows = sql
        .rows("SELECT generation, revoked_at FROM sessions")
        .await;
    assert_eq!(rows, [["2", ""]], "two rotations");
}

#[tokio::test]
async fn a_kill_during_refreshes_signs_no_one_out() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    let other = Node::on(&cluster).await;
    let register = async |at| Person::register(&other, &format!("person{at}")).await.pair;
    let pairs = join_all((0..30).map(register)).await;
    sql.run(SLOW_ROTATIONS).await;

    let one = Node::on(&cluster).await;
    let answered = Cell::new(0);
    let refresh = async |token: &str| {
        let input = json!({ "refresh_token": token });
        let answer = one.try_post("/refresh", None, &input).await.ok();
        answered.set(answered.get() + usize::from(answer.is_some()));
        answer.map(|answer| answer.expect(200).pair())
    };
    let kill = async {
        let began = Instant::now();
        while answered.get() < pairs.len() / 3 {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "it never answers"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        one.signal(Signal::KILL);
    };
    let asked = join_all(pairs.iter().map(|pair| refresh(&pair.refresh)));
    let (answers, ()) = tokio::join!(asked, kill);
    let lost = answers.iter().filter(|answer| answer.is_none()).count();
    println!("{lost} of {} answers were lost", pairs.len());
    assert!(lost > 0 && lost < pairs.len());

    // Each client asks again with the same token, whether its answer arrived or not.
    let retry = async |token| other.refresh(token).await;
    let retried = join_all(pairs.iter().map(|pair| retry(&pair.refresh))).await;
    let retried: Vec<_> = retried.iter().map(Answer::pair).collect();
    for (answer, again) in answers.iter().zip(&retried) {
        if let Some(pair) = answer {
            assert_eq!(pair.refresh, again.refresh);
            assert_eq!(other.me(pair).await, 200);
        }
        assert_eq!(other.me(again).await, 200);
    }
    let rotated = "SELECT count(*) FROM sessions WHERE generation = 1 AND revoked_at IS NULL";
    assert_eq!(sql.count(rotated).await, 30, "one successor each");
}
