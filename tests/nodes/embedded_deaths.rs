//! The embedded Postgres dies while the service runs: it is restarted, or the service reports the reason
//! and ends.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::sleep;

use crate::api::Pair;
use crate::cluster::{Folder, Sql};
use crate::node::Node;
use crate::person::Person;

/// The longest time that the service may be without its database.
const BACK: Duration = Duration::from_secs(20);

fn kill_server(folder: &Folder) -> i32 {
    let server = folder.postmaster().expect("a server");
    kill_process(Pid::from_raw(server).expect("a pid"), Signal::KILL).expect("a living server");
    server
}

/// Waits until a session works again, on a server with another process id.
async fn back(node: &Node, folder: &Folder, pair: &Pair, before: i32, since: Instant) {
    while folder.postmaster().is_none_or(|now| now == before) || node.me(pair).await != 200 {
        assert!(since.elapsed() < BACK, "{}", node.log());
        sleep(Duration::from_millis(100)).await;
    }
    println!("back after {:?}", since.elapsed());
}

fn url(data_dir: &Path) -> String {
    let run = data_dir.join("postgres-run");
    let folder = run.to_str().expect("UTF-8").replace('/', "%2F");
    format!("postgresql://vestibule@{folder}/vestibule")
}

#[tokio::test]
async fn a_killed_server_is_restarted_each_time() {
    let folder = Folder::new();
    let data_dir = folder.data_dir();
    let settings = [("METRICS_ADDR", "127.0.0.1:0")];
    let node = Node::embedded_with(folder.path(), &data_dir, &settings).await;
    let ada = Person::register(&node, "ada").await;
    for _ in 0..3 {
        let began = Instant::now();
        let before = kill_server(&folder);
        back(&node, &folder, &ada.pair, before, began).await;
    }
    // A busy backend does not notice the death of its server, and no new server starts while it runs.
    let busy = Sql::connect(&url(&data_dir)).await;
    let began = Instant::now();
    let statement = tokio::spawn(async move {
        busy.fails(
            "DO $$ DECLARE until timestamptz := clock_timestamp() + '60s'; \
            BEGIN WHILE clock_timestamp() < until LOOP END LOOP; END $$",
        )
        .await
    });
    sleep(Duration::from_millis(300)).await;
    let before = kill_server(&folder);
    back(&node, &folder, &ada.pair, before, began).await;
    statement.abort();

    node.logged("the local Postgres died", 1).await;
    node.logged("the local Postgres was started again", 4).await;
    let metrics = crate::metrics::scrape(&node).await;
    let restarts = "vestibule_local_postgres_restarts_total 4";
    assert!(metrics.contains(restarts), "{metrics}");
    node.stop(Signal::TERM).await;
    assert_eq!(folder.postmaster(), None);
}

/// This test becomes the parent of orphans and does not reap them, like PID 1 of many containers.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_killed_server_that_no_process_reaps_is_restarted() {
    use rustix::process::{getpid, set_child_subreaper};

    set_child_subreaper(Some(getpid())).expect("our own process");
    let folder = Folder::new();
    let data_dir = folder.data_dir();
    let mut ada = None;
    for _ in 0..3 {
        let node = Node::embedded(folder.path(), &data_dir).await;
        let mut before = kill_server(&folder);
        let mut began = Instant::now();
        // Killed once more, at the moment when it is ready again.
        while folder.postmaster() == Some(before) || !is_ready(&node).await {
            assert!(began.elapsed() < BACK, "{}", node.log());
            sleep(Duration::from_millis(5)).await;
        }
        before = kill_server(&folder);
        began = Instant::now();
        while folder.postmaster() == Some(before) || !is_ready(&node).await {
            assert!(began.elapsed() < BACK, "{}", node.log());
            sleep(Duration::from_millis(5)).await;
        }
        if ada.is_none() {
            ada = Some(Person::register(&node, "ada").await);
        }
        let pair = &ada.as_ref().expect("registered").pair;
        assert_eq!(node.me(pair).await, 200);
        let log = node.log();
        assert!(!log.contains("does not start"), "{log}");
        node.stop(Signal::TERM).await;
    }
}

#[cfg(target_os = "linux")]
async fn is_ready(node: &Node) -> bool {
    let asked = node.http.get(node.url("/readyz")).send().await;
    asked.is_ok_and(|answer| answer.status() == 200)
}

#[tokio::test]
async fn a_server_without_its_socket_is_restarted() {
    let folder = Folder::new();
    let data_dir = folder.data_dir();
    let node = Node::embedded(folder.path(), &data_dir).await;
    let ada = Person::register(&node, "ada").await;
    let run = data_dir.join("postgres-run");
    for whole_folder in [false, true] {
        let sql = Sql::connect(&url(&data_dir)).await;
        let before = folder.postmaster().expect("a server");
        let began = Instant::now();
        if whole_folder {
            fs::remove_dir_all(&run).expect("our own folder");
        } else {
            fs::remove_file(run.join(".s.PGSQL.5432")).expect("a socket");
        }
        sql.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
        .await;
        back(&node, &folder, &ada.pair, before, began).await;
    }
    node.logged("runs and does not answer", 1).await;
    node.logged("lost its socket", 1).await;
    node.stop(Signal::TERM).await;
    assert_eq!(folder.postmaster(), None);
}

#[tokio::test]
async fn of_several_processes_one_restarts_the_server_and_all_recover() {
    let folder = Folder::new();
    let data_dir = folder.data_dir();
    let embedded = || Node::embedded(folder.path(), &data_dir);
    let (first, second) = tokio::join!(embedded(), embedded());
    let ada = Person::register(&first, "ada").await;
    for _ in 0..2 {
        let began = Instant::now();
        let before = kill_server(&folder);
        back(&first, &folder, &ada.pair, before, began).await;
        back(&second, &folder, &ada.pair, before, began).await;
    }
    let server = folder.postmaster();
    first.stop(Signal::TERM).await;
    assert_eq!(folder.postmaster(), server, "the other one still uses it");
    assert_eq!(second.me(&ada.pair).await, 200);
    second.stop(Signal::TERM).await;
    assert_eq!(folder.postmaster(), None);
}

#[tokio::test]
async fn a_server_that_cannot_restart_ends_the_service_with_a_clear_error() {
    let folder = Folder::new();
    let data_dir = folder.data_dir();
    let mut node = Node::embedded(folder.path(), &data_dir).await;
    fs::write(
        data_dir.join("postgres.local.conf"),
        "shared_buffers = plenty\n",
    )
    .expect("a file");
    kill_server(&folder);
    let began = Instant::now();
    let status = node.ended().await;
    assert!(began.elapsed() < Duration::from_secs(40), "bounded");
    assert_eq!(status.code(), Some(1), "{}", node.log());
    let log = node.log();
    let line = log.lines().last().expect("a line");
    let message = "vestibule: the local PostgreSQL died and cannot be started again: ";
    assert!(
        line.starts_with(message) && line.contains("shared_buffers"),
        "{log}"
    );
}
