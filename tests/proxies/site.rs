//! A node with a proxy in front of it.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::certificates::Certificates;
use crate::cluster::Cluster;
use crate::node::Node;
use crate::samples::Sample;

/// The name in the samples.
pub(crate) const NAME: &str = "login.example.org";
/// The address of another proxy of ours, in front of the sample.
pub(crate) const BALANCER: &str = "127.0.0.9";

pub(crate) struct Ports {
    pub(crate) http: u16,
    pub(crate) https: u16,
    /// Where Caddy takes commands.
    pub(crate) control: u16,
}

impl Ports {
    fn free() -> Self {
        let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
        let port = |at: usize| listeners[at].local_addr().expect("its address").port();
        Self {
            http: port(0),
            https: port(1),
            control: port(2),
        }
    }
}

/// The proxy is stopped, and the node killed, when dropped.
pub(crate) struct Site {
    proxy: Child,
    /// What the proxy logs.
    log: PathBuf,
    pub(crate) node: Node,
    pub(crate) cluster: Cluster,
    pub(crate) ports: Ports,
    pub(crate) origin: String,
    /// The certificate that browsers trust.
    pub(crate) authority: PathBuf,
}

impl Site {
    pub(crate) async fn start(sample: &Sample) -> Self {
        let cluster = Cluster::start().await;
        let ports = Ports::free();
        let origin = format!("https://{NAME}:{}", ports.https);
        let settings = [
            ("BASE_URL", origin.as_str()),
            ("TRUSTED_PROXIES", "127.0.0.1,127.0.0.9"),
        ];
        let node = Node::with(&cluster, &settings).await;
        let folder = cluster.folder().join("proxy");
        fs::create_dir(&folder).expect("our own folder");
        let made = Certificates::make(&folder, NAME);
        let log = folder.join("log");
        let output = File::create(&log).expect("our own folder");
        let mut command = sample.prepare(&ports, &node.listens_on(), &made);
        command
            .current_dir(&folder)
            .stdout(output.try_clone().expect("our own file"));
        let proxy = command.stderr(output).spawn().expect("the proxy");
        let mut site = Self {
            proxy,
            log,
            node,
            cluster,
            ports,
            origin,
            authority: made.authority,
        };
        site.ready();
        site
    }

    /// The header that browsers send with forms.
    pub(crate) fn origin_header(&self) -> String {
        format!("Origin: {}", self.origin)
    }

    fn ready(&mut self) {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.ports.https)).is_err() {
            let ended = self.proxy.try_wait().expect("our own child");
            assert!(ended.is_none(), "the proxy ended: {ended:?}");
            assert!(began.elapsed() < Duration::from_secs(20), "never ready");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // SIGTERM, so that it ends its own processes.
        let pid = i32::try_from(self.proxy.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            kill_process(pid, Signal::TERM).ok();
        }
        self.proxy.wait().ok();
        if std::thread::panicking() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            eprintln!("-- what the proxy logged\n{log}\n--");
        }
    }
}
