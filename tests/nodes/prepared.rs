//! The statements of requests and of the background loops are prepared once for each connection: parsing and
//! planning take longer than most of them.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::Person;

/// The statements that a connection prepared more than once, each with how often it was prepared at most.
fn prepared_again(log: &str) -> HashMap<String, usize> {
    let mut times: HashMap<(String, String), usize> = HashMap::new();
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match entries.last_mut().filter(|_| line.starts_with('\t')) {
            Some(entry) => {
                entry.push(' ');
                entry.push_str(line.trim());
            }
            None => entries.push(line.to_owned()),
        }
    }
    for entry in &entries {
        // `... [process] LOG:  duration: 0.1 ms  parse s12: SELECT ...`
        let process = entry
            .split_once('[')
            .and_then(|(_, rest)| rest.split(']').next());
        let parsed = entry
            .split_once(" ms  parse ")
            .and_then(|(_, rest)| rest.split_once(": "));
        if let (Some(process), Some((_, text))) = (process, parsed) {
            *times
                .entry((process.to_owned(), text.to_owned()))
                .or_default() += 1;
        }
    }
    let mut again = HashMap::new();
    for ((_, text), times) in times {
        if times > 1 {
            let most = again.entry(text).or_default();
            *most = times.max(*most);
        }
    }
    again
}

#[tokio::test]
async fn a_connection_prepares_the_statements_of_requests_and_loops_once() {
    let cluster = Cluster::with("log_min_duration_statement = 0\n").await;
    let node = Node::on(&cluster).await;
    for name in ["ada", "eve", "joe"] {
        let person = Person::register(&node, name).await;
        for _ in 0..4 {
            person.sign_in_with(&node, "wrong").await.expect(401);
            let mut pair = person.sign_in(&node).await.pair();
            assert_eq!(node.me(&pair).await, 200);
            let answer = node.refresh(&pair.refresh).await.expect(200);
            pair = answer.pair();
            let forgotten = json!({ "email": person.email });
            node.post("/forgot-password", &forgotten).await.expect(202);
            node.post_as(&pair, "/logout", &json!({})).await.expect(204);
        }
    }
    // Every loop has run a few times.
    sleep(Duration::from_secs(4)).await;
    node.stop(rustix::process::Signal::TERM).await;
    let log = fs::read_to_string(cluster.folder().join("data/postgres.log")).expect("its log");
    assert!(
        log.contains(" ms  parse "),
        "the log tells what is prepared"
    );
    assert_eq!(prepared_again(&log), HashMap::new());
}
