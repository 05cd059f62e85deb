//! A pooler (`PgBouncer`) between a node and its database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::cluster::Cluster;
use crate::node::{Node, command_on};
use crate::person::Person;
use crate::relay::{as_server, socket_folder};

struct PgBouncer {
    child: Child,
    port: u16,
}

impl PgBouncer {
    async fn start(cluster: &Cluster, mode: &str, connections: u32) -> Self {
        // The port is released again before `PgBouncer` uses it.
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = taken.local_addr().expect("bound").port();
        drop(taken);
        let folder = cluster.folder();
        let (settings, users) = (
            folder.join(format!("{mode}{connections}.ini")),
            folder.join("users"),
        );
        fs::write(&users, "\"vestibule\" \"\"\n").expect("our own folder");
        fs::write(
            &settings,
            format!(
                "[databases]\nvestibule = host={} port=5432 dbname=vestibule\n[pgbouncer]\n\
                 listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
                 auth_type = trust\nauth_file = {}\npool_mode = {mode}\ndefault_pool_size = {connections}\n",
                socket_folder(cluster).display(),
                users.display()
            ),
        )
        .expect("our own folder");
        let child = as_server(cluster, &program())
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pgbouncer: script/setup installs it");
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "no pgbouncer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { child, port }
    }

    fn url(&self) -> String {
        let port = self.port;
        format!("postgres://vestibule@127.0.0.1:{port}/vestibule")
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn program() -> PathBuf {
    let debian = Path::new("/usr/sbin/pgbouncer");
    if debian.exists() {
        debian.to_owned()
    } else {
        "pgbouncer".into()
    }
}

#[tokio::test]
async fn a_pooler_in_session_mode_works() {
    let cluster = Cluster::start().await;
    let pooler = PgBouncer::start(&cluster, "session", 40).await;
    let settings = [("DATABASE_URL", pooler.url())];
    let settings = settings.each_ref().map(|(name, url)| (*name, url.as_str()));
    for _ in 0..2 {
        let node = Node::with(&cluster, &settings).await;
        let name = node.listens_on().replace([':', '.'], "");
        let ada = Person::register(&node, &name).await;
        ada.sign_in(&node).await;
    }
}

/// In transaction mode, `PgBouncer` would share locks, settings and prepared statements between clients.
#[tokio::test]
async fn a_pooler_in_transaction_mode_is_refused_with_the_setting_to_change() {
    let cluster = Cluster::start().await;
    // With a single connection, the second session waits while the first one is busy.
    for (mode, connections) in [
        ("transaction", 40),
        ("statement", 40),
        ("transaction", 1),
        ("statement", 1),
        ("transaction", 2),
        ("session", 1),
    ] {
        let pooler = PgBouncer::start(&cluster, mode, connections).await;
        let url = pooler.url();
        for command in [&["serve"][..], &["migrate"], &["doctor"], &["user", "list"]] {
            let ended = command_on(&cluster, &[("DATABASE_URL", &url)])
                .args(command)
                .output()
                .expect("the built binary");
            let said = [ended.stdout, ended.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(!ended.status.success(), "{command:?}\n{said}");
            assert!(
                said.contains("pool_mode = session"),
                "{mode} {connections} {command:?}\n{said}"
            );
            assert!(said.contains("pooler"), "{said}");
            assert!(!said.contains("already exists"), "{said}");
        }
    }
}
