//! The time of an answer.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use super::{CLASSES, Class, Mixed, Question, address_in, lock};
use crate::harness::{TestApp, answer::Answer};

/// Requests for each state in a round.
const SAMPLES: usize = 30;
/// A difference must appear in each of these rounds, because noise is not repeated.
const ROUNDS: usize = 5;
/// The significance that one round needs, in standard deviations.
const SURE: f64 = 3.5;

/// Mann and Whitney's U as a standard score: the significance with which one sample tends to be greater.
/// It only uses ranks, so that a few slow answers of a busy machine count no more than others.
fn score(a: &[Duration], b: &[Duration]) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap());
    let wins: f64 = a
        .iter()
        .flat_map(|a| b.iter().map(move |b| (a, b)))
        .map(|(a, b)| match a.cmp(b) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
        .sum();
    let (n, m) = (count(a.len()), count(b.len()));
    (wins - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

fn median(of: &[Duration]) -> Duration {
    let mut sorted = of.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// The subjects of a comparison: each has a body for its n-th question.
type Subject = (String, Box<dyn Fn(usize) -> Value>);

#[expect(clippy::print_stdout, reason = "shows the measurement")]
fn report(line: &str) {
    println!("{line}");
}

/// Sends the requests in mixed order. Returns the subjects that differ from the first.
async fn differing(
    app: &TestApp,
    call: &str,
    subjects: &[Subject],
    mixed: &mut Mixed,
) -> Vec<String> {
    // The failures of the previous round would slow this one down.
    let counted = "DELETE FROM account_throttles WHERE failures < 100";
    app.sql(counted, &[]).await;
    let mut took: Vec<Vec<Duration>> = vec![Vec::new(); subjects.len()];
    let mut order: Vec<usize> = (0..subjects.len()).collect();
    let api = app.api();
    for _ in 0..SAMPLES {
        mixed.shuffle(&mut order);
        for at in &order {
            let request = api.request(Method::POST, call);
            let request = request.json(&subjects[*at].1(mixed.below(1 << 30)));
            let asked = Instant::now();
            Answer::of(request).await;
            took[*at].push(asked.elapsed());
        }
    }
    let first = &took[0];
    let measured: Vec<String> = subjects
        .iter()
        .zip(&took)
        .map(|((name, _), took)| format!("{name} {:?} ({:+.1})", median(took), score(took, first)))
        .collect();
    report(&format!("{call}: {}", measured.join(", ")));
    let differs = |at: &usize| score(&took[*at], first).abs() > SURE;
    let found = (1..subjects.len()).filter(differs);
    found.map(|at| subjects[at].0.clone()).collect()
}

/// (15) The time of an answer reveals nothing either. A difference counts if it appears in every round. A
/// control, whose work is skipped, shows that a difference would be found.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_time_reveals_the_state_of_an_address() {
    let app = TestApp::with(&[
        ("EMAIL_VERIFICATION", "required"),
        ("ARGON2_MEMORY_KIB", "19456"),
        ("ARGON2_ITERATIONS", "2"),
    ])
    .await;
    let mut mixed = Mixed(15);
    for question in [
        Question::Forgot,
        Question::Resend,
        Question::WrongPassword,
        Question::Register,
    ] {
        let (_, call, _) = question.asked("");
        let mut subjects = Vec::new();
        for (at, class) in CLASSES.into_iter().enumerate() {
            if question.concerns(class) && class != Class::Unknown {
                let email = address_in(&app, class, at).await;
                subjects.push(always(format!("{class:?}"), question, email));
            }
        }
        subjects.push(unknown("Unknown", question, |_| ()));
        // An invalid address or password is refused before the work is done.
        subjects.push(unknown(CONTROL, question, move |body| match question {
            Question::WrongPassword => body["password"] = "".into(),
            Question::Register => body["password"] = "short".into(),
            _ => body["email"] = "nobody".into(),
        }));
        none_differs(&app, call, &subjects, &mut mixed).await;
        // The addresses are free again for the next question.
        let forget = "UPDATE users SET email = id::text, email_canonical = id::text";
        app.sql(forget, &[]).await;
        app.sql("DELETE FROM account_throttles", &[]).await;
    }
}

/// (15) Nor does the time of an answer for a locked address.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_locked_address_tells_nothing() {
    let app = TestApp::with(&[
        ("EMAIL_VERIFICATION", "required"),
        ("ARGON2_MEMORY_KIB", "19456"),
        ("ARGON2_ITERATIONS", "2"),
    ])
    .await;
    let question = Question::WrongPassword;
    let mut subjects = Vec::new();
    for (at, class) in CLASSES.into_iter().enumerate() {
        let email = address_in(&app, class, at).await;
        if class != Class::Locked {
            lock(&app, &email).await;
        }
        subjects.push(always(format!("{class:?}"), question, email));
    }
    // For an address that is not locked, the password is checked.
    subjects.push(unknown(CONTROL, question, |_| ()));
    none_differs(&app, "/login", &subjects, &mut Mixed(16)).await;
}

const CONTROL: &str = "control";

/// The same address in every request.
fn always(name: String, question: Question, email: String) -> Subject {
    (name, Box::new(move |_| question.asked(&email).2))
}

/// A new address in every request.
fn unknown(name: &str, question: Question, change: impl Fn(&mut Value) + 'static) -> Subject {
    let body = move |n| {
        let mut body = question.asked(&format!("nobody{n:010}@example.com")).2;
        change(&mut body);
        body
    };
    (name.to_owned(), Box::new(body))
}

/// Asserts that only the control, the last of the subjects, differs from the first one in every round.
async fn none_differs(app: &TestApp, call: &str, subjects: &[Subject], mixed: &mut Mixed) {
    let mut suspects: Option<Vec<String>> = None;
    for round in 0..ROUNDS {
        let found = differing(app, call, subjects, mixed).await;
        assert!(
            found.iter().any(|name| name == CONTROL),
            "{call}: round {round} did not find the control"
        );
        let before = suspects.unwrap_or_else(|| found.clone());
        let still: Vec<String> = before.into_iter().filter(|s| found.contains(s)).collect();
        let only_control = still == [CONTROL];
        suspects = Some(still);
        if only_control {
            break;
        }
    }
    assert_eq!(
        suspects.unwrap(),
        [CONTROL],
        "{call}: only the control may differ in time from the first"
    );
}
