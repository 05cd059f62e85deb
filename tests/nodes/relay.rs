//! What may stand between a node and its database: an address that leads to changing servers, a network
//! that drops packets, and Postgres processes that are stopped.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cluster::{Cluster, Sql};

/// Where a connection leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// To the server whose socket is in this folder.
    To(PathBuf),
    /// Bytes are accepted, and none come back.
    Nowhere,
}

/// A port on loopback that forwards to a server.
pub(crate) struct Relay {
    port: u16,
    route: watch::Sender<Route>,
    accepting: JoinHandle<()>,
}

impl Relay {
    pub(crate) async fn to(folder: &Path) -> Self {
        let (route, routes) = watch::channel(Route::To(folder.to_owned()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, routes.clone()));
            }
        });
        Self {
            port,
            route,
            accepting,
        }
    }

    pub(crate) fn url(&self) -> String {
        let port = self.port;
        format!("postgres://vestibule@127.0.0.1:{port}/vestibule?sslmode=disable")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Changes the route. Open connections are cut, except when the new route leads nowhere.
    pub(crate) fn lead(&self, route: Route) {
        self.route.send_replace(route);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(mut client: tokio::net::TcpStream, mut routes: watch::Receiver<Route>) {
    let route = routes.borrow_and_update().clone();
    let carried = async {
        let Route::To(folder) = route else {
            return std::future::pending().await;
        };
        if let Ok(mut server) = UnixStream::connect(folder.join(".s.PGSQL.5432")).await {
            copy_bidirectional(&mut client, &mut server).await.ok();
        }
    };
    tokio::pin!(carried);
    tokio::select! {
        () = &mut carried => return,
        _ = routes.changed() => {}
    }
    if *routes.borrow() == Route::Nowhere {
        // Both sides stay open, and no bytes are forwarded.
        routes.changed().await.ok();
    }
}

/// The folder of a cluster's socket.
pub(crate) fn socket_folder(cluster: &Cluster) -> PathBuf {
    let url = url::Url::parse(cluster.url()).expect("a URL");
    let host = url.host_str().expect("a folder").to_owned();
    let folder = percent_encoding::percent_decode_str(&host);
    PathBuf::from(folder.decode_utf8_lossy().into_owned())
}

/// The folder of the server programs that run a cluster.
pub(crate) fn programs(cluster: &Cluster) -> PathBuf {
    let program = fs::read_link(format!("/proc/{}/exe", cluster.postmaster()));
    let program = program.expect("a server that runs");
    program.parent().expect("a folder").to_owned()
}

/// A program that runs under the account of the server.
pub(crate) fn as_server(cluster: &Cluster, program: &Path) -> Command {
    let owner = fs::metadata(cluster.folder().join("data/postgres")).expect("a cluster");
    let mut command = Command::new(program);
    command.current_dir("/").stdin(Stdio::null());
    if rustix::process::geteuid().is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command
}

/// A streaming standby of a cluster.
pub(crate) struct Standby {
    child: Child,
    folder: PathBuf,
}

/// The settings that a cluster needs for a standby.
pub(crate) const FOR_STANDBY: &str = "wal_level = replica\nmax_wal_senders = 4\n";

impl Standby {
    pub(crate) async fn of(cluster: &Cluster) -> Self {
        let folder = cluster.folder().join("data/postgres/standby");
        let run = socket_folder(cluster);
        let copied = as_server(cluster, &programs(cluster).join("pg_basebackup"))
            .args(["-U", "vestibule", "-R", "-X", "stream", "-c", "fast", "-N"])
            .arg("-h")
            .arg(&run)
            .arg("-D")
            .arg(&folder)
            .output()
            .expect("pg_basebackup");
        assert!(copied.status.success(), "{copied:?}");
        let child = as_server(cluster, &programs(cluster).join("postgres"))
            .arg("-D")
            .arg(&folder)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c"])
            .arg(format!("unix_socket_directories={}", folder.display()))
            .stdout(Stdio::null())
            .stderr(fs::File::create(cluster.folder().join("standby-log")).expect("our folder"))
            .spawn()
            .expect("postgres");
        let began = Instant::now();
        let standby = Self { child, folder };
        while UnixStream::connect(standby.folder().join(".s.PGSQL.5432"))
            .await
            .is_err()
            || !standby.answers().await
        {
            assert!(began.elapsed() < Duration::from_secs(30), "no standby");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        standby
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    async fn answers(&self) -> bool {
        let mut config = tokio_postgres::Config::new();
        config
            .host_path(&self.folder)
            .user("vestibule")
            .dbname("vestibule");
        config.connect(tokio_postgres::NoTls).await.is_ok()
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::QUIT).ok();
        }
        self.child.wait().ok();
    }
}

/// Stops all processes of a cluster's server until it is dropped.
pub(crate) struct Stopped(Vec<Pid>);

impl Stopped {
    pub(crate) async fn server(cluster: &Cluster, sql: &Sql) -> Self {
        let children = sql.rows("SELECT pid FROM pg_stat_activity").await;
        let children = children.into_iter().flatten();
        let mut pids = vec![cluster.postmaster()];
        pids.extend(children.map(|pid| pid.parse::<i32>().expect("a pid")));
        let stopped = Self(pids.into_iter().filter_map(Pid::from_raw).collect());
        for pid in &stopped.0 {
            kill_process(*pid, Signal::STOP).ok();
        }
        stopped
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        for pid in &self.0 {
            kill_process(*pid, Signal::CONT).ok();
        }
    }
}
