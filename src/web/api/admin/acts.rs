//! `POST /api/admin/users/{id}/...`: what admins do to an account, a call each.
//!
//! They differ in their fields alone. The guards stand in the flow that all of them pass.

use std::{borrow::Cow, mem};

use actix_web::{
    HttpResponse, Route,
    web::{Path, to},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::{
        accounts::{reason::Reason, user::Role},
        audit::Client,
    },
    flows::{
        InputFaults,
        admin::act::{self, Act, Outcome},
        authenticators::proof::Proven,
    },
    web::{
        api::{
            authenticators::totp::PasswordBody,
            call::Call,
            schemas,
            tag::Tag,
            texts::{self, CurrentPassword, EmailAddress},
        },
        error::WebResult,
        extract::{AdminCall, ClientInfo, MayProve},
        fields::{self, Field},
        guard::Guard,
        problem::codes,
        refusals,
        state::{State, WebState},
    },
};

/// The body of an act that takes a reason.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ActWithReason)]
struct ReasonBody {
    #[schema(value_type = texts::Reason)]
    reason: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

/// The body of a deletion.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Deletion)]
struct DeletionBody {
    #[schema(value_type = texts::Reason)]
    reason: Field,
    /// The address of the account, as a confirmation.
    #[schema(value_type = EmailAddress)]
    confirm_email: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

/// The body of a change of role.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RoleChange)]
struct RoleBody {
    #[schema(schema_with = schemas::role)]
    role: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

macro_rules! may_prove {
    ($($body:ident)*) => {
        $(impl MayProve for $body {
            fn password(&mut self) -> Field {
                mem::replace(&mut self.password, Field::Missing)
            }
        })*
    };
}
may_prove!(ReasonBody DeletionBody RoleBody);

fn reason(field: Field) -> WebResult<Reason> {
    let typed = fields::read(|r| r.secret("reason", field))?;
    Reason::parse(typed.expose())
        .map_err(|why| refusals::invalid(&InputFaults::one("reason", &why)))
}

fn role(field: Field) -> WebResult<Role> {
    let typed = fields::read(|r| r.text("role", field))?;
    typed
        .parse()
        .map_err(|why| refusals::invalid(&InputFaults::one("role", &why)))
}

fn deletion(body: DeletionBody) -> WebResult<Act> {
    let confirm_email = fields::read(|r| r.text("confirm_email", body.confirm_email))?;
    Ok(Act::Delete {
        reason: reason(body.reason)?,
        confirm_email,
    })
}

async fn perform(
    state: &WebState,
    proven: &Proven,
    id: &str,
    act: &Act,
    client: &Client,
) -> WebResult {
    let id = refusals::user_id(id)?;
    match act::perform(&state.services, proven, id, act, client).await? {
        Outcome::Done => Ok(HttpResponse::NoContent().finish()),
        outcome => Err(refusals::admin_act(outcome)),
    }
}

/// The acts, a call each.
pub(super) fn calls() -> Vec<Call> {
    vec![
        act(
            "disable",
            "Disables an account: every session, token and pending change ends at once.",
            |body: ReasonBody| reason(body.reason).map(Act::Disable),
        ),
        act(
            "enable",
            "Enables a disabled account. What ended stays ended.",
            |_: PasswordBody| Ok(Act::Enable),
        ),
        act("role", "Changes the role.", |body: RoleBody| {
            role(body.role).map(Act::SetRole)
        }),
        act(
            "require-password-change",
            "Requires a new password; nothing else is possible until it is set.",
            |_: PasswordBody| Ok(Act::RequirePasswordChange),
        ),
        act(
            "unlock",
            "Clears failed sign-in attempts.",
            |_: PasswordBody| Ok(Act::Unlock),
        ),
        act(
            "send-reset",
            "Mails a link that sets a new password.",
            |_: PasswordBody| Ok(Act::SendReset),
        ),
        act(
            "resend-verification",
            "Mails a link that verifies the address.",
            |_: PasswordBody| Ok(Act::SendVerification),
        ),
        act(
            "reset-two-factor",
            "Removes a lost second factor. Every session ends, and the next sign-in requires a new password.",
            |body: ReasonBody| reason(body.reason).map(Act::ResetTwoFactor),
        ),
        act(
            "revoke-sessions",
            "Ends every session and every token.",
            |_: PasswordBody| Ok(Act::RevokeSessions),
        ),
        revoke_session_call(),
        act(
            "delete",
            "Deletes an account: disables it now and erases it 30 days later.",
            deletion,
        ),
        act(
            "restore",
            "Restores a deleted account. It stays disabled.",
            |_: PasswordBody| Ok(Act::Restore),
        ),
    ]
}

fn act<B>(name: &str, text: &'static str, read: fn(B) -> WebResult<Act>) -> Call
where
    B: DeserializeOwned + MayProve + ToSchema + 'static,
{
    let post = move |state: State,
                     call: AdminCall<B>,
                     id: Path<String>,
                     ClientInfo(client): ClientInfo| async move {
        let act = read(call.body)?;
        perform(&state, &call.proven, &id, &act, &client).await
    };
    declared(format!("/api/admin/users/{{id}}/{name}"), to(post), text).takes_with_proof::<B>()
}

/// What all of them share.
fn declared(path: impl Into<Cow<'static, str>>, route: Route, text: &'static str) -> Call {
    Call::post(path, Guard::Admin, route)
        .about(Tag::Administration, text)
        .id("id", "An id from the list.")
        .answers_nothing("Done.")
        .refuses(&[
            codes::NOT_FOUND,
            codes::OWN_ACCOUNT,
            codes::LAST_ADMIN,
            codes::NOTHING_TO_DO,
        ])
}

fn revoke_session_call() -> Call {
    let path = "/api/admin/users/{id}/sessions/{session}/revoke";
    declared(path, to(post_revoke_session), "Ends one session.")
        .id("session", "The id of one of the user's sessions.")
        .takes_with_proof::<PasswordBody>()
}

async fn post_revoke_session(
    state: State,
    call: AdminCall<PasswordBody>,
    ids: Path<(String, String)>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let (id, session) = ids.into_inner();
    let session = Uuid::try_parse(&session).map_err(|_| refusals::no_such_user())?;
    let act = Act::RevokeSession(session);
    perform(&state, &call.proven, &id, &act, &client).await
}
