//! The least work that identifies the owner of a bearer token: actix verifies an HS256 token and asks
//! Postgres one question over the pipelined connection of its thread. No session, no revocation, no
//! headers, no log. `script/bench me` compares `GET /api/auth/me` with it.
//!
//! One argument: the URL of a migrated database with a user in it. Prints its address and a token for the
//! first user, then serves until it is stopped.

#![expect(clippy::print_stdout, reason = "address and token are the output")]

use std::{error::Error, sync::Arc, thread};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, Responder,
    http::header::AUTHORIZATION,
    web::{Data, get},
};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use tokio_postgres::{Client, NoTls, Statement};

const KEY: &[u8] = b"a key that signs nothing of worth";
/// As on the server's connections: rows are looked up by key, and a statement is planned once. Otherwise Postgres reads
/// the whole table, however large updates have made it, while the statistics say that it is small.
const SETTINGS: &str = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan";
/// The user's columns that `GET /api/auth/me` returns.
const SELECT: &str = "SELECT email, display_name, role, email_verified_at IS NOT NULL, \
                      password_must_change, created_at::text \
                      FROM users WHERE id = $1::text::uuid";

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
}

#[derive(Serialize)]
struct User {
    id: String,
    email: String,
    display_name: Option<String>,
    role: String,
    email_verified: bool,
    password_must_change: bool,
    created_at: String,
}

struct State {
    client: Client,
    statement: Statement,
    key: DecodingKey,
    validation: Validation,
}

async fn me(request: HttpRequest, state: Data<Arc<State>>) -> impl Responder {
    match find(&request, &state).await {
        Some(user) => HttpResponse::Ok().json(user),
        None => HttpResponse::Unauthorized().finish(),
    }
}

async fn find(request: &HttpRequest, state: &State) -> Option<User> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let token = header.strip_prefix("Bearer ")?;
    let read = jsonwebtoken::decode::<Claims>(token, &state.key, &state.validation).ok()?;
    let id = read.claims.sub;
    let row = state.client.query_opt(&state.statement, &[&id]).await;
    let row = row.ok().flatten()?;
    Some(User {
        id,
        email: row.get(0),
        display_name: row.get(1),
        role: row.get(2),
        email_verified: row.get(3),
        password_must_change: row.get(4),
        created_at: row.get(5),
    })
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("the URL of a database?")?;
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    let first = "SELECT id::text FROM users ORDER BY created_at LIMIT 1";
    let claims = Claims {
        sub: client.query_one(first, &[]).await?.get(0),
        // The year 2100, so that it does not expire during a measurement.
        exp: 4_102_444_800,
    };
    let token = jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(KEY))?;
    let server = HttpServer::new(move || {
        let url = url.clone();
        App::new()
            .data_factory(move || {
                let url = url.clone();
                async move {
                    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
                    tokio::spawn(connection);
                    client.batch_execute(SETTINGS).await?;
                    let statement = client.prepare(SELECT).await?;
                    Ok::<_, tokio_postgres::Error>(Arc::new(State {
                        client,
                        statement,
                        key: DecodingKey::from_secret(KEY),
                        validation: Validation::default(),
                    }))
                }
            })
            .route("/me", get().to(me))
    })
    .workers(thread::available_parallelism()?.get())
    .bind("127.0.0.1:0")?;
    println!("{} {token}", server.addrs()[0]);
    Ok(server.run().await?)
}
