//! The service under systemd, which the tests replace: a `NOTIFY_SOCKET`, a listener that they hold, and its own tools
//! for the units.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::node::{Node, command_on, on_listener};

/// The end of systemd's side of `NOTIFY_SOCKET`.
pub(crate) struct Notified {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Notified {
    pub(crate) fn bind(cluster: &Cluster) -> Self {
        let path = cluster.folder().join("notify");
        let socket = UnixDatagram::bind(&path).expect("our own folder");
        socket.set_nonblocking(true).expect("our own socket");
        Self { socket, path }
    }

    pub(crate) fn path(&self) -> &str {
        self.path.to_str().expect("UTF-8")
    }

    /// The next message, if one comes within this time.
    pub(crate) async fn next_within(&self, limit: Duration) -> Option<String> {
        let (began, mut message) = (Instant::now(), [0; 512]);
        loop {
            if let Ok(length) = self.socket.recv(&mut message) {
                return Some(String::from_utf8_lossy(&message[..length]).into_owned());
            }
            if began.elapsed() > limit {
                return None;
            }
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// The next message, which must come.
    pub(crate) async fn next(&self) -> String {
        let next = self.next_within(Duration::from_secs(30)).await;
        next.expect("a message to systemd")
    }
}

/// A listener that the test holds, as systemd does.
fn held() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    (listener, address)
}

#[tokio::test]
async fn readiness_is_told_once_readyz_answers() {
    let cluster = Cluster::start().await;
    let migrated = command_on(&cluster, &[]).arg("migrate").status();
    assert!(migrated.expect("the binary").success());
    let sql = cluster.sql().await;
    sql.run("BEGIN; LOCK TABLE __diesel_schema_migrations IN SHARE UPDATE EXCLUSIVE MODE")
        .await;

    let (listener, address) = held();
    let notified = Notified::bind(&cluster);
    let command = command_on(&cluster, &[("NOTIFY_SOCKET", notified.path())]);
    let mut node = Node::spawn(cluster.folder(), on_listener(&command, &listener));
    let url = format!("http://{address}/readyz");
    let early = node.http.get(&url).timeout(Duration::from_secs(2)).send();
    assert!(early.await.is_err(), "it waits to migrate");
    assert_eq!(notified.next_within(Duration::ZERO).await, None);

    sql.run("COMMIT").await;
    let ready = notified.next().await;
    assert!(ready.starts_with("READY=1\n"), "{ready}");
    assert!(ready.contains(&format!("STATUS=Serving on {address}\n")));
    assert_eq!(node.http.get(&url).send().await.unwrap().status(), 200);
    node.logged(&format!("listen={address}"), 1).await;

    node.signal(Signal::TERM);
    let stopping = notified.next().await;
    assert!(stopping.starts_with("STOPPING=1\n"), "{stopping}");
    assert!(node.ended().await.success());
    assert_eq!(notified.next_within(Duration::ZERO).await, None);
}

#[tokio::test]
async fn pings_come_in_time_while_the_process_answers() {
    let cluster = Cluster::start().await;
    let notified = Notified::bind(&cluster);
    let limit = Duration::from_millis(1500);
    let usec = limit.as_micros().to_string();
    let settings = [
        ("NOTIFY_SOCKET", notified.path()),
        ("WATCHDOG_USEC", usec.as_str()),
    ];
    let node = Node::with(&cluster, &settings).await;
    assert!(notified.next().await.starts_with("READY=1\n"));
    assert_eq!(notified.next().await, "WATCHDOG=1\n");
    for _ in 0..6 {
        let began = Instant::now();
        assert_eq!(notified.next().await, "WATCHDOG=1\n");
        let pause = began.elapsed();
        assert!(pause < limit, "{pause:?}");
        assert!(
            pause > limit / 10,
            "they are not sent in a tight loop: {pause:?}"
        );
    }
    node.signal(Signal::STOP);
    while notified.next_within(limit / 2).await.is_some() {}
    assert_eq!(notified.next_within(limit).await, None);
    node.signal(Signal::CONT);
    assert_eq!(notified.next().await, "WATCHDOG=1\n");
    node.stop(Signal::TERM).await;
}

#[tokio::test]
async fn the_first_connection_starts_it_with_systemd_socket_activate() {
    let cluster = Cluster::start().await;
    // It binds the port again.
    let address = held().1;
    let serve = command_on(&cluster, &[]);
    let mut command = Command::new("systemd-socket-activate");
    command.args(["--listen", &address]);
    for (name, value) in serve.get_envs() {
        if let Some(value) = value {
            let pair = format!("{}={}", name.display(), value.display());
            command.args(["--setenv", &pair]);
        }
    }
    command
        .arg(serve.get_program())
        .current_dir(cluster.folder());
    let node = Node::spawn(cluster.folder(), command);
    let began = Instant::now();
    // The first connection waits in the listener until the service takes it.
    let first = loop {
        match TcpStream::connect(&address) {
            Ok(stream) => break stream,
            Err(_) if began.elapsed() < Duration::from_secs(10) => {
                sleep(Duration::from_millis(10)).await;
            }
            Err(error) => panic!("{error}\n{}", node.log()),
        }
    };
    let answer = node.http.get(format!("http://{address}/readyz")).send();
    assert_eq!(
        answer.await.expect("an answer").status(),
        200,
        "{}",
        node.log()
    );
    drop(first);
    node.stop(Signal::TERM).await;
}

#[tokio::test]
async fn more_than_one_socket_is_refused() {
    let cluster = Cluster::start().await;
    let mut command = command_on(&cluster, &[("LISTEN_FDS", "2")]);
    let refused = command.output().expect("the binary");
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("keep one ListenStream="), "{stderr}");
    let file = fs::File::open("/dev/null").expect("a file");
    let mut command = command_on(
        &cluster,
        &[("LISTEN_FDS", "1"), ("LISTEN_FDS_FIRST_FD", "0")],
    );
    let refused = command.stdin(file).output().expect("the binary");
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("LISTEN_FDS is not for listening"),
        "{stderr}"
    );
}

fn units() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/systemd")
}

#[tokio::test]
async fn systemd_understands_the_units() {
    let folder = crate::cluster::Folder::new();
    let service = fs::read_to_string(units().join("vestibule.service")).expect("the unit");
    assert!(service.contains("ExecStart=/usr/bin/vestibule serve "));
    // Here, the binary is where it was built.
    let service = service.replace(
        "/usr/bin/vestibule ",
        concat!(env!("CARGO_BIN_EXE_vestibule"), " "),
    );
    fs::write(folder.path().join("vestibule.service"), service).expect("our own folder");
    let socket = folder.path().join("vestibule.socket");
    fs::copy(units().join("vestibule.socket"), socket).expect("our own folder");
    let verified = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=one"])
        .args(["vestibule.service", "vestibule.socket"].map(|unit| folder.path().join(unit)))
        .output()
        .expect("systemd-analyze: script/setup installs it");
    let said = String::from_utf8_lossy(&verified.stderr);
    let about_ours: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("vestibule"))
        .collect();
    assert!(verified.status.success() && about_ours.is_empty(), "{said}");
}

#[test]
fn systemd_finds_the_service_hardened() {
    const MOST: f64 = 1.5;
    let judged = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(units().join("vestibule.service"))
        .output()
        .expect("systemd-analyze: script/setup installs it");
    let said = String::from_utf8_lossy(&judged.stdout);
    let (_, level) = said
        .split_once("Overall exposure level for vestibule.service: ")
        .expect(&said);
    let level: f64 = level
        .split(' ')
        .next()
        .and_then(|level| level.parse().ok())
        .expect(&said);
    println!("exposure level: {level}");
    assert!(level <= MOST, "{said}");
}
