//! The second step of a sign-in: a code from the app, or a backup code.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{local_path::LocalPath, secrets::secret::SecretString},
    flows::sign_in::{
        new_device::Agent,
        second_factor::{self, Input, Outcome},
    },
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::{
            answer::{Showing, account_deleted, see_other, see_other_with, signed_in},
            authenticators::code_field,
        },
        paths::{ACCOUNT, FORGOT_PASSWORD, LOGIN},
        session::BrowserSession,
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/login/verify`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/login_verify.html")]
pub struct LoginVerifyPage {
    pub shell: Shell,
    /// Whether the removal of a lost second factor can be requested.
    pub can_recover: bool,
    /// Faults, by `code` and `backup-code`.
    pub errors: FieldErrors,
}

/// A code from the app or a backup code.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    code: SecretString,
    #[serde(default)]
    trust_device: String,
}

/// `GET /login/verify`.
pub async fn get(MaybeUser(who): MaybeUser, request: PageRequest) -> WebResult {
    if request.session.pending().is_some() {
        return show(&request, Showing::first());
    }
    Ok(match who {
        Some(_) => see_other(ACCOUNT),
        None => no_pending(&request.session),
    })
}

/// `POST /login/verify`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(Form { code, trust_device }): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let Some(pending) = request.session.pending() else {
        return Ok(no_pending(&request.session));
    };
    if code.expose().trim().is_empty() {
        return show(&request, Showing::invalid(code_field::missing()));
    }
    let input = Input {
        token: pending.token.into(),
        code: code.clone(),
        remember_me: pending.remember_me,
        replaces: who.and_then(|who| who.held_session()),
        trust: (!trust_device.is_empty()).then(|| request.client.device.clone()),
        agent: Agent::Browser,
    };
    match second_factor::verify(request.services(), input, &request.client).await? {
        Outcome::SignedIn {
            pair,
            backup_codes_left,
            device,
        } => {
            let next = pending.next.as_deref().and_then(LocalPath::parse);
            let device = device.as_ref().unwrap_or(&request.client.device);
            let answer = signed_in(&request, &pair, device, next.as_ref());
            if !pair.recovery_ended {
                leave_message(&request, pending.resets, backup_codes_left);
            }
            Ok(answer)
        }
        Outcome::AccountDeleted(restorable) => Ok(account_deleted(
            &request.session,
            restorable,
            pending.remember_me,
        )),
        Outcome::WrongCode(fault) => {
            let errors = code_field::refused(code.expose(), fault);
            show(&request, Showing::rejected(errors))
        }
        Outcome::Expired => {
            request.session.forget_pending();
            let (to, why) = if pending.resets {
                (FORGOT_PASSWORD, copy::PASSWORD_RESET_EXPIRED)
            } else {
                (LOGIN, copy::SIGN_IN_EXPIRED)
            };
            Ok(see_other_with(&request.session, to, &Flash::warning(why)))
        }
        Outcome::Throttled(wait) => show(&request, Showing::throttled(wait)),
    }
}

/// What a sign-in that resets the password, or uses a backup code, says on the next page.
fn leave_message(request: &PageRequest, resets: bool, backup_codes_left: Option<i64>) {
    let left = backup_codes_left.map(copy::signed_in_by_backup_code);
    let flash = match (resets, left) {
        (true, None) => Flash::success(copy::PASSWORD_RESET),
        (true, Some(left)) => Flash::success(format!("{} {left}", copy::PASSWORD_RESET)),
        (false, Some(left)) => Flash::info(left),
        (false, None) => return,
    };
    request.session.leave_flash(&flash);
}

fn no_pending(session: &BrowserSession) -> HttpResponse {
    see_other_with(session, LOGIN, &Flash::info(copy::SIGN_IN_BEFORE_CODE))
}

fn show(request: &PageRequest, showing: Showing) -> WebResult {
    let is_on = request.services().policy.recovery_delay.is_some();
    let resets = request
        .session
        .pending()
        .is_some_and(|pending| pending.resets);
    showing.answer(|errors| LoginVerifyPage {
        shell: request.shell(),
        can_recover: is_on && !resets,
        errors,
    })
}
