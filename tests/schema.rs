//! The migrations against real Postgres: `src/db/schema.rs` matches the tables that they create, and every
//! migration can be reverted.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "support/cluster.rs"]
#[expect(dead_code, reason = "tests/nodes uses the rest")]
mod cluster;
#[path = "schema/diesel_schema.rs"]
mod diesel_schema;

use std::fs;
use std::path::{Path, PathBuf};

use cluster::{Cluster, Sql};
use diesel_schema::Table;
use vestibule::internals::app::App;
use vestibule::internals::db::DatabaseOptions;

/// The table in which diesel records the migrations.
const BOOKKEEPING: &str = "__diesel_schema_migrations";

#[tokio::test]
async fn the_diesel_schema_matches_the_migrations() {
    let cluster = Cluster::start().await;
    migrate(&cluster).await;
    let believed = diesel_schema::tables(&read("src/db/schema.rs"));
    assert!(believed.len() >= 8, "schema.rs was not read: {believed:#?}");
    let made = tables(&cluster.sql().await).await;
    for (believed, made) in believed.iter().zip(&made) {
        assert_eq!(believed, made, "src/db/schema.rs left, the database right");
    }
    let names = |tables: &[Table]| -> Vec<String> {
        tables.iter().map(|table| table.name.clone()).collect()
    };
    assert_eq!(names(&believed), names(&made));
}

#[tokio::test]
async fn every_migration_can_be_reverted_and_run_again() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    let mut migrations: Vec<PathBuf> = fs::read_dir(root().join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    migrations.sort();
    assert!(migrations.len() >= 5);

    // Reverting each migration restores the schema from before it.
    let mut before = Vec::new();
    for migration in &migrations {
        before.push((migration, everything(&sql).await));
        sql.run(&read(migration.join("up.sql"))).await;
    }
    let whole = everything(&sql).await;
    for (migration, before) in before.iter().rev() {
        assert_ne!(
            &everything(&sql).await,
            before,
            "{migration:?} does nothing"
        );
        sql.run(&read(migration.join("down.sql"))).await;
        assert_eq!(
            &everything(&sql).await,
            before,
            "{migration:?} leaves a trace"
        );
    }
    assert!(before[0].1.is_empty(), "{:?}", before[0].1);

    // Migrated again, this time by the program.
    let ran = migrate(&cluster).await;
    assert_eq!(ran.len(), migrations.len());
    assert_eq!(everything(&sql).await, whole);
    assert!(migrate(&cluster).await.is_empty(), "nothing is run twice");
}

/// Restores run with an empty search path, in which a trigger without its own finds no tables and loses rows.
/// And a function must not use objects that another role has put before our tables.
#[tokio::test]
async fn every_function_sets_its_search_path() {
    let cluster = Cluster::start().await;
    migrate(&cluster).await;
    let sql = cluster.sql().await;
    let ours = "SELECT p.oid::regprocedure, coalesce(array_to_string(p.proconfig, ';'), '')
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')";
    let ours = sql.rows(ours).await;
    assert!(ours.len() >= 5, "{ours:?}");
    for function in ours {
        assert!(
            function[1].contains("search_path=pg_catalog"),
            "{} does not SET search_path: {}",
            function[0],
            function[1]
        );
    }
}

async fn migrate(cluster: &Cluster) -> Vec<String> {
    let options = DatabaseOptions {
        url: cluster.url().to_owned(),
        ca_file: None,
        pool_size: 1,
    };
    App::migrate(&options).await.unwrap()
}

/// The tables according to `information_schema`, by name.
async fn tables(sql: &Sql) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let columns = "SELECT table_name, column_name, udt_name, is_nullable
        FROM information_schema.columns WHERE table_schema = 'public'
        ORDER BY table_name COLLATE \"C\", ordinal_position";
    for row in sql.rows(columns).await {
        let [table, column, udt, nullable] = <[String; 4]>::try_from(row).unwrap();
        if table == BOOKKEEPING {
            continue;
        }
        if tables.last().is_none_or(|last| last.name != table) {
            tables.push(Table {
                primary_key: primary_key(sql, &table).await,
                name: table,
                columns: Vec::new(),
            });
        }
        let columns = &mut tables.last_mut().unwrap().columns;
        columns.push((column, udt, nullable == "YES"));
    }
    tables
}

async fn primary_key(sql: &Sql, table: &str) -> Vec<String> {
    let key = format!(
        "SELECT k.column_name FROM information_schema.table_constraints c
         JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)
         WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_schema = 'public'
           AND c.table_name = '{table}' ORDER BY k.ordinal_position"
    );
    sql.rows(&key).await.into_iter().flatten().collect()
}

/// Every relation, column, default, constraint, index and comment, a line each.
async fn everything(sql: &Sql) -> Vec<String> {
    let ours = "n.nspname = 'public' AND c.relname NOT LIKE '\\_\\_diesel%'";
    let everything = format!(
        "SELECT format('%s %s %s', c.relkind, c.relname, c.reloptions)
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}
         UNION ALL
         SELECT format('%s.%s %s %s %s %s', c.relname, a.attname,
                       format_type(a.atttypid, a.atttypmod), a.attnotnull,
                       pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
         WHERE {ours} AND a.attnum > 0 AND NOT a.attisdropped
         UNION ALL
         SELECT format('%s: %s', c.relname, pg_get_constraintdef(o.oid))
         FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}
         UNION ALL
         SELECT pg_get_indexdef(i.indexrelid)
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}
         ORDER BY 1"
    );
    sql.rows(&everything).await.into_iter().flatten().collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
