//! SIGHUP: a running node reads its log filter and its certificates again.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::database_tls::{Server, make_certificate};
use crate::node::{Node, command_on};
use crate::systemd::Notified;

/// A node with these lines in its settings file.
async fn with_file(cluster: &Cluster, file: &Path, lines: &str, settings: &[(&str, &str)]) -> Node {
    fs::write(file, lines).expect("our own folder");
    let mut command = command_on(cluster, settings);
    command.arg("serve").arg("--env-file").arg(file);
    Node::spawn(cluster.folder(), command).ready().await
}

const READ_AGAIN: &str = "log filter and certificates are read again";

#[tokio::test]
async fn the_log_filter_is_read_again() {
    let cluster = Cluster::start().await;
    let notified = Notified::bind(&cluster);
    let file = cluster.folder().join("settings.env");
    let notify = [("NOTIFY_SOCKET", notified.path())];
    let node = with_file(
        &cluster,
        &file,
        "RUST_LOG=warn,vestibule::cli=info\n",
        &notify,
    )
    .await;
    assert!(notified.next().await.starts_with("READY=1\n"));
    let get = async || {
        let answer = node.http.get(node.url("/healthz?quiet")).send().await;
        assert_eq!(answer.unwrap().status(), 200);
    };
    get().await;
    assert!(!node.log().contains("/healthz"), "{}", node.log());

    fs::write(&file, "RUST_LOG=info,vestibule=debug\n").unwrap();
    node.signal(Signal::HUP);
    node.logged(READ_AGAIN, 1).await;
    let reloading = notified.next().await;
    let (first, time) = reloading.split_once('\n').unwrap();
    assert_eq!(first, "RELOADING=1");
    let usec = time.trim().strip_prefix("MONOTONIC_USEC=").unwrap();
    assert!(usec.parse::<u64>().unwrap() > 0);
    assert_eq!(notified.next().await, "READY=1\n");
    get().await;
    node.logged("/healthz", 1).await;

    // A faulty file changes nothing.
    fs::write(&file, "RUST_LOG=error,vestibule=loud\n").unwrap();
    node.signal(Signal::HUP);
    node.logged("nothing is changed", 1).await;
    assert!(notified.next().await.starts_with("RELOADING=1\n"));
    assert_eq!(notified.next().await, "READY=1\n");
    let before = node.log().matches("/healthz").count();
    get().await;
    node.logged("/healthz", before + 1).await;
    node.stop(Signal::TERM).await;
}

#[tokio::test]
async fn the_certificates_of_the_database_are_read_again() {
    let cluster = Cluster::start().await;
    let server = Server::start(&cluster).await;
    let (url, file) = (
        server.url("verify-full"),
        cluster.folder().join("settings.env"),
    );
    let trusted = cluster.folder().join("trusted.pem");
    fs::copy(server.file("server.crt"), &trusted).unwrap();
    let lines = format!("DATABASE_CA_FILE={}\n", trusted.display());
    let node = with_file(&cluster, &file, &lines, &[("DATABASE_URL", &url)]).await;

    // The server gets another certificate, and every connection ends.
    make_certificate(&cluster, &server.folder, "server", "/CN=localhost");
    server.reload();
    let readyz = async || {
        node.http
            .get(node.url("/readyz"))
            .send()
            .await
            .unwrap()
            .status()
    };
    let kill =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()";
    let began = Instant::now();
    while readyz().await != 503 {
        assert!(began.elapsed() < Duration::from_secs(30), "{}", node.log());
        server.run_sql(&cluster, kill);
        sleep(Duration::from_millis(100)).await;
    }
    node.logged("DATABASE_CA_FILE", 1).await;

    // Without the signal, it trusts what it has read.
    fs::copy(server.file("server.crt"), &trusted).unwrap();
    sleep(Duration::from_millis(500)).await;
    assert_eq!(readyz().await, 503);
    node.signal(Signal::HUP);
    node.logged(READ_AGAIN, 1).await;
    let began = Instant::now();
    while readyz().await != 200 {
        assert!(began.elapsed() < Duration::from_secs(30), "{}", node.log());
        sleep(Duration::from_millis(100)).await;
    }

    // A file without a certificate leaves the earlier ones.
    fs::write(&trusted, "no certificate\n").unwrap();
    node.signal(Signal::HUP);
    node.logged("the earlier certificates stay", 1).await;
    assert_eq!(readyz().await, 200);
    node.stop(Signal::TERM).await;
}
