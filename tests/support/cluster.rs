//! A temporary Postgres for tests that start programs, and plain SQL to inspect it.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use vestibule::internals::local_postgres::{Durability, LocalPostgres, Options};

/// A new folder below /tmp, whatever the build folder is: run as root, the server's account must be able
/// to traverse it. Drop removes it, and stops a server that runs in it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("/tmp/vestibule-{}-{count}", std::process::id()));
        fs::create_dir(&path).expect("a fresh folder in /tmp");
        fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("our own folder");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The folder of a cluster in this folder.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.0.join("data")
    }

    /// The Postgres server of [`data_dir`](Self::data_dir), if one runs.
    pub(crate) fn postmaster(&self) -> Option<i32> {
        let file = self.data_dir().join("postgres/postmaster.pid");
        let text = fs::read_to_string(file).ok()?;
        let pid: i32 = text.lines().next()?.parse().ok()?;
        test_kill_process(Pid::from_raw(pid)?).ok().map(|()| pid)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster().and_then(Pid::from_raw) {
            // An immediate shutdown ends every process of the server.
            kill_process(pid, Signal::QUIT).ok();
            let began = Instant::now();
            while self.postmaster().is_some() && began.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        fs::remove_dir_all(&self.0).ok();
    }
}

/// A cluster with an empty database. It stops when dropped.
pub(crate) struct Cluster {
    // Dropped first: it releases the server, which the folder then stops.
    postgres: LocalPostgres,
    folder: Folder,
}

impl Cluster {
    pub(crate) async fn start() -> Self {
        Self::in_folder(Folder::new()).await
    }

    /// The same with settings of the server, as an operator would write them.
    #[allow(dead_code, reason = "not every test that starts programs needs one")]
    pub(crate) async fn with(settings: &str) -> Self {
        let folder = Folder::new();
        fs::create_dir(folder.data_dir()).expect("our own folder");
        fs::write(folder.data_dir().join("postgres.local.conf"), settings).expect("our own folder");
        Self::in_folder(folder).await
    }

    async fn in_folder(folder: Folder) -> Self {
        let options = Options {
            data_dir: folder.data_dir(),
            bin_dir: environment("PG_BIN_DIR").map(PathBuf::from),
            search_path: environment("PATH").unwrap_or_default(),
            durability: Durability::Throwaway,
        };
        Self {
            postgres: LocalPostgres::start(&options).await.expect("a cluster"),
            folder,
        }
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> &str {
        self.postgres.url()
    }

    /// The URL of another database of the cluster.
    #[allow(dead_code, reason = "not every test that starts programs needs one")]
    pub(crate) fn url_of(&self, database: &str) -> String {
        self.postgres.url_for(database)
    }

    /// The server's main process.
    #[allow(dead_code, reason = "not every test that starts programs needs it")]
    pub(crate) fn postmaster(&self) -> i32 {
        self.folder.postmaster().expect("a server that runs")
    }

    /// A folder for other files, removed with the cluster.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A connection to inspect and change the database.
    pub(crate) async fn sql(&self) -> Sql {
        Sql::connect(self.url()).await
    }
}

/// A connection that returns every value as text.
pub(crate) struct Sql(Client);

impl Sql {
    pub(crate) async fn connect(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls)
            .await
            .expect("the database");
        tokio::spawn(connection);
        Self(client)
    }

    /// Runs any number of statements.
    pub(crate) async fn run(&self, statements: &str) {
        if let Err(error) = self.0.batch_execute(statements).await {
            panic!("{error:?}\n{statements}");
        }
    }

    /// The error message for statements that the database refuses.
    #[allow(dead_code, reason = "not every test that looks at a database needs it")]
    pub(crate) async fn fails(&self, statements: &str) -> String {
        let refused = self
            .0
            .batch_execute(statements)
            .await
            .expect_err(statements);
        let reported = refused.as_db_error().expect("the database's word");
        reported.message().to_owned()
    }

    /// The rows of a query as text, NULL as the empty text.
    pub(crate) async fn rows(&self, query: &str) -> Vec<Vec<String>> {
        let answer = self.0.simple_query(query).await;
        let answer = answer.unwrap_or_else(|error| panic!("{error:?}\n{query}"));
        let rows = answer.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        rows.map(|row| {
            let column = |at| row.get(at).unwrap_or_default().to_owned();
            (0..row.len()).map(column).collect()
        })
        .collect()
    }

    /// The first column of the first row.
    pub(crate) async fn one(&self, query: &str) -> String {
        let first = self.rows(query).await.into_iter().flatten().next();
        first.unwrap_or_else(|| panic!("no row: {query}"))
    }

    /// The same as a number.
    pub(crate) async fn count(&self, query: &str) -> i64 {
        let one = self.one(query).await;
        one.parse().unwrap_or_else(|_| panic!("no number: {one}"))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests take the place of the config, which reads the environment"
)]
pub(crate) fn environment(variable: &str) -> Option<OsString> {
    std::env::var_os(variable)
}
