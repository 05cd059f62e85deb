//! One policy for every new password, whichever form it comes from, and the same verdict while it is
//! typed.

use serde_json::{Value, json};

use crate::harness::{
    Browser, Person, Reply, TestApp,
    answer::Answer,
    browser::urlencoded,
    people::{NEW_PASSWORD, PASSWORD},
    settings::ORIGIN,
};

/// Short enough that a common password is long enough.
const SETTINGS: [(&str, &str); 1] = [("PASSWORD_MIN_LENGTH", "8")];

/// A hash of `café au lait, twice`, as Django makes it.
const IMPORTED: &str = "pbkdf2_sha256$1000$NaCl1234$ATOxvMLiVQDHKjvdP+GmVAd7vH6b2GyOg2CcmBnDwbM=";
const IMPORTED_PASSWORD: &str = "caf\u{e9} au lait, twice";

/// Refused passwords, with the reason and the advice. `@` stands for the address.
fn refused() -> [(String, &'static str, &'static str); 6] {
    let row = |password: &str, why, way_out| (password.to_owned(), why, way_out);
    [
        row("seven", "has 5 characters", "Use at least 8"),
        row(&"x7#Kq9".repeat(43), "is too long", "Use at most 256"),
        row("password1", "among the most common ones", "Choose another"),
        row(
            "aaaaaaaaaaaaaaaaaaaa",
            "is easy to guess",
            "Make it longer or less regular",
        ),
        row(
            "vestibule vestibule",
            "name of this service",
            "Choose one that others cannot derive",
        ),
        row(
            "@",
            "your email address",
            "Choose one that others cannot derive",
        ),
    ]
}

/// A page or a call that takes a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Register,
    Reset,
    Claim,
    Change,
    /// For a user with an imported hash who must change the password.
    ChangeImported,
}

impl Route {
    const ALL: [Self; 5] = [
        Self::Register,
        Self::Reset,
        Self::Claim,
        Self::Change,
        Self::ChangeImported,
    ];

    fn action(self) -> &'static str {
        match self {
            Self::Register => "/register",
            Self::Reset => "/reset-password",
            Self::Claim => "/verify-email",
            Self::Change | Self::ChangeImported => "/account/password",
        }
    }

    fn call(self) -> &'static str {
        match self {
            Self::Change | Self::ChangeImported => "/change-password",
            _ => self.action(),
        }
    }

    fn field(self) -> &'static str {
        if self == Self::Register {
            "password"
        } else {
            "new_password"
        }
    }

    /// The other fields that are sent with the new password.
    fn others(self, person: &Person, token: &str) -> Vec<(&'static str, String)> {
        match self {
            Self::Register => vec![("email", person.email.clone())],
            Self::Reset | Self::Claim => vec![("token", token.to_owned())],
            _ => vec![("current_password", person.password.clone())],
        }
    }
}

/// A user at one of the forms.
struct Visitor {
    route: Route,
    person: Person,
    token: String,
}

impl Visitor {
    async fn at(app: &TestApp, route: Route) -> Self {
        let mut person = match route {
            Route::ChangeImported => app.person().must_change().await,
            _ => app.person().await,
        };
        let mut token = String::new();
        match route {
            Route::Register => person.email = format!("new-{}", person.email),
            Route::Reset => token = mailed(app, "/forgot-password", &person, "Reset").await,
            Route::Claim => token = mailed(app, "/resend-verification", &person, "Verify").await,
            Route::Change => {}
            Route::ChangeImported => {
                let sql = "UPDATE users SET password_hash = $2 WHERE email = $1";
                app.sql(sql, &[&person.email, &IMPORTED]).await;
                IMPORTED_PASSWORD.clone_into(&mut person.password);
            }
        }
        Self {
            route,
            person,
            token,
        }
    }

    /// Opens the page with the form.
    async fn opens(&self, browser: &mut Browser) {
        let path = match self.route {
            Route::Reset | Route::Claim => format!("{}?token={}", self.route.action(), self.token),
            route => route.action().to_owned(),
        };
        if self.route.action() == "/account/password" && !browser.is_signed_in().await {
            browser.sign_in(&self.person).await;
        }
        assert_eq!(browser.visit(&path).await.status(), 200, "{:?}", self.route);
    }

    fn typed<'a>(&'a self, others: &'a [(&str, String)], new: &'a str) -> Vec<(&'a str, &'a str)> {
        let others = others.iter().map(|(name, value)| (*name, value.as_str()));
        others.chain([(self.route.field(), new)]).collect()
    }

    /// Sends the form. Returns the status, and the text beside the field.
    async fn sends(&self, browser: &mut Browser, new: &str) -> (u16, String) {
        let others = self.route.others(&self.person, &self.token);
        let typed = self.typed(&others, new);
        let page = browser.submit(self.route.action(), &typed).await;
        (page.status(), page.text(".field-error p"))
    }

    /// The verdict while it is typed into the open form.
    async fn asks(&self, browser: &mut Browser, new: &str) -> Value {
        let others = self.route.others(&self.person, &self.token);
        let typed = self.typed(&others, new);
        let form = browser.form(self.route.action(), &typed);
        let mut fields = form.filled(&typed);
        // The browser does not send the current password for this.
        fields.retain(|(name, _)| name != "current_password" && name != self.route.field());
        fields.push(("password".to_owned(), new.to_owned()));
        let answer = ask(browser, &fields).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        serde_json::from_str(&answer.body).unwrap()
    }

    /// The answer of the call.
    async fn calls(&self, app: &TestApp, new: &str) -> Reply {
        let mut body = json!({ (self.route.field()): new });
        for (name, value) in self.route.others(&self.person, &self.token) {
            body[name] = json!(value);
        }
        let api = match self.route {
            Route::Change | Route::ChangeImported => {
                app.api().with(&app.api().sign_in(&self.person).await)
            }
            _ => app.api(),
        };
        api.post(self.route.call(), body).await
    }
}

async fn mailed(app: &TestApp, call: &str, person: &Person, subject: &str) -> String {
    let asked = app.api().post(call, json!({ "email": person.email })).await;
    assert_eq!(asked.status, 202);
    app.post.mail(&person.email, subject).await.token()
}

async fn ask(browser: &mut Browser, fields: &[(impl AsRef<str>, impl AsRef<str>)]) -> Answer {
    let request = browser
        .post_request("/password-strength")
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin");
    browser.send(request.body(urlencoded(fields))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_gives_the_reason_and_advice_when_sent_and_while_typing() {
    let app = TestApp::with(&SETTINGS).await;
    for route in Route::ALL {
        let visitor = Visitor::at(&app, route).await;
        let mut browser = app.browser();
        visitor.opens(&mut browser).await;
        for (password, why, way_out) in refused() {
            let password = password.replace('@', &visitor.person.email);
            let verdict = visitor.asks(&mut browser, &password).await;
            let message = verdict["message"].as_str().unwrap();
            assert_eq!(verdict["accepted"], false, "{route:?} {password}");
            assert!(
                verdict["score"].as_u64().unwrap() < 3,
                "{route:?} {verdict}"
            );
            assert!(message.contains(why), "{route:?} {password}: {message}");
            assert!(message.contains(way_out), "{route:?} {password}: {message}");

            let (status, reported) = visitor.sends(&mut browser, &password).await;
            assert_eq!(status, 422, "{route:?} {password}: {reported}");
            assert!(
                reported.contains(message),
                "{route:?} {password}: {reported}"
            );
            let reply = visitor.calls(&app, &password).await;
            assert_eq!(reply.status, 422, "{route:?} {password}: {reply:?}");
            let reported = &reply.body["errors"][route.field()][0];
            assert_eq!(reported, message, "{route:?} {password}: {reply:?}");
        }
        let verdict = visitor.asks(&mut browser, NEW_PASSWORD).await;
        assert_eq!(verdict["accepted"], true, "{route:?}");
        assert_eq!(verdict["score"], 4, "{route:?}");
        let (status, reported) = visitor.sends(&mut browser, NEW_PASSWORD).await;
        assert_eq!(status, 200, "{route:?}: {reported}");
    }
    let sql = "SELECT count(*) FROM audit_events WHERE event LIKE '%strength%'";
    assert_eq!(app.sql(sql, &[]).await[0].get::<_, i64>(0), 0);
}

/// The name and address of the password's owner count, and no one else's.
#[tokio::test(flavor = "multi_thread")]
async fn the_owners_name_and_address_count_while_typing() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let token = browser.csrf_token().await;
    let typed = "hortensia.quillfeather";
    let judged = async |browser: &mut Browser, token: &str, others: &[(&str, &str)]| {
        let mut fields = vec![("csrf_token", token), ("password", typed)];
        fields.extend(others);
        let answer = ask(browser, &fields).await;
        let verdict: Value = serde_json::from_str(&answer.body).unwrap();
        verdict["accepted"].as_bool().unwrap()
    };
    assert!(judged(&mut browser, &token, &[("email", "a@example.com")]).await);
    let address = [("email", "hortensia.quillfeather@example.com")];
    assert!(!judged(&mut browser, &token, &address).await);
    let name = [
        ("email", "a@example.com"),
        ("display_name", "Hortensia Quillfeather"),
    ];
    assert!(!judged(&mut browser, &token, &name).await);

    // For a signed-in user, their own name and address count; for a link, those of its owner.
    let person = app.person().await;
    let named = "UPDATE users SET display_name = 'Hortensia Quillfeather' WHERE email = $1";
    app.sql(named, &[&person.email]).await;
    assert!(judged(&mut browser, &token, &[]).await);
    let link = mailed(&app, "/forgot-password", &person, "Reset").await;
    assert!(!judged(&mut browser, &token, &[("token", &link)]).await);
    assert!(judged(&mut browser, &token, &[("token", "nonsense")]).await);
    browser.sign_in(&person).await;
    let token = browser.csrf_token().await;
    assert!(!judged(&mut browser, &token, &[]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_strength_check_needs_a_form_token_and_is_limited() {
    let app = TestApp::with(&[
        ("RATE_LIMIT_SCALE", "1"),
        ("RATE_LIMIT_PASSWORD_STRENGTH_IP", "3/1m"),
    ])
    .await;
    let mut browser = app.browser();
    let token = browser.csrf_token().await;
    let foreign = app.browser().csrf_token().await;
    for token in ["", "nonsense", &foreign] {
        let fields = [("csrf_token", token), ("password", PASSWORD)];
        assert_eq!(ask(&mut browser, &fields).await.status, 403, "{token}");
    }
    let fields = [("csrf_token", token.as_str()), ("password", PASSWORD)];
    let twice = [fields[0], fields[1], fields[1]];
    assert_eq!(ask(&mut browser, &twice).await.status, 400);
    let large = "x".repeat(17 * 1024);
    let large = [fields[0], ("password", large.as_str())];
    assert_eq!(ask(&mut browser, &large).await.status, 413);
    for _ in 0..3 {
        assert_eq!(ask(&mut browser, &fields).await.status, 200);
    }
    let answer = ask(&mut browser, &fields).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("20"));
    let page = browser.visit("/register").await;
    let typed = [("email", "new@example.com"), ("password", NEW_PASSWORD)];
    assert_eq!(page.status(), 200);
    let page = browser.submit("/register", &typed).await;
    assert_eq!(page.path(), "/account", "nothing else waits");
}

/// Both Unicode forms are the same password, chosen in one and typed in the other.
#[tokio::test(flavor = "multi_thread")]
async fn both_unicode_forms_are_accepted_on_page_and_api() {
    const COMPOSED: &str = "na\u{ef}ve caf\u{e9} \u{ac01} seven herons";
    const DECOMPOSED: &str = "nai\u{308}ve cafe\u{301} \u{1100}\u{1161}\u{11a8} seven herons";
    let app = TestApp::start().await;
    for (chosen, typed) in [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)] {
        let visitor = Visitor::at(&app, Route::Register).await;
        let mut browser = app.browser();
        visitor.opens(&mut browser).await;
        assert_eq!(visitor.sends(&mut browser, chosen).await.0, 200);
        let person = Person {
            password: typed.to_owned(),
            ..visitor.person
        };
        assert_eq!(app.browser().sign_in(&person).await.path(), "/account");
        let pair = app.api().sign_in(&person).await;
        assert_eq!(pair.status, 200);
        // Also as the current password, and for reauthentication.
        let api = app.api().with(&pair);
        let proof = json!({ "password": typed });
        assert_eq!(api.post("/reauthenticate", proof).await.status, 204);
        let change = json!({ "current_password": typed, "new_password": NEW_PASSWORD });
        assert_eq!(api.post("/change-password", change).await.status, 200);
    }
}
