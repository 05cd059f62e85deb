//! One user, as admins see them: profile, states, devices, events, mails, and the acts that can be done.

mod lines;

use actix_web::web::{Path, Query};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::chip::Chip;
use crate::{
    db::{admin::managed::ManagedUser, sessions::devices::DeviceRow},
    domain::{
        accounts::user::Frozen,
        admin::{ACTS, act::AdminAct},
    },
    flows::{
        admin::list::{self, Cursors, Whole},
        paged::Paged,
    },
    web::{
        error::WebResult,
        extract::{AdminUser, PageShell},
        pages::{
            accounts::change_email::PendingChange,
            answer::{Showing, next_page},
        },
        paths::USERS,
        problem::refusals,
        state::State,
        view::{FieldErrors, RecoveryNotice, Shell},
    },
};

pub use lines::{DeviceLine, EventLine, ImportLine, MailLine};

/// `/admin/users/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/user.html")]
pub struct AdminUserPage {
    pub shell: Shell,
    pub id: String,
    /// The name of the user, else the address.
    pub title: String,
    pub email: String,
    /// The name, if there is one.
    pub display_name: Option<String>,
    /// The notable states of the account.
    pub chips: Vec<Chip>,
    /// When the account was created.
    pub created_at: DateTime<Utc>,
    /// When the address was verified.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Whether only an import declared it verified.
    pub verified_by_file: bool,
    /// The import that created the account.
    pub import: Option<ImportLine>,
    /// When the password last changed.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// Since when a second factor is enrolled.
    pub two_factor_since: Option<DateTime<Utc>>,
    /// Its kinds, the strongest first.
    pub second_factors: String,
    /// Since when the account is disabled.
    pub disabled_at: Option<DateTime<Utc>>,
    /// The change of address that waits for its link.
    pub email_change: Option<PendingChange>,
    /// When a deleted account will be erased.
    pub erased_at: Option<DateTime<Utc>>,
    /// The freeze of the account, while it lasts.
    pub freeze: Option<Frozen>,
    /// The removal of the second factor that waits.
    pub recovery: Option<RecoveryNotice>,
    /// Whether it is the acting admin's own account.
    pub is_own: bool,
    /// The acts that can be done, in the order of how much they change.
    pub acts: Vec<&'static AdminAct>,
    /// A page of the active sessions.
    pub sessions: Section<DeviceLine>,
    /// A page of the events.
    pub events: Section<EventLine>,
    /// A page of the mails.
    pub mails: Section<MailLine>,
    /// Faults of the query.
    pub errors: FieldErrors,
}

/// A page of one of the lists.
#[derive(Clone, Debug)]
pub struct Section<T> {
    pub lines: Vec<T>,
    /// The link to the first page.
    pub first: String,
    /// The link to the next page; empty on the last one.
    pub next: String,
    /// Whether this is not the first page.
    pub goes_on: bool,
}

impl<T> Section<T> {
    /// The section `name` of a user's page, which continues after `cursor`.
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

/// The cursor of each list.
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
            email_change,
            erased_at,
            freeze,
            recovery,
            sessions,
            events,
            mails,
        } = whole;
        let acts = if is_own {
            Vec::new()
        } else {
            let account = managed.account(false);
            ACTS.iter().filter(|act| act.is_listed(&account)).collect()
        };
        let chips = Chip::all_of(&managed);
        let ManagedUser { user, .. } = managed;
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
            two_factor_since: user.factors.first_since(),
            second_factors: user.factors.labels(),
            disabled_at: user.disabled_at,
            email_change: email_change.map(PendingChange::from),
            erased_at,
            freeze,
            recovery: recovery.as_ref().map(RecoveryNotice::from),
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
