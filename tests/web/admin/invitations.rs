//! Invitations: sent, sent again, revoked, accepted once, and void when their sender is no longer an
//! admin.

mod accepting;
mod inviting;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Api, Reply, TestApp, people::PASSWORD};

const EMAIL: &str = "guest@example.com";

async fn invite(api: &Api, email: &str, role: &str) -> Reply {
    api.admin("", json!({ "email": email, "role": role })).await
}

async fn act(api: &Api, id: &str, word: &str) -> Reply {
    let path = format!("/api/admin/invitations/{id}/{word}");
    Reply::of(api.request_at(Method::POST, &path).json(&json!({}))).await
}

async fn list(api: &Api, query: &str) -> Reply {
    let path = format!("/api/admin/invitations{query}");
    Reply::of(api.request_at(Method::GET, &path)).await
}

async fn token(app: &TestApp, email: &str) -> String {
    app.post.mail(email, "invited").await.token()
}

async fn accept(api: &Api, token: &str) -> Reply {
    let body = json!({ "token": token, "password": PASSWORD, "display_name": "Guest" });
    api.post("/accept-invitation", body).await
}

/// The audit events of invitations: the event, its role, and whether it has an actor.
async fn reported(app: &TestApp) -> Vec<(String, Value, bool)> {
    let events = "SELECT event, detail::text, actor_id IS NOT NULL FROM audit_events
        WHERE event LIKE '%invit%' ORDER BY seq";
    let rows = app.sql(events, &[]).await;
    let read = |row: &tokio_postgres::Row| {
        let detail: Value = serde_json::from_str(row.get(1)).unwrap();
        (row.get(0), detail["role"].clone(), row.get(2))
    };
    rows.iter().map(read).collect()
}
