//! The location of the database.

use std::path::{Path, PathBuf};

use crate::{
    config::{
        DatabaseSource,
        reader::{Read, Reader, Reported},
        setting::{Optional, Setting, settings},
        value::{database_url, folder, readable_file, whole},
    },
    domain::secrets::secret::SecretString,
};

settings! {
    /// Without DATABASE_URL, Vestibule runs a private Postgres of its own in DATA_DIR.
    "The database";

    /// The Postgres to use, as postgres://user:password@host:port/database?sslmode=verify-full.
    /// Percent-encode what is special in the password; separate several hosts by commas.
    /// docs/database.md has all options, and says which poolers work. Several nodes may share
    /// one database; all secrets below must then be set, alike on every node.
    DATABASE_URL: Optional<SecretString> = unset(
        "'postgres://vestibule:password@db.example.org/vestibule'",
        database_url,
    );

    /// Connections in the pool, from 1 to 1000; two more for each core look up and refresh sessions,
    /// and up to four work in the background.
    /// Ten serve thousands of users; more only move the queue into Postgres.
    DATABASE_POOL_SIZE: Setting<usize> = fixed("10", |text| whole(text, 1..=1000));

    /// Certificates (PEM) to trust for the database besides the system's roots.
    DATABASE_CA_FILE: Optional<PathBuf> = unset("/etc/vestibule/database-ca.pem", readable_file);

    /// The folder of `initdb` and `postgres` for the embedded database.
    PG_BIN_DIR: Optional<PathBuf> = computed(
        "searched on PATH, by `pg_config --bindir`, and in the folders of Debian and Homebrew",
        "/usr/lib/postgresql/17/bin",
        folder,
    );
}

/// The embedded database in `data_dir`, unless `DATABASE_URL` names a database.
pub(in crate::config) fn source(
    reader: &mut Reader<'_>,
    data_dir: Option<&Path>,
) -> Read<DatabaseSource> {
    let ca_file = reader.optional(&DATABASE_CA_FILE);
    if let Some(url) = reader.optional(&DATABASE_URL)? {
        return Ok(DatabaseSource::Url {
            url,
            ca_file: ca_file?,
        });
    }
    if ca_file?.is_some() {
        reader.warn("DATABASE_CA_FILE has no effect without DATABASE_URL.");
    }
    Ok(DatabaseSource::Embedded {
        data_dir: data_dir.ok_or(Reported)?.to_owned(),
        bin_dir: reader.optional(&PG_BIN_DIR)?,
        search_path: reader.source.surrounding("PATH").unwrap_or_default(),
    })
}
