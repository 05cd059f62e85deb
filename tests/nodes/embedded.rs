//! The embedded database as an operator uses it: nothing but the binary and a data directory.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::cluster::Folder;
use crate::node::{Node, vestibule};
use crate::person::Person;

#[tokio::test]
async fn the_embedded_database_is_created_kept_taken_over_and_stopped() {
    let folder = Folder::new();
    let data_dir = folder.data_dir();
    let began = Instant::now();
    let node = Node::embedded(folder.path(), &data_dir).await;
    println!("first start to a served /readyz: {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(30));
    let ada = Person::register(&node, "ada").await;

    let began = Instant::now();
    node.stop(Signal::TERM).await;
    println!("stop: {:?}", began.elapsed());
    assert_eq!(folder.postmaster(), None);
    assert!(!data_dir.join("postgres/postmaster.pid").exists());

    let began = Instant::now();
    let node = Node::embedded(folder.path(), &data_dir).await;
    println!("later start: {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(
        node.me(&ada.pair).await,
        200,
        "secrets and sessions are kept"
    );

    let server = folder.postmaster();
    assert!(server.is_some());
    node.kill().await;
    assert_eq!(folder.postmaster(), server, "the cluster outlives its user");
    let began = Instant::now();
    let node = Node::embedded(folder.path(), &data_dir).await;
    println!("taking over: {:?}", began.elapsed());
    assert_eq!(folder.postmaster(), server, "the same server goes on");
    assert_eq!(node.me(&ada.pair).await, 200);

    node.stop(Signal::INT).await;
    assert_eq!(folder.postmaster(), None);
    assert!(!data_dir.join("postgres/postmaster.pid").exists());
}

#[tokio::test]
async fn two_processes_share_the_embedded_database_and_the_last_one_stops_it() {
    let folder = Folder::new();
    let data_dir = folder.data_dir();
    // Both start at once on an empty folder: they agree which one creates the database and the secrets.
    let embedded = || Node::embedded(folder.path(), &data_dir);
    let (first, second) = tokio::join!(embedded(), embedded());
    let server = folder.postmaster();
    let ada = Person::register(&first, "ada").await;
    assert_eq!(second.me(&ada.pair).await, 200);

    first.stop(Signal::TERM).await;
    assert_eq!(folder.postmaster(), server);
    assert_eq!(second.me(&ada.pair).await, 200);

    // A command uses the database and leaves it, too.
    let migrate = vestibule(folder.path())
        .arg("migrate")
        .env("DATA_DIR", &data_dir)
        .output();
    let migrate = migrate.unwrap();
    assert!(migrate.status.success(), "{migrate:?}");
    let rotate = vestibule(folder.path())
        .args(["keys", "rotate"])
        .env("DATA_DIR", &data_dir)
        .output();
    let rotate = rotate.unwrap();
    assert!(rotate.status.success(), "{rotate:?}");
    assert!(
        rotate.stdout.starts_with(b"The first key is "),
        "{rotate:?}"
    );
    assert_eq!(folder.postmaster(), server);
    ada.sign_in(&second).await;

    second.stop(Signal::TERM).await;
    assert_eq!(folder.postmaster(), None);
    assert!(!data_dir.join("postgres/postmaster.pid").exists());
}
