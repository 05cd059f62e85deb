//! The second step of a sign-in: a code from the app, or a backup code.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{local_path::LocalPath, secrets::secret::SecretString},
    flows::{
        authenticators::totp_code::CodeFault,
        sign_in::{
            new_device::Agent,
            second_factor::{self, Input, Outcome},
        },
    },
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::{Showing, account_deleted, see_other, see_other_with, signed_in},
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
    /// Faults, by [`LoginVerifyPage::CODE`] and [`LoginVerifyPage::BACKUP_CODE`].
    pub errors: FieldErrors,
}

impl LoginVerifyPage {
    /// The key of errors at the field for a code from the app.
    pub const CODE: &str = "code";
    /// The key of errors at the field for a backup code. Both fields post as `code`.
    pub const BACKUP_CODE: &str = "backup-code";

    /// The field in which this code was most likely typed: backup codes have letters or are long.
    fn field_of(code: &str) -> &'static str {
        let is_long = code.chars().filter(char::is_ascii_digit).count() > 8;
        if is_long || code.chars().any(char::is_alphabetic) {
            Self::BACKUP_CODE
        } else {
            Self::CODE
        }
    }
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
    let field = LoginVerifyPage::field_of(code.expose());
    if code.expose().trim().is_empty() {
        let errors = FieldErrors::of_field(field, copy::missing("a code"));
        return show(&request, Showing::invalid(errors));
    }
    let input = Input {
        token: pending.token.into(),
        code,
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
            leave_message(&request, pending.resets, backup_codes_left);
            Ok(answer)
        }
        Outcome::AccountDeleted(restorable) => Ok(account_deleted(
            &request.session,
            restorable,
            pending.remember_me,
        )),
        Outcome::WrongCode(fault) => {
            let errors = FieldErrors::of_field(field, refusal(field, fault));
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
    let left = backup_codes_left.map(copy::backup_code_used);
    let flash = match (resets, left) {
        (true, None) => Flash::success(copy::PASSWORD_RESET),
        (true, Some(left)) => Flash::success(format!("{} {left}", copy::PASSWORD_RESET)),
        (false, Some(left)) => Flash::info(left),
        (false, None) => return,
    };
    request.session.leave_flash(&flash);
}

fn refusal(field: &str, fault: CodeFault) -> String {
    if field == LoginVerifyPage::BACKUP_CODE {
        copy::BACKUP_CODE_NOT_RIGHT.to_owned()
    } else {
        copy::app_code_refused(fault)
    }
}

fn no_pending(session: &BrowserSession) -> HttpResponse {
    see_other_with(session, LOGIN, &Flash::info(copy::SIGN_IN_BEFORE_CODE))
}

fn show(request: &PageRequest, showing: Showing) -> WebResult {
    showing.answer(|errors| LoginVerifyPage {
        shell: request.shell(),
        errors,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_shown_where_the_code_was_typed() {
        for code in ["", "123456", "123 456", "12345"] {
            assert_eq!(LoginVerifyPage::field_of(code), LoginVerifyPage::CODE);
        }
        for code in ["7K3M-9QXD-2VHT-R8WN", "1234-5678-9012-3456", "abc"] {
            assert_eq!(
                LoginVerifyPage::field_of(code),
                LoginVerifyPage::BACKUP_CODE
            );
        }
    }
}
