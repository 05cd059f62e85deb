//! Who has an account is nobody else's business: where verification is required, every answer reads
//! alike and takes alike whatever state an address is in (ASVS 6.3.8).

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use vestibule::internals::throttle::account::Guess;

use crate::harness::{
    Browser, TestApp,
    answer::Answer,
    browser::urlencoded,
    people::{NEW_PASSWORD, PASSWORD},
    settings::ORIGIN,
};

const WRONG: &str = "not the right password";

/// What an address may be to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Known,
    Unknown,
    Disabled,
    Unverified,
    /// So many guesses failed that no unknown browser gets in. What a sign-in is answered then, stands
    /// in `lockout`.
    Locked,
}

const CLASSES: [Class; 5] = [
    Class::Known,
    Class::Unknown,
    Class::Disabled,
    Class::Unverified,
    Class::Locked,
];

/// What a stranger can ask about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    WrongPassword,
    /// Of an account that may not sign in.
    RightPassword,
    Forgot,
    Resend,
    Register,
}

const QUESTIONS: [Question; 5] = [
    Question::WrongPassword,
    Question::RightPassword,
    Question::Forgot,
    Question::Resend,
    Question::Register,
];

impl Question {
    /// The page's path, the call, and what is filled in.
    fn asked(self, email: &str) -> (&'static str, &'static str, Value) {
        match self {
            Self::WrongPassword => {
                let body = json!({ "email": email, "password": WRONG });
                ("/login", "/login", body)
            }
            Self::RightPassword => {
                let body = json!({ "email": email, "password": PASSWORD });
                ("/login", "/login", body)
            }
            Self::Forgot => {
                let body = json!({ "email": email });
                ("/forgot-password", "/forgot-password", body)
            }
            Self::Resend => {
                let body = json!({ "email": email });
                ("/verify-email/resend", "/resend-verification", body)
            }
            Self::Register => {
                let body = json!({ "email": email, "password": NEW_PASSWORD });
                ("/register", "/register", body)
            }
        }
    }

    /// Whether the answer may depend on nothing but who knows the password.
    fn concerns(self, class: Class) -> bool {
        match self {
            Self::RightPassword => !matches!(class, Class::Known | Class::Locked),
            Self::WrongPassword => class != Class::Locked,
            Self::Forgot | Self::Resend | Self::Register => true,
        }
    }
}

/// Somebody of that class, under an address as long as everybody's.
async fn somebody(app: &TestApp, class: Class, at: usize) -> String {
    let email = format!("somebody{at:05}@example.com");
    let person = match class {
        Class::Known | Class::Locked => app.person().verified().await,
        Class::Disabled => app.person().verified().disabled().await,
        Class::Unverified => app.person().await,
        Class::Unknown => return email,
    };
    let rename = "UPDATE users SET email = $2, email_canonical = $2 WHERE email = $1";
    app.sql(rename, &[&person.email, &email]).await;
    if class == Class::Locked {
        lock(app, &email).await;
    }
    email
}

/// As if a hundred guesses had failed.
async fn lock(app: &TestApp, email: &str) {
    let key = app
        .services()
        .account_throttle
        .key_of(Guess::Password, email);
    let row = "INSERT INTO account_throttles VALUES ($1, 100, now(), now())";
    app.sql(row, &[&key.as_slice()]).await;
}

/// All of an answer, without what is new in each: request ids, form tokens, encrypted cookies.
fn readable(answer: &Answer, email: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (name, value) in &answer.headers {
        let value = value.to_str().unwrap();
        let value = match name.as_str() {
            "date" | "x-request-id" => "...".to_owned(),
            "set-cookie" => {
                let (name, rest) = value.split_once('=').unwrap();
                let (secret, attributes) = rest.split_once(';').unwrap();
                format!("{name}=<{}>;{attributes}", secret.len())
            }
            _ => value.to_owned(),
        };
        lines.push(format!("{name}: {value}"));
    }
    lines.sort();
    let mut body = answer.body.replace(email, "<email>");
    if let Some(id) = answer.header("x-request-id") {
        body = body.replace(id, "<id>");
    }
    let mark = "name=\"csrf_token\" value=\"";
    let mut parts = body.split(mark);
    let mut masked = parts.next().unwrap().to_owned();
    for part in parts {
        let (token, rest) = part.split_once('"').unwrap();
        let length = token.len().to_string();
        masked.extend([mark, "<", &length, ">\"", rest]);
    }
    format!("{}\n{}\n\n{masked}", answer.status, lines.join("\n"))
}

async fn ask_page(browser: &mut Browser, question: Question, email: &str) -> Answer {
    let csrf = browser.csrf_token().await;
    let (path, _, body) = question.asked(email);
    let mut fields = vec![("csrf_token".to_owned(), csrf)];
    for (name, value) in body.as_object().unwrap() {
        fields.push((name.clone(), value.as_str().unwrap().to_owned()));
    }
    let request = browser
        .post_request(path)
        .header("origin", ORIGIN)
        .body(urlencoded(&fields));
    browser.send(request).await
}

async fn ask_call(app: &TestApp, question: Question, email: &str) -> Answer {
    let (_, call, body) = question.asked(email);
    Answer::of(app.api().request(Method::POST, call).json(&body)).await
}

/// What was written so far: audit events and mails, those that are never sent included.
async fn written(app: &TestApp) -> (i64, i64) {
    let counts = "SELECT (SELECT count(*) FROM audit_events), (SELECT count(*) FROM mails)";
    let row = &app.sql(counts, &[]).await[0];
    (row.get(0), row.get(1))
}

/// (14) The same bytes for everybody, headers included.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_tells_what_an_address_is_to_us() {
    let app = TestApp::with(&[("EMAIL_VERIFICATION", "required")]).await;
    let mut at = 0;
    for question in QUESTIONS {
        let mut first: Option<(String, String)> = None;
        let mut first_wrote: Option<(i64, i64)> = None;
        for class in CLASSES {
            if !question.concerns(class) {
                continue;
            }
            at += 2;
            let email = somebody(&app, class, at).await;
            let before = written(&app).await;
            let page = ask_page(&mut app.browser(), question, &email).await;
            let after = written(&app).await;
            let wrote = (after.0 - before.0, after.1 - before.1);
            // Behind the right password there may be a mail; else the work is the same as well.
            if question != Question::RightPassword {
                assert_eq!(
                    *first_wrote.get_or_insert(wrote),
                    wrote,
                    "{question:?} {class:?}"
                );
            }
            // An address that was unknown is registered by now.
            let email_of_call = somebody(&app, class, at + 1).await;
            let call = ask_call(&app, question, &email_of_call).await;
            assert!(
                page.status < 429 && call.status < 429,
                "{question:?} {class:?}"
            );
            let answers = (readable(&page, &email), readable(&call, &email_of_call));
            match &first {
                None => first = Some(answers),
                Some(first) => {
                    assert_eq!(first.0, answers.0, "{question:?} {class:?}, the page");
                    assert_eq!(first.1, answers.1, "{question:?} {class:?}, the call");
                }
            }
        }
    }
}

/// How often each class is asked about in a round.
const SAMPLES: usize = 30;
/// A difference has to show in each of so many rounds: noise does not repeat itself.
const ROUNDS: usize = 5;
/// How sure one round has to be, in standard deviations.
const SURE: f64 = 3.5;

/// Mann and Whitney's U as a standard score: how sure it is that one sample tends to be greater. It
/// looks at ranks alone, so that a few slow answers of a busy machine count no more than others.
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

/// A small generator of our own: the order has to be mixed, not secret.
pub(super) struct Mixed(pub(super) u64);

impl Mixed {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// The subjects of a comparison: each has a body for its n-th question.
type Subject = (String, Box<dyn Fn(usize) -> Value>);

#[expect(clippy::print_stdout, reason = "a measurement is for whoever runs it")]
fn tell(line: &str) {
    println!("{line}");
}

/// Asks in mixed order, and says which of the subjects differ from the first.
async fn differing(
    app: &TestApp,
    call: &str,
    subjects: &[Subject],
    mixed: &mut Mixed,
) -> Vec<String> {
    // The failures of the round before would slow this one down.
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
    let told: Vec<String> = subjects
        .iter()
        .zip(&took)
        .map(|((name, _), took)| format!("{name} {:?} ({:+.1})", median(took), score(took, first)))
        .collect();
    tell(&format!("{call}: {}", told.join(", ")));
    let differs = |at: &usize| score(&took[*at], first).abs() > SURE;
    let found = (1..subjects.len()).filter(differs);
    found.map(|at| subjects[at].0.clone()).collect()
}

/// (15) The time of an answer tells nothing either. A difference counts where it shows round after
/// round; a control, whose work is skipped, shows that it would be seen.
#[tokio::test(flavor = "multi_thread")]
async fn no_answers_time_tells_what_an_address_is_to_us() {
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
                let email = somebody(&app, class, at).await;
                subjects.push(always(format!("{class:?}"), question, email));
            }
        }
        subjects.push(unknown("Unknown", question, |_| ()));
        // What is no address, or no password, is refused before the work is done.
        subjects.push(unknown(CONTROL, question, move |body| match question {
            Question::WrongPassword => body["password"] = "".into(),
            Question::Register => body["password"] = "short".into(),
            _ => body["email"] = "nobody".into(),
        }));
        none_differs(&app, call, &subjects, &mut mixed).await;
        // The addresses are free for the next question.
        let forget = "UPDATE users SET email = id::text, email_canonical = id::text";
        app.sql(forget, &[]).await;
        app.sql("DELETE FROM account_throttles", &[]).await;
    }
}

/// (15) Nor does that of a locked address.
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
        let email = somebody(&app, class, at).await;
        if class != Class::Locked {
            lock(&app, &email).await;
        }
        subjects.push(always(format!("{class:?}"), question, email));
    }
    // Who is not locked out has their password checked.
    subjects.push(unknown(CONTROL, question, |_| ()));
    none_differs(&app, "/login", &subjects, &mut Mixed(16)).await;
}

const CONTROL: &str = "control";

/// The same address, time and again.
fn always(name: String, question: Question, email: String) -> Subject {
    (name, Box::new(move |_| question.asked(&email).2))
}

/// An address that nobody has named before.
fn unknown(name: &str, question: Question, change: impl Fn(&mut Value) + 'static) -> Subject {
    let body = move |n| {
        let mut body = question.asked(&format!("nobody{n:010}@example.com")).2;
        change(&mut body);
        body
    };
    (name.to_owned(), Box::new(body))
}

/// Only the control, the last of the subjects, differs from the first of them in every round.
async fn none_differs(app: &TestApp, call: &str, subjects: &[Subject], mixed: &mut Mixed) {
    let mut suspects: Option<Vec<String>> = None;
    for round in 0..ROUNDS {
        let found = differing(app, call, subjects, mixed).await;
        assert!(
            found.iter().any(|name| name == CONTROL),
            "{call}: blind in round {round}"
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
        "{call}: their time tells them from the first"
    );
}
