//! A database that changes while the service runs: a standby replaces the primary, a server or a network
//! stops answering, error messages in another language, and defaults other than those of Postgres.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::api::Pair;
use crate::cluster::{Cluster, Sql};
use crate::node::Node;
use crate::person::{PASSWORD, Person};
use crate::relay::{FOR_STANDBY, Relay, Route, Standby, Stopped, socket_folder};

/// The longest time that a request may wait for a connection and then for an answer.
const BOUND: Duration = Duration::from_secs(25);

/// Sends one request of each kind at once: a read on a shared connection, a rotation, and one that uses
/// the pool.
async fn statuses(node: &Node, pair: &Pair) -> Vec<(&'static str, u16, bool)> {
    let send = async |name: &'static str, request: reqwest::RequestBuilder| {
        let began = Instant::now();
        let answer = request.send().await.expect("an answer");
        assert!(began.elapsed() < BOUND, "{name} took {:?}", began.elapsed());
        let wait = answer.headers().contains_key("retry-after");
        (name, answer.status().as_u16(), wait)
    };
    let post = |call: &str, body: &Value| node.http.post(node.url(call)).json(body);
    let login = json!({ "email": "ada@example.org", "password": PASSWORD });
    let fresh = json!({ "email": "new@example.org", "password": PASSWORD });
    let refresh = json!({ "refresh_token": pair.refresh });
    let me = node.http.get(node.url("/api/auth/me"));
    let asked = tokio::join!(
        send("me", me.bearer_auth(&pair.access)),
        send("login", post("/api/auth/login", &login)),
        send("register", post("/api/auth/register", &fresh)),
        send("refresh", post("/api/auth/refresh", &refresh)),
        send("readyz", node.http.get(node.url("/readyz"))),
    );
    let health = node.http.get(node.url("/healthz")).send().await;
    assert_eq!(health.expect("it lives").status(), 200);
    vec![asked.0, asked.1, asked.2, asked.3, asked.4]
}

async fn assert_refused(node: &Node, pair: &Pair) {
    for (name, status, wait) in statuses(node, pair).await {
        assert_eq!((status, wait), (503, true), "{name}\n{}", node.log());
    }
}

async fn assert_back(node: &Node, ada: &Person) {
    let began = Instant::now();
    let ready = async || {
        let answer = node.http.get(node.url("/readyz")).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    };
    while !ready().await {
        assert!(began.elapsed() < Duration::from_secs(10), "{}", node.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // More requests than connections: every connection must work.
    join_all((0..15).map(|_| ada.sign_in(node))).await;
    println!("served again after {:?}", began.elapsed());
}

#[tokio::test]
async fn connections_return_from_a_standby_to_the_primary() {
    let cluster = Cluster::with(FOR_STANDBY).await;
    let primary = socket_folder(&cluster);
    let relay = Relay::to(&primary).await;
    let node = Node::with(&cluster, &[("DATABASE_URL", &relay.url())]).await;
    let ada = Person::register(&node, "ada").await;
    let pair = ada.sign_in(&node).await.pair();
    let standby = Standby::of(&cluster).await;

    relay.lead(Route::To(standby.folder().to_owned()));
    assert_refused(&node, &pair).await;
    assert_refused(&node, &pair).await;
    node.logged("is a standby", 1).await;
    relay.lead(Route::To(primary.clone()));
    assert_back(&node, &ada).await;

    // A list of servers, as libpq accepts it: the service finds the one that accepts writes.
    let other = Relay::to(standby.folder()).await;
    let (first, second) = (other.port(), relay.port());
    let list = format!(
        "postgres://vestibule@127.0.0.1:{first},127.0.0.1:{second}/vestibule?target_session_attrs=read-write"
    );
    let second = Node::with(&cluster, &[("DATABASE_URL", &list)]).await;
    ada.sign_in(&second).await;
}

/// The server itself reports the error, on connections that worked before.
#[tokio::test]
async fn a_connection_that_is_read_only_is_replaced() {
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &[("DATABASE_POOL_SIZE", "3")]).await;
    let ada = Person::register(&node, "ada").await;
    let sql = cluster.sql().await;
    for state in ["25006", "57P03", "26000", "0A000"] {
        let before = connections(&sql).await;
        sql.run(&raising(state, "geht gerade nicht")).await;
        let refused = ada.sign_in_with(&node, PASSWORD).await;
        assert_eq!(refused.status, 503, "{state}");
        sql.run("DROP TRIGGER refuses ON sessions").await;
        assert_back(&node, &ada).await;
        let after = connections(&sql).await;
        assert!(before.iter().any(|pid| !after.contains(pid)), "{state}");
    }
}

async fn connections(sql: &Sql) -> Vec<String> {
    let query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'vestibule'";
    sql.rows(query).await.into_iter().flatten().collect()
}

/// A trigger that fails with this SQLSTATE and text, independent of the server's language.
fn raising(state: &str, text: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = '{text}'; END $$;
         CREATE TRIGGER refuses BEFORE INSERT ON sessions
           FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
}

/// The messages of Postgres are in the language of `lc_messages`; its SQLSTATE is not.
#[tokio::test]
async fn database_errors_are_classified_by_sqlstate_and_not_by_text() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let ada = Person::register(&node, "ada").await;
    let sql = cluster.sql().await;
    let german = "storniere Anfrage wegen Zeitüberschreitung einer Sperre";
    for (state, text, status) in [
        ("55P03", german, 503),
        ("57014", german, 503),
        ("40P01", "Verklemmung entdeckt", 503),
        ("53100", "Platte voll", 503),
        ("P0001", "canceling statement due to lock timeout", 500),
        ("22023", "connection closed", 500),
    ] {
        sql.run(&raising(state, text)).await;
        assert_eq!(
            ada.sign_in_with(&node, PASSWORD).await.status,
            status,
            "{state}"
        );
        sql.run("DROP TRIGGER refuses ON sessions").await;
    }
    ada.sign_in(&node).await;
}

#[tokio::test]
async fn requests_end_in_time_when_the_network_goes_silent() {
    let cluster = Cluster::start().await;
    let folder = socket_folder(&cluster);
    let relay = Relay::to(&folder).await;
    let node = Node::with(&cluster, &[("DATABASE_URL", &relay.url())]).await;
    let ada = Person::register(&node, "ada").await;
    let pair = ada.sign_in(&node).await.pair();
    relay.lead(Route::Nowhere);
    assert_refused(&node, &pair).await;
    relay.lead(Route::To(folder));
    assert_back(&node, &ada).await;
}

#[tokio::test]
async fn requests_end_in_time_when_the_database_server_is_stopped() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let ada = Person::register(&node, "ada").await;
    let pair = ada.sign_in(&node).await.pair();
    let sql = cluster.sql().await;
    let stopped = Stopped::server(&cluster, &sql).await;
    assert_refused(&node, &pair).await;
    drop(stopped);
    assert_back(&node, &ada).await;
}

/// Concurrent sign-ins write the same rows. At a stricter isolation level than ours all but one would
/// fail. The other defaults must not take effect either.
#[tokio::test]
async fn the_service_overrides_the_defaults_of_a_database() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    for level in ["serializable", "repeatable read"] {
        sql.run(&format!(
            "ALTER DATABASE vestibule SET default_transaction_isolation = '{level}';
             ALTER ROLE vestibule SET default_transaction_isolation = '{level}';
             ALTER DATABASE vestibule SET default_transaction_read_only = on;
             ALTER DATABASE vestibule SET statement_timeout = '15ms';
             ALTER DATABASE vestibule SET lock_timeout = '1ms';
             ALTER DATABASE vestibule SET idle_in_transaction_session_timeout = '1ms';
             ALTER DATABASE vestibule SET TimeZone = 'Asia/Kolkata';
             ALTER DATABASE vestibule SET DateStyle = 'German';
             ALTER DATABASE vestibule SET bytea_output = 'escape';
             ALTER DATABASE vestibule SET standard_conforming_strings = off;
             ALTER DATABASE vestibule SET row_security = off"
        ))
        .await;
        let options = format!(
            "{}?options=-c%20default_transaction_isolation%3Drepeatable%5C%20read",
            cluster.url()
        );
        let node = Node::with(&cluster, &[("DATABASE_URL", &options)]).await;
        let name = level.split(' ').next().expect("a word");
        let ada = Person::register(&node, name).await;
        for _ in 0..3 {
            let answers = join_all((0..20).map(|_| ada.sign_in_with(&node, PASSWORD))).await;
            let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
            assert_eq!(statuses, [200; 20], "{level}\n{}", node.log());
        }
    }
}
