//! Whatever happens in whatever order, exactly those tokens live that should (`docs/sessions.md`).
//!
//! Histories are made up, played against two nodes on one database, and compared with a model after
//! every step. `PROPTEST_CASES` says how many; one that fails is made as short as it can be.

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
async fn what_lives_is_what_should_live() {
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
