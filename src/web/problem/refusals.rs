//! The refusals of the API, with their texts.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::codes::{self, Code};
use crate::{
    flows::{
        EmailVerification, InputFaults,
        accounts::invitations::Outcome as Invited,
        admin::act::{Barred, Outcome},
        authenticators::totp_code::CodeFault,
    },
    web::{
        copy,
        error::{Refusal, WebError, WebResult},
    },
    webauthn::Refusal as PasskeyRefusal,
};

/// A refusal of one field.
fn at(field: &'static str, code: Code, detail: impl Into<String>) -> WebError {
    let mut refusal = Refusal::new(code, detail);
    refusal.fields.push((field, vec![refusal.detail.clone()]));
    WebError::Refused(refusal)
}

/// Input with faults.
pub fn invalid(faults: &InputFaults) -> WebError {
    let mut refusal = Refusal::new(codes::INVALID_INPUT, codes::INVALID_INPUT.says);
    refusal.fields = faults
        .iter()
        .map(|(field, messages)| (field, messages.to_vec()))
        .collect();
    WebError::Refused(refusal)
}

/// 409: the address has an account.
pub fn email_taken() -> WebError {
    at("email", codes::EMAIL_TAKEN, copy::EMAIL_TAKEN)
}

/// 409: the address that the account was to move to has another account.
pub fn new_address_taken() -> WebError {
    WebError::refused(codes::EMAIL_TAKEN, copy::NEW_ADDRESS_TAKEN)
}

/// 409: the account is frozen until then.
pub fn account_frozen(until: &DateTime<Utc>) -> WebError {
    WebError::refused(codes::ACCOUNT_FROZEN, copy::account_frozen(until))
}

/// 409: another account has the address that the account would get back.
pub fn earlier_address_taken() -> WebError {
    WebError::refused(codes::EMAIL_TAKEN, copy::EARLIER_ADDRESS_TAKEN)
}

/// 409: the invited address got an account in another way.
pub fn invited_address_taken() -> WebError {
    let detail = copy::INVITATION_ADDRESS_TAKEN;
    WebError::refused(codes::EMAIL_TAKEN, detail)
}

/// 403: registration, or inviting, is turned off.
pub fn registration_closed(detail: &'static str) -> WebError {
    WebError::refused(codes::REGISTRATION_CLOSED, detail)
}

/// 401: wrong address or password.
pub fn invalid_credentials(verification: EmailVerification) -> WebError {
    let detail = match verification {
        EmailVerification::Required => copy::WRONG_OR_UNVERIFIED.to_owned(),
        EmailVerification::Optional => copy::WRONG_EMAIL_OR_PASSWORD.into(),
    };
    WebError::refused(codes::INVALID_CREDENTIALS, detail)
}

/// 401: a token for signing in is invalid.
pub fn dead_token(detail: &'static str) -> WebError {
    WebError::refused(codes::DEAD_TOKEN, detail)
}

/// 422: a mailed link is invalid. It concerns no session, so the status is not 401.
pub fn dead_link() -> WebError {
    at("token", codes::DEAD_LINK, codes::DEAD_LINK.says)
}

/// 422: an account with a second factor takes a code as well.
pub fn code_missing() -> WebError {
    at("code", codes::INVALID_INPUT, copy::missing("a code"))
}

/// A wrong code: [`codes::WRONG_SIGN_IN_CODE`], or within a session, where a 401 would concern the access
/// token, [`codes::WRONG_CODE`].
pub fn invalid_code(code: Code, fault: CodeFault) -> WebError {
    let detail = match fault {
        CodeFault::Wrong => copy::CODE_NOT_RIGHT.to_owned(),
        CodeFault::Spent => copy::CODE_USED.to_owned(),
        CodeFault::ClockOff { seconds } => copy::phone_clock_is_off(seconds),
    };
    at("code", code, detail)
}

/// An answer of a passkey that is not right: [`codes::WRONG_SIGN_IN_PASSKEY`], or within a session
/// [`codes::WRONG_PASSKEY`].
pub fn invalid_passkey(code: Code, why: PasskeyRefusal) -> WebError {
    at("credential", code, copy::passkey_refused(why))
}

/// 401: the passkey is right, but its account cannot sign in with it.
pub fn passkey_not_enough() -> WebError {
    WebError::refused(codes::WRONG_SIGN_IN_PASSKEY, copy::PASSKEY_NOT_ENOUGH)
}

/// 422: the challenge of a passkey is dead.
pub fn dead_challenge() -> WebError {
    at(
        "challenge_token",
        codes::DEAD_CHALLENGE,
        copy::CHALLENGE_EXPIRED,
    )
}

/// 404: the user has no passkey with this id.
pub fn no_such_passkey() -> WebError {
    WebError::refused(codes::NOT_FOUND, "You have no passkey with this id.")
}

/// The id of a passkey in a path.
pub fn passkey_id(text: &str) -> WebResult<Uuid> {
    Uuid::try_parse(text).map_err(|_| no_such_passkey())
}

/// 422: no number waits for a code, or not the one of this token.
pub fn dead_phone_token() -> WebError {
    at(
        "phone_token",
        codes::DEAD_PHONE_TOKEN,
        copy::PHONE_SETUP_ENDED,
    )
}

/// 422: the code that confirms a phone is wrong.
pub fn invalid_phone_code(fault: CodeFault) -> WebError {
    at("code", codes::WRONG_CODE, copy::phone_code_refused(fault))
}

/// 403: the password in the body is wrong. A 401 would concern the access token.
pub fn wrong_password(field: &'static str) -> WebError {
    at(field, codes::WRONG_PASSWORD, codes::WRONG_PASSWORD.says)
}

/// 403: the link belongs to another account.
pub fn not_yours() -> WebError {
    let detail = "This link belongs to another account than the one signed in.";
    WebError::refused(codes::FORBIDDEN, detail)
}

/// 404: no user has this id.
pub fn no_such_user() -> WebError {
    WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_USER)
}

/// The id of a user in a path. A text that is not an id is a 404.
pub fn user_id(text: &str) -> WebResult<Uuid> {
    Uuid::try_parse(text).map_err(|_| no_such_user())
}

/// Why an act on an invitation was not done.
pub fn invitation(outcome: Invited) -> WebError {
    match outcome {
        Invited::EmailTaken => at("email", codes::EMAIL_TAKEN, copy::INVITED_HAS_ACCOUNT),
        Invited::AlreadyInvited => at("email", codes::NOTHING_TO_DO, copy::INVITED_ALREADY),
        Invited::Closed => WebError::refused(codes::REGISTRATION_CLOSED, copy::INVITING_CLOSED),
        Invited::NotFound => WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_INVITATION),
        Invited::Invalid(faults) => invalid(&faults),
        Invited::NotAdmin => codes::ADMIN_REQUIRED.into(),
        Invited::Overtaken | Invited::Done(_) => WebError::Unauthorized,
    }
}

/// The id of an invitation in a path.
pub fn invitation_id(text: &str) -> WebResult<Uuid> {
    Uuid::try_parse(text).map_err(|_| invitation(Invited::NotFound))
}

/// Why an admin may not act.
pub fn barred(barred: Barred) -> WebError {
    match barred {
        Barred::NotAdmin => codes::ADMIN_REQUIRED.into(),
        Barred::Overtaken => WebError::Unauthorized,
    }
}

/// Why an admin's act was not done.
pub fn admin_act(outcome: Outcome) -> WebError {
    match outcome {
        Outcome::NotFound => WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_USER),
        Outcome::OwnAccount => WebError::refused(codes::OWN_ACCOUNT, copy::OWN_ACCOUNT),
        Outcome::LastAdmin => codes::LAST_ADMIN.into(),
        Outcome::NothingToDo(why) => WebError::refused(codes::NOTHING_TO_DO, why),
        Outcome::Invalid(faults) => invalid(&faults),
        Outcome::NotAdmin => codes::ADMIN_REQUIRED.into(),
        Outcome::Overtaken | Outcome::Done => WebError::Unauthorized,
    }
}
