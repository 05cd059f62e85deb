//! Writes `database.sql` and `given.json`:
//!
//! ```text
//! cargo nextest run --test web --run-ignored only -E 'test(kept::make)'
//! ```

use std::{fs, path::Path, process::Command};

use vestibule::internals::throttle::account::Guess;

use super::{super::imports, *};
use crate::harness::people::PASSWORD;

/// Records what it creates.
struct Making {
    app: TestApp,
    minutes: i64,
    people: BTreeMap<String, Person>,
    browsers: BTreeMap<String, Browser>,
    tokens: BTreeMap<String, String>,
    links: BTreeMap<String, String>,
    imports: BTreeMap<String, String>,
}

impl Making {
    /// Waits for more than a minute, so that the app shows a new code.
    fn wait(&mut self) {
        self.minutes += 2;
        self.app.wait(TimeDelta::minutes(2));
    }

    fn person(&mut self, name: &str, person: Person) -> Person {
        // Lists show the order of creation.
        self.wait();
        self.people.insert(name.to_owned(), person.clone());
        person
    }

    fn token(&mut self, name: &str, token: &str) {
        self.tokens.insert(name.to_owned(), token.to_owned());
    }

    async fn mailed(&mut self, name: &str, email: &str, about: &str) {
        let token = self.app.post.mail(email, about).await.token();
        self.links.insert(name.to_owned(), token);
    }

    /// Sessions, and the cookies of browsers.
    async fn sessions(&mut self) {
        let ada = self.app.person().verified().await;
        let ada = self.person("ada", ada);
        let api = self.app.api();
        let first = api.sign_in(&ada).await;
        let ended = api.sign_in(&ada).await;
        assert_eq!(
            api.with(&ended).post("/logout", Value::Null).await.status,
            204
        );
        self.token("ended access", ended.text("access_token"));
        self.token("used refresh", first.text("refresh_token"));
        let second = api.refresh(first.text("refresh_token")).await;
        assert_eq!(second.status, 200);
        let third = api.refresh(second.text("refresh_token")).await;
        // A separate session for the token that is replayed, because a replay ends the session.
        drop(third);
        let living = api.sign_in(&ada).await;
        self.token("access", living.text("access_token"));
        self.token("refresh", living.text("refresh_token"));
        // The second change within an hour waits to be merged into one mail.
        let mut browser = self.app.browser();
        browser.sign_in(&ada).await;
        let mut password = PASSWORD.to_owned();
        for next in [NEW_PASSWORD, PASSWORD] {
            browser.visit("/account/password").await;
            let typed = [
                ("current_password", password.as_str()),
                ("new_password", next),
            ];
            assert_eq!(
                browser.submit("/account/password", &typed).await.path(),
                "/account"
            );
            next.clone_into(&mut password);
            self.wait();
        }
        let living = api.sign_in(&ada).await;
        self.token("access", living.text("access_token"));
        self.token("refresh", living.text("refresh_token"));
        let replayed = api.sign_in(&ada).await;
        self.token("used refresh", replayed.text("refresh_token"));
        let next = api.refresh(replayed.text("refresh_token")).await;
        assert_eq!(api.refresh(next.text("refresh_token")).await.status, 200);
        self.browsers.insert("signed in".to_owned(), browser);
    }

    /// Second factors: enrolled, being enrolled, with trusted browsers, and awaited at sign-in.
    async fn second_factors(&mut self) {
        let bob = self.app.person().with_totp().await;
        let bob = self.person("bob", bob);
        let mut trusted = self.app.browser();
        trusted.sign_in(&bob).await;
        let typed = [("code", bob.code()), ("trust_device", "true".to_owned())];
        let typed = typed
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        assert_eq!(
            trusted.submit("/login/verify", &typed).await.path(),
            "/account"
        );
        trusted.submit("/logout", &[]).await;
        self.browsers.insert("trusted".to_owned(), trusted);

        let mut erin = self.app.person().verified().await;
        let api = self.app.api();
        let signed_in = api.sign_in(&erin).await;
        let enrolling = api
            .with(&signed_in)
            .post("/mfa/totp/enroll", json!({}))
            .await;
        erin.phone = Some(crate::harness::people::Phone::new(
            enrolling.text("secret"),
            &self.app.clock,
        ));
        self.token("enrolling", signed_in.text("access_token"));
        self.person("erin", erin);
    }

    /// Pending sign-ins expire within minutes, so they come last.
    async fn pending(&mut self) {
        let bob = self.people["bob"].clone();
        let mut waits = self.app.browser();
        waits.visit("/login?next=/account/sessions").await;
        let typed = [
            ("email", bob.email.as_str()),
            ("password", bob.password.as_str()),
        ];
        assert_eq!(waits.submit("/login", &typed).await.path(), "/login/verify");
        self.browsers.insert("waits for a code".to_owned(), waits);
        let pending = self.app.api().sign_in(&bob).await;
        self.token("mfa", pending.text("mfa_token"));

        let hal = self.people["hal"].clone();
        let api = self.app.api();
        api.post("/forgot-password", json!({ "email": hal.email }))
            .await;
        let token = self.app.post.mail(&hal.email, "Reset").await.token();
        let body = json!({ "token": token, "new_password": NEW_PASSWORD });
        let reset = api.post("/reset-password", body).await;
        self.token("reset mfa", reset.text("mfa_token"));
    }

    /// Counted guesses.
    async fn guesses(&mut self) {
        let frank = self.app.person().verified().await;
        let frank = self.person("frank", frank);
        let mut known = self.app.browser();
        known.sign_in(&frank).await;
        known.submit("/logout", &[]).await;
        self.browsers.insert("known to frank".to_owned(), known);
        let wrong = |email: &str| json!({ "email": email, "password": "not the right password" });
        let api = self.app.api();
        assert_eq!(api.post("/login", wrong(&frank.email)).await.status, 401);
        let key = self
            .app
            .services()
            .account_throttle
            .key_of(Guess::Password, &frank.email);
        let blocked = "UPDATE account_throttles SET failures = 100 WHERE key = $1";
        self.app.sql(blocked, &[&key.as_slice()]).await;
        assert_eq!(api.sign_in(&frank).await.status, 429);
        self.mailed("unlock", &frank.email, "blocked").await;

        let ivy = self.app.person().verified().await;
        let ivy = self.person("ivy", ivy);
        for _ in 0..9 {
            assert_eq!(api.post("/login", wrong(&ivy.email)).await.status, 401);
        }
        assert_eq!(
            api.post("/login", wrong("nobody@example.com")).await.status,
            401
        );
    }

    /// Links in mailboxes that were not used yet.
    async fn links(&mut self) {
        let api = self.app.api();
        let gus = Person {
            email: "gus@example.com".to_owned(),
            phone: None,
            backup_codes: Vec::new(),
            ..self.people["hal"].clone()
        };
        let body = json!({ "email": gus.email, "password": PASSWORD });
        assert_eq!(api.post("/register", body).await.status, 201);
        self.mailed("verify", &gus.email, "Verify").await;
        self.person("gus", gus);

        let jo = self.app.person().verified().await;
        let jo = self.person("jo", jo);
        api.post("/forgot-password", json!({ "email": jo.email }))
            .await;
        self.mailed("reset", &jo.email, "Reset").await;
    }

    /// An admin's acts, and imported files.
    async fn admin(&mut self) {
        let host = self.app.person().admin().await;
        let host = self.person("host", host);
        let mut browser = self.app.browser();
        browser.sign_in(&host).await;
        let api = self.app.api();
        let mut signed_in = api.sign_in(&host).await;
        for _ in 0..55 {
            signed_in = api.sign_in(&host).await;
        }
        let api = api.with(&signed_in);
        self.token("admin", signed_in.text("access_token"));
        for email in ["guest@example.com", "other@example.com"] {
            let body = json!({ "email": email, "role": "user" });
            assert_eq!(api.admin("", body).await.status, 201);
        }
        self.mailed("invitation", "guest@example.com", "invited")
            .await;
        for act in ["disable", "delete", "require-password-change"] {
            let whom = self.app.person().verified().await;
            let body = json!({ "reason": "a test", "confirm_email": whom.email });
            let done = api.admin(&format!("/{}/{act}", whom.id), body).await;
            assert_eq!(done.status, 204, "{act}: {done:?}");
            self.wait();
        }
        let done = imports::rows("done.example.com", 60);
        let done = imports::imported(&self.app, &mut browser, &done).await;
        self.imports.insert("done".to_owned(), done);
        let hashed = format!(
            "email,password_hash,email_verified\nold@waits.example.com,{},true\nnew@waits.example.com,,false\n",
            imports::DJANGO
        );
        let waits = imports::kept(&mut browser, &hashed).await;
        self.imports.insert("waits".to_owned(), waits);
        self.browsers.insert("admin".to_owned(), browser);
    }

    /// The second page of each list that has one.
    async fn cursors(&self) -> Vec<String> {
        let admin = self.app.api().with_token(&self.tokens["admin"]);
        let id = self.people["ada"].id;
        let mut cursors = Vec::new();
        for call in [
            "/api/admin/users?".to_owned(),
            "/api/admin/users?sort=email".to_owned(),
            "/api/admin/users?sort=oldest&role=user".to_owned(),
            "/api/admin/audit?limit=2".to_owned(),
            "/api/admin/audit?limit=2&event=signed_in".to_owned(),
            format!("/api/admin/audit?limit=2&subject={id}"),
            "/api/auth/sessions?".to_owned(),
        ] {
            let reply = Reply::of(admin.request_at(Method::GET, &call)).await;
            assert_eq!(reply.status, 200, "{call}: {reply:?}");
            cursors.push(format!("{call}&cursor={}", reply.text("next")));
        }
        cursors
    }

    async fn given(&self) -> Given {
        let cookies = |browser: &Browser| browser.jar.values();
        let named = |(name, browser): (&String, &Browser)| (name.clone(), cookies(browser));
        Given {
            minutes: self.minutes,
            people: self
                .people
                .iter()
                .map(|(name, person)| (name.clone(), Kept::of(person)))
                .collect(),
            browsers: self.browsers.iter().map(named).collect(),
            tokens: self.tokens.clone(),
            links: self.links.clone(),
            cursors: self.cursors().await,
            imports: self.imports.clone(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it replaces what the other tests look at"]
async fn write_the_kept_files() {
    let mut making = Making {
        app: TestApp::with(&SETTINGS).await,
        minutes: 0,
        people: BTreeMap::new(),
        browsers: BTreeMap::new(),
        tokens: BTreeMap::new(),
        links: BTreeMap::new(),
        imports: BTreeMap::new(),
    };
    let hal = making.app.person().with_totp().await;
    making.person("hal", hal);
    making.guesses().await;
    making.second_factors().await;
    making.links().await;
    making.admin().await;
    making.sessions().await;
    making.pending().await;
    let given = making.given().await;
    let sealed = "SELECT count(*) FROM audit_events e
        WHERE e.seq > (SELECT coalesce(max(s.last_seq), 0) FROM audit_seals s)";
    while making.app.sql(sealed, &[]).await[0].get::<_, i64>(0) > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept");
    let dumped = Command::new("pg_dump")
        .args([
            "--no-owner",
            "--inserts",
            "--rows-per-insert=50",
            making.app.database_url(),
        ])
        .output()
        .unwrap();
    assert!(dumped.status.success(), "{dumped:?}");
    // The lines that begin with a backslash are commands of psql.
    let dump = String::from_utf8(dumped.stdout).unwrap();
    let lines = dump
        .lines()
        .filter(|line| !line.starts_with('\\') && !line.starts_with("--") && !line.is_empty());
    let dump: Vec<&str> = lines.collect();
    fs::write(folder.join("database.sql"), dump.join("\n") + "\n").unwrap();
    let given = serde_json::to_string_pretty(&given).unwrap();
    fs::write(folder.join("given.json"), given + "\n").unwrap();
}
