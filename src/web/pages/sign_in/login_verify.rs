//! The second step of a sign-in: a passkey, a code from an app or a phone, or a backup code. The answer of a passkey
//! goes to `login_passkey`.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{local_path::LocalPath, secrets::secret::SecretString},
    flows::{
        authenticators::send_code,
        sign_in::{
            new_device::Agent,
            second_factor::{self, Input, Outcome},
        },
    },
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::{
            answer::{Showing, account_deleted, see_other, see_other_with, signed_in},
            authenticators::{
                code_field::{self, SixDigits},
                passkey_request::{self, PasskeyRequest},
            },
        },
        paths::{ACCOUNT, FORGOT_PASSWORD, LOGIN, LOGIN_VERIFY},
        session::{BrowserSession, Pending},
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/login/verify`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each decides about one part of the page"
)]
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/login_verify.html")]
pub struct LoginVerifyPage {
    pub shell: Shell,
    /// Whether the removal of a lost second factor can be requested.
    pub can_recover: bool,
    /// Whether the user has an authenticator app.
    pub app: bool,
    /// Whether a code can be sent to the user's phone.
    pub phone: bool,
    /// `None` if the user has no passkey.
    pub passkey: Option<PasskeyRequest>,
    /// Whether the cookies are kept when the browser closes, for the passkey's form.
    pub remember_me: bool,
    /// Where to go afterwards, for the passkey's form.
    pub next: String,
    /// Faults, by `code` and `backup-code`.
    pub errors: FieldErrors,
}

impl LoginVerifyPage {
    fn title(&self) -> &'static str {
        match self.passkey {
            _ if self.app || self.phone => "Enter your code",
            Some(_) => "Use your passkey",
            None => "Enter a backup code",
        }
    }
}

/// Six digits, or a backup code.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    code: SecretString,
    #[serde(default)]
    trust_device: String,
}

/// Only the token of the form.
#[derive(Deserialize)]
pub struct NoFields {}

/// `GET /login/verify`.
pub async fn get(MaybeUser(who): MaybeUser, request: PageRequest) -> WebResult {
    if let Some(pending) = request.session.pending() {
        return show(&request, &pending, Showing::first()).await;
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
        let errors = code_field::missing(six_digits(&request, &pending));
        return show(&request, &pending, Showing::invalid(errors)).await;
    }
    let input = Input {
        token: pending.token.as_str().into(),
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
            let errors = code_field::refused(code.expose(), fault, six_digits(&request, &pending));
            show(&request, &pending, Showing::rejected(errors)).await
        }
        Outcome::Expired => Ok(start_over(&request.session, &pending)),
        Outcome::Throttled(wait) => show(&request, &pending, Showing::throttled(wait)).await,
    }
}

/// `GET /login/verify/phone`: reloading the answer shows the page.
pub async fn back() -> HttpResponse {
    see_other(LOGIN_VERIFY)
}

/// `POST /login/verify/phone`.
pub async fn send_code(
    CsrfForm(NoFields {}): CsrfForm<NoFields>,
    request: PageRequest,
) -> WebResult {
    let Some(pending) = request.session.pending() else {
        return Ok(no_pending(&request.session));
    };
    let token = pending.token.as_str().into();
    match send_code::for_sign_in(request.services(), &token, &request.client).await? {
        send_code::Outcome::Sent(number) => {
            let flash = Flash::info(copy::phone_code_sent(&number));
            Ok(see_other_with(&request.session, LOGIN_VERIFY, &flash))
        }
        send_code::Outcome::NotOffered => {
            let errors = FieldErrors::of_form(copy::PHONE_IS_OFF);
            let showing = Showing::again(StatusCode::CONFLICT, errors);
            show(&request, &pending, showing).await
        }
        send_code::Outcome::Expired => Ok(start_over(&request.session, &pending)),
        send_code::Outcome::Throttled(wait) => {
            show(&request, &pending, Showing::throttled(wait)).await
        }
    }
}

/// The pending sign-in has ended.
pub(super) fn start_over(session: &BrowserSession, pending: &Pending) -> HttpResponse {
    session.forget_pending();
    let (to, why) = if pending.resets {
        (FORGOT_PASSWORD, copy::PASSWORD_RESET_EXPIRED)
    } else {
        (LOGIN, copy::SIGN_IN_EXPIRED)
    };
    see_other_with(session, to, &Flash::warning(why))
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

/// Whether a pending sign-in can be completed in this way.
fn has(request: &PageRequest, pending: &Pending, method: &str) -> bool {
    let parts = request.state.settings.parts;
    parts.have_method(method) && pending.methods.iter().any(|known| known == method)
}

fn six_digits(request: &PageRequest, pending: &Pending) -> SixDigits {
    SixDigits {
        // A version that knew no other factor noted no methods.
        app: has(request, pending, "totp") || pending.methods.is_empty(),
        phone: has(request, pending, "phone"),
    }
}

/// The page of a pending sign-in.
pub(super) async fn show(request: &PageRequest, pending: &Pending, showing: Showing) -> WebResult {
    let is_on = request.services().policy.recovery_delay.is_some();
    let SixDigits { app, phone } = six_digits(request, pending);
    let passkey = if has(request, pending, "passkey") {
        let token = pending.token.as_str().into();
        passkey_request::to_sign_in(request, Some(&token)).await?
    } else {
        None
    };
    showing.answer(|errors| LoginVerifyPage {
        shell: request.shell(),
        can_recover: is_on && !pending.resets,
        app,
        phone,
        passkey,
        remember_me: pending.remember_me,
        next: pending.next.clone().unwrap_or_default(),
        errors,
    })
}
