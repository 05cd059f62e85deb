//! `GET /api/admin/users`, and `GET` and `PATCH /api/admin/users/{id}`.

use std::{mem, net::IpAddr};

use actix_web::{
    HttpResponse,
    web::{Path, Query, to},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    db::{
        admin::managed::ManagedUser, audit::EventRow, imports::Origin, mail::outbox::MailRow,
        sessions::devices::DeviceRow,
    },
    domain::{accounts::display_name, user_agent::Device},
    flows::admin::{
        act::{self, Outcome},
        list::{self, Cursors, Whole},
    },
    web::{
        api::{
            call::Call,
            schemas,
            tag::Tag,
            texts::{CurrentPassword, DisplayName},
        },
        error::WebResult,
        extract::{AdminApi, AdminCall, ClientInfo, MayProve},
        fields::{self, Field},
        guard::Guard,
        problem::codes,
        refusals,
        state::State,
    },
};

/// The filters; all that are given must match.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct ListQuery {
    /// Up to 8 words, all of which must be found: each at the beginning of a word of the name, or of a part of the
    /// address after any character that is neither letter nor digit (`lopez`, `example.com`). Capitals
    /// and accents make no difference. Or a whole id.
    #[param(max_length = 254)]
    q: String,
    #[param(schema_with = schemas::statuses)]
    status: String,
    #[param(schema_with = schemas::role)]
    role: String,
    #[param(schema_with = schemas::on_or_off)]
    two_factor: String,
    #[param(schema_with = schemas::yes_or_no)]
    verified: String,
    /// `newest` by default.
    #[param(schema_with = schemas::sorts)]
    sort: String,
    /// `next` or `previous` of another page, in the same order.
    cursor: String,
}

impl From<ListQuery> for list::Query {
    fn from(query: ListQuery) -> Self {
        Self {
            q: query.q,
            status: query.status,
            role: query.role,
            two_factor: query.two_factor,
            verified: query.verified,
            sort: query.sort,
            cursor: query.cursor,
        }
    }
}

/// A user, as admins see them. Times are RFC 3339, in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedUser)]
#[expect(clippy::struct_excessive_bools, reason = "the answer has each of them")]
struct ManagedAnswer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    email: String,
    #[schema(required)]
    display_name: Option<String>,
    #[schema(schema_with = schemas::role)]
    role: &'static str,
    email_verified: bool,
    /// Whether the owner of the mailbox has verified it here. `email_verified` may come from an
    /// imported file, which lets the account sign in and no more.
    mailbox_proven: bool,
    two_factor_enabled: bool,
    password_must_change: bool,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    password_changed_at: Option<DateTime<Utc>>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    disabled_at: Option<DateTime<Utc>>,
    /// Erased 30 days later.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    deleted_at: Option<DateTime<Utc>>,
    /// When the last session began, according to the audit log.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<DateTime<Utc>>,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
}

impl From<ManagedUser> for ManagedAnswer {
    fn from(managed: ManagedUser) -> Self {
        let ManagedUser {
            user,
            deleted_at,
            last_sign_in_at,
        } = managed;
        Self {
            id: user.id,
            role: user.role.as_str(),
            email_verified: user.email_verified(),
            mailbox_proven: user.mailbox_proven(),
            two_factor_enabled: user.two_factor_enabled(),
            password_must_change: user.password_must_change,
            password_changed_at: user.password_changed_at,
            disabled_at: user.disabled_at,
            deleted_at,
            last_sign_in_at,
            created_at: user.created_at,
            email: user.email,
            display_name: user.display_name,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ManagedUsers)]
struct ListAnswer {
    users: Vec<ManagedAnswer>,
    /// The `cursor` of the next page, where there is one.
    #[schema(required)]
    next: Option<String>,
    /// The `cursor` of the page before, where this is not the first one.
    #[schema(required)]
    previous: Option<String>,
}

pub(super) fn list_call() -> Call {
    Call::get("/api/admin/users", Guard::Admin, to(get_all))
        .about(
            Tag::Administration,
            "Searches users, 50 a page.

            A page begins after the last user of the previous one, or ends before the first user of the next one: no user is
            listed twice or left out while others write. There is no count.",
        )
        .query::<ListQuery>()
        .answers::<ListAnswer>(200, "A page of users.")
}

async fn get_all(state: State, _: AdminApi, query: Query<ListQuery>) -> WebResult {
    let query = query.into_inner().into();
    let page = list::list(&state.services, &query)
        .await?
        .map_err(|faults| refusals::invalid(&faults))?;
    Ok(HttpResponse::Ok().json(ListAnswer {
        users: page.users.into_iter().map(ManagedAnswer::from).collect(),
        next: page.next,
        previous: page.previous,
    }))
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

/// A user in full.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeUser)]
struct WholeAnswer {
    user: ManagedAnswer,
    /// `null` if the account was not imported.
    #[schema(required, value_type = Option<ImportAnswer>)]
    import: Option<ImportAnswer>,
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
            sessions,
            events,
            mails,
        } = whole;
        Self {
            user: managed.into(),
            import: origin.map(ImportAnswer::from),
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

pub(super) fn show_call() -> Call {
    Call::get("/api/admin/users/{id}", Guard::Admin, to(get_one))
        .about(
            Tag::Administration,
            "One user, with a page each of devices, events and mails.",
        )
        .id("id", "An id from the list.")
        .query::<WholeQuery>()
        .answers::<WholeAnswer>(200, "The user.")
        .refuses(&[codes::NOT_FOUND])
}

async fn get_one(
    state: State,
    _: AdminApi,
    id: Path<String>,
    query: Query<WholeQuery>,
) -> WebResult {
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

/// The body of a renaming.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Renaming)]
struct RenameBody {
    /// `null`, or a missing field, removes the name.
    #[schema(value_type = Option<DisplayName>)]
    display_name: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for RenameBody {
    fn password(&mut self) -> Field {
        mem::replace(&mut self.password, Field::Missing)
    }
}

pub(super) fn rename_call() -> Call {
    Call::patch("/api/admin/users/{id}", Guard::Admin, to(patch))
        .about(Tag::Administration, "Changes the name of a user.")
        .id("id", "An id from the list.")
        .takes_with_proof::<RenameBody>()
        .answers::<ManagedAnswer>(200, "The user.")
        .refuses(&[
            codes::NOT_FOUND,
            codes::OWN_ACCOUNT,
            codes::LAST_ADMIN,
            codes::NOTHING_TO_DO,
        ])
}

async fn patch(
    state: State,
    call: AdminCall<RenameBody>,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let id = refusals::user_id(&id)?;
    let name = fields::read(|r| {
        let typed = r.optional("display_name", call.body.display_name);
        let typed = typed.as_ref().map_or("", |typed| typed.expose());
        let parsed = display_name::DisplayName::parse(typed);
        parsed.unwrap_or_else(|why| {
            r.fault("display_name", &why.to_string());
            None
        })
    })?;
    let outcome = act::rename(&state.services, &call.proven, id, name.as_ref(), &client).await?;
    if outcome != Outcome::Done {
        return Err(refusals::admin_act(outcome));
    }
    let managed = list::find(&state.services, id).await?;
    let managed = managed.ok_or_else(refusals::no_such_user)?;
    Ok(HttpResponse::Ok().json(ManagedAnswer::from(managed)))
}
