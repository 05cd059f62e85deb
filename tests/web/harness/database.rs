//! A database for each test: cloned from a migrated template, dropped at the end.
//!
//! All tests of a worktree share one temporary cluster, in memory if the machine allows it. Each process
//! attaches to it, and the last one stops it. The template's name contains a hash of the migrations, so
//! that it is made once, and again when they change.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tokio::{runtime::Handle, task::block_in_place};
use tokio_postgres::{Client, NoTls, Row, types::ToSql};
use vestibule::internals::{
    app::App,
    db::DatabaseOptions,
    local_postgres::{Durability, LocalPostgres, Options},
};

/// The key of the advisory lock under which the template is made.
const TEMPLATE_LOCK: i64 = 0x7465_6d70;
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A database of one test.
pub(crate) struct TestDatabase {
    cluster: Option<LocalPostgres>,
    admin: Client,
    own: Client,
    name: String,
    url: String,
}

impl TestDatabase {
    /// Clones the template.
    pub(crate) async fn create() -> Self {
        let cluster = LocalPostgres::start(&options()).await.expect("a cluster");
        let admin = connect(cluster.url()).await;
        drop_leftovers(&admin).await;
        let template = template(&cluster, &admin).await;
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        run(
            &admin,
            &format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await;
        let url = cluster.url_for(&name);
        Self {
            own: connect(&url).await,
            cluster: Some(cluster),
            admin,
            name,
            url,
        }
    }

    /// A database from the statements of a dump, migrated to the current schema.
    pub(crate) async fn restored(dump: &str) -> Self {
        let cluster = LocalPostgres::start(&options()).await.expect("a cluster");
        let admin = connect(cluster.url()).await;
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        run(&admin, &format!("CREATE DATABASE {name}")).await;
        let url = cluster.url_for(&name);
        // The dump changes settings of its session.
        run(&connect(&url).await, dump).await;
        let restored = Self {
            own: connect(&url).await,
            cluster: Some(cluster),
            admin,
            name,
            url,
        };
        App::migrate(&restored.options(1))
            .await
            .expect("the migrations run");
        restored
    }

    /// The options to connect to it.
    pub(crate) fn options(&self, pool_size: usize) -> DatabaseOptions {
        DatabaseOptions {
            url: self.url.clone(),
            ca_file: None,
            pool_size,
        }
    }

    /// Its URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Another connection, for concurrent transactions.
    pub(crate) async fn another(&self) -> Client {
        connect(&self.url).await
    }

    /// Queries the database directly.
    pub(crate) async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        self.own.query(sql, params).await.expect(sql)
    }
}

impl Drop for TestDatabase {
    /// Also after a failed test: no database is left behind.
    fn drop(&mut self) {
        let cluster = self.cluster.take();
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        block_in_place(|| {
            Handle::current().block_on(async {
                let dropped = self.admin.batch_execute(&drop).await;
                if let Some(cluster) = cluster {
                    cluster.stop().await.expect("the cluster stops");
                }
                dropped.expect("the database is dropped");
            });
        });
    }
}

fn options() -> Options {
    let worktree = &HEXLOWER.encode(&Sha256::digest(ROOT))[..8];
    let user = rustix::process::getuid().as_raw();
    Options {
        data_dir: Path::new(shelf()).join(format!("vestibule-tests-{user}-{worktree}")),
        bin_dir: environment("PG_BIN_DIR").map(PathBuf::from),
        search_path: environment("PATH").unwrap_or_default(),
        durability: Durability::Throwaway,
    }
}

/// A file system in memory clones a database ten times as fast as a disk. Containers often have a very
/// small one.
fn shelf() -> &'static str {
    let enough = 1 << 30;
    let is_roomy = |shelf: &rustix::fs::StatVfs| shelf.f_bavail * shelf.f_frsize >= enough;
    match rustix::fs::statvfs("/dev/shm") {
        Ok(shelf) if is_roomy(&shelf) => "/dev/shm",
        _ => "/tmp",
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the settings do not know where the programs of a test's cluster are"
)]
fn environment(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

async fn connect(url: &str) -> Client {
    let (client, driver) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("a connection");
    tokio::spawn(driver);
    client
}

async fn run(admin: &Client, sql: &str) {
    admin.batch_execute(sql).await.expect(sql);
}

/// Drops the databases of killed tests, whose process is gone.
async fn drop_leftovers(admin: &Client) {
    let names = r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'";
    for row in admin.query(names, &[]).await.expect("the databases") {
        let name: String = row.get(0);
        let pid = name.split('_').nth(1).unwrap_or_default();
        if !Path::new("/proc").join(pid).exists() {
            // Another process may be dropping it, too.
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            let _ = admin.batch_execute(&drop).await;
        }
    }
}

/// The name of the migrated template; the first process makes it.
async fn template(cluster: &LocalPostgres, admin: &Client) -> String {
    let name = format!("template_{}", hash_of_migrations());
    let is_there = async || {
        let found = "SELECT 1 FROM pg_database WHERE datname = $1";
        !admin.query(found, &[&name]).await.expect(found).is_empty()
    };
    if is_there().await {
        return name;
    }
    run(admin, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    if !is_there().await {
        run(admin, "DROP DATABASE IF EXISTS unfinished WITH (FORCE)").await;
        run(admin, "CREATE DATABASE unfinished").await;
        let options = DatabaseOptions {
            url: cluster.url_for("unfinished"),
            ca_file: None,
            pool_size: 1,
        };
        App::migrate(&options).await.expect("the migrations run");
        // The connection of the migrations may need a moment to close.
        let others =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'unfinished'";
        run(admin, others).await;
        run(
            admin,
            &format!("ALTER DATABASE unfinished RENAME TO {name}"),
        )
        .await;
    }
    run(
        admin,
        &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})"),
    )
    .await;
    name
}

fn hash_of_migrations() -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(Path::new(ROOT).join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("up.sql"))
        .collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(fs::read(&file).unwrap());
    }
    HEXLOWER.encode(&hash.finalize())[..16].to_owned()
}
