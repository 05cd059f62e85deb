//! Helpers for every part of the harness: waiting, running a program, a free port.

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

/// Asks repeatedly until there is an answer. Panics with `what` after a time limit.
pub(crate) async fn eventually<T>(
    limit: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            began.elapsed() < limit,
            "waited {limit:?} in vain for {what}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Runs a program to its end and returns its standard output. Panics with its standard error.
pub(crate) fn run(command: &mut Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; run script/setup"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program}: {} {errors}",
        output.status
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A port that was free a moment ago. `BASE_URL` names the port, so it must be known before.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}
