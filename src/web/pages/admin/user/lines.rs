//! The lists on the page of a user: the import, devices, events and mails.

use chrono::{DateTime, Utc};

use crate::{
    db::{audit::EventRow, imports::Origin, mail::outbox::MailRow, sessions::devices::DeviceRow},
    domain::user_agent::{self, Device},
    web::{
        pages::{audit::words, sessions},
        paths::USERS,
    },
};

/// The import that created an account, and its admins.
#[derive(Clone, Debug)]
pub struct ImportLine {
    pub id: String,
    pub file_name: String,
    pub at: Option<DateTime<Utc>>,
    /// Who uploaded and who confirmed it, as text.
    pub by: String,
    /// Whether the account has a password.
    pub has_password: bool,
}

impl From<Origin> for ImportLine {
    fn from(origin: Origin) -> Self {
        let gone = || "an account that no longer exists".to_owned();
        let by = if origin.by_operator {
            "an operator, at the command line".to_owned()
        } else {
            let uploader = origin.uploaded_by.unwrap_or_else(gone);
            let confirmer = origin.confirmed_by.unwrap_or_else(gone);
            if uploader == confirmer {
                uploader
            } else {
                format!("{confirmer}, from a file of {uploader}")
            }
        };
        Self {
            id: origin.id.to_string(),
            file_name: origin.file_name,
            at: origin.finished_at,
            by,
            has_password: origin.has_password,
        }
    }
}

#[derive(Clone, Debug)]
pub struct DeviceLine {
    /// Browser and system as text.
    pub device: String,
    /// The client's address; empty if unknown.
    pub address: String,
    /// When it was last seen.
    pub last_seen_at: DateTime<Utc>,
    pub signed_in_at: DateTime<Utc>,
    /// The path that signs it out.
    pub revoke: String,
}

impl DeviceLine {
    pub(super) fn of(user: &str, row: &DeviceRow) -> Self {
        let device = Device::of(row.user_agent.as_deref().unwrap_or_default());
        Self {
            device: sessions::as_heading(&device.to_string()),
            address: row.ip.map_or_else(String::new, |ip| ip.addr().to_string()),
            last_seen_at: row.last_seen_at,
            signed_in_at: row.created_at,
            revoke: format!("{USERS}/{user}/sessions/{}/revoke", row.id),
        }
    }
}

#[derive(Clone, Debug)]
pub struct EventLine {
    /// The name of the event as words.
    pub what: String,
    /// The detail; empty if there is none.
    pub detail: String,
    /// Browser and address as text; empty if unknown.
    pub from: String,
    pub at: DateTime<Utc>,
}

impl From<&EventRow> for EventLine {
    fn from(row: &EventRow) -> Self {
        Self {
            what: words::of_name(row.event.strip_prefix("user_").unwrap_or(&row.event)),
            detail: words::of_detail(&row.detail),
            from: origin(row),
            at: row.at,
        }
    }
}

/// Browser and address of an event, in words.
fn origin(row: &EventRow) -> String {
    let browser = row.user_agent.as_deref().map(user_agent::short_name);
    let address = row.ip.map(|network| network.addr().to_string());
    let from: Vec<String> = [browser, address].into_iter().flatten().collect();
    from.join(", ")
}

/// A mail and its state.
#[derive(Clone, Debug)]
pub struct MailLine {
    /// Its kind as words.
    pub what: String,
    /// Its state as a sentence.
    pub state: String,
    pub at: DateTime<Utc>,
}

impl From<&MailRow> for MailLine {
    fn from(row: &MailRow) -> Self {
        let why = row.last_error.as_deref().unwrap_or("no reason is known");
        let state = match (row.sent_at, row.dropped_at) {
            (Some(_), _) => "Sent".to_owned(),
            (None, Some(_)) => format!("Given up: {why}"),
            (None, None) if row.attempts == 0 => "Waiting to be sent".to_owned(),
            (None, None) => format!("Tried {} times, will be tried again: {why}", row.attempts),
        };
        Self {
            what: words::of_name(&row.kind),
            state,
            at: row.created_at,
        }
    }
}
