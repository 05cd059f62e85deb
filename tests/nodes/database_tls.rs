//! A database over TLS, with a certificate made as the Postgres manual shows: self-signed, without
//! alternative names, and allowed to sign others.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpStream;

use crate::cluster::Cluster;
use crate::node::{Node, command_on};
use crate::person::Person;
use crate::relay::{as_server, programs};

/// A Postgres that accepts only connections over TLS.
pub(crate) struct Server {
    child: Child,
    pub(crate) folder: PathBuf,
    port: u16,
}

impl Server {
    /// `cluster` provides the programs and the account that may run them.
    pub(crate) async fn start(cluster: &Cluster) -> Self {
        let folder = cluster.folder().join("data/postgres/over-tls");
        run(
            cluster,
            &programs(cluster).join("initdb"),
            &["-A", "trust", "-U", "vestibule", "-N", "-D"],
            &folder,
        );
        make_certificate(cluster, &folder, "server", "/CN=dbhost.yourdomain.com");
        fs::write(
            folder.join("pg_hba.conf"),
            "hostssl all all 127.0.0.1/32 trust\n",
        )
        .expect("our own folder");
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("a port")
            .local_addr()
            .expect("its number")
            .port();
        let child = as_server(cluster, &programs(cluster).join("postgres"))
            .arg("-D")
            .arg(&folder)
            .args([
                "-c",
                "ssl=on",
                "-c",
                "fsync=off",
                "-c",
                "unix_socket_directories=",
            ])
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                &format!("port={port}"),
            ])
            .stdout(Stdio::null())
            .stderr(fs::File::create(cluster.folder().join("over-tls-log")).expect("our folder"))
            .spawn()
            .expect("postgres");
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "no server over TLS"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self {
            child,
            folder,
            port,
        }
    }

    /// Makes the server reload its certificate.
    pub(crate) fn reload(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a pid"), Signal::HUP).expect("our own child");
    }

    pub(crate) fn url(&self, mode: &str) -> String {
        format!(
            "postgres://vestibule@127.0.0.1:{}/postgres?sslmode={mode}",
            self.port
        )
    }

    /// Runs a statement as another client.
    pub(crate) fn run_sql(&self, cluster: &Cluster, statement: &str) {
        let ran = as_server(cluster, &programs(cluster).join("psql"))
            // Otherwise, it looks for a certificate of its own in the home folder.
            .env("PGSSLCERT", self.folder.join("none"))
            .args(["-c", statement, "-d", &self.url("require")])
            .output()
            .expect("psql");
        assert!(ran.status.success(), "{ran:?}");
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::QUIT).ok();
        }
        self.child.wait().ok();
    }
}

fn run(cluster: &Cluster, program: &Path, arguments: &[&str], last: &Path) {
    let ran = as_server(cluster, program)
        .args(arguments)
        .arg(last)
        .output();
    let ran = ran.expect("a program");
    assert!(ran.status.success(), "{ran:?}");
}

/// Follows the section "Creating Certificates" of the Postgres manual.
pub(crate) fn make_certificate(cluster: &Cluster, folder: &Path, name: &str, subject: &str) {
    let key = folder.join(format!("{name}.key")).display().to_string();
    let arguments = [
        "req", "-new", "-x509", "-days", "2", "-nodes", "-subj", subject, "-keyout", &key, "-out",
    ];
    run(
        cluster,
        Path::new("openssl"),
        &arguments,
        &folder.join(format!("{name}.crt")),
    );
}

/// Follows the same section's example with an authority: a request, and a certificate without extensions,
/// which makes it version 1.
fn make_version_1(cluster: &Cluster, folder: &Path) {
    let file = |name: &str| folder.join(name).display().to_string();
    let (key, request, days) = (file("server.key"), file("server.csr"), "2");
    let subject = "/CN=dbhost.yourdomain.com";
    let arguments = [
        "req", "-new", "-nodes", "-subj", subject, "-keyout", &key, "-out",
    ];
    run(
        cluster,
        Path::new("openssl"),
        &arguments,
        Path::new(&request),
    );
    let (ca, ca_key) = (file("another.crt"), file("another.key"));
    let arguments = [
        "x509",
        "-req",
        "-in",
        &request,
        "-days",
        days,
        "-CA",
        &ca,
        "-CAkey",
        &ca_key,
        "-CAcreateserial",
        "-out",
    ];
    let certificate = folder.join("server.crt");
    run(cluster, Path::new("openssl"), &arguments, &certificate);
}

#[tokio::test]
async fn a_self_signed_certificate_of_the_database_is_trusted_if_configured() {
    let cluster = Cluster::start().await;
    let server = Server::start(&cluster).await;
    make_certificate(
        &cluster,
        &server.folder,
        "another",
        "/CN=dbhost.yourdomain.com",
    );
    for mode in ["verify-full", "verify-ca", "require"] {
        let settings = [
            ("DATABASE_URL", server.url(mode)),
            ("DATABASE_CA_FILE", server.file("server.crt")),
        ];
        let settings = settings
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let node = Node::with(&cluster, &settings).await;
        let ada = Person::register(&node, mode).await;
        assert_eq!(node.me(&ada.pair).await, 200, "{mode}");
        node.stop(Signal::TERM).await;
    }
    for (named, what) in [
        (None, "UnknownIssuer"),
        (Some("another.crt"), "UnknownIssuer"),
    ] {
        let url = server.url("verify-full");
        let file = named.map(|named| server.file(named));
        let mut settings = vec![("DATABASE_URL", url.as_str())];
        settings.extend(file.as_deref().map(|file| ("DATABASE_CA_FILE", file)));
        let mut command = command_on(&cluster, &settings);
        let refused = command.arg("migrate").output().expect("the binary");
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success(), "{named:?}: {stderr}");
        assert!(stderr.contains("DATABASE_CA_FILE"), "{named:?}: {stderr}");
        assert!(
            stderr.contains(what) || stderr.contains("certificate"),
            "{named:?}: {stderr}"
        );
    }
}

#[tokio::test]
async fn a_version_1_certificate_of_the_database_is_trusted_if_configured() {
    let cluster = Cluster::start().await;
    let server = Server::start(&cluster).await;
    let subject = "/CN=root.yourdomain.com";
    make_certificate(&cluster, &server.folder, "another", subject);
    make_version_1(&cluster, &server.folder);
    server.reload();
    let url = server.url("verify-full");
    for (named, taken) in [("server.crt", true), ("another.crt", false)] {
        let file = server.file(named);
        let settings = [
            ("DATABASE_URL", url.as_str()),
            ("DATABASE_CA_FILE", file.as_str()),
        ];
        let began = Instant::now();
        // Postgres reads its files a moment after the signal.
        loop {
            let mut command = command_on(&cluster, &settings);
            let ran = command.arg("migrate").output().expect("the binary");
            let stderr = String::from_utf8_lossy(&ran.stderr);
            if ran.status.success() == taken && (taken || stderr.contains("version 1")) {
                break;
            }
            assert!(
                began.elapsed() < Duration::from_secs(10),
                "{named}: {stderr}"
            );
        }
    }
}
