//! A copy of everything that is held on a user.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use chrono::TimeDelta;
use data_encoding::{BASE32_NOPAD, BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use reqwest::Method;
use serde_json::{Value, json};

use super::{patch_me, program_of, signed_in};
use crate::harness::{
    Api, Browser, Person, Reply, TestApp, answer::Answer, browser::urlencoded, people::PASSWORD,
    settings::ORIGIN,
};

const STALE: TimeDelta = TimeDelta::minutes(11);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The schema as it is published, without leave for members that it does not describe.
fn strict_schema() -> Value {
    fn shut(schema: &mut Value) {
        if let Some(object) = schema.as_object_mut() {
            if object.contains_key("properties") {
                object.insert("additionalProperties".to_owned(), json!(false));
            }
            object.values_mut().for_each(shut);
        } else if let Some(list) = schema.as_array_mut() {
            list.iter_mut().for_each(shut);
        }
    }
    let text = fs::read_to_string(root().join("docs/export.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    shut(&mut schema);
    schema
}

/// What is wrong with a document by the published schema.
fn faults(document: &Value) -> Vec<String> {
    let mut child = Command::new(root().join("target/test-venv/bin/python"))
        .arg(root().join("tests/interop/schema.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("target/test-venv/bin/python runs (script/setup makes it)");
    let job = json!({ "schema": strict_schema(), "document": document });
    let mut input = child.stdin.take().unwrap();
    input.write_all(job.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn exported(api: &Api) -> Reply {
    let reply = api.get("/export").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

/// A person of whom every list has something, with a browser that is signed in.
async fn busy_person(app: &TestApp) -> (Person, Browser, Api) {
    let ada = app.person().with_totp().await;
    let mut browser = app.browser();
    assert_eq!(browser.sign_in(&ada).await.path(), "/login/verify");
    let code = ada.code();
    let typed = [("code", code.as_str()), ("trust_device", "true")];
    assert_eq!(
        browser.submit("/login/verify", &typed).await.path(),
        "/account"
    );
    let pair = app.api().sign_in_with(&ada, &ada.backup_codes[0]).await;
    let api = app.api().with(&pair);
    patch_me(&api, json!({ "display_name": "Ada \"</script>\" L." })).await;
    let ended = app.api().sign_in_with(&ada, &ada.backup_codes[1]).await;
    app.api().with(&ended).post("/logout", Value::Null).await;
    let refreshed = app.api().refresh(pair.text("refresh_token")).await;
    let api = app.api().with(&refreshed);
    app.api()
        .post("/forgot-password", json!({ "email": ada.email }))
        .await;
    let admin = app.person().admin().await;
    let admins = program_of(app, &admin).await;
    let act = format!("/{}/unlock", ada.id);
    admins.admin(&act, json!({})).await;
    for rows in [
        "INSERT INTO email_changes (user_id, new_email, new_email_canonical, token_id, rev, requested_at, expires_at)
         SELECT id, 'new@example.org', 'new@example.org', 'id-of-the-mailed-link', revocation_id, created_at,
            created_at + interval '1 day' FROM users WHERE id::text = $1",
        "INSERT INTO recoveries (user_id, rev, started_at, ends_at, ip, user_agent)
         SELECT id, revocation_id, created_at, created_at + interval '3 days', '203.0.113.7', 'Thief/1.0' FROM users
         WHERE id::text = $1",
        "INSERT INTO former_addresses (user_id, email, email_canonical, replaced_at)
         SELECT id, 'Old@example.org', 'old@example.org', created_at FROM users WHERE id::text = $1",
    ] {
        app.sql(rows, &[&ada.id.to_string()]).await;
    }
    (ada, browser, api)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_everything_and_the_schema_describes_all_of_it() {
    let app = TestApp::start().await;
    let (ada, _, api) = busy_person(&app).await;
    let reply = exported(&api).await;
    assert_eq!(
        reply.answer.header("content-disposition"),
        Some("attachment; filename=\"vestibule-data-2026-03-03.json\"")
    );
    assert_eq!(reply.answer.header("cache-control"), Some("no-store"));
    let document = reply.body;
    assert_eq!(faults(&document), Vec::<String>::new());
    for (member, wrong) in [
        ("mails", json!([{ "kind": "x" }])),
        ("profile", json!({})),
        ("exported_at", json!("now")),
    ] {
        let mut other = document.clone();
        other[member] = wrong;
        assert!(!faults(&other).is_empty(), "{member}: the schema judges");
    }
    let mut other = document.clone();
    other["password_hash"] = json!("x");
    assert!(
        !faults(&other).is_empty(),
        "the schema describes every member"
    );

    let mails = document["mails"].as_array().unwrap();
    assert!(
        mails
            .iter()
            .all(|mail| mail["kind"] != "confirm_email_change"),
        "it would say whether an address has an account"
    );
    assert_eq!(document["profile"]["id"], ada.id.to_string());
    assert_eq!(document["profile"]["display_name"], "Ada \"</script>\" L.");
    assert_eq!(document["addresses"][0]["email"], ada.email);
    assert_eq!(document["addresses"][1]["email"], "Old@example.org");
    assert_eq!(document["email_change"]["new_email"], "new@example.org");
    assert_eq!(document["recovery"]["ip"], "203.0.113.7");
    let count = |list: &str| document[list].as_array().unwrap().len();
    assert_eq!(
        (count("factors"), count("sessions"), count("devices")),
        (11, 3, 1)
    );
    let used = document["factors"].as_array().unwrap().iter();
    assert_eq!(used.filter(|code| code["used_at"].is_string()).count(), 2);
    let mut sessions = document["sessions"].as_array().unwrap().iter();
    assert!(sessions.any(|session| session["ended_by"] == "signed_out"));
    let kinds: BTreeSet<_> = document["mails"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mail| mail["kind"].as_str().unwrap())
        .collect();
    assert!(
        kinds.is_superset(&BTreeSet::from([
            "reset_password",
            "browser_trusted",
            "data_exported"
        ])),
        "{kinds:?}"
    );
    let names: BTreeSet<_> = document["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert!(
        names.is_superset(&BTreeSet::from([
            "signed_in",
            "data_exported",
            "profile_changed",
            "device_trusted"
        ])),
        "{names:?}"
    );
}

/// Every way in which the bytes of a secret may be written.
fn encodings(secret: &[u8]) -> Vec<String> {
    let mut all = vec![
        HEXLOWER.encode(secret),
        HEXUPPER.encode(secret),
        BASE64.encode(secret),
        BASE64_NOPAD.encode(secret),
        BASE64URL_NOPAD.encode(secret),
        BASE32_NOPAD.encode(secret),
    ];
    all.extend(str::from_utf8(secret).ok().map(str::to_owned));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_it_in_any_form() {
    let app = TestApp::start().await;
    let (ada, browser, api) = busy_person(&app).await;
    let document = exported(&api).await.answer.body;
    let mut secrets = vec![PASSWORD.as_bytes().to_vec()];
    secrets.extend(
        ada.backup_codes
            .iter()
            .map(|code| code.clone().into_bytes()),
    );
    secrets.push(ada.phone.as_ref().unwrap().secret().into_bytes());
    for cookie in browser.cookies().split("; ") {
        secrets.push(cookie.split_once('=').unwrap().1.as_bytes().to_vec());
    }
    // Hashes, MACs and sealed bytes are the columns of bytes; some texts are secret as well.
    let columns = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
        WHERE table_schema = 'public' AND (data_type = 'bytea' OR column_name IN ('password_hash', 'jti', 'token_id'))";
    let mut kinds = BTreeSet::new();
    for column in app.sql(columns, &[]).await {
        let (table, name): (String, String) = (column.get(0), column.get(1));
        let bytes = match column.get(2) {
            "bytea" => format!("\"{name}\""),
            _ => format!("convert_to(\"{name}\", 'UTF8')"),
        };
        let values = format!("SELECT {bytes} FROM \"{table}\" WHERE \"{name}\" IS NOT NULL");
        for row in app.sql(&values, &[]).await {
            secrets.push(row.get(0));
            kinds.insert(format!("{table}.{name}"));
        }
    }
    for expected in [
        "users.password_hash",
        "sessions.token_hash",
        "sessions.previous_token_hash",
        "backup_codes.mac",
        "totp_authenticators.secret",
        "trusted_devices.secret_hash",
    ] {
        assert!(kinds.contains(expected), "{expected}: {kinds:?}");
    }
    for secret in secrets.iter().filter(|secret| secret.len() >= 8) {
        for written in encodings(secret) {
            assert!(!document.contains(&written), "{written}");
        }
    }
    assert!(!document.contains("eyJ"), "a token");
    for word in [
        "$argon2",
        "token_hash",
        "secret_hash",
        "sealed",
        "jti",
        "key_id",
    ] {
        assert!(!document.contains(word), "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_a_recent_proof_is_an_event_and_is_mailed() {
    let app = TestApp::start().await;
    let ada = app.person().verified().await;
    let api = program_of(&app, &ada).await;
    app.wait(STALE);
    let refused = api.get("/export").await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "reauthentication_required")
    );
    let head = Answer::of(api.request(Method::HEAD, "/export")).await;
    assert_eq!(head.status, 403, "HEAD is refused as GET is");
    assert!(!app.audit().await.contains(&"data_exported".to_owned()));
    api.post("/reauthenticate", json!({ "password": PASSWORD }))
        .await;
    let head = api.request(Method::HEAD, "/export");
    let head = Answer::of(head).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert!(
        !app.audit().await.contains(&"data_exported".to_owned()),
        "HEAD takes nothing along"
    );
    exported(&api).await;
    let event = "SELECT detail::text, actor_id = subject_id, session_id IS NOT NULL, level FROM audit_events
        WHERE event = 'data_exported' AND subject_id::text = $1";
    let event = app.sql(event, &[&ada.id.to_string()]).await;
    assert_eq!(event.len(), 1);
    assert_eq!((event[0].get(0), event[0].get(3)), ("{}", "notice"));
    assert!(event[0].get::<_, bool>(1) && event[0].get::<_, bool>(2));
    let mail = app.post.mail(&ada.email, "data was downloaded").await;
    assert!(mail.text().contains("This wasn't you?"), "{}", mail.text());

    let must = app.person().must_change().await;
    let refused = program_of(&app, &must).await.get("/export").await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "password_change_required")
    );
    assert_eq!(app.api().get("/export").await.status, 401);
}

/// The page takes the password along where the last proof is too old.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_answers_the_file() {
    let app = TestApp::start().await;
    let ada = app.person().verified().await;
    let mut browser = signed_in(&app, &ada).await;
    let download = async |browser: &mut Browser, password: Option<&str>| {
        browser.visit("/account/export").await;
        let typed: Vec<_> = password
            .iter()
            .map(|password| ("password", *password))
            .collect();
        let fields = browser.form("/account/export", &typed).filled(&typed);
        let request = browser
            .post_request("/account/export")
            .header("origin", ORIGIN);
        let request = request
            .header("sec-fetch-site", "same-origin")
            .body(urlencoded(&fields));
        browser.send(request).await
    };
    let page = browser.visit("/account/export").await;
    assert!(
        page.texts("input[name=password]").is_empty(),
        "the sign-in is a recent proof"
    );
    let answer = download(&mut browser, None).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/json"))
    );
    // A password that is sent is checked, whatever else would do.
    browser.visit("/account/export").await;
    let mut fields = browser.form("/account/export", &[]).filled(&[]);
    fields.push(("password".to_owned(), "not the right password".to_owned()));
    let refused = browser.post("/account/export", &fields).await;
    assert_eq!(refused.status(), 401);
    assert!(
        answer
            .header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(faults(&document), Vec::<String>::new());

    app.wait(STALE);
    let refused = download(&mut browser, Some("")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Enter your password."));
    let refused = download(&mut browser, Some("not my password")).await;
    assert_eq!(refused.status, 401);
    assert!(refused.body.contains("not your current password"));
    let answer = download(&mut browser, Some(PASSWORD)).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let page = browser.visit("/account/export").await;
    assert!(
        page.texts("input[name=password]").is_empty(),
        "that was a proof"
    );
    let exports = app.audit().await;
    assert_eq!(
        exports
            .iter()
            .filter(|event| *event == "data_exported")
            .count(),
        2
    );
}

/// With cookies, a link on another site must not have a copy written, and its mail sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_on_another_site_exports_nothing() {
    let app = TestApp::with(&[("CORS_ORIGINS", "https://app.example.org")]).await;
    let ada = app.person().await;
    let mut browser = signed_in(&app, &ada).await;
    let call = |browser: &Browser| browser.request(Method::GET, "/api/auth/export");
    for site in ["cross-site", "same-site", "none", ""] {
        let request = call(&browser).header("sec-fetch-site", site);
        let refused = Reply::from_browser(&mut browser, request).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "cross_site_request"),
            "{site}"
        );
    }
    let request = call(&browser).header("origin", "https://evil.example.org");
    assert_eq!(Reply::from_browser(&mut browser, request).await.status, 403);
    assert!(!app.audit().await.contains(&"data_exported".to_owned()));
    let own = call(&browser).header("sec-fetch-site", "same-origin");
    assert_eq!(Reply::from_browser(&mut browser, own).await.status, 200);
    let listed = call(&browser)
        .header("sec-fetch-site", "same-site")
        .header("origin", "https://app.example.org");
    assert_eq!(Reply::from_browser(&mut browser, listed).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_exports_an_hour_are_enough_on_all_nodes_together() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let ada = app.person().await;
    let api = program_of(&app, &ada).await;
    let racers = (0..16).map(|n| {
        let api = if n % 2 == 0 {
            api.clone()
        } else {
            api.at(&other)
        };
        async move {
            loop {
                let reply = api.get("/export").await;
                // Two at once is a bound of a node.
                if reply.answer.header("retry-after") != Some("5") {
                    return reply.status;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
    });
    let statuses = futures_util::future::join_all(racers).await;
    let done = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!((done, statuses.len()), (10, 16), "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 429)));
    let refused = api.get("/export").await;
    assert_eq!(refused.answer.header("retry-after"), Some("3600"));
    let mut browser = signed_in(&app, &ada).await;
    browser.visit("/account/export").await;
    let page = browser.submit("/account/export", &[]).await;
    assert_eq!(page.status(), 429);
    assert!(page.alert().contains("60 minutes"), "{}", page.alert());
    app.wait(TimeDelta::hours(1));
    let api = program_of(&app, &ada).await;
    exported(&api).await;
}

/// Lists longer than a part of the document are whole, and in order.
#[tokio::test(flavor = "multi_thread")]
async fn long_lists_are_whole() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let id = ada.id.to_string();
    app.sql(
        "INSERT INTO audit_events (at, event, level, actor_id, subject_id, detail)
         SELECT now(), 'backup_code_used', 'notice', u.id, u.id, jsonb_build_object('left', n)
         FROM users u, generate_series(1, 1000) n WHERE u.id::text = $1 ORDER BY n",
        &[&id],
    )
    .await;
    app.sql(
        "INSERT INTO mails (id, user_id, kind, decoy, next_attempt_at, created_at, sent_at)
         SELECT gen_random_uuid(), u.id, 'kind' || n, false, u.created_at, u.created_at - n / 3 * interval '1 minute', u.created_at
         FROM users u, generate_series(1, 750) n WHERE u.id::text = $1",
        &[&id],
    )
    .await;
    app.sql(
        "INSERT INTO sessions (id, user_id, token_hash, jti, issued_at, expires_at, absolute_expires_at, created_at,
            last_seen_at, remembered, authenticated_at, authentication_methods, proven_at, proof_methods, revoked_at,
            revoked_reason)
         SELECT gen_random_uuid(), u.id, sha256(n::text::bytea), n::text, at, at, at, at, at, false, at, '{pwd}', at,
            '{pwd}', at, 'signed_out' FROM users u, generate_series(1, 500) n, LATERAL (SELECT u.created_at AS at) t
         WHERE u.id::text = $1",
        &[&id],
    )
    .await;
    let api = program_of(&app, &ada).await;
    let document = exported(&api).await.body;
    assert_eq!(faults(&document), Vec::<String>::new());
    let left = document["events"].as_array().unwrap().iter();
    let left: Vec<_> = left
        .filter_map(|event| event["detail"]["left"].as_i64())
        .collect();
    assert!(left.into_iter().eq((1..=1000).rev()));
    let kinds = document["mails"].as_array().unwrap().iter();
    let kinds: BTreeSet<_> = kinds.map(|mail| mail["kind"].to_string()).collect();
    assert_eq!(kinds.len(), 750 + 1);
    let sessions = document["sessions"].as_array().unwrap().iter();
    let ids: BTreeSet<_> = sessions.map(|session| session["id"].to_string()).collect();
    assert_eq!(ids.len(), 500 + 1);
}
