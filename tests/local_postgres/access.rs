//! Who may connect to the embedded Postgres: no one over TCP, whatever makes it listen there.

use std::fs;
use std::time::Duration;

use tokio_postgres::{Client, Config, NoTls};
use vestibule::internals::local_postgres::LocalPostgres;

use super::support::{Holder, Place, postmaster_of, query};

/// What `initdb --auth=trust` wrote into the clusters of earlier versions.
const TRUSTING: &str = "\
local   all             all                                     trust
host    all             all             127.0.0.1/32            trust
host    all             all             ::1/128                 trust
local   replication     all                                     trust
host    replication     all             127.0.0.1/32            trust
host    replication     all             ::1/128                 trust
host    all             all             samenet                 trust
";

/// A loopback address that no other test listens on: the port is fixed, for the socket is named
/// after it.
fn address(number: u8) -> String {
    let [.., high, low] = std::process::id().to_be_bytes();
    format!("127.{}.{high}.{low}", 100 + number)
}

async fn over_tcp(address: &str) -> Result<Client, String> {
    let mut config = Config::new();
    config.host(address).port(5432).user("vestibule");
    config
        .dbname("vestibule")
        .connect_timeout(Duration::from_secs(5));
    let (client, connection) = config.connect(NoTls).await.map_err(|error| {
        let refused = error
            .as_db_error()
            .map(|refused| refused.message().to_owned());
        refused.unwrap_or_else(|| error.to_string())
    })?;
    tokio::spawn(connection);
    Ok(client)
}

async fn refused(address: &str) {
    let answer = over_tcp(address).await;
    let Err(said) = answer else {
        panic!("the connection is admitted");
    };
    assert!(said.contains("pg_hba.conf"), "{said}");
}

fn listen(place: &Place, address: &str) {
    let local = place.data_dir.join("postgres.local.conf");
    fs::write(local, format!("listen_addresses = '{address}'\n")).unwrap();
}

async fn access_rules(url: &str) -> Vec<String> {
    let rules = "SELECT string_agg(type || ' ' || auth_method, ',' ORDER BY line_number)
        FROM pg_hba_file_rules";
    let rules = query(url, rules).await;
    rules.split(',').map(str::to_owned).collect()
}

#[tokio::test]
async fn tcp_is_refused_whatever_makes_it_listen() {
    let place = Place::new("tcp");
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    let rules = access_rules(postgres.url()).await;
    assert!(rules.contains(&"local trust".to_owned()), "{rules:?}");
    let sound = |rule: &String| rule == "local trust" || rule == "host reject";
    assert!(rules.iter().all(sound), "{rules:?}");
    postgres.stop().await.unwrap();

    let by_file = address(0);
    listen(&place, &by_file);
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    refused(&by_file).await;

    // A superuser's ALTER SYSTEM wins over every other file.
    let by_sql = address(1);
    query(
        postgres.url(),
        &format!("ALTER SYSTEM SET listen_addresses = '{by_sql}'"),
    )
    .await;
    query(
        postgres.url(),
        "ALTER SYSTEM SET unix_socket_permissions = '0777'",
    )
    .await;
    postgres.stop().await.unwrap();
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    refused(&by_sql).await;
    let socket = query(postgres.url(), "SHOW unix_socket_permissions").await;
    assert_eq!(socket, "0700");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_trusted_tcp_is_corrected_at_the_next_start() {
    let place = Place::new("trusting");
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    postgres.stop().await.unwrap();
    let address = address(2);
    listen(&place, &address);
    let file = place.data_dir.join("postgres/pg_hba.conf");
    fs::write(&file, TRUSTING).unwrap();
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    refused(&address).await;
    let rules = access_rules(postgres.url()).await;
    assert_eq!(
        rules,
        ["local trust", "local trust", "host reject", "host reject"]
    );
    postgres.stop().await.unwrap();
    let once = fs::read_to_string(&file).unwrap();
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        once,
        "it is mended once"
    );
    postgres.stop().await.unwrap();
}

/// Both a cluster that a killed process left running and one that another process still uses.
#[tokio::test]
async fn a_running_server_that_trusted_tcp_is_corrected_by_the_next_process() {
    for (number, is_alone) in [(3, true), (4, false)] {
        let place = Place::new(if is_alone { "taken-over" } else { "attached" });
        let address = address(number);
        fs::create_dir_all(&place.data_dir).unwrap();
        listen(&place, &address);
        let mut holder = Some(Holder::start(&place));
        let server = postmaster_of(&place.data_dir);
        fs::write(place.data_dir.join("postgres/pg_hba.conf"), TRUSTING).unwrap();
        rustix::process::kill_process(
            rustix::process::Pid::from_raw(server.unwrap()).unwrap(),
            rustix::process::Signal::HUP,
        )
        .unwrap();
        let stranger = loop {
            match over_tcp(&address).await {
                Ok(client) => break client,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        if is_alone {
            holder.take().unwrap().kill();
        }

        let postgres = LocalPostgres::start(&place.options()).await.unwrap();
        assert_eq!(postmaster_of(&place.data_dir), server, "the same server");
        // The server reads the file a moment after the signal.
        let mut answer = over_tcp(&address).await;
        for _ in 0..100 {
            if answer.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            answer = over_tcp(&address).await;
        }
        refused(&address).await;
        let ended = stranger.batch_execute("SELECT 1").await;
        assert!(ended.is_err(), "a session from before goes on");
        assert_eq!(query(postgres.url(), "select 1::text").await, "1");
        if let Some(holder) = holder {
            holder.leave();
        }
        postgres.stop().await.unwrap();
    }
}
