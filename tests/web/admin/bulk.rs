//! One act on many accounts, by the API and by the pages: a preview first, then all or nothing, with the
//! same checks as for one account.

mod at_once;
mod refused;
mod selected;

use serde_json::{Value, json};

use crate::harness::{Api, Browser, Person, Reply, TestApp};

const PATH: &str = "/admin/users/bulk";

/// An act, with its audit event and its mail.
struct Case {
    word: &'static str,
    event: &'static str,
    detail: Value,
    /// Words in the subject of the mail to the owner.
    mail: &'static str,
    /// The message on the page after the act.
    done: &'static str,
}

fn cases() -> [Case; 4] {
    let case = |word, event, mail, done| Case {
        word,
        event,
        detail: json!({}),
        mail,
        done,
    };
    [
        Case {
            detail: json!({ "reason": "left the company" }),
            ..case(
                "disable",
                "user_disabled",
                "account was disabled",
                "Disabled 2 accounts.",
            )
        },
        case(
            "enable",
            "user_enabled",
            "can be used again",
            "Enabled 2 accounts.",
        ),
        case(
            "require-password-change",
            "user_password_change_required",
            "choose a new password",
            "New passwords are now required for 2 accounts.",
        ),
        Case {
            detail: json!({ "count": 1 }),
            ..case(
                "revoke-sessions",
                "user_sessions_revoked",
                "signed out",
                "Signed 2 accounts out everywhere.",
            )
        },
    ]
}

/// Two users whom the act changes, each signed in.
async fn two(app: &TestApp, word: &str) -> [Person; 2] {
    let mut two = Vec::new();
    for _ in 0..2 {
        let person = app.person().verified().await;
        assert_eq!(app.api().sign_in(&person).await.status, 200);
        if word == "enable" {
            let disable = "UPDATE users SET disabled_at = created_at WHERE email = $1";
            app.sql(disable, &[&person.email]).await;
        }
        two.push(person);
    }
    two.try_into().ok().unwrap()
}

fn ids<'a>(people: impl IntoIterator<Item = &'a Person>) -> Vec<String> {
    people.into_iter().map(|one| one.id.to_string()).collect()
}

fn preview(act: &str, ids: &[String]) -> String {
    format!("{PATH}?act={act}&id={}", ids.join("&id="))
}

async fn bulk(api: &Api, action: &str, ids: &[String]) -> Reply {
    let body = json!({ "action": action, "ids": ids, "reason": "left the company" });
    api.admin("/bulk", body).await
}

/// The codes of the users that were left out, by id.
fn left_out(reply: &Reply) -> Vec<(String, String)> {
    let text = |of: &Value| of.as_str().unwrap().to_owned();
    let all = reply.body["left_out"].as_array().unwrap().iter();
    all.map(|one| (text(&one["id"]), text(&one["code"])))
        .collect()
}

async fn signed_in(app: &TestApp, person: &Person) -> Browser {
    let mut browser = app.browser();
    browser.sign_in(person).await;
    browser
}

async fn mails(app: &TestApp) -> usize {
    app.sql("SELECT 1 FROM mails", &[]).await.len()
}

async fn disabled(app: &TestApp) -> usize {
    let disabled = "SELECT 1 FROM users WHERE disabled_at IS NOT NULL";
    app.sql(disabled, &[]).await.len()
}
