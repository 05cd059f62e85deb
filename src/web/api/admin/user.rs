//! `GET /api/admin/users/{id}`: one user in full.

use std::net::IpAddr;

use actix_web::{
    HttpResponse,
    web::{Path, Query, to},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::managed::ManagedAnswer;
use crate::{
    db::{
        accounts::email_changes::EmailChange, audit::EventRow, imports::Origin,
        mail::outbox::MailRow, sessions::devices::DeviceRow,
    },
    domain::{authenticators::recovery::Recovery, user_agent::Device},
    flows::admin::list::{self, Cursors, Whole},
    web::{
        api::{call::Call, tag::Tag},
        error::WebResult,
        extract::AdminApi,
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// A change of address that is not confirmed yet.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedEmailChange)]
struct EmailChangeAnswer {
    new_email: String,
    #[schema(value_type = String, format = DateTime)]
    requested_at: DateTime<Utc>,
    #[schema(value_type = String, format = DateTime)]
    expires_at: DateTime<Utc>,
}

impl From<EmailChange> for EmailChangeAnswer {
    fn from(change: EmailChange) -> Self {
        Self {
            new_email: change.new_email,
            requested_at: change.requested_at,
            expires_at: change.expires_at,
        }
    }
}

/// An active session of a user.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedSession)]
struct SessionAnswer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    #[schema(required)]
    browser: Option<String>,
    #[schema(required)]
    system: Option<String>,
    #[schema(required, value_type = Option<String>)]
    ip: Option<IpAddr>,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: DateTime<Utc>,
    #[schema(value_type = String, format = DateTime)]
    expires_at: DateTime<Utc>,
}

impl From<DeviceRow> for SessionAnswer {
    fn from(row: DeviceRow) -> Self {
        let device = Device::of(row.user_agent.as_deref().unwrap_or_default());
        Self {
            id: row.id,
            browser: device.browser,
            system: device.system,
            ip: row.ip.map(|network| network.addr()),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
        }
    }
}

/// An event of the account.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedEvent)]
struct EventAnswer {
    #[schema(value_type = String, format = DateTime)]
    at: DateTime<Utc>,
    /// By name.
    event: String,
    /// The details of the event.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
    #[schema(required, value_type = Option<String>)]
    ip: Option<IpAddr>,
    #[schema(required)]
    user_agent: Option<String>,
}

impl From<EventRow> for EventAnswer {
    fn from(row: EventRow) -> Self {
        Self {
            at: row.at,
            event: row.event,
            detail: row.detail,
            ip: row.ip.map(|network| network.addr()),
            user_agent: row.user_agent,
        }
    }
}

/// A mail to the user, and its state.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedMail)]
struct MailAnswer {
    /// The kind of mail.
    kind: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    sent_at: Option<DateTime<Utc>>,
    /// When it was given up.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    dropped_at: Option<DateTime<Utc>>,
    attempts: i32,
    /// Why it was given up, or why the last attempt failed.
    #[schema(required)]
    last_error: Option<String>,
}

impl From<MailRow> for MailAnswer {
    fn from(row: MailRow) -> Self {
        Self {
            kind: row.kind,
            created_at: row.created_at,
            sent_at: row.sent_at,
            dropped_at: row.dropped_at,
            attempts: row.attempts,
            last_error: row.last_error,
        }
    }
}

/// The file that an account was imported from, and the admins who imported it: `null` at the command line, and where
/// their account is gone.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedImport)]
struct ImportAnswer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    file_name: String,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    imported_at: Option<DateTime<Utc>>,
    by_operator: bool,
    #[schema(required)]
    uploaded_by: Option<String>,
    #[schema(required)]
    confirmed_by: Option<String>,
    /// Whether the account has a password: the file's, or one that was set since.
    has_password: bool,
}

impl From<Origin> for ImportAnswer {
    fn from(origin: Origin) -> Self {
        Self {
            id: origin.id,
            file_name: origin.file_name,
            imported_at: origin.finished_at,
            by_operator: origin.by_operator,
            uploaded_by: origin.uploaded_by,
            confirmed_by: origin.confirmed_by,
            has_password: origin.has_password,
        }
    }
}

/// A freeze of address, second factor and deletion.
#[derive(Serialize, ToSchema)]
#[schema(as = Freeze)]
struct FreezeAnswer {
    #[schema(value_type = String, format = DateTime)]
    until: DateTime<Utc>,
    /// Whether no one signs in or resets the password until then.
    sign_in: bool,
}

/// The removal of a lost second factor that waits.
#[derive(Serialize, ToSchema)]
#[schema(as = Recovery)]
struct RecoveryAnswer {
    #[schema(value_type = String, format = DateTime)]
    started_at: DateTime<Utc>,
    /// When the owner gets the link.
    #[schema(value_type = String, format = DateTime)]
    ends_at: DateTime<Utc>,
    /// Until when the mailed link works; `null` before it is mailed.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    link_expires_at: Option<DateTime<Utc>>,
    /// From where it was requested.
    #[schema(required, value_type = Option<String>)]
    ip: Option<IpAddr>,
    #[schema(required)]
    user_agent: Option<String>,
}

impl From<Recovery> for RecoveryAnswer {
    fn from(recovery: Recovery) -> Self {
        Self {
            started_at: recovery.started_at,
            ends_at: recovery.ends_at,
            link_expires_at: recovery.link_expires_at,
            ip: recovery.ip,
            user_agent: recovery.user_agent,
        }
    }
}

/// A user in full.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeUser)]
struct WholeAnswer {
    user: ManagedAnswer,
    /// `null` if the account was not imported.
    #[schema(required, value_type = Option<ImportAnswer>)]
    import: Option<ImportAnswer>,
    /// The change of address that waits for its link.
    #[schema(required, value_type = Option<EmailChangeAnswer>)]
    email_change: Option<EmailChangeAnswer>,
    /// When a deleted account is erased.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    erased_at: Option<DateTime<Utc>>,
    /// The freeze after "this wasn't me", while it lasts.
    #[schema(required, value_type = Option<FreezeAnswer>)]
    freeze: Option<FreezeAnswer>,
    #[schema(required, value_type = Option<RecoveryAnswer>)]
    recovery: Option<RecoveryAnswer>,
    /// The active sessions, 20 a page, the one seen last first.
    sessions: Vec<SessionAnswer>,
    /// The `sessions` of the next page, where there is one.
    #[schema(required)]
    sessions_next: Option<String>,
    /// 20 of them, newest first.
    events: Vec<EventAnswer>,
    /// The `events` of the next page, where there is one.
    #[schema(required)]
    events_next: Option<String>,
    /// 20 of them, newest first.
    mails: Vec<MailAnswer>,
    /// The `mails` of the next page, where there is one.
    #[schema(required)]
    mails_next: Option<String>,
}

impl From<Whole> for WholeAnswer {
    fn from(whole: Whole) -> Self {
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
        Self {
            user: managed.into(),
            import: origin.map(ImportAnswer::from),
            email_change: email_change.map(EmailChangeAnswer::from),
            erased_at,
            freeze: freeze.map(|freeze| FreezeAnswer {
                until: freeze.until,
                sign_in: freeze.with_sign_in,
            }),
            recovery: recovery.map(RecoveryAnswer::from),
            sessions: sessions.rows.into_iter().map(SessionAnswer::from).collect(),
            sessions_next: sessions.next,
            events: events.rows.into_iter().map(EventAnswer::from).collect(),
            events_next: events.next,
            mails: mails.rows.into_iter().map(MailAnswer::from).collect(),
            mails_next: mails.next,
        }
    }
}

/// Where each list of the user goes on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct WholeQuery {
    /// `sessions_next` of the page before.
    sessions: String,
    /// `events_next` of the page before.
    events: String,
    /// `mails_next` of the page before.
    mails: String,
}

pub(super) fn call() -> Call {
    Call::get("/api/admin/users/{id}", Guard::Admin, to(get))
        .about(
            Tag::Administration,
            "One user, with a page each of devices, events and mails.",
        )
        .id("id", "An id from the list.")
        .query::<WholeQuery>()
        .answers::<WholeAnswer>(200, "The user.")
        .refuses(&[codes::NOT_FOUND])
}

async fn get(state: State, _: AdminApi, id: Path<String>, query: Query<WholeQuery>) -> WebResult {
    let id = refusals::user_id(&id)?;
    let WholeQuery {
        sessions,
        events,
        mails,
    } = query.into_inner();
    let cursors = Cursors {
        sessions,
        events,
        mails,
    };
    let whole = list::show(&state.services, id, &cursors)
        .await?
        .map_err(|faults| refusals::invalid(&faults))?;
    let whole = whole.ok_or_else(refusals::no_such_user)?;
    Ok(HttpResponse::Ok().json(WholeAnswer::from(whole)))
}
