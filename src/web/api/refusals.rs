//! What the API refuses with: status, code and sentence, in one place. `docs/api.md` lists them.

use actix_web::http::StatusCode;

use crate::{
    flows::{InputFaults, second_factor::CodeFault},
    web::{
        copy,
        error::{Refusal, WebError},
    },
};

fn refused(status: StatusCode, code: &'static str, detail: impl Into<String>) -> WebError {
    WebError::Refused(Refusal::new(status, code, detail))
}

/// A refusal that lies in one field.
fn at(
    field: &'static str,
    status: StatusCode,
    code: &'static str,
    detail: impl Into<String>,
) -> WebError {
    let mut refusal = Refusal::new(status, code, detail);
    refusal.fields.push((field, vec![refusal.detail.clone()]));
    WebError::Refused(refusal)
}

/// 422: input that cannot be used.
pub(super) fn invalid(faults: &InputFaults) -> WebError {
    let detail = "Some fields cannot be used. See errors.";
    let mut refusal = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input", detail);
    refusal.fields = faults
        .iter()
        .map(|(field, messages)| (field, messages.to_vec()))
        .collect();
    WebError::Refused(refusal)
}

/// 409: the address has an account.
pub(super) fn email_taken() -> WebError {
    at(
        "email",
        StatusCode::CONFLICT,
        "email_taken",
        copy::EMAIL_TAKEN,
    )
}

/// 403: nobody can register.
pub(super) fn registration_closed() -> WebError {
    let detail = copy::REGISTRATION_CLOSED;
    refused(StatusCode::FORBIDDEN, "registration_closed", detail)
}

/// 401: address and password open nothing.
pub(super) fn invalid_credentials() -> WebError {
    let detail = copy::WRONG_EMAIL_OR_PASSWORD;
    refused(StatusCode::UNAUTHORIZED, "invalid_credentials", detail)
}

/// 401: a token that would have signed somebody in is dead.
pub(super) fn dead_token(detail: &'static str) -> WebError {
    refused(StatusCode::UNAUTHORIZED, "invalid_token", detail)
}

/// 422: a link out of a mail is dead. Nobody's session is in question, so this is no 401.
pub(super) fn dead_link() -> WebError {
    let detail = "This link was used, has expired or was replaced. Ask for another one.";
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    at("token", status, "invalid_token", detail)
}

/// A code that opens nothing: 401 at the door, 422 inside, where a 401 would speak of the session.
pub(super) fn invalid_code(status: StatusCode, fault: CodeFault) -> WebError {
    let detail = match fault {
        CodeFault::Wrong => copy::CODE_NOT_RIGHT.to_owned(),
        CodeFault::Spent => copy::CODE_USED.to_owned(),
        CodeFault::ClockOff { seconds } => copy::phone_clock_is_off(seconds),
    };
    at("code", status, "invalid_code", detail)
}

/// 403: the password sent along is not the account's. A 401 would speak of the access token.
pub(super) fn wrong_password(field: &'static str) -> WebError {
    let detail = "This is not the password of the account.";
    at(field, StatusCode::FORBIDDEN, "wrong_password", detail)
}

/// 403: the link proves another account's address.
pub(super) fn not_yours() -> WebError {
    let detail = "This link belongs to another account than the one signed in.";
    refused(StatusCode::FORBIDDEN, "forbidden", detail)
}

/// 403: a second factor needs a verified address.
pub(super) fn email_not_verified() -> WebError {
    let detail = copy::TWO_FACTOR_NEEDS_VERIFIED;
    refused(StatusCode::FORBIDDEN, "email_not_verified", detail)
}

/// 403: the last proof is too old.
pub(super) fn proof_required() -> WebError {
    let detail = "Send the password along to confirm this.";
    refused(StatusCode::FORBIDDEN, "reauthentication_required", detail)
}

/// 409: a second factor is enrolled already.
pub(super) fn totp_already_enabled() -> WebError {
    let detail = "Two-step sign-in is on already. Disable it first to set it up anew.";
    refused(StatusCode::CONFLICT, "totp_already_enabled", detail)
}

/// 409: no second factor is enrolled.
pub(super) fn totp_not_enabled() -> WebError {
    let detail = "Two-step sign-in is not on.";
    refused(StatusCode::CONFLICT, "totp_not_enabled", detail)
}

/// 409: no enrolment waits for a code.
pub(super) fn totp_not_pending() -> WebError {
    let detail = "No enrolment waits for a code. Begin one at /api/auth/mfa/totp/enroll.";
    refused(StatusCode::CONFLICT, "totp_not_pending", detail)
}

/// 409: another change was quicker.
pub(super) fn conflict() -> WebError {
    let detail = "The account was changed in the same moment, so nothing was done. Try again.";
    refused(StatusCode::CONFLICT, "conflict", detail)
}
