//! The embedded Postgres, with real servers: it starts, is shared, survives the death of the processes that
//! use it, and stops. Runs as root and as an ordinary user.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod local_postgres {
    mod access;
    mod foreign;
    pub(crate) mod support;
}

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use local_postgres::support::{HOLD, Holder, Place, column, is_root, postmaster_of, query};
use vestibule::internals::local_postgres::{LocalPostgres, StartError};

/// Not a test: the body of the processes that [`Holder`] starts. It holds the cluster of the
/// data directory in the environment until it is killed or its input ends.
#[tokio::test]
#[ignore = "run by other tests as a process of its own"]
async fn hold() {
    let Some(place) = Place::from_environment() else {
        return;
    };
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    println!("{HOLD}");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_first_start_makes_a_private_database_and_a_later_one_keeps_it() {
    let place = Place::new("first");
    let begun = Instant::now();
    let postgres = LocalPostgres::start(&place.durable()).await.unwrap();
    println!("first start: {:?}", begun.elapsed());
    assert_eq!(
        query(
            postgres.url(),
            "select current_database() || ' ' || current_user"
        )
        .await,
        "vestibule vestibule"
    );
    assert_eq!(query(postgres.url(), "show listen_addresses").await, "");
    assert_eq!(query(postgres.url(), "show data_checksums").await, "on");
    assert_eq!(query(postgres.url(), "show server_encoding").await, "UTF8");
    assert_eq!(query(postgres.url(), "show fsync").await, "on");
    query(postgres.url(), "create table kept (word text)").await;
    query(postgres.url(), "insert into kept values ('still here')").await;
    postgres.stop().await.unwrap();
    assert_eq!(postmaster_of(&place.data_dir), None);

    let begun = Instant::now();
    let postgres = LocalPostgres::start(&place.durable()).await.unwrap();
    let took = begun.elapsed();
    println!("later start: {took:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(
        query(postgres.url(), "select word from kept").await,
        "still here"
    );
    let begun = Instant::now();
    postgres.stop().await.unwrap();
    println!("stop: {:?}", begun.elapsed());
}

#[tokio::test]
async fn no_other_account_can_reach_it_and_ctrl_c_does_not() {
    let place = Place::new("private");
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    let server = postmaster_of(&place.data_dir).unwrap();

    for folder in ["postgres", "postgres-run"] {
        let metadata = fs::metadata(place.data_dir.join(folder)).unwrap();
        assert_eq!(metadata.mode() & 0o777, 0o700, "{folder}");
        assert_ne!(
            metadata.uid(),
            0,
            "{folder} belongs to the server's account"
        );
    }
    let expected = if is_root() { 0o711 } else { 0o700 };
    assert_eq!(
        fs::metadata(&place.data_dir).unwrap().mode() & 0o777,
        expected
    );

    // The server is the leader of its own process session.
    assert_eq!(column("sid", server), server.to_string());
    assert_eq!(column("tty", server), "?");
    // The server does not inherit Vestibule's environment, which contains secrets.
    let environment = fs::read(format!("/proc/{server}/environ")).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("CARGO"));
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn the_cluster_of_a_killed_process_is_taken_over() {
    let place = Place::new("killed");
    let holder = Holder::start(&place);
    let server = postmaster_of(&place.data_dir).unwrap();
    holder.kill();

    let begun = Instant::now();
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    println!("take-over: {:?}", begun.elapsed());
    assert_eq!(
        postmaster_of(&place.data_dir),
        Some(server),
        "the same server goes on"
    );
    postgres.stop().await.unwrap();
    assert_eq!(
        postmaster_of(&place.data_dir),
        None,
        "the killed process is not counted"
    );
}

#[tokio::test]
async fn the_last_process_stops_the_server() {
    let place = Place::new("last");
    let holder = Holder::start(&place);
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    postgres.stop().await.unwrap();
    assert!(
        postmaster_of(&place.data_dir).is_some(),
        "the other process still uses it"
    );
    holder.leave();
    assert_eq!(postmaster_of(&place.data_dir), None);
}

#[tokio::test]
async fn first_starts_at_once_make_one_cluster() {
    let place = Place::new("at-once");
    let options = place.options();
    let (one, two, three) = tokio::join!(
        LocalPostgres::start(&options),
        LocalPostgres::start(&options),
        LocalPostgres::start(&options)
    );
    let all = [one.unwrap(), two.unwrap(), three.unwrap()];
    for postgres in &all {
        assert_eq!(query(postgres.url(), "select 1::text").await, "1");
    }
    for postgres in all {
        postgres.stop().await.unwrap();
    }
    assert_eq!(postmaster_of(&place.data_dir), None);
}

/// A process that starts while the last one stops gets a server that stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_process_never_uses_a_stopping_server() {
    let place = Place::new("race");
    let mut inside = LocalPostgres::start(&place.options()).await.unwrap();
    for round in 0..10_u64 {
        let options = place.options();
        let newcomer = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(round * 3)).await;
            let postgres = LocalPostgres::start(&options).await.unwrap();
            for _ in 0..10 {
                assert_eq!(query(postgres.url(), "select 'alive'").await, "alive");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            postgres
        });
        inside.stop().await.unwrap();
        inside = newcomer.await.unwrap();
    }
    inside.stop().await.unwrap();
    assert_eq!(postmaster_of(&place.data_dir), None);
}

#[tokio::test]
async fn a_long_path_moves_the_socket_and_every_process_finds_it() {
    let place = Place::new(&format!("{}/{}", "long".repeat(20), "path".repeat(20)));
    let holder = Holder::start(&place);
    let server = postmaster_of(&place.data_dir);
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    assert_eq!(postmaster_of(&place.data_dir), server);
    assert!(
        postgres.url().contains("@%2Ftmp%2Fvestibule-"),
        "{}",
        postgres.url()
    );
    assert_eq!(query(postgres.url(), "select 1::text").await, "1");
    let folder = fs::read_link(place.data_dir.join("postgres-run")).unwrap();
    assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    holder.leave();
    postgres.stop().await.unwrap();

    // A copy of the data directory, including the link, is a separate cluster.
    let copy = Place::new(&format!("{}/{}", "long".repeat(20), "copy".repeat(20)));
    let cp = std::process::Command::new("cp")
        .arg("-a")
        .args([&place.data_dir, &copy.data_dir])
        .status();
    assert!(cp.unwrap().success());
    let original = LocalPostgres::start(&place.options()).await.unwrap();
    let copied = LocalPostgres::start(&copy.options()).await.unwrap();
    assert_ne!(original.url(), copied.url());
    query(original.url(), "create table only_here (id int)").await;
    let there = query(
        copied.url(),
        "select count(*)::text from pg_tables where tablename = 'only_here'",
    )
    .await;
    assert_eq!(there, "0");
    original.stop().await.unwrap();
    copied.stop().await.unwrap();
    fs::remove_dir_all(fs::read_link(copy.data_dir.join("postgres-run")).unwrap()).unwrap();
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_pid_file_that_names_another_process_does_not_stop_the_start() {
    let place = Place::new("stale");
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    let pid_file = place.data_dir.join("postgres/postmaster.pid");
    let content = fs::read_to_string(&pid_file).unwrap();
    postgres.stop().await.unwrap();

    let (_, rest) = content.split_once('\n').unwrap();
    // First the id of this test, which is alive, and then an unused process id.
    for pid in [std::process::id(), 4_194_304] {
        fs::write(&pid_file, format!("{pid}\n{rest}")).unwrap();
        let postgres = LocalPostgres::start(&place.options()).await.unwrap();
        assert_eq!(query(postgres.url(), "select 1::text").await, "1");
        postgres.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_crashed_server_is_started_again() {
    let place = Place::new("crashed");
    let postgres = LocalPostgres::start(&place.durable()).await.unwrap();
    query(postgres.url(), "create table kept (id int)").await;
    // An orphan of the dead server runs on for a while: no new server may write at the same time.
    let (client, connection) = tokio_postgres::connect(postgres.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let orphan = "do $$ declare until timestamptz := clock_timestamp() + '1.5s'; \
                  begin while clock_timestamp() < until loop end loop; end $$";
    let busy = tokio::spawn(async move { client.batch_execute(orphan).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let killed = Instant::now();
    place.kill_server();
    drop(postgres);
    let postgres = LocalPostgres::start(&place.durable()).await.unwrap();
    assert!(
        killed.elapsed() > Duration::from_secs(1),
        "it did not wait for the orphan"
    );
    busy.await.unwrap().unwrap();
    assert_eq!(
        query(postgres.url(), "select count(*)::text from kept").await,
        "0"
    );
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_whose_socket_was_removed_is_restarted() {
    let place = Place::new("socketless");
    Holder::start(&place).kill();
    let server = postmaster_of(&place.data_dir);
    fs::remove_dir_all(place.data_dir.join("postgres-run")).unwrap();
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    assert_ne!(postmaster_of(&place.data_dir), server);
    assert_eq!(query(postgres.url(), "select 1::text").await, "1");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_init_leaves_nothing_broken() {
    let place = Place::new("cut-short");
    for after in [100, 400, 700] {
        let holder = Holder::spawn(&place);
        tokio::time::sleep(Duration::from_millis(after)).await;
        holder.kill();
    }
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    assert_eq!(
        query(postgres.url(), "select current_database()::text").await,
        "vestibule"
    );
    postgres.stop().await.unwrap();
    assert!(!place.data_dir.join("postgres.unfinished").exists());
}

#[tokio::test]
async fn other_databases_have_urls_too() {
    let place = Place::new("databases");
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    query(postgres.url(), "create database another").await;
    assert_eq!(
        query(
            &postgres.url_for("another"),
            "select current_database()::text"
        )
        .await,
        "another"
    );
    assert_eq!(query(postgres.url(), "show fsync").await, "off");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn missing_programs_are_named_with_the_remedy() {
    let place = Place::new("missing");
    let mut options = place.options();
    options.bin_dir = Some(place.data_dir.join("no-such-folder"));
    let error = LocalPostgres::start(&options).await.unwrap_err();
    assert!(matches!(error, StartError::NotInBinDir(_)), "{error}");
    assert!(error.to_string().contains("no-such-folder"), "{error}");
    assert!(!error.to_string().contains('\n'));
    let remedy = StartError::NoPrograms.to_string();
    assert!(
        remedy.contains("apt install postgresql") && remedy.contains("brew install"),
        "{remedy}"
    );
}

#[tokio::test]
async fn an_old_version_is_refused() {
    let place = Place::new("old");
    let bin_dir = place.data_dir.join("bin");
    fs::create_dir_all(&bin_dir).unwrap();
    for program in ["postgres", "initdb", "pg_ctl"] {
        let path = bin_dir.join(program);
        fs::write(&path, "#!/bin/sh\necho 'postgres (PostgreSQL) 13.9'\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut options = place.options();
    options.bin_dir = Some(bin_dir);
    let error = LocalPostgres::start(&options).await.unwrap_err();
    assert!(
        matches!(error, StartError::TooOld { major: 13, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_failed_start_quotes_the_log() {
    let place = Place::new("broken");
    LocalPostgres::start(&place.options())
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    fs::write(
        place.data_dir.join("postgres.local.conf"),
        "shared_buffers = plenty\n",
    )
    .unwrap();
    let error = LocalPostgres::start(&place.options())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("postgres.log") && error.contains("shared_buffers"),
        "{error}"
    );
    assert!(!error.contains('\n'), "{error}");
}

#[tokio::test]
async fn as_root_a_parent_that_postgres_cannot_traverse_is_named() {
    if !is_root() {
        return;
    }
    let place = Place::new("closed/data");
    let closed = place.data_dir.parent().unwrap();
    fs::set_permissions(closed, fs::Permissions::from_mode(0o700)).unwrap();
    let error = LocalPostgres::start(&place.options()).await.unwrap_err();
    assert!(
        matches!(&error, StartError::CannotCross(dir) if dir == closed),
        "{error}"
    );
    assert!(error.to_string().contains("`postgres`"), "{error}");
    assert!(!Path::new(&place.data_dir).join("postgres").exists());
}
