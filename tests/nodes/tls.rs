//! TLS without a proxy, as curl sees it: HTTP/2, certificates that change, files that do not fit.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::node::{Node, command_on};
use crate::person::PASSWORD;

/// An authority of the test's own, and the files of a node.
pub(crate) struct Authority {
    folder: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Authority {
    /// Makes an authority, and a certificate for localhost that it signs.
    pub(crate) fn new(cluster: &Cluster) -> Self {
        let folder = cluster.folder().to_owned();
        let made = Self {
            certificate: folder.join("fullchain.pem"),
            key: folder.join("privkey.pem"),
            folder,
        };
        openssl(
            &made.folder,
            "-subj /CN=Test-Authority -keyout ca.key -out ca.pem",
        );
        made.issue("localhost");
        made
    }

    /// Signs another certificate with another key, in place of the earlier ones. The files are replaced, the key
    /// last.
    pub(crate) fn issue(&self, name: &str) {
        let signed = format!(
            "-CA ca.pem -CAkey ca.key -subj /CN={name} -addext subjectAltName=DNS:{name} \
             -addext basicConstraints=critical,CA:FALSE -keyout new.key -out new.pem"
        );
        openssl(&self.folder, &signed);
        let fresh = self.folder.join("new.key");
        fs::set_permissions(&fresh, Permissions::from_mode(0o600)).expect("our own file");
        fs::rename(self.folder.join("new.pem"), &self.certificate).expect("our own folder");
        fs::rename(fresh, &self.key).expect("our own folder");
    }

    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The settings of a node that serves over TLS, with others.
    pub(crate) fn settings<'a>(&'a self, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut all = vec![
            ("BASE_URL", "https://localhost:8443"),
            ("TLS_CERT_FILE", self.certificate.to_str().expect("UTF-8")),
            ("TLS_KEY_FILE", self.key.to_str().expect("UTF-8")),
        ];
        all.extend_from_slice(others);
        all
    }

    pub(crate) async fn node(&self, cluster: &Cluster, others: &[(&str, &str)]) -> Node {
        let node = Node::spawn_on(cluster, &self.settings(others));
        node.ready_over_tls().await
    }
}

/// Makes a certificate.
fn openssl(folder: &Path, arguments: &str) {
    let ran = Command::new("openssl")
        .current_dir(folder)
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args(["-nodes", "-days", "30"])
        .args(arguments.split_whitespace())
        .output()
        .expect("openssl");
    assert!(ran.status.success(), "{ran:?}");
}

/// What curl reports: the version of HTTP and the status, then head and body.
struct Curled {
    version: String,
    status: u16,
    head: String,
    body: String,
}

/// Runs curl with further arguments; an error is its exit status.
fn try_curl(authority: &Authority, url: &str, arguments: &[&str]) -> Result<Curled, i32> {
    let ran = Command::new("curl")
        .args([
            "--silent",
            "--max-time",
            "20",
            "--noproxy",
            "*",
            "--dump-header",
            "-",
        ])
        .args(["--write-out", "\n%{http_version} %{http_code}"])
        .arg("--cacert")
        .arg(authority.ca())
        .args(arguments)
        .arg(url)
        .output()
        .expect("curl: script/setup installs it");
    if !ran.status.success() {
        return Err(ran.status.code().unwrap_or(-1));
    }
    let text = String::from_utf8(ran.stdout).expect("text");
    let (text, summary) = text.rsplit_once('\n').expect("a summary");
    let (version, status) = summary.split_once(' ').expect("a summary");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    Ok(Curled {
        version: version.to_owned(),
        status: status.parse().expect("a status"),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    })
}

#[track_caller]
fn curl(authority: &Authority, url: &str, arguments: &[&str]) -> Curled {
    try_curl(authority, url, arguments).unwrap_or_else(|code| panic!("curl: {code}"))
}

/// The exit status of curl for a certificate that it does not trust.
const UNTRUSTED: i32 = 60;

#[tokio::test]
async fn browsers_get_the_same_over_http_2_as_over_http_1() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let node = authority.node(&cluster, &[]).await;
    let ask = |path: &str, arguments: &[&str]| curl(&authority, &node.url(path), arguments);

    // ALPN decides.
    assert_eq!(ask("/readyz", &[]).version, "2");
    let page = ask("/login", &[]).body;
    let (_, style) = page.split_once("/static/vestibule.").expect("a stylesheet");
    let style = format!(
        "/static/vestibule.{}",
        style.split('"').next().expect("its end")
    );
    let paths = [
        "/login",
        &style,
        "/api/openapi.json",
        "/nowhere",
        "/api/auth/me",
    ];
    for path in paths {
        let (one, two) = (ask(path, &["--http1.1"]), ask(path, &["--http2"]));
        assert_eq!((one.version.as_str(), two.version.as_str()), ("1.1", "2"));
        assert_eq!(one.status, two.status, "{path}");
        // Each page has its own nonces and tokens.
        let alike = |body: &str| body.len();
        assert_eq!(alike(&one.body), alike(&two.body), "{path}");
        let names = |head: &str| {
            let lines = head
                .lines()
                .skip(1)
                .filter_map(|line| Some(line.split_once(':')?.0.to_owned()));
            let mut names: Vec<_> = lines.filter(|name| name != "connection").collect();
            names.sort();
            names
        };
        assert_eq!(names(&one.head), names(&two.head), "{path}");
        let head = ask(path, &["--http2", "--head"]);
        assert_eq!((head.status, head.body.trim()), (one.status, ""), "{path}");
    }

    // What is refused, is refused in the same way.
    let json = ["--header", "content-type: application/json", "--data"];
    for kib in [17, 100] {
        let long = format!("{{\"email\":\"{}\"}}", "a".repeat(kib * 1024));
        let sign_in = ask("/api/auth/login", &[&json[..], &[&long]].concat());
        assert_eq!(sign_in.status, 413);
    }
    let other = ask("/login", &["--header", "host: other.example.org"]);
    assert_eq!(other.status, 421);
    let wide = format!("x-wide: {}", "a".repeat(40 * 1024));
    assert_eq!(ask("/login", &["--header", &wide]).status, 431);
    let plain = node.url("/login").replace("https:", "http:");
    let unencrypted = try_curl(&authority, &plain, &[]);
    assert!(unencrypted.is_err(), "it speaks TLS only");
    assert!(!node.log().contains("ERROR"), "{}", node.log());
    node.stop(Signal::TERM).await;
}

#[tokio::test]
async fn users_sign_in_over_http_2() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let node = authority.node(&cluster, &[]).await;
    let ask = |path: &str, arguments: &[&str]| curl(&authority, &node.url(path), arguments);

    // With several cookies, which HTTP/2 sends one by one, and with bodies.
    let jar = cluster.folder().join("jar");
    let jar = [
        "--cookie-jar",
        jar.to_str().unwrap(),
        "--cookie",
        jar.to_str().unwrap(),
    ];
    let json = ["--header", "content-type: application/json", "--data"];
    let account = format!("{{\"email\":\"ada@example.org\",\"password\":\"{PASSWORD}\"}}");
    let sign_in = [&jar[..], &json[..], &[account.as_str()]].concat();
    assert_eq!(ask("/api/auth/register", &sign_in).status, 201);
    let signed_in = ask("/api/auth/login", &sign_in);
    assert_eq!((signed_in.status, signed_in.version.as_str()), (200, "2"));
    let token: Value = serde_json::from_str(&signed_in.body).unwrap();
    let bearer = format!(
        "authorization: Bearer {}",
        token["access_token"].as_str().unwrap()
    );
    assert_eq!(ask("/api/auth/me", &["--header", &bearer]).status, 200);
    let page = ask("/login", &jar);
    assert!(page.head.contains("set-cookie: __host-"), "{}", page.head);
    let field = page
        .body
        .split_once("name=\"csrf_token\" value=\"")
        .unwrap()
        .1;
    let csrf = field.split('"').next().unwrap();
    let form = [
        "--data-urlencode".to_owned(),
        format!("csrf_token={csrf}"),
        "--data-urlencode".to_owned(),
        "email=ada@example.org".to_owned(),
        "--data-urlencode".to_owned(),
        format!("password={PASSWORD}"),
        "--header".to_owned(),
        "origin: https://localhost:8443".to_owned(),
    ];
    let form: Vec<&str> = jar
        .iter()
        .copied()
        .chain(form.iter().map(String::as_str))
        .collect();
    let posted = ask("/login", &form);
    assert_eq!(posted.status, 303, "{}", posted.body);
    assert_eq!(ask("/account", &jar).status, 200);
    node.stop(Signal::TERM).await;
}

/// Waits for a change.
async fn soon(node: &Node, what: &str, mut is_there: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_there() {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{what}: {}",
            node.log()
        );
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_certificate_that_changes_is_used_and_a_broken_one_is_not() {
    const STAYS: &str = "the earlier certificate stays";
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let node = authority.node(&cluster, &[]).await;
    let url = node.url("/readyz");
    let is_served = |authority: &Authority| match try_curl(authority, &url, &[]) {
        Ok(answer) => answer.status == 200,
        Err(code) => {
            assert_eq!(code, UNTRUSTED);
            false
        }
    };
    assert!(is_served(&authority));

    // Another authority signs: only its clients are served.
    openssl(
        cluster.folder(),
        "-subj /CN=Another -keyout ca.key -out ca.pem",
    );
    assert!(!is_served(&authority));
    authority.issue("localhost");
    soon(&node, "the new one", || is_served(&authority)).await;
    node.logged("the new one is used", 1).await;
    assert_eq!(node.log().matches("the new one is used").count(), 1);

    // A key that does not belong to it is said once, and changes nothing.
    let good = fs::read(&authority.key).unwrap();
    openssl(
        cluster.folder(),
        "-subj /CN=x -keyout privkey.pem -out other.pem",
    );
    node.logged(STAYS, 1).await;
    sleep(Duration::from_secs(12)).await;
    assert_eq!(node.log().matches(STAYS).count(), 1, "{}", node.log());
    assert!(is_served(&authority));
    fs::write(&authority.certificate, "").unwrap();
    node.signal(Signal::HUP);
    node.logged("TLS_CERT_FILE", 1).await;
    assert!(is_served(&authority));
    fs::write(&authority.key, good).unwrap();

    // SIGHUP does not wait.
    openssl(
        cluster.folder(),
        "-subj /CN=Third -keyout ca.key -out ca.pem",
    );
    authority.issue("localhost");
    node.signal(Signal::HUP);
    let began = Instant::now();
    soon(&node, "the third", || is_served(&authority)).await;
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
    node.stop(Signal::TERM).await;
}

#[tokio::test]
async fn files_that_do_not_fit_are_refused_at_the_start() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    openssl(
        cluster.folder(),
        "-subj /CN=x -keyout other.key -out other.pem",
    );
    let (other, text) = (
        cluster.folder().join("other.key"),
        cluster.folder().join("text"),
    );
    fs::write(&text, "neither key nor certificate\n").unwrap();
    let locked = cluster.folder().join("locked.key");
    fs::write(
        &locked,
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n-----END ENCRYPTED PRIVATE KEY-----\n",
    )
    .unwrap();
    let pipe = cluster.folder().join("pipe");
    make_pipe(&pipe);
    for (setting, file, said) in [
        ("TLS_KEY_FILE", &locked, "the key has a passphrase"),
        ("TLS_KEY_FILE", &pipe, "it is not a file"),
        ("TLS_KEY_FILE", &other, "cannot be used together"),
        ("TLS_KEY_FILE", &text, "TLS_KEY_FILE"),
        ("TLS_CERT_FILE", &text, "holds no certificate"),
    ] {
        let settings = authority.settings(&[(setting, file.to_str().unwrap())]);
        let refused = command_on(&cluster, &settings)
            .output()
            .expect("the binary");
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(said), "{setting}: {stderr}");
    }
}

/// A file that is waited for, if it is opened like any other.
fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success());
}

#[tokio::test]
async fn a_pipe_in_place_of_the_key_stops_nothing() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let node = authority.node(&cluster, &[]).await;
    fs::remove_file(&authority.key).unwrap();
    make_pipe(&authority.key);
    node.signal(Signal::HUP);
    node.logged("is not a file", 1).await;
    let began = Instant::now();
    node.stop(Signal::TERM).await;
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_start_says_what_browsers_will_refuse() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    authority.issue("other.example.org");
    fs::set_permissions(&authority.key, Permissions::from_mode(0o644)).unwrap();
    let metrics = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let metrics = metrics.unwrap().to_string();
    let node = authority
        .node(&cluster, &[("METRICS_ADDR", &metrics)])
        .await;
    let log = node.log();
    for fault in [
        "browsers refuse the certificate for localhost",
        "privkey.pem can be read by others",
    ] {
        assert!(log.contains(fault), "{fault}: {log}");
    }
    let text = reqwest::get(format!("http://{metrics}/metrics"))
        .await
        .unwrap();
    let text = text.text().await.unwrap();
    let left = text
        .lines()
        .find_map(|line| line.strip_prefix("vestibule_certificate_expires_seconds "));
    let days = left.unwrap().parse::<u64>().unwrap() / (24 * 3600);
    assert!((29..=30).contains(&days), "{text}");
    node.stop(Signal::TERM).await;
}

#[tokio::test]
async fn a_healthcheck_asks_over_tls() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let listen = ("LISTEN_ADDR", &*free.unwrap().to_string());
    let healthcheck = || {
        let mut command = command_on(&cluster, &authority.settings(&[listen]));
        command.arg("healthcheck").output().expect("the binary")
    };
    assert!(!healthcheck().status.success());
    let node = authority.node(&cluster, &[listen]).await;
    let is_well = || {
        let well = healthcheck();
        assert!(well.status.success(), "{well:?}");
        assert_eq!(well.stdout, b"ready\n");
    };
    is_well();
    // The service goes on with what it has read.
    fs::write(&authority.certificate, "half of a certificate").unwrap();
    is_well();
    fs::remove_file(&authority.certificate).unwrap();
    fs::remove_file(&authority.key).unwrap();
    is_well();
    node.stop(Signal::TERM).await;
}

#[tokio::test]
async fn doctor_looks_at_key_and_certificate() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let doctor = |others: &[(&str, &str)]| {
        let mut command = command_on(&cluster, &authority.settings(others));
        let ran = command.arg("doctor").output().expect("the binary");
        String::from_utf8(ran.stdout).expect("text")
    };
    let said = doctor(&[]);
    for good in [
        "privkey.pem can be read by its owner\n",
        "ok    tls: the certificate is for localhost, and in date",
        "ok    proxies: none: TLS ends here",
    ] {
        assert!(said.contains(good), "{good}: {said}");
    }
    fs::set_permissions(&authority.key, Permissions::from_mode(0o640)).unwrap();
    let said = doctor(&[]);
    assert!(
        said.contains("privkey.pem can be read by its owner and its group"),
        "{said}"
    );
    fs::set_permissions(&authority.key, Permissions::from_mode(0o644)).unwrap();
    let said = doctor(&[("BASE_URL", "https://sign-in.example.org")]);
    for bad in [
        "privkey.pem can be read by others",
        "fail  tls: browsers refuse the certificate for sign-in.example.org: ",
    ] {
        assert!(said.contains(bad), "{bad}: {said}");
    }
    let said = doctor(&[("BASE_URL", "http://localhost:8443")]);
    assert!(
        said.contains("fail  tls: TLS is served, and BASE_URL is http"),
        "{said}"
    );
}
