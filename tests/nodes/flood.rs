//! More concurrent sign-ins than the machine can check passwords.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::{PASSWORD, Person};

const SIGN_INS: usize = 10_000;
const PERMITS: usize = 2;
/// The working memory of one hash (`ARGON2_MEMORY_KIB`).
const HASH_KIB: usize = 19_456;
/// The memory that a connection may take while its request waits (docs/limits.md).
const CONNECTION_KIB: usize = 48;
/// For hashing threads, fragmentation of the allocator, and the log in memory.
const BESIDE_KIB: usize = 16 * 1024;

/// Raises the limit of open files for this process and the nodes that it starts. Returns the limit.
fn open_files() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(1 << 20);
    let raised = Rlimit {
        current: Some(most),
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("up to the hard limit is allowed");
    usize::try_from(most).expect("a number of files")
}

/// Signs in on a new connection. Returns the status, and whether the answer has a time to retry.
async fn sign_in(address: String, email: String, password: &'static str) -> (u16, bool) {
    let body = json!({ "email": email, "password": password }).to_string();
    let request = format!(
        "POST /api/auth/login HTTP/1.1\r\nhost: localhost:8080\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let says_when = head.to_ascii_lowercase().contains("\r\nretry-after: ");
    (status.unwrap_or_else(|| panic!("{answer}")), says_when)
}

/// Signs in, and retries while the service is busy.
async fn sign_in_at_last(node: &Node, person: &Person) {
    for _ in 0..30 {
        let answer = person.sign_in_with(node, PASSWORD).await;
        if answer.status != 503 {
            answer.expect(200);
            return;
        }
        sleep(Duration::from_secs(2)).await;
    }
    panic!("sent away for a minute");
}

/// Requests `/me` until `flooded` is set. Returns how long each answer took.
async fn latencies_during(node: &Node, person: &Person, flooded: &AtomicBool) -> Vec<Duration> {
    let mut took = Vec::new();
    while !flooded.load(Ordering::Acquire) || took.len() < 20 {
        let asked = Instant::now();
        assert_eq!(node.me(&person.pair).await, 200);
        took.push(asked.elapsed());
        sleep(Duration::from_millis(20)).await;
    }
    took
}

/// One in a thousand knows the password. Every request is answered, most of them with a time to retry.
/// Signed-in users notice little, and memory stays within what the permits and the connections may take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_sign_ins_at_once_are_answered_within_bounds() {
    let at_once = SIGN_INS.min(open_files().saturating_sub(500));
    let cluster = Cluster::start().await;
    let permits = PERMITS.to_string();
    let memory = HASH_KIB.to_string();
    let settings = [
        ("HASHING_CONCURRENCY", permits.as_str()),
        ("ARGON2_MEMORY_KIB", memory.as_str()),
        ("ARGON2_ITERATIONS", "1"),
        ("MAX_CONNECTIONS", "12000"),
        ("RATE_LIMIT_SCALE", "1000000"),
        ("RUST_LOG", "info,vestibule::web=warn"),
    ];
    let node = Node::with(&cluster, &settings).await;
    // Measured before the first hash.
    let base = node.peak_kib();
    let ada = Person::register(&node, "ada").await;

    let flooded = Arc::new(AtomicBool::new(false));
    let began = Instant::now();
    let flood = async {
        let mut answers: BTreeMap<u16, usize> = BTreeMap::new();
        let mut sent = 0;
        while sent < SIGN_INS {
            let mut wave = JoinSet::new();
            for n in sent..SIGN_INS.min(sent + at_once) {
                let (email, password) = if n % 1000 == 0 {
                    (ada.email.clone(), PASSWORD)
                } else {
                    (format!("nobody{n}@example.org"), "not the right password")
                };
                wave.spawn(sign_in(node.listens_on(), email, password));
            }
            sent += wave.len();
            while let Some(answer) = wave.join_next().await {
                let (status, says_when) = answer.expect("no panic");
                assert_eq!(says_when, matches!(status, 429 | 503), "{status}");
                *answers.entry(status).or_default() += 1;
            }
        }
        flooded.store(true, Ordering::Release);
        answers
    };
    let (answers, mut me) = tokio::join!(flood, latencies_during(&node, &ada, &flooded));
    let took = began.elapsed();

    me.sort_unstable();
    let (median, slowest) = (me[me.len() / 2], me[me.len() - 1]);
    let peak = node.peak_kib();
    println!(
        "{at_once} at once in {took:?}: {answers:?}; {} times /me, median {median:?}, slowest \
         {slowest:?}; base {base} KiB, peak {peak} KiB",
        me.len()
    );
    assert_eq!(answers.values().sum::<usize>(), SIGN_INS);
    let known = [200, 401, 429, 503];
    assert!(
        answers.keys().all(|status| known.contains(status)),
        "{answers:?}"
    );
    assert!(answers.contains_key(&503), "it was no flood: {answers:?}");
    assert!(median < Duration::from_secs(1), "{median:?}");
    let bound = base + PERMITS * HASH_KIB + at_once * CONNECTION_KIB + BESIDE_KIB;
    assert!(peak < bound, "{peak} KiB, and the bound is {bound}");

    // Nothing remains occupied: as many sign-ins as fit into the queue are all accepted again.
    let again = join_all((0..100).map(|_| sign_in_at_last(&node, &ada))).await;
    assert_eq!(again.len(), 100);
}

/// Connections beyond the limit wait, and are served as soon as another one closes.
#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    const ALLOWED: usize = 50;
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &[("MAX_CONNECTIONS", "50")]).await;
    let connect = async |request: &[u8]| {
        let mut stream = TcpStream::connect(node.listens_on()).await.expect("queued");
        stream.write_all(request).await.expect("sent");
        stream
    };
    let request = b"GET /healthz HTTP/1.1\r\nhost: localhost:8080\r\n\r\n";
    // A request that has not ended keeps its connection.
    let held = join_all((0..ALLOWED).map(|_| connect(&request[..20]))).await;
    sleep(Duration::from_millis(500)).await;
    let mut late = join_all((0..ALLOWED).map(|_| connect(request))).await;
    let mut answer = [0; 15];
    for stream in &mut late[..2] {
        let read = timeout(Duration::from_secs(1), stream.read(&mut answer)).await;
        assert!(read.is_err(), "one more was taken");
    }
    drop(held);
    for stream in &mut late {
        let read = timeout(Duration::from_secs(10), stream.read_exact(&mut answer)).await;
        read.expect("in time").expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
    }
}
