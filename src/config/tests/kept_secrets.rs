//! The secrets that development creates and keeps.

use std::os::unix::fs::PermissionsExt;
use std::sync::Barrier;

use super::*;

/// Development on the embedded database in that folder, without secrets.
fn fresh(folder: &Folder, variables: &[(&str, &str)]) -> Source {
    let data_dir = folder.path("data");
    let mut source = source(variables);
    source
        .env
        .insert("DATA_DIR".to_owned(), data_dir.into_os_string());
    source
}

#[test]
fn secrets_are_created_once() {
    let folder = Folder::new();
    let source = fresh(&folder, &[]);
    let first = config(load(&source)).secrets;
    let second = config(load(&source)).secrets;
    assert_eq!(first.jwt, second.jwt);
    assert_eq!(first.cookie.expose(), second.cookie.expose());
    let keys = |secrets: &Secrets| {
        let keys = secrets.sealing.keys();
        keys.map(|(_, key)| *key.expose()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&first), keys(&second));
    assert_eq!(first.jwt.len(), 44);
    let mode = |name| {
        fs::metadata(folder.path(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("data/secrets.env"), mode("data")), (0o600, 0o700));
    assert_eq!(
        fs::read_dir(folder.path("data")).unwrap().count(),
        1,
        "no draft is left behind"
    );
}

#[test]
fn starts_at_the_same_time_agree() {
    const STARTS: usize = 16;
    let folder = Folder::new();
    let barrier = Barrier::new(STARTS);
    let keys: Vec<_> = std::thread::scope(|scope| {
        let start = || {
            barrier.wait();
            config(load(&fresh(&folder, &[]))).secrets.jwt.clone()
        };
        let threads: Vec<_> = (0..STARTS).map(|_| scope.spawn(start)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
    assert_eq!(fs::read_dir(folder.path("data")).unwrap().count(), 1);
}

#[test]
fn a_set_secret_takes_precedence_over_the_kept_one() {
    let folder = Folder::new();
    let config = config(load(&fresh(&folder, &[("JWT_SECRET_KEY", JWT)])));
    assert_eq!(*config.secrets.jwt, JWT.as_bytes());
    assert_ne!(*config.secrets.cookie.expose(), [0; 32]);
}

#[test]
fn no_secret_is_created_if_the_start_fails() {
    let folder = Folder::new();
    assert_eq!(
        at_fault(load(&fresh(&folder, &[("SMTP_PORT", "x")]))),
        ["SMTP_PORT"]
    );
    assert_eq!(
        at_fault(load(&fresh(&folder, &[("COOKIE_KEY", "x")]))),
        ["COOKIE_KEY"]
    );
    assert!(!folder.path("data").exists());
}

#[test]
fn a_shared_database_requires_all_secrets_in_every_environment() {
    let folder = Folder::new();
    let variables = [
        ("DATABASE_URL", "postgres://db/vestibule"),
        ("COOKIE_KEY", KEY),
    ];
    let loaded = load(&fresh(&folder, &variables));
    assert_eq!(at_fault(loaded), ["JWT_SECRET_KEY", "SEALING_KEYS"]);
    assert!(!folder.path("data").exists());
}

#[test]
fn a_kept_file_that_lost_a_line_is_a_fault_that_names_it() {
    let folder = Folder::new();
    fs::create_dir(folder.path("data")).unwrap();
    folder.write(
        "data/secrets.env",
        &format!("JWT_SECRET_KEY={JWT}\nSEALING_KEYS={RING}\n"),
    );
    let faults = load(&fresh(&folder, &[])).unwrap_err();
    assert_eq!(faults.settings(), ["COOKIE_KEY"]);
    assert!(faults.to_string().contains("data/secrets.env"), "{faults}");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_a_fault() {
    let folder = Folder::new();
    folder.write("data", "a file in the way");
    let faults = load(&fresh(&folder, &[])).unwrap_err();
    assert_eq!(faults.settings()[0], "DATA_DIR");
}

#[test]
fn the_random_source_makes_every_byte() {
    let folder = Folder::new();
    let secrets = config(load_with(&fresh(&folder, &[]), &counting())).secrets;
    let expected: Vec<u8> = (8 + 32..8 + 64).collect();
    assert_eq!(secrets.cookie.expose().to_vec(), expected);
    assert_ne!(
        fresh_secrets(&fill_from_system).lines(),
        fresh_secrets(&fill_from_system).lines()
    );
}
