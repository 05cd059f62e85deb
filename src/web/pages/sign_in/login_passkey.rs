//! Signing in with a passkey, alone or as the second step.

use actix_web::HttpResponse;
use serde::Deserialize;
use serde_json::Value;

use super::{login, login_verify};
use crate::{
    domain::{local_path::LocalPath, secrets::secret::SecretString},
    flows::sign_in::{
        new_device::Agent,
        passkey::{self, Input, Outcome},
    },
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::{Showing, account_deleted, see_other, signed_in},
        paths::LOGIN,
        session::Pending,
        view::{FieldErrors, Flash},
    },
};

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    challenge_token: SecretString,
    /// `PublicKeyCredential.toJSON()`.
    #[serde(default)]
    credential: String,
    #[serde(default)]
    remember_me: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    trust_device: String,
}

/// `GET /login/passkey`: reloading the answer shows the page.
pub async fn back() -> HttpResponse {
    see_other(LOGIN)
}

/// `POST /login/passkey`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    if form.challenge_token.expose().is_empty() {
        return Ok(see_other(LOGIN));
    }
    let pending = pending(&request, &form.challenge_token);
    let remember_me = !form.remember_me.is_empty();
    let credential: Value = serde_json::from_str(&form.credential).unwrap_or_default();
    let answer = credential.clone();
    let trusts = pending.is_some() && !form.trust_device.is_empty();
    let input = Input {
        challenge: form.challenge_token.clone(),
        credential,
        remember_me,
        replaces: who.and_then(|who| who.held_session()),
        trust: trusts.then(|| request.client.device.clone()),
        agent: Agent::Browser,
    };
    let (why, unknown) = match passkey::verify(request.services(), input, &request.client).await? {
        Outcome::SignedIn { pair, device } => {
            let next = LocalPath::parse(&form.next);
            let device = device.as_ref().unwrap_or(&request.client.device);
            let answer = signed_in(&request, &pair, device, next.as_ref());
            if pending.is_some_and(|pending| pending.resets) && !pair.recovery_ended {
                let flash = Flash::success(copy::PASSWORD_RESET);
                request.session.leave_flash(&flash);
            }
            return Ok(answer);
        }
        Outcome::AccountDeleted(restorable) => {
            return Ok(account_deleted(&request.session, restorable, remember_me));
        }
        Outcome::Throttled(wait) => {
            return again(&request, &form, pending, Showing::throttled(wait), None).await;
        }
        Outcome::Unknown => {
            let unknown = passkey::forgettable(request.services(), &answer).await?;
            (copy::UNKNOWN_PASSKEY, unknown)
        }
        Outcome::Wrong(why) => (copy::passkey_refused(why), None),
        Outcome::Rejected => (copy::PASSKEY_NOT_ENOUGH, None),
        Outcome::Expired => {
            if let Some(pending) = &pending {
                return Ok(login_verify::start_over(&request.session, pending));
            }
            (copy::CHALLENGE_EXPIRED, None)
        }
    };
    let showing = Showing::rejected(FieldErrors::of_form(why));
    again(&request, &form, pending, showing, unknown).await
}

/// The sign-in of this browser whose second step the challenge was. Another sign-in may have begun since.
fn pending(request: &PageRequest, challenge: &SecretString) -> Option<Pending> {
    let token = passkey::second_step_of(request.services(), challenge)?;
    let pending = request.session.pending()?;
    let own = SecretString::from(pending.token.as_str());
    (token == own).then_some(pending)
}

/// The page on which the passkey was asked for.
async fn again(
    request: &PageRequest,
    form: &Form,
    pending: Option<Pending>,
    showing: Showing,
    unknown: Option<String>,
) -> WebResult {
    if let Some(pending) = pending {
        return login_verify::show(request, &pending, showing).await;
    }
    let remember_me = !form.remember_me.is_empty();
    login::show_again(request, &form.next, remember_me, showing, unknown).await
}
