//! Imported hashes with the highest costs that are allowed: the memory that guesses at them take, and the
//! delay that they cause.

use std::fs;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::node::{Node, command_on};
use crate::person::Person;

const REST: &str = "c2FsdHNhbHRzYWx0c2FsdA$V1hX+/a7odzEdbHy8AUYV6jCCL38+OOq7YDKFFHg6Ls";
/// The memory that expensive hashes may take in all (docs/limits.md).
const DEAR_KIB: usize = 256 * 1024;
/// For hashing threads, fragmentation of the allocator, and the log in memory.
const BESIDE_KIB: usize = 24 * 1024;

/// Imports these hashes. Returns the output, which lists the refused ones.
fn import(cluster: &Cluster, hashes: &[String]) -> String {
    let file = cluster.folder().join("hashes.csv");
    let rows = hashes.iter().enumerate();
    let rows = rows.map(|(n, hash)| format!("dear{n}@example.org,\"{hash}\",true\n"));
    let head = "email,password_hash,email_verified\n";
    fs::write(&file, format!("{head}{}", rows.collect::<String>())).unwrap();
    let mut command = command_on(cluster, &[]);
    command.args(["user", "import"]).arg(&file);
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_expensive_hashes_delay_no_one_and_use_bounded_memory() {
    let cluster = Cluster::start().await;
    let settings = [("HASHING_CONCURRENCY", "2"), ("RATE_LIMIT_SCALE", "10000")];
    let node = Node::with(&cluster, &settings).await;
    let ada = Person::register(&node, "ada").await;
    let phc = |params: &str| format!("{params}{REST}");
    let hashes = [
        phc("$argon2id$v=19$m=262144,t=2,p=1$"),
        phc("$argon2i$v=19$m=262144,t=3,p=4$"),
    ];
    let said = import(&cluster, &hashes);
    assert!(said.contains("2 new"), "{said}");
    let base = node.peak_kib();

    let guess = async |n: usize, password: &str| {
        let input = json!({ "email": format!("dear{n}@example.org"), "password": password });
        node.post("/login", &input).await.expect(401);
    };
    // The passwords have four Unicode forms; only as many are tried as the limit allows.
    let typed = "m\u{1ead}t ti\u{ea}\u{323}ng \u{ff50}\u{ff41}";
    let guesses =
        join_all((0..4).map(|n| guess(n % 2, if n < 2 { "not the right one" } else { typed })));
    let ordinary = async {
        let mut took = Vec::new();
        for _ in 0..10 {
            sleep(Duration::from_millis(50)).await;
            let began = Instant::now();
            ada.sign_in(&node).await;
            took.push(began.elapsed());
        }
        took.sort_unstable();
        (took[took.len() / 2], took[took.len() - 1])
    };
    let began = Instant::now();
    let (_, (median, slowest)) = tokio::join!(guesses, ordinary);
    let (took, peak) = (began.elapsed(), node.peak_kib());
    println!(
        "four guesses took {took:?}; sign-ins at the same time {median:?}, at most {slowest:?}; \
         base {base} KiB, peak {peak} KiB"
    );
    assert!(
        peak < base + DEAR_KIB + BESIDE_KIB,
        "{base} KiB, {peak} KiB"
    );
    assert!(
        peak > base + DEAR_KIB / 2,
        "nothing was computed: {peak} KiB"
    );
    // A sign-in that waited for an expensive guess would take as long as that guess.
    assert!(median < took / 8, "{median:?} of {took:?}");
}

#[tokio::test]
async fn an_import_refuses_hashes_beyond_the_cost_limits() {
    let cluster = Cluster::start().await;
    drop(Node::on(&cluster).await);
    let bcrypt = "YpJet0KNK.2GN23IfbckseuI6JJqd/hz5xlVALh1X0myahDGKuxxa";
    let refused = [
        format!("$pbkdf2-sha512$i=4000000,l=128$c2FsdA${}", "A".repeat(171)),
        format!("$pbkdf2-sha512$i=4000000,l=64$c2FsdA${}", "A".repeat(86)),
        format!("$2b$15${bcrypt}"),
        format!("$argon2id$v=19$m=262144,t=8,p=1${REST}"),
        format!("$scrypt$ln=18,r=8,p=4${REST}"),
    ];
    let said = import(&cluster, &refused);
    assert_eq!(said.matches("too much memory or time").count(), 5, "{said}");
    assert!(said.contains("0 new"), "{said}");
}
