//! `vestibule healthcheck`, as containers run it.

use std::net::TcpListener;

use crate::cluster::Cluster;
use crate::node::Node;
use crate::operator::run_with;

#[tokio::test]
async fn a_service_is_healthy_while_it_is_ready() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let address = node.listens_on();
    let check = || run_with(&cluster, &[("LISTEN_ADDR", &address)], &["healthcheck"]);
    assert_eq!(check().well(), "ready\n");
    let sql = cluster.sql().await;
    sql.run("DELETE FROM __diesel_schema_migrations").await;
    check().refused("/readyz answers 503");
}

#[tokio::test]
async fn where_no_service_answers_there_is_none() {
    let cluster = Cluster::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = listener.local_addr().unwrap().to_string();
    drop(listener);
    let ran = run_with(&cluster, &[("LISTEN_ADDR", &free)], &["healthcheck"]);
    ran.refused("/readyz: it cannot be reached");
    let ran = run_with(&cluster, &[("LISTEN_ADDR", "[::]:0")], &["healthcheck"]);
    ran.refused("LISTEN_ADDR has port 0");
}
