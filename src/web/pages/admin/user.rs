//! One user, as admins see them: profile, states, devices, what happened, mails, and what can be
//! done.

use std::fmt::Write as _;

use actix_web::web::{Path, Query};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::words::AdminAct;
use crate::{
    db::{
        admin::managed::ManagedUser, audit::EventRow, imports::Origin, mail::outbox::MailRow,
        sessions::devices::DeviceRow,
    },
    domain::{
        accounts::user::{DELETION_GRACE, Role},
        user_agent::Device,
    },
    flows::{
        admin::list::{self, Cursors, Whole},
        paged::Paged,
    },
    web::{
        error::WebResult,
        extract::{AdminUser, PageShell},
        pages::{
            accounts::activity,
            answer::{Showing, next_page},
        },
        paths::USERS,
        refusals,
        state::State,
        view::{FieldErrors, Shell},
    },
};

/// `/admin/users/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/user.html")]
pub struct AdminUserPage {
    /// What stands around the page.
    pub shell: Shell,
    /// Its id.
    pub id: String,
    /// What the user is called: the name, else the address.
    pub title: String,
    /// The address.
    pub email: String,
    /// The name, where there is one.
    pub display_name: Option<String>,
    /// The states worth a look.
    pub chips: Vec<Chip>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When the address was proven.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Whether that is the word of a file alone.
    pub verified_by_file: bool,
    /// The file that brought the account.
    pub import: Option<ImportLine>,
    /// When the password last changed.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// Since when a second factor is enrolled.
    pub two_factor_since: Option<DateTime<Utc>>,
    /// Since when the account is shut.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When a deleted account will be erased.
    pub erased_at: Option<DateTime<Utc>>,
    /// Whether it is the account of whoever looks.
    pub is_own: bool,
    /// What can be done, in the order of how much it changes.
    pub acts: Vec<&'static AdminAct>,
    /// A page of the living sessions.
    pub sessions: Section<DeviceLine>,
    /// A page of what happened.
    pub events: Section<EventLine>,
    /// A page of the mails.
    pub mails: Section<MailLine>,
    /// What is wrong with the query.
    pub errors: FieldErrors,
}

/// A page of one of the lists.
#[derive(Clone, Debug)]
pub struct Section<T> {
    /// Its lines.
    pub lines: Vec<T>,
    /// The link to the first page.
    pub first: String,
    /// The link to the next page; empty on the last one.
    pub next: String,
    /// Whether this is another page than the first one.
    pub goes_on: bool,
}

impl<T> Section<T> {
    /// The section `name` of a user's page, which goes on behind `cursor`.
    fn of<Row>(
        (path, name, cursor): (&str, &str, &str),
        page: &Paged<Row>,
        line: impl Fn(&Row) -> T,
    ) -> Self {
        let next = next_page(path, name, page.next.as_deref());
        let title = format!("#{name}-title");
        Self {
            lines: page.rows.iter().map(line).collect(),
            first: format!("{path}{title}"),
            next: if next.is_empty() { next } else { next + &title },
            goes_on: !cursor.is_empty(),
        }
    }
}

/// The file that brought an account, and by whom.
#[derive(Clone, Debug)]
pub struct ImportLine {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub file_name: String,
    /// When it was imported.
    pub at: Option<DateTime<Utc>>,
    /// Who uploaded and who confirmed it, in words.
    pub by: String,
    /// Whether the account has a password.
    pub has_password: bool,
}

impl From<Origin> for ImportLine {
    fn from(origin: Origin) -> Self {
        let gone = || "an account that is gone".to_owned();
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

/// A state in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// The word.
    pub text: &'static str,
    /// Its colour, as the stylesheet spells it.
    pub class: &'static str,
}

impl Chip {
    /// The states of a user.
    pub fn all_of(
        ManagedUser {
            user, deleted_at, ..
        }: &ManagedUser,
    ) -> Vec<Self> {
        let chip = |text, class| Self { text, class };
        let mut chips = Vec::new();
        match (deleted_at, user.disabled_at) {
            (Some(_), _) => chips.push(chip("Deleted", "bad")),
            (None, Some(_)) => chips.push(chip("Disabled", "bad")),
            (None, None) => chips.push(chip("Active", "good")),
        }
        if user.role == Role::Admin {
            chips.push(chip("Administrator", "accent"));
        }
        if !user.email_verified() {
            chips.push(chip("Address not verified", "warn"));
        } else if !user.mailbox_proven() {
            chips.push(chip("Verified by a file only", "warn"));
        }
        if user.password_must_change {
            chips.push(chip("Must change password", "warn"));
        }
        if user.two_factor_enabled() {
            chips.push(chip("Two-step sign-in", ""));
        }
        chips
    }

    /// The same in words that fit into a line of the list.
    pub fn short(managed: &ManagedUser) -> Vec<Self> {
        let short = |chip: Self| {
            let text = match chip.text {
                "Administrator" => "Admin",
                "Address not verified" => "Unverified",
                "Verified by a file only" => "By a file",
                "Must change password" => "Must change",
                "Two-step sign-in" => "Two-step",
                text => text,
            };
            Self { text, ..chip }
        };
        Self::all_of(managed).into_iter().map(short).collect()
    }
}

/// A signed-in device.
#[derive(Clone, Debug)]
pub struct DeviceLine {
    /// Browser and system in words.
    pub device: String,
    /// The client's address; empty where unknown.
    pub address: String,
    /// When it was last seen.
    pub last_seen_at: DateTime<Utc>,
    /// When it signed in.
    pub signed_in_at: DateTime<Utc>,
    /// Where it can be signed out.
    pub revoke: String,
}

impl DeviceLine {
    fn of(user: &str, row: &DeviceRow) -> Self {
        let device = Device::of(row.user_agent.as_deref().unwrap_or_default());
        Self {
            device: crate::web::pages::sessions::as_heading(&device.to_string()),
            address: row.ip.map_or_else(String::new, |ip| ip.addr().to_string()),
            last_seen_at: row.last_seen_at,
            signed_in_at: row.created_at,
            revoke: format!("{USERS}/{user}/sessions/{}/revoke", row.id),
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct EventLine {
    /// What, by name, as words.
    pub what: String,
    /// What the event adds; empty where nothing.
    pub detail: String,
    /// From where, in words; empty where unknown.
    pub from: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<&EventRow> for EventLine {
    fn from(row: &EventRow) -> Self {
        Self {
            what: words(&row.event),
            detail: details(&row.detail),
            from: activity::origin(row),
            at: row.at,
        }
    }
}

/// A mail, and what became of it.
#[derive(Clone, Debug)]
pub struct MailLine {
    /// What it says, as words.
    pub what: String,
    /// What became of it, a sentence.
    pub state: String,
    /// When it was written.
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
            what: words(&row.kind),
            state,
            at: row.created_at,
        }
    }
}

/// `sign_in_failed` as "Sign in failed".
fn words(name: &str) -> String {
    let plain = name.strip_prefix("user_").unwrap_or(name).replace('_', " ");
    let mut letters = plain.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The members of a detail: `reason: left the company`.
pub(in crate::web::pages) fn details(detail: &Value) -> String {
    let mut told = String::new();
    for (name, value) in detail.as_object().into_iter().flatten() {
        let separator = if told.is_empty() { "" } else { ", " };
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Array(words) => {
                let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
                words.join(" ")
            }
            other => other.to_string(),
        };
        // Writing to a string cannot fail.
        let _ = write!(told, "{separator}{name}: {value}");
    }
    told
}

/// Where each list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListsQuery {
    sessions: String,
    events: String,
    mails: String,
}

impl From<ListsQuery> for Cursors {
    fn from(query: ListsQuery) -> Self {
        Self {
            sessions: query.sessions,
            events: query.events,
            mails: query.mails,
        }
    }
}

/// `GET /admin/users/{id}`
pub async fn get(
    AdminUser(who): AdminUser,
    id: Path<String>,
    query: Query<ListsQuery>,
    state: State,
    shell: PageShell,
) -> WebResult {
    let (id, services) = (refusals::user_id(&id)?, &state.services);
    let mut cursors = Cursors::from(query.into_inner());
    let mut showing = Showing::first();
    let whole = match list::show(services, id, &cursors).await? {
        Ok(whole) => whole,
        Err(faults) => {
            showing = Showing::of_query(&faults);
            cursors = Cursors::default();
            list::show(services, id, &cursors)
                .await?
                .unwrap_or_default()
        }
    };
    let whole = whole.ok_or_else(refusals::no_such_user)?;
    let is_own = who.user().id == id;
    showing.answer(|errors| AdminUserPage {
        errors,
        ..AdminUserPage::of(shell.take(), whole, &cursors, is_own)
    })
}

impl AdminUserPage {
    fn of(shell: Shell, whole: Whole, cursors: &Cursors, is_own: bool) -> Self {
        let Whole {
            managed,
            origin,
            sessions,
            events,
            mails,
        } = whole;
        let acts = if is_own {
            Vec::new()
        } else {
            AdminAct::fitting(&managed)
        };
        let chips = Chip::all_of(&managed);
        let ManagedUser {
            user, deleted_at, ..
        } = managed;
        let id = user.id.to_string();
        let path = format!("{USERS}/{id}");
        let device = |row: &DeviceRow| DeviceLine::of(&id, row);
        Self {
            shell,
            title: user.name().to_owned(),
            chips,
            created_at: user.created_at,
            email_verified_at: user.email_verified_at,
            verified_by_file: user.verified_by_file,
            import: origin.map(ImportLine::from),
            password_changed_at: user.password_changed_at,
            two_factor_since: user.totp_confirmed_at,
            disabled_at: user.disabled_at,
            erased_at: deleted_at.map(|at| at + DELETION_GRACE),
            is_own,
            acts,
            sessions: Section::of((&path, "sessions", &cursors.sessions), &sessions, device),
            events: Section::of((&path, "events", &cursors.events), &events, |row| {
                EventLine::from(row)
            }),
            mails: Section::of((&path, "mails", &cursors.mails), &mails, |row| {
                MailLine::from(row)
            }),
            errors: FieldErrors::default(),
            email: user.email,
            display_name: user.display_name,
            id,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_details_read_as_words() {
        assert_eq!(words("user_sessions_revoked"), "Sessions revoked");
        assert_eq!(words("sign_in_failed"), "Sign in failed");
        assert_eq!(details(&json!({})), "");
        let detail = json!({ "methods": ["pwd", "otp"], "left": 3 });
        assert_eq!(details(&detail), "left: 3, methods: pwd otp");
    }
}
