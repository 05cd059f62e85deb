//! The app under test: one node or several on a database of its own.

use std::{net::TcpListener, sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::{runtime::Handle, task::block_in_place, time::timeout};
use tokio_postgres::{Row, types::ToSql};
use vestibule::internals::{
    app::{App, Server, System, SystemRandom},
    domain::secrets::random::Random,
    flows::Services,
    mail::{MemoryMailbox, Transport},
};

use super::{
    Api, Browser, clock::HandClock, database::TestDatabase, mail::Post, people::NewPerson, settings,
};

/// How long a node may take to stop at the end of its test.
const STOPPING: Duration = Duration::from_secs(5);

/// The app, its clock and its mails. When dropped, it stops, and its database is deleted.
pub(crate) struct TestApp {
    pub(crate) clock: HandClock,
    pub(crate) post: Post,
    node: Node,
    database: TestDatabase,
    changed: Vec<(String, String)>,
}

/// One running process of the service, as a client sees it.
pub(crate) struct Node {
    server: Option<Server>,
    pub(crate) services: Arc<Services>,
    port: u16,
}

impl TestApp {
    /// Starts the app with the settings of the tests.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts the app with some settings changed.
    pub(crate) async fn with(changed: &[(&str, &str)]) -> Self {
        Self::with_chance(changed, Arc::new(SystemRandom)).await
    }

    /// Starts the app with some settings changed, and with another random source than the machine's.
    pub(crate) async fn with_chance(changed: &[(&str, &str)], chance: Arc<dyn Random>) -> Self {
        let database = TestDatabase::create().await;
        Self::on(database, changed, HandClock::default(), chance)
    }

    /// Starts the app on a dump of an earlier database, with the clock ahead by this much.
    pub(crate) async fn restored(dump: &str, changed: &[(&str, &str)], later: TimeDelta) -> Self {
        let clock = HandClock::default();
        clock.advance(later);
        let database = TestDatabase::restored(dump).await;
        Self::on(database, changed, clock, Arc::new(SystemRandom))
    }

    fn on(
        database: TestDatabase,
        changed: &[(&str, &str)],
        clock: HandClock,
        chance: Arc<dyn Random>,
    ) -> Self {
        let mailbox = MemoryMailbox::default();
        let node = Node::start(&database, changed, &clock, &mailbox, chance);
        let bell = Arc::clone(&node.services.outbox_bell);
        Self {
            post: Post::new(mailbox, bell),
            clock,
            node,
            database,
            changed: changed
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    /// Another process of the service on the same database, with the same settings and clock.
    pub(crate) fn another_node(&self) -> Node {
        self.another_node_with(&[])
    }

    /// The same with further settings changed.
    pub(crate) fn another_node_with(&self, further: &[(&str, &str)]) -> Node {
        let changed: Vec<(&str, &str)> = self
            .changed
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(further.iter().copied())
            .collect();
        let chance = Arc::new(SystemRandom);
        Node::start(
            &self.database,
            &changed,
            &self.clock,
            self.post.mailbox(),
            chance,
        )
    }

    /// The services of the first node, for calling flows directly.
    pub(crate) fn services(&self) -> &Services {
        &self.node.services
    }

    /// A fresh browser.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.node, &self.clock)
    }

    /// A client of the API.
    pub(crate) fn api(&self) -> Api {
        Api::new(&self.node)
    }

    /// The URL of the first node, for requests that no browser sends.
    pub(crate) fn url(&self) -> String {
        self.node.url()
    }

    /// The URL of its database.
    pub(crate) fn database_url(&self) -> &str {
        self.database.url()
    }

    /// A user with an account, in any state.
    pub(crate) fn person(&self) -> NewPerson<'_> {
        NewPerson::new(self)
    }

    /// Moves the clock ahead.
    pub(crate) fn wait(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Queries the database directly.
    pub(crate) async fn sql(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        self.database.query(sql, params).await
    }

    /// Another connection to the database, for concurrent transactions.
    pub(crate) async fn another_connection(&self) -> tokio_postgres::Client {
        self.database.another().await
    }

    /// The names of all audit events, in order.
    pub(crate) async fn audit(&self) -> Vec<String> {
        let events = self
            .sql("SELECT event FROM audit_events ORDER BY seq", &[])
            .await;
        events.iter().map(|row| row.get(0)).collect()
    }

    /// Waits until the outbox has no mail to be sent now. Mails that wait to be merged remain.
    pub(crate) async fn outbox_is_empty(&self) {
        let waiting = "SELECT 1 FROM mails WHERE sealed IS NOT NULL AND dropped_at IS NULL
                       AND (merge_key IS NULL OR next_attempt_at <= $1::text::timestamptz)";
        let patience = Duration::from_secs(10);
        let emptied = timeout(patience, async {
            while !self
                .sql(waiting, &[&self.services().now().to_rfc3339()])
                .await
                .is_empty()
            {
                self.post.ring().await;
            }
        });
        emptied.await.expect("the outbox is delivered");
    }
}

async fn stop(server: Option<Server>) {
    if let Some(server) = server {
        let _ = timeout(STOPPING, server.stop()).await;
    }
}

impl Node {
    fn start(
        database: &TestDatabase,
        changed: &[(&str, &str)],
        clock: &HandClock,
        mailbox: &MemoryMailbox,
        random: Arc<dyn Random>,
    ) -> Self {
        let config = settings::load(database.url(), changed);
        let system = System {
            clock: Arc::new(clock.clone()),
            random,
            transport: Some(Transport::Memory(mailbox.clone())),
        };
        let app = App::wire(
            &config,
            &database.options(config.database_pool_size),
            system,
        )
        .expect("the app is wired");
        let services = Arc::clone(&app.services);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let mut server = app.serve(listener, 1).expect("the app serves");
        server.begin_work();
        Self {
            port: server.addr().port(),
            server: Some(server),
            services,
        }
    }

    /// The URL at which it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let server = self.server.take();
        block_in_place(|| Handle::current().block_on(stop(server)));
    }
}
