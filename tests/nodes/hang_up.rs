//! Clients that disconnect before they get their answer.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::timeout;

use crate::atomicity::{SLOW_WRITES, assert_registrations_are_whole};
use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::{PASSWORD, Person};

/// With one hash at a time, a single lost permit would stop every sign-in, and 129 lost places in the
/// queue would refuse them. Requests whose client has disconnected are not hashed first, either: 150
/// hashes take long.
#[tokio::test]
async fn clients_that_disconnect_release_their_permits() {
    let cluster = Cluster::start().await;
    let slow = [
        ("HASHING_CONCURRENCY", "1"),
        ("ARGON2_MEMORY_KIB", "19456"),
        ("ARGON2_ITERATIONS", "2"),
    ];
    let node = Node::with(&cluster, &slow).await;
    let ada = Person::register(&node, "ada").await;
    let began = Instant::now();
    ada.sign_in(&node).await;
    let alone = began.elapsed();
    let mut hung_up = 0;
    for _wave in 0..3 {
        let patience = |at: u64| Duration::from_millis(1 + 2 * at);
        let impatient = (0..50).map(|at| timeout(patience(at), ada.sign_in(&node)));
        let answers = join_all(impatient).await;
        hung_up += answers.iter().filter(|answer| answer.is_err()).count();
    }
    assert!(hung_up > 100, "only {hung_up} hung up: nothing was tested");

    let began = Instant::now();
    let pair = ada.sign_in(&node).await.pair();
    let took = began.elapsed();
    println!("alone a sign-in took {alone:?}, after {hung_up} that hung up {took:?}");
    assert!(
        took < 20 * alone + Duration::from_secs(1),
        "it did not wait for hashes of disconnected clients"
    );
    assert_eq!(node.me(&pair).await, 200);
}

/// When a request is dropped, its transaction is rolled back. No connection returns to the pool with an
/// open transaction.
#[tokio::test]
async fn clients_that_disconnect_leave_no_open_transaction() {
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &[("DATABASE_POOL_SIZE", "3")]).await;
    let sql = cluster.sql().await;
    sql.run(SLOW_WRITES).await;

    let mut hung_up = 0;
    for wave in 0..5 {
        // Every second client waits for its answer.
        let register = async |at: u64| {
            let email = format!("person{at}.{wave}@example.org");
            let input = json!({ "email": email, "password": PASSWORD });
            let patience = Duration::from_millis(if at.is_multiple_of(2) {
                30_000
            } else {
                20 * at
            });
            timeout(patience, node.post("/register", &input)).await
        };
        for answer in join_all((0..20).map(register)).await {
            match answer {
                Ok(answer) => drop(answer.expect(201)),
                Err(_) => hung_up += 1,
            }
        }
    }
    println!("{hung_up} of 100 hung up");
    assert!((5..=50).contains(&hung_up));

    // More requests at once than the pool has connections: every connection must work.
    let people = (0..10).map(async |at| Person::register(&node, &format!("late{at}")).await);
    join_all(people).await;
    assert_registrations_are_whole(&sql).await;
    // A worker may have a transaction open at this moment, but only briefly.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let left = "SELECT state, query, now() - xact_start FROM pg_stat_activity
        WHERE state LIKE 'idle in transaction%' AND xact_start < now() - interval '1 s'";
    assert_eq!(sql.rows(left).await, Vec::<Vec<String>>::new());
}
