//! A database that becomes unavailable and returns.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::cluster::{Cluster, Sql};
use crate::node::Node;
use crate::person::{PASSWORD, Person};

/// ASVS 16.5.2: without its database the service refuses requests with a 503, and recovers by itself when
/// the database is back.
#[tokio::test]
async fn the_service_recovers_when_its_database_returns() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let ada = Person::register(&node, "ada").await;
    let pair = ada.sign_in(&node).await.pair();
    let sql = cluster.sql().await;
    let name = sql.one("SELECT current_database()").await;
    let elsewhere = Sql::connect(&cluster.url_of("template1")).await;
    elsewhere
        .run(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        .await;
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    elsewhere.rows(&end).await;

    let get = async |path: &str| {
        let request = node.http.get(node.url(path)).bearer_auth(&pair.access);
        let answer = request.send().await.expect("an answer");
        let wait = answer.headers().contains_key("retry-after");
        (answer.status().as_u16(), wait)
    };
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    for _ in 0..3 {
        assert_eq!(get("/api/auth/me").await, (503, true));
        assert_eq!(node.post("/login", &login).await.status, 503);
        assert_eq!(get("/readyz").await.0, 503);
        assert_eq!(get("/healthz").await.0, 200, "the process lives");
        assert_eq!(
            get("/login").await.0,
            200,
            "what needs no database is there"
        );
    }

    elsewhere
        .run(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        .await;
    let began = Instant::now();
    while node.me(&pair).await != 200 {
        assert!(began.elapsed() < Duration::from_secs(10), "{}", node.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("served again after {:?}", began.elapsed());
    ada.sign_in(&node).await.pair();
    assert_eq!(get("/readyz").await.0, 200);
    assert!(!node.log().contains(PASSWORD));
}
