//! A node that gets a stop signal answers the requests that it has begun.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::Person;

#[tokio::test]
async fn a_request_in_flight_finishes_after_a_stop_signal() {
    let cluster = Cluster::start().await;
    // A hash takes half a second or more.
    let slow = [
        ("HASHING_CONCURRENCY", "1"),
        ("ARGON2_MEMORY_KIB", "65536"),
        ("ARGON2_ITERATIONS", "16"),
    ];
    let mut node = Node::with(&cluster, &slow).await;
    let ada = Person::register(&node, "ada").await;
    for signal in [Signal::TERM, Signal::INT] {
        let signalled = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            node.signal(signal);
            Instant::now()
        };
        let signed_in = async { (ada.sign_in(&node).await.pair(), Instant::now()) };
        let ((pair, answered), signalled) = tokio::join!(signed_in, signalled);
        assert!(answered > signalled, "too quick to tell anything");
        assert!(node.ended().await.success(), "{}", node.log());
        println!(
            "{signal:?}: ended {:?} after the answer",
            answered.elapsed()
        );
        assert!(!node.log().contains("ERROR"), "{}", node.log());

        // The answer matches the database.
        node = Node::with(&cluster, &slow).await;
        assert_eq!(node.me(&pair).await, 200);
    }
}
