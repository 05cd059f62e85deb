//! Every route with every method that it accepts, by users in every state. The routes and who may use them
//! are read from the service itself, and must match its behaviour (ASVS 8.2.1, 8.3.1).

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use vestibule::internals::web::{
    guard::Guard::{self, Admin, AnySession, Anyone, Session},
    routes,
};

use crate::harness::{
    Browser, Person, Reply, TestApp,
    answer::Answer,
    browser::{http, urlencoded},
    settings::{HOST, ORIGIN},
};

/// The state of the user who sends the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Anonymous,
    /// The password was accepted and the code is still missing.
    Pending,
    Unverified,
    MustChange,
    User,
    Disabled,
    Admin,
    /// An admin who must choose a new password.
    AdminMustChange,
    /// Signed in as an admin, and demoted since.
    Demoted,
}

impl State {
    const ALL: [Self; 9] = [
        Self::Anonymous,
        Self::Pending,
        Self::Unverified,
        Self::MustChange,
        Self::User,
        Self::Disabled,
        Self::Admin,
        Self::AdminMustChange,
        Self::Demoted,
    ];

    async fn person(self, app: &TestApp) -> Person {
        match self {
            Self::Pending => app.person().with_totp().await,
            Self::Unverified => app.person().await,
            Self::MustChange => app.person().verified().must_change().await,
            Self::AdminMustChange => app.person().verified().must_change().admin().await,
            Self::Demoted => app.person().verified().admin().await,
            _ => app.person().verified().await,
        }
    }

    /// Changes the account after it has signed in, as the state demands.
    async fn afterwards(self, app: &TestApp, person: &Person) {
        let change = match self {
            Self::Disabled => "UPDATE users SET disabled_at = created_at WHERE email = $1",
            Self::Admin => "UPDATE users SET role = 'admin' WHERE email = $1",
            Self::Demoted => "UPDATE users SET role = 'user' WHERE email = $1",
            _ => return,
        };
        app.sql(change, &[&person.email]).await;
    }

    fn has_session(self) -> bool {
        !matches!(self, Self::Anonymous | Self::Pending | Self::Disabled)
    }

    fn may_enter(self, guard: Guard) -> bool {
        match guard {
            Anyone => true,
            AnySession => self.has_session(),
            Session => self.has_session() && !self.must_change(),
            Admin => self == Self::Admin,
        }
    }

    fn must_change(self) -> bool {
        matches!(self, Self::MustChange | Self::AdminMustChange)
    }
}

/// The methods that a path accepts, from its `Allow` header.
pub(super) async fn methods(app: &TestApp, path: &str) -> Vec<Method> {
    let request = http().request(Method::TRACE, app.url() + path);
    let answer = Answer::of(request.header("host", HOST)).await;
    assert_eq!(answer.status, 405, "{path}");
    let allowed = answer.header("allow").unwrap().split(", ");
    allowed.map(|method| method.parse().unwrap()).collect()
}

/// Who may make a call.
fn guard_of(method: &Method, path: &str) -> Guard {
    let verb = match method.as_str() {
        "HEAD" => "GET",
        verb => verb,
    };
    let found = routes::api_calls().find(|(by, at, _)| (*by, at.as_str()) == (verb, path));
    found.unwrap_or_else(|| panic!("{method} {path}")).2
}

/// A path with an id that does not exist.
pub(super) fn filled_in(path: &str) -> String {
    let unknown = "00000000-0000-4000-8000-000000000000";
    path.replace("{id}", unknown).replace("{session}", unknown)
}

#[test]
fn every_path_has_the_guard_of_its_section() {
    let pages = routes::page_paths().map(|(path, guard)| (path.to_owned(), guard));
    for (path, guard) in pages.chain(routes::api_paths()) {
        let is_below = |folder: &str| path == folder || path.starts_with(&format!("{folder}/"));
        let is_admin = is_below("/admin") || is_below("/api/admin");
        assert_eq!(guard == Admin, is_admin, "{path}");
        // The owner of a deleted account has no session: the sign-in is kept in the browser's session cookie.
        if is_below("/account") && path != "/account/restore" {
            assert_ne!(guard, Anyone, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_refuses_users_without_the_right_to_make_it() {
    let app = TestApp::start().await;
    for (path, _) in routes::api_paths() {
        for method in methods(&app, &path).await {
            let guard = guard_of(&method, &path);
            for state in State::ALL {
                let person = state.person(&app).await;
                let api = match state {
                    State::Anonymous => app.api(),
                    State::Pending => {
                        let pending = app.api().sign_in(&person).await;
                        app.api().with_token(pending.text("mfa_token"))
                    }
                    _ => app.api().with(&app.api().sign_in(&person).await),
                };
                state.afterwards(&app, &person).await;
                let request = api.request_at(method.clone(), &filled_in(&path));
                let request = match method {
                    Method::POST | Method::PATCH => request.json(&json!({})),
                    _ => request,
                };
                let answer = Answer::of(request).await;
                let case = format!("{method} {path} for {state:?}: {answer:?}");
                if state.may_enter(guard) {
                    // An empty body lacks required fields; calls without any succeed.
                    let expected = [200, 202, 204, 401, 403, 404, 409, 422];
                    assert!(expected.contains(&answer.status), "{case}");
                    let shut = !answer.body.contains("\"unauthorized\"")
                        && !answer.body.contains("admin_required")
                        && !answer.body.contains("password_change_required");
                    assert!(shut || guard == Anyone, "{case}");
                } else if state.has_session() {
                    assert_eq!(answer.status, 403, "{case}");
                    let code = if state.must_change() {
                        "\"password_change_required\""
                    } else {
                        "\"admin_required\""
                    };
                    let words = answer.body.contains(code);
                    assert!(words || method == Method::HEAD, "{case}");
                } else {
                    assert_eq!(answer.status, 401, "{case}");
                }
                assert!(answer.set_cookies().is_empty(), "{case}");
                assert!(!answer.body.contains("access_token"), "{case}");
            }
        }
    }
}

async fn signed_in(app: &TestApp, state: State, person: &Person) -> Browser {
    let mut browser = app.browser();
    if state != State::Anonymous {
        let page = browser.sign_in(person).await;
        let lands = match state {
            State::Pending => "/login/verify",
            State::MustChange | State::AdminMustChange => "/account/password",
            _ => "/account",
        };
        assert_eq!(page.path(), lands);
    }
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_refuses_users_without_the_right_to_see_it() {
    let app = TestApp::start().await;
    let pages: Vec<_> = routes::page_paths().collect();
    for (path, guard) in pages.clone() {
        for method in methods(&app, path).await {
            for state in State::ALL {
                let person = state.person(&app).await;
                let mut browser = signed_in(&app, state, &person).await;
                let token = browser.csrf_token().await;
                state.afterwards(&app, &person).await;
                let filled = filled_in(path);
                let request = match method {
                    Method::POST => browser
                        .post_request(&filled)
                        .header("origin", ORIGIN)
                        .header("sec-fetch-site", "same-origin")
                        .body(urlencoded(&[("csrf_token", &token)])),
                    _ => browser
                        .request(method.clone(), &filled)
                        .header("sec-fetch-site", "same-origin"),
                };
                let answer = browser.send(request).await;
                let case = format!("{method} {path} for {state:?}: {answer:?}");
                let leads_to = answer.header("location").unwrap_or_default();
                let leads_to = leads_to.split('?').next().unwrap_or_default();
                if guard == Admin && state.has_session() && !state.must_change() {
                    let status: &[u16] = if state == State::Admin {
                        &[200, 303, 404, 422]
                    } else {
                        &[403]
                    };
                    assert!(status.contains(&answer.status), "{case}");
                    // GET of a path that only accepts a form redirects to the page with that form.
                    let inside = leads_to.is_empty() || leads_to.starts_with("/admin");
                    assert!(inside, "{case}");
                    continue;
                }
                if !state.may_enter(guard) {
                    let refusal_page = if state.has_session() {
                        "/account/password"
                    } else {
                        "/login"
                    };
                    // GET of a path that only accepts a form redirects to the page with that form, which
                    // refuses the user in turn.
                    let is_page = method != Method::POST && pages.contains(&(leads_to, Session));
                    assert_eq!(answer.status, 303, "{case}");
                    assert!(leads_to == refusal_page || is_page, "{case}");
                    continue;
                }
                let expected = [200, 302, 303, 400, 401, 403, 404, 409, 410, 422];
                assert!(expected.contains(&answer.status), "{case}");
                if guard != Anyone {
                    assert_ne!(leads_to, "/login", "{case}");
                }
            }
        }
    }
}

/// The role of an admin gives no access to the sessions of other users except through the routes for
/// admins.
#[tokio::test(flavor = "multi_thread")]
async fn another_users_session_is_not_found() {
    let app = TestApp::start().await;
    let (person, other) = (app.person().await, app.person().await);
    State::Admin.afterwards(&app, &other).await;
    let api = app.api();
    let pair = api.sign_in(&person).await;
    let others = api.with(&api.sign_in(&other).await);
    let mine = api.with(&pair).get("/sessions").await;
    let id = mine.body["sessions"][0]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{mine:?}"))
        .to_owned();
    let request = others.request(Method::DELETE, &format!("/sessions/{id}"));
    assert_eq!(Reply::of(request).await.status, 404);
    assert_eq!(api.with(&pair).get("/me").await.status, 200);
}

/// Every row of every table.
pub(super) async fn everything(app: &TestApp) -> BTreeSet<String> {
    let tables = "SELECT table_name::text FROM information_schema.tables
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    let mut rows = BTreeSet::new();
    for table in app.sql(tables, &[]).await {
        let table: String = table.get(0);
        // The chain over the log grows by itself.
        if table == "audit_seals" {
            continue;
        }
        let all = format!("SELECT t::text FROM \"{table}\" t");
        let found = app.sql(&all, &[]).await;
        rows.extend(
            found
                .iter()
                .map(|row| format!("{table} {}", row.get::<_, String>(0))),
        );
    }
    rows
}

/// The tables that a GET of a path writes a row to: an export of an admin is an event, and a copy of one's own data is
/// also mailed. A copy of one's own activity shows what its page shows, and is none.
fn written_by_get(path: &str) -> &'static [&'static str] {
    match path {
        "/admin/users/export" | "/admin/audit/export" => &["audit_events"],
        "/api/auth/export" => &["audit_events", "mail_caps", "mails", "undo_points"],
        _ => &[],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_get_request_writes_except_an_audited_export() {
    let app = TestApp::start().await;
    let admin = app.person().verified().admin().await;
    let mut browser = signed_in(&app, State::Admin, &admin).await;
    let api = app.api().with(&app.api().sign_in(&admin).await);
    let own = admin.id.to_string();
    let pages = routes::page_paths().map(|(path, _)| path.to_owned());
    let calls = routes::api_paths().map(|(path, _)| path);
    let paths: Vec<String> = pages.chain(calls).collect();
    let mut exports = 0;
    app.outbox_is_empty().await;
    for path in paths {
        let allowed = methods(&app, &path).await;
        for method in [Method::GET, Method::HEAD] {
            if !allowed.contains(&method) {
                continue;
            }
            // Ids that exist, so that a page does all that it does to find them.
            let path = path.replace("{id}", &own).replace("{session}", &own);
            for from in ["bearer", "same-origin", "none", "cross-site"] {
                let before = everything(&app).await;
                let answer = if from == "bearer" {
                    Answer::of(api.request_at(method.clone(), &path)).await
                } else {
                    let request = browser.request(method.clone(), &path);
                    browser.send(request.header("sec-fetch-site", from)).await
                };
                let after = everything(&app).await;
                let new: Vec<&String> = after.difference(&before).collect();
                let case = format!("{method} {path} from {from}: {answer:?} {new:?}");
                let written = written_by_get(&path);
                let taken = !written.is_empty() && method == Method::GET;
                if taken && matches!(from, "bearer" | "same-origin") {
                    let table =
                        |row: &&String| row.split(' ').next().unwrap_or_default().to_owned();
                    let tables: Vec<String> = new.iter().map(table).collect();
                    let events = tables
                        .iter()
                        .filter(|table| *table == "audit_events")
                        .count();
                    let stays = tables.iter().all(|table| written.contains(&table.as_str()));
                    assert!(events == 1 && stays, "{case}");
                    exports += 1;
                    app.outbox_is_empty().await;
                } else {
                    assert_eq!(answer.status == 403, taken, "{case}");
                    assert!(new.is_empty() && before.len() == after.len(), "{case}");
                }
            }
        }
    }
    assert_eq!(exports, 6);
}
