//! After any acts in any order, exactly those tokens are accepted that should be (`docs/sessions.md`).
//!
//! Random histories run against two nodes on one database, and are compared with a model after every step.
//! `PROPTEST_CASES` sets their number. A history that fails is shrunk to the shortest one.

mod compare;
mod model;
mod plan;
mod world;

use proptest::test_runner::{Config, TestRunner};
use tokio::{runtime::Handle, task::block_in_place};

use crate::harness::TestApp;
use world::World;

const CASES: u32 = 20;
const STEPS: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_accepted_exactly_where_the_model_says_so() {
    let grace = model::GRACE.num_seconds().to_string();
    let app = TestApp::with(&[("REFRESH_GRACE_SECONDS", &grace)]).await;
    let mut runner = TestRunner::new(Config {
        cases: cases(),
        failure_persistence: None,
        ..Config::default()
    });
    let played = block_in_place(|| {
        runner.run(&plan::plans(STEPS), |steps| {
            Handle::current().block_on(async {
                let mut world = World::new(&app).await;
                for step in &steps {
                    world.step(step).await;
                }
            });
            Ok(())
        })
    });
    if let Err(failure) = played {
        panic!("{failure}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the person who runs the tests chooses how long to search"
)]
fn cases() -> u32 {
    let cases = std::env::var("PROPTEST_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}
