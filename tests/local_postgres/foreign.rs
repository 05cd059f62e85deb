//! As root: data directories that another account can change, and what that account could gain.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use vestibule::internals::local_postgres::{LocalPostgres, StartError};

use super::support::{Place, is_root};

/// The user and group `nobody` (`nogroup`) of Debian.
const NOBODY: u32 = 65_534;

/// A file that only root may change, with a link to it at each of `links`.
fn precious(place: &Place, links: &[&str]) -> PathBuf {
    let precious = place.data_dir.with_file_name("precious");
    fs::write(&precious, "precious\n").unwrap();
    for link in links {
        let link = place.data_dir.join(link);
        let _ = fs::remove_file(&link);
        symlink(&precious, link).unwrap();
    }
    precious
}

#[tokio::test]
async fn as_root_a_folder_of_another_account_is_not_touched() {
    if !is_root() {
        return;
    }
    let place = Place::new("foreign/parent/data");
    fs::create_dir_all(&place.data_dir).unwrap();
    let data = place.data_dir.as_path();
    let parent = data.parent().unwrap();
    let links = [
        "postgres.conf.new",
        "pg_hba.conf.new",
        "postmaster.pid.new",
        "postgres.log",
        "postgres.gate",
    ];
    let precious = precious(&place, &links);
    let before = fs::metadata(&precious).unwrap();
    let link = parent.with_file_name("link");
    symlink(data, &link).unwrap();
    let refused = async |data_dir: &Path| {
        let mut options = place.options();
        options.data_dir = data_dir.to_owned();
        let error = LocalPostgres::start(&options).await.unwrap_err();
        let text = fs::read_to_string(&precious).unwrap();
        assert_eq!(text, "precious\n");
        assert_eq!(fs::metadata(&precious).unwrap().uid(), before.uid());
        error
    };
    let is_foreign = |error: StartError, of: &Path| {
        assert!(
            matches!(&error, StartError::Foreign { path, .. } if path == of),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .contains("`runuser -u nobody -- vestibule"),
            "{error}"
        );
    };
    for (foreign, data_dir) in [
        (data, data),
        (parent, data),
        (data, &link),
        (parent, &data.join("new")),
    ] {
        chown(foreign, Some(NOBODY), None).unwrap();
        is_foreign(refused(data_dir).await, foreign);
        chown(foreign, Some(0), None).unwrap();
    }
    lchown(&link, Some(NOBODY), None).unwrap();
    is_foreign(refused(&link).await, &link);
    for (open, mode) in [(data, 0o1777), (parent, 0o757)] {
        fs::set_permissions(open, fs::Permissions::from_mode(mode)).unwrap();
        let error = refused(data).await;
        assert!(
            matches!(&error, StartError::OpenToOthers(path) if path == open),
            "{error}"
        );
        fs::set_permissions(open, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[tokio::test]
async fn as_root_links_of_the_servers_account_are_not_followed() {
    if !is_root() {
        return;
    }
    let place = Place::new("links");
    let start = async || LocalPostgres::start(&place.options()).await;
    start().await.unwrap().stop().await.unwrap();
    let access = fs::read(place.data_dir.join("postgres/pg_hba.conf")).unwrap();
    for link in ["postgres/pg_hba.conf", "postgres/postmaster.pid"] {
        let precious = precious(&place, &[link]);
        let link = place.data_dir.join(link);
        let error = start().await.unwrap_err().to_string();
        assert!(
            error.contains(&format!("cannot read {}", link.display())),
            "{error}"
        );
        assert_eq!(
            fs::read_link(&link).unwrap(),
            precious,
            "its content is nowhere else"
        );
        fs::remove_file(&link).unwrap();
        fs::write(place.data_dir.join("postgres/pg_hba.conf"), &access).unwrap();
    }
}

#[tokio::test]
async fn the_socket_of_another_accounts_cluster_is_left_alone() {
    if !is_root() {
        return;
    }
    let place = Place::new("others");
    let postgres = LocalPostgres::start(&place.options()).await.unwrap();
    postgres.stop().await.unwrap();
    let [cluster, run] = ["postgres", "postgres-run"].map(|name| place.data_dir.join(name));
    for folder in [&cluster, &run] {
        chown(folder, Some(NOBODY), None).unwrap();
    }
    fs::write(run.join("socket"), "").unwrap();
    let error = LocalPostgres::start(&place.options()).await.unwrap_err();
    assert!(
        matches!(&error, StartError::OtherOwner { path, .. } if *path == cluster),
        "{error}"
    );
    assert!(run.join("socket").exists());
}
