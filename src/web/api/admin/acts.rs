//! `POST /api/admin/users/{id}/...`: admins' acts on an account, a call for each.
//!
//! They differ only in their fields. The checks are in the flow that all of them use.

use actix_web::{
    HttpResponse,
    web::{Path, to},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::{
        accounts::{reason::Reason, user::Role},
        admin::{
            ACTS, Act,
            act::{AdminAct, Input},
        },
    },
    flows::{
        InputFaults,
        admin::act::{self, Outcome},
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
        problem::{codes, refusals},
        state::State,
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
            fn password(&mut self) -> &mut Field {
                &mut self.password
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

/// The ids in the path.
#[derive(Deserialize)]
struct Ids {
    id: String,
    session: Option<String>,
}

/// The acts of the table, a call for each; acts that set a role share one.
pub(super) fn calls() -> Vec<Call> {
    let mut acts: Vec<_> = ACTS.iter().collect();
    acts.dedup_by_key(|act| act.path);
    acts.into_iter().map(call).collect()
}

fn call(act: &AdminAct) -> Call {
    match act.input {
        Input::Nothing(make) => reads(act, move |_: PasswordBody, _| Ok(make())),
        Input::Reason(make) => reads(act, move |body: ReasonBody, _| {
            reason(body.reason).map(make)
        }),
        Input::Role(_) => reads(act, |body: RoleBody, _| role(body.role).map(Act::SetRole)),
        Input::Deletion(make) => reads(act, move |body: DeletionBody, _| {
            let confirm_email = fields::read(|r| r.text("confirm_email", body.confirm_email))?;
            Ok(make(reason(body.reason)?, confirm_email))
        }),
        Input::Session(make) => reads(act, move |_: PasswordBody, session| Ok(make(session)))
            .id("session", "The id of one of the user's sessions."),
    }
}

/// The call of an act that `read` makes from the body and the id of the session.
fn reads<B, R>(act: &AdminAct, read: R) -> Call
where
    B: DeserializeOwned + MayProve + ToSchema + 'static,
    R: Fn(B, Uuid) -> WebResult<Act> + Copy + 'static,
{
    let post = move |state: State,
                     call: AdminCall<B>,
                     ids: Path<Ids>,
                     ClientInfo(client): ClientInfo| async move {
        let session = ids.session.as_deref().map(refusals::user_id).transpose()?;
        // No session has the nil id.
        let act = read(call.body, session.unwrap_or_default())?;
        let id = refusals::user_id(&ids.id)?;
        match act::perform(&state.services, &call.proven, id, &act, &client).await? {
            Outcome::Done => Ok(HttpResponse::NoContent().finish()),
            outcome => Err(refusals::admin_act(outcome)),
        }
    };
    Call::post(format!("/api{}", act.path), Guard::Admin, to(post))
        .about(Tag::Administration, act.call)
        .id("id", "An id from the list.")
        .takes_with_proof::<B>()
        .answers_nothing("Done.")
        .refuses(&[
            codes::NOT_FOUND,
            codes::OWN_ACCOUNT,
            codes::LAST_ADMIN,
            codes::NOTHING_TO_DO,
        ])
}
