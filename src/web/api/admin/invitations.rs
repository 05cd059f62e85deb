//! Invitations as admins write, list, resend and revoke them: `POST /api/admin/users` and
//! `/api/admin/invitations`.

use actix_web::{
    HttpResponse,
    web::{Path, Query, to},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::{
        accounts::invitation::{Invitation, State as Use},
        audit::Client,
    },
    flows::{
        accounts::invitations::{self, Act, Line, Outcome},
        authenticators::proof::Proven,
    },
    web::{
        api::{
            authenticators::totp::PasswordBody,
            call::Call,
            schemas,
            tag::Tag,
            texts::{CurrentPassword, EmailAddress},
        },
        error::WebResult,
        extract::{AdminApi, AdminCall, ClientInfo, CursorQuery, MayProve},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::{State, WebState},
    },
};

/// The body of an invitation.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewInvitation)]
struct Body {
    #[schema(value_type = EmailAddress)]
    email: Field,
    #[schema(schema_with = schemas::role)]
    role: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for Body {
    fn password(&mut self) -> &mut Field {
        &mut self.password
    }
}

/// An invitation that was neither accepted nor revoked. Times are RFC 3339, in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
struct Answer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    email: String,
    #[schema(schema_with = schemas::role)]
    role: &'static str,
    /// Only an `open` one can be accepted.
    #[schema(schema_with = schemas::invitation_states)]
    state: &'static str,
    /// The admin who sent it last.
    #[schema(required, value_type = Option<String>, format = "uuid")]
    invited_by: Option<Uuid>,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
    #[schema(value_type = String, format = DateTime)]
    sent_at: DateTime<Utc>,
    #[schema(value_type = String, format = DateTime)]
    expires_at: DateTime<Utc>,
}

impl Answer {
    fn of(invitation: Invitation, state: Use) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email,
            role: invitation.role.as_str(),
            state: state.as_str(),
            invited_by: invitation.invited_by,
            created_at: invitation.created_at,
            sent_at: invitation.sent_at,
            expires_at: invitation.expires_at,
        }
    }
}

pub(in crate::web::api) fn calls() -> Vec<Call> {
    vec![invite_call(), list_call(), resend_call(), revoke_call()]
}

async fn perform(
    state: &WebState,
    proven: &Proven,
    act: &Act,
    client: &Client,
) -> WebResult<Answer> {
    match invitations::perform(&state.services, proven, act, client).await? {
        Outcome::Done(invitation) => Ok(Answer::of(invitation, Use::Open)),
        outcome => Err(refusals::invitation(outcome)),
    }
}

fn invite_call() -> Call {
    Call::post("/api/admin/users", Guard::Admin, to(post))
        .about(
            Tag::Administration,
            "Invites an address.

            A link that creates the account is mailed; it works once, for 7 days. A taken address is reported
            as such, whatever `EMAIL_VERIFICATION` says.",
        )
        .takes_with_proof::<Body>()
        .answers::<Answer>(201, "Invited.")
        .refuses(&[codes::EMAIL_TAKEN, codes::NOTHING_TO_DO, codes::REGISTRATION_CLOSED])
}

async fn post(state: State, call: AdminCall<Body>, ClientInfo(client): ClientInfo) -> WebResult {
    let AdminCall { proven, body } = call;
    let act = fields::read(|r| Act::Invite {
        email: r.text("email", body.email),
        role: r.text("role", body.role),
    })?;
    let invited = perform(&state, &proven, &act, &client).await?;
    Ok(HttpResponse::Created().json(invited))
}

#[derive(Serialize, ToSchema)]
#[schema(as = Invitations)]
struct ListAnswer {
    invitations: Vec<Answer>,
    /// The `cursor` of the next page, where there is one.
    #[schema(required)]
    next: Option<String>,
}

fn list_call() -> Call {
    Call::get("/api/admin/invitations", Guard::Admin, to(get))
        .about(
            Tag::Administration,
            "Lists the open invitations, 50 a page, the newest first.",
        )
        .query::<CursorQuery>()
        .answers::<ListAnswer>(200, "A page of invitations.")
}

async fn get(state: State, _: AdminApi, query: Query<CursorQuery>) -> WebResult {
    let page = invitations::list(&state.services, &query.cursor)
        .await?
        .map_err(|faults| refusals::invalid(&faults))?;
    let answer = |line: Line| Answer::of(line.invitation, line.state);
    Ok(HttpResponse::Ok().json(ListAnswer {
        invitations: page.rows.into_iter().map(answer).collect(),
        next: page.next,
    }))
}

fn resend_call() -> Call {
    Call::post("/api/admin/invitations/{id}/resend", Guard::Admin, to(post_resend))
        .about(Tag::Administration, "Sends an open invitation again, with a new link and in the caller's name. The old link no longer works.")
        .id("id", "An id from the list.")
        .takes_with_proof::<PasswordBody>()
        .answers::<Answer>(200, "The invitation.")
        .refuses(&[codes::NOT_FOUND, codes::EMAIL_TAKEN, codes::REGISTRATION_CLOSED])
}

async fn post_resend(
    state: State,
    call: AdminCall<PasswordBody>,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let act = Act::Resend(refusals::invitation_id(&id)?);
    let sent = perform(&state, &call.proven, &act, &client).await?;
    Ok(HttpResponse::Ok().json(sent))
}

fn revoke_call() -> Call {
    Call::post(
        "/api/admin/invitations/{id}/revoke",
        Guard::Admin,
        to(post_revoke),
    )
    .about(
        Tag::Administration,
        "Revokes an open invitation: its link no longer works.",
    )
    .id("id", "An id from the list.")
    .takes_with_proof::<PasswordBody>()
    .answers_nothing("Done.")
    .refuses(&[codes::NOT_FOUND])
}

async fn post_revoke(
    state: State,
    call: AdminCall<PasswordBody>,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let act = Act::Revoke(refusals::invitation_id(&id)?);
    perform(&state, &call.proven, &act, &client).await?;
    Ok(HttpResponse::NoContent().finish())
}
