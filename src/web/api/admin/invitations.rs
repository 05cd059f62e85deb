//! Invitations as admins write, list, resend and revoke them: `POST /api/admin/users` and
//! `/api/admin/invitations`.

use std::mem;

use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
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
            schemas,
            texts::{CurrentPassword, EmailAddress},
        },
        error::WebResult,
        extract::{AdminApi, AdminCall, ClientInfo, MayProve},
        fields::{self, Field},
        problem::problems,
        refusals,
        state::{State, WebState},
    },
};

/// The body of an invitation.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewInvitation)]
pub struct Body {
    #[schema(value_type = EmailAddress)]
    email: Field,
    #[schema(schema_with = schemas::role)]
    role: Field,
    /// Unless there was a proof within 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for Body {
    fn password(&mut self) -> Field {
        mem::replace(&mut self.password, Field::Missing)
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

problems!(InviteProblems: ANY UNSAFE BODY SIGNED_IN ADMIN PROVEN
    [EMAIL_TAKEN, NOTHING_TO_DO, REGISTRATION_CLOSED]);

/// Invites an address.
///
/// A link is mailed that makes the account; it works once, for 7 days. Here a taken address is told
/// plainly, whatever `EMAIL_VERIFICATION` says.
#[utoipa::path(
    post,
    path = "/api/admin/users",
    tag = "Administration",
    request_body = Body,
    responses(
        (status = 201, description = "Invited.", body = Answer),
        InviteProblems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post(
    state: State,
    call: AdminCall<Body>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let AdminCall { proven, body } = call;
    let act = fields::read(|r| Act::Invite {
        email: r.text("email", body.email),
        role: r.text("role", body.role),
    })?;
    let invited = perform(&state, &proven, &act, &client).await?;
    Ok(HttpResponse::Created().json(invited))
}

/// Where to go on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListQuery {
    /// `next` of the page before.
    cursor: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Invitations)]
struct ListAnswer {
    invitations: Vec<Answer>,
    /// The `cursor` of the next page, where there is one.
    #[schema(required)]
    next: Option<String>,
}

problems!(ListProblems: ANY QUERY SIGNED_IN ADMIN);

/// Lists the open invitations, 50 a page, the newest first.
#[utoipa::path(
    get,
    path = "/api/admin/invitations",
    tag = "Administration",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of invitations.", body = ListAnswer),
        ListProblems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn get(state: State, _: AdminApi, query: Query<ListQuery>) -> WebResult {
    let page = invitations::list(&state.services, &query.cursor)
        .await?
        .map_err(|faults| refusals::invalid(&faults))?;
    let answer = |line: Line| Answer::of(line.invitation, line.state);
    Ok(HttpResponse::Ok().json(ListAnswer {
        invitations: page.lines.into_iter().map(answer).collect(),
        next: page.next,
    }))
}

problems!(ResendProblems: ANY UNSAFE BODY SIGNED_IN ADMIN PROVEN
    [NOT_FOUND, EMAIL_TAKEN, REGISTRATION_CLOSED]);

/// Sends an open invitation again, with a fresh link and on the caller's word. The old link is dead.
#[utoipa::path(
    post,
    path = "/api/admin/invitations/{id}/resend",
    tag = "Administration",
    params(("id" = String, Path, format = "uuid", description = "Out of the list.")),
    request_body = PasswordBody,
    responses(
        (status = 200, description = "The invitation.", body = Answer),
        ResendProblems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post_resend(
    state: State,
    call: AdminCall<PasswordBody>,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let act = Act::Resend(refusals::invitation_id(&id)?);
    let sent = perform(&state, &call.proven, &act, &client).await?;
    Ok(HttpResponse::Ok().json(sent))
}

problems!(RevokeProblems: ANY UNSAFE BODY SIGNED_IN ADMIN PROVEN [NOT_FOUND]);

/// Takes an open invitation back: its link is dead.
#[utoipa::path(
    post,
    path = "/api/admin/invitations/{id}/revoke",
    tag = "Administration",
    params(("id" = String, Path, format = "uuid", description = "Out of the list.")),
    request_body = PasswordBody,
    responses((status = 204, description = "Done."), RevokeProblems),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post_revoke(
    state: State,
    call: AdminCall<PasswordBody>,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let act = Act::Revoke(refusals::invitation_id(&id)?);
    perform(&state, &call.proven, &act, &client).await?;
    Ok(HttpResponse::NoContent().finish())
}
