//! Accounts of another system in a file: what a row may contain, and why it is refused.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    accounts::{display_name::DisplayName, email::EmailAddress, user::Role},
    password::{HashError, NO_PASSWORD},
    text,
};

/// The columns of a file, in any order; all but the first may be missing.
pub const COLUMNS: [&str; 6] = [
    "email",
    "display_name",
    "password_hash",
    "email_verified",
    "role",
    "created_at",
];

/// The largest file, in bytes, that is accepted on a page.
pub const MAX_FILE: usize = 10 * 1024 * 1024;

/// How long an import can be undone. Sessions are kept at least as long after their end, so no first
/// sign-in can have been deleted within this time.
pub const UNDO_WITHIN: TimeDelta = TimeDelta::days(30);

/// The most characters of a file name that are kept.
const MAX_FILE_NAME: usize = 100;

/// A file's name for display: the last part of its path on one line, or "file".
pub fn file_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = text::one_line(last).chars().take(MAX_FILE_NAME).collect();
    if name.chars().all(text::is_unseen) {
        return "file".to_owned();
    }
    name
}

/// The state of an import.
///
/// ```text
///   uploaded --confirmed--> running --> done --> undone
///      |                       `-----> failed
///      `-- discarded, or forgotten after a day
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its rows were checked, and nothing was written.
    Uploaded,
    /// It was confirmed, and a node works on it or will do so.
    Running,
    /// Its accounts exist.
    Done,
    /// Nothing was written, and nothing will be.
    Failed,
    /// Its accounts were created and removed again.
    Undone,
}

impl State {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undone => "undone",
        }
    }

    /// The state of a name in the database, whose check allows no other name.
    pub fn of(word: &str) -> Option<Self> {
        [
            Self::Uploaded,
            Self::Running,
            Self::Done,
            Self::Failed,
            Self::Undone,
        ]
        .into_iter()
        .find(|state| state.as_str() == word)
    }
}

/// The longest hash that is examined. Hashes of the known kinds have a third of this.
const MAX_HASH: usize = 512;

/// A row as text; an empty field was not given.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawRow([String; COLUMNS.len()]);

impl RawRow {
    /// Sets a column by its name; `false` where there is no such column.
    pub fn set(&mut self, column: &str, value: &str) -> bool {
        let found = COLUMNS.iter().position(|known| *known == column);
        if let Some(at) = found {
            value.clone_into(&mut self.0[at]);
        }
        found.is_some()
    }

    /// The address as written in the file.
    pub fn email(&self) -> &str {
        &self.0[0]
    }
}

/// Prints only the address: a hash must not reach a log.
impl fmt::Debug for RawRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RawRow({:?})",
            super::accounts::email::masked(self.email())
        )
    }
}

/// An account to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedUser {
    /// The address.
    pub email: EmailAddress,
    /// The name.
    pub display_name: Option<DisplayName>,
    /// The stored hash, or [`NO_PASSWORD`].
    pub password_hash: String,
    /// Whether the other system had verified the address.
    pub email_verified: bool,
    /// The role.
    pub role: Role,
    /// When the account was created.
    pub created_at: DateTime<Utc>,
}

/// The rules for checking a row.
#[derive(Clone, Copy)]
pub struct RowRules<'a> {
    /// The time of the import.
    pub now: DateTime<Utc>,
    /// Whether a file may create admins.
    pub allow_admins: bool,
    /// Checks whether a hash can be verified.
    pub can_verify: &'a dyn Fn(&str) -> Result<(), HashError>,
}

impl RowRules<'_> {
    /// Parses a row. The error lists every fault in one line for the operator.
    pub fn read(&self, row: &RawRow) -> Result<ImportedUser, String> {
        let [_, name, hash, verified, role, created] = row.0.each_ref().map(|text| text.trim());
        let mut faults = Vec::new();
        let mut note =
            |column: &str, why: &dyn fmt::Display| faults.push(format!("{column}: {why}"));
        let email = EmailAddress::parse(row.email()).map_err(|why| note("email", &why));
        let display_name = DisplayName::parse(name).map_err(|why| note("display_name", &why));
        let password_hash = self.hash(hash).map_err(|why| note("password_hash", &why));
        let email_verified = flag(verified).map_err(|why| note("email_verified", &why));
        let role = self.role(role).map_err(|why| note("role", &why));
        let created_at = self
            .created_at(created)
            .map_err(|why| note("created_at", &why));
        match (
            email,
            display_name,
            password_hash,
            email_verified,
            role,
            created_at,
        ) {
            (
                Ok(email),
                Ok(display_name),
                Ok(password_hash),
                Ok(email_verified),
                Ok(role),
                Ok(created_at),
            ) => Ok(ImportedUser {
                email,
                display_name,
                password_hash,
                email_verified,
                role,
                created_at,
            }),
            _ => Err(faults.join("; ")),
        }
    }

    /// An empty hash or Django's mark of an unusable password: the user sets a password by a reset.
    fn hash(&self, text: &str) -> Result<String, String> {
        if text.is_empty() || text.starts_with(NO_PASSWORD) {
            return Ok(NO_PASSWORD.to_owned());
        }
        if text.len() > MAX_HASH || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(HashError::Malformed.to_string());
        }
        (self.can_verify)(text).map_err(|why| why.to_string())?;
        Ok(text.to_owned())
    }

    fn role(&self, text: &str) -> Result<Role, &'static str> {
        match text {
            "" | "user" => Ok(Role::User),
            "admin" if self.allow_admins => Ok(Role::Admin),
            "admin" => Err("admins are imported on the command line alone, with --allow-admins"),
            _ => Err("is neither user nor admin"),
        }
    }

    fn created_at(&self, text: &str) -> Result<DateTime<Utc>, &'static str> {
        if text.is_empty() {
            return Ok(self.now);
        }
        match DateTime::parse_from_rfc3339(text) {
            Ok(at) if at <= self.now => Ok(at.to_utc()),
            Ok(_) => Err("lies in the future"),
            Err(_) => Err("is no time such as 2024-05-17T09:30:00Z (RFC 3339)"),
        }
    }
}

fn flag(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" => Ok(true),
        "" | "false" | "f" | "0" | "no" => Ok(false),
        _ => Err("is neither true nor false"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn read(columns: &[(&str, &str)], allow_admins: bool) -> Result<ImportedUser, String> {
        let mut row = RawRow::default();
        for (column, value) in columns {
            assert!(row.set(column, value), "{column}");
        }
        let can_verify = |hash: &str| match hash {
            "good" => Ok(()),
            _ => Err(HashError::UnknownKind),
        };
        RowRules {
            now: Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap(),
            allow_admins,
            can_verify: &can_verify,
        }
        .read(&row)
    }

    #[test]
    fn the_name_of_a_file_is_its_last_part() {
        assert_eq!(file_name("C:\\data\\users.csv"), "users.csv");
        assert_eq!(file_name("/tmp/a\u{202e}b\nc.csv"), "ab c.csv");
        for nothing in ["", "/", "\u{200b}"] {
            assert_eq!(file_name(nothing), "file");
        }
        assert_eq!(file_name(&"é".repeat(300)).chars().count(), 100);
    }

    #[test]
    fn a_row_needs_only_an_address() {
        let user = read(&[("email", " Ada@example.org ")], false).unwrap();
        assert_eq!(user.email.as_str(), "Ada@example.org");
        assert_eq!((user.role, user.email_verified), (Role::User, false));
        assert_eq!(user.password_hash, NO_PASSWORD);
        assert_eq!(user.created_at.to_rfc3339(), "2026-01-02T03:04:05+00:00");
    }

    #[test]
    fn every_column_is_read() {
        let row = [
            ("email", "ada@example.org"),
            ("display_name", "Ada"),
            ("password_hash", "good"),
            ("email_verified", "TRUE"),
            ("role", "admin"),
            ("created_at", "2020-02-03T04:05:06+01:00"),
        ];
        let user = read(&row, true).unwrap();
        assert_eq!(user.password_hash, "good");
        assert_eq!((user.role, user.email_verified), (Role::Admin, true));
        assert_eq!(user.created_at.to_rfc3339(), "2020-02-03T03:05:06+00:00");
        assert!(read(&row, false).unwrap_err().contains("--allow-admins"));
    }

    #[test]
    fn every_reason_is_reported_at_once() {
        let row = [
            ("email", "nobody"),
            ("display_name", "a\u{7}b"),
            ("password_hash", "5f4dcc3b5aa765d61d8327deb882cf99"),
            ("email_verified", "maybe"),
            ("role", "root"),
            ("created_at", "2099-01-01T00:00:00Z"),
        ];
        let faults = read(&row, true).unwrap_err();
        for (column, _) in row {
            assert!(faults.contains(&format!("{column}: ")), "{faults}");
        }
        assert!(!faults.contains("5f4dcc3b"), "a hash is not repeated");
        assert!(!RawRow::default().set("is_superuser", "t"));
    }

    #[test]
    fn an_unusable_password_means_no_password() {
        let unusable = [("email", "a@example.org"), ("password_hash", "!x9rWqkA2")];
        assert_eq!(read(&unusable, false).unwrap().password_hash, NO_PASSWORD);
    }
}
