//! Many nodes start at once.

use std::fs;
use std::path::Path;

use futures_util::future::join_all;

use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::Person;

#[tokio::test]
async fn five_nodes_on_an_empty_database_migrate_it_once() {
    let cluster = Cluster::start().await;
    let nodes = join_all((0..5).map(|_| Node::spawn_on(&cluster, &[]).ready())).await;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let written = fs::read_dir(folder).unwrap().count();
    let sql = cluster.sql().await;
    let ran = "SELECT count(*) FROM __diesel_schema_migrations";
    assert_eq!(sql.count(ran).await, i64::try_from(written).unwrap());
    let migrations_run = |node: &Node| node.log().matches("migration done").count();
    assert_eq!(nodes.iter().map(migrations_run).sum::<usize>(), written);

    let ada = Person::register(&nodes[0], "ada").await;
    for node in &nodes {
        assert_eq!(node.me(&ada.pair).await, 200);
    }
}
