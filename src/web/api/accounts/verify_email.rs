//! `POST /api/auth/verify-email` and `POST /api/auth/resend-verification`.

use actix_web::{HttpResponse, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::secrets::secret::SecretString,
    flows::accounts::verify_email::{self, Outcome, Proof, Then},
    web::{
        api::{
            call::Call,
            dto,
            sign_in::recover::{MailBody, requested},
            tag::Tag,
            texts::{CurrentPassword, MailedToken, NewPassword},
        },
        copy,
        error::{WebError, WebResult},
        extract::{ApiJson, Caller, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of a verification.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Verification)]
struct Body {
    #[schema(value_type = MailedToken)]
    token: Field,
    /// The account's password: nothing but the verification changes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
    /// Claims the account and ends its sessions and pending changes.
    #[schema(value_type = Option<NewPassword>)]
    new_password: Field,
}

/// A proof in the body; without one, the caller's access token is meant.
type FromBody = (SecretString, Option<Proof>);

impl Body {
    fn read(self, may_be_signed_in: bool) -> WebResult<FromBody> {
        fields::read(|r| {
            let token = r.secret("token", self.token);
            let proof = match (self.password.is_given(), self.new_password.is_given()) {
                (true, false) => Some(Proof::Password(r.secret("password", self.password))),
                (false, true) => {
                    let password = r.secret("new_password", self.new_password);
                    Some(Proof::NewPassword(password))
                }
                (false, false) if may_be_signed_in => None,
                (false, false) | (true, true) => {
                    r.fault("password", copy::VERIFY_CHOOSE_ONE);
                    r.fault("new_password", copy::VERIFY_CHOOSE_ONE);
                    None
                }
            };
            (token, proof)
        })
    }
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/verify-email", Guard::Anyone, to(post))
        .about(
            Tag::Registration,
            "Verifies an address with a token from a mail.

            The caller proves that the account is theirs: by its access token, by `password`, or by a
            `new_password`; not by both. A password in the body counts before an access token, which may well
            have expired in the browser that sends it.",
        )
        .may_be_signed_in()
        .takes::<Body>()
        .answers_nothing("The address is verified.")
        .limited()
        .refuses(&[codes::DEAD_LINK, codes::WRONG_PASSWORD, codes::FORBIDDEN, codes::PASSWORD_CHANGE_REQUIRED])
}

async fn post(
    state: State,
    caller: Caller,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let (token, proof) = body.read(caller.via().is_some())?;
    let proof = match (proof, caller) {
        (Some(proof), _) => proof,
        (None, Caller::User(user)) => Proof::SignedInAs(user.ready()?.who.user().id),
        (None, Caller::Anonymous | Caller::DeadToken(_)) => return Err(WebError::Unauthorized),
    };
    match verify_email::verify(&state.services, &token, proof, Then::Nothing, &client).await? {
        Outcome::Verified | Outcome::SignedIn(_) | Outcome::AlreadyVerified => {
            Ok(HttpResponse::NoContent().finish())
        }
        Outcome::LinkDead => Err(refusals::dead_link()),
        Outcome::NotYours => Err(refusals::not_yours()),
        Outcome::WrongPassword => Err(refusals::wrong_password("password")),
        Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

pub(super) fn resend_call() -> Call {
    Call::post(
        "/api/auth/resend-verification",
        Guard::Anyone,
        to(post_resend),
    )
    .about(
        Tag::Registration,
        "Requests another link. The same answer for every address.",
    )
    .takes::<MailBody>()
    .answers::<dto::Accepted>(
        202,
        "If the address is not verified yet, a mail is on its way.",
    )
    .limited()
}

async fn post_resend(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<MailBody>,
) -> WebResult {
    requested(verify_email::resend(&state.services, &body.email()?, &client).await?)
}
