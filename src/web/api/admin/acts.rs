//! `POST /api/admin/users/{id}/...`: what admins do to an account, a call each.
//!
//! They differ in their fields alone. The guards stand in the flow that all of them pass.

use std::mem;

use actix_web::{HttpResponse, web::Path};
use serde::Deserialize;
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
            schemas,
            texts::{self, CurrentPassword, EmailAddress},
        },
        error::WebResult,
        extract::{AdminCall, ClientInfo, MayProve},
        fields::{self, Field},
        problem::problems,
        refusals,
        state::{State, WebState},
    },
};

/// The body of an act that hurts somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ActWithReason)]
pub struct ReasonBody {
    #[schema(value_type = texts::Reason)]
    reason: Field,
    /// Unless there was a proof within 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

/// The body of a deletion.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Deletion)]
pub struct DeletionBody {
    #[schema(value_type = texts::Reason)]
    reason: Field,
    /// The address of the account, to be sure.
    #[schema(value_type = EmailAddress)]
    confirm_email: Field,
    /// Unless there was a proof within 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

/// The body of a change of role.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RoleChange)]
pub struct RoleBody {
    #[schema(schema_with = schemas::role)]
    role: Field,
    /// Unless there was a proof within 10 minutes.
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

problems!(ActProblems: ANY UNSAFE BODY SIGNED_IN ADMIN PROVEN
    [NOT_FOUND, OWN_ACCOUNT, LAST_ADMIN, NOTHING_TO_DO]);

/// A call for each act: its name, its path, its body, and the act that the body asks for.
macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident($path:literal, $body:ty, $read:expr);)*) => {
        $(
            $(#[$doc])*
            #[utoipa::path(
                post,
                path = $path,
                tag = "Administration",
                params(("id" = String, Path, format = "uuid", description = "Out of the list.")),
                request_body = $body,
                responses((status = 204, description = "Done."), ActProblems),
                security(("bearer" = []), ("access_cookie" = [])),
            )]
            pub async fn $name(
                state: State,
                call: AdminCall<$body>,
                id: Path<String>,
                ClientInfo(client): ClientInfo,
            ) -> WebResult {
                let read: fn($body) -> WebResult<Act> = $read;
                let act = read(call.body)?;
                perform(&state, &call.proven, &id, &act, &client).await
            }
        )*
    };
}

calls! {
    /// Shuts an account: every session, token and pending change ends at once.
    post_disable("/api/admin/users/{id}/disable", ReasonBody, |body| reason(body.reason).map(Act::Disable));
    /// Opens an account again. Nothing that ended comes back.
    post_enable("/api/admin/users/{id}/enable", PasswordBody, |_| Ok(Act::Enable));
    /// Gives another role.
    post_role("/api/admin/users/{id}/role", RoleBody, |body| role(body.role).map(Act::SetRole));
    /// Demands a new password; nothing else is possible until then.
    post_require_password_change("/api/admin/users/{id}/require-password-change", PasswordBody, |_| Ok(Act::RequirePasswordChange));
    /// Lets wrong attempts to sign in count from nothing again.
    post_unlock("/api/admin/users/{id}/unlock", PasswordBody, |_| Ok(Act::Unlock));
    /// Mails a link that sets a new password.
    post_send_reset("/api/admin/users/{id}/send-reset", PasswordBody, |_| Ok(Act::SendReset));
    /// Mails a link that verifies the address.
    post_resend_verification("/api/admin/users/{id}/resend-verification", PasswordBody, |_| Ok(Act::SendVerification));
    /// Takes a lost second factor away. Every session ends, and the next sign-in demands a new password.
    post_reset_two_factor("/api/admin/users/{id}/reset-two-factor", ReasonBody, |body| reason(body.reason).map(Act::ResetTwoFactor));
    /// Ends every session and every token.
    post_revoke_sessions("/api/admin/users/{id}/revoke-sessions", PasswordBody, |_| Ok(Act::RevokeSessions));
    /// Shuts an account and erases it 30 days later.
    post_delete("/api/admin/users/{id}/delete", DeletionBody, deletion);
    /// Keeps a deleted account after all. It stays disabled.
    post_restore("/api/admin/users/{id}/restore", PasswordBody, |_| Ok(Act::Restore));
}

/// Ends one session.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/sessions/{session}/revoke",
    tag = "Administration",
    params(
        ("id" = String, Path, format = "uuid", description = "Out of the list."),
        ("session" = String, Path, format = "uuid", description = "One of the user's."),
    ),
    request_body = PasswordBody,
    responses((status = 204, description = "Done."), ActProblems),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post_revoke_session(
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
