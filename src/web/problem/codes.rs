//! Every refusal: its status, its code, when it is used, and its sentence.
//!
//! Answers and the description of the API are made from this table only.

use actix_web::http::StatusCode;

use crate::web::copy;

/// One kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub status: StatusCode,
    /// The stable code for programs.
    pub word: &'static str,
    /// When it is used, for the description.
    pub when: &'static str,
    /// The `detail` of an answer without a more specific text.
    pub says: &'static str,
}

macro_rules! codes {
    ($($name:ident $status:ident $word:literal $when:literal $($says:expr)?;)*) => {
        $(
            pub const $name: Code = Code {
                status: StatusCode::$status,
                word: $word,
                when: $when,
                says: [$($says,)? $when][0],
            };
        )*
        /// The codes of the API, by status.
        pub const API: &[Code] = &[$($name),*];
    };
}

codes! {
    MALFORMED_JSON BAD_REQUEST "malformed_json"
        "The body is not JSON, not UTF-8, or nests too deeply."
        "The body is not valid JSON.";
    AMBIGUOUS_CREDENTIALS BAD_REQUEST "ambiguous_credentials"
        "The call carries both a bearer and an access cookie, or two bearers."
        "Send one access token: in the Authorization header or in the cookie, not both.";
    DUPLICATE_COOKIE BAD_REQUEST "duplicate_cookie"
        "The call carries one of our cookies twice.";
    BAD_REQUEST BAD_REQUEST "bad_request"
        "The request cannot be understood otherwise."
        "The request cannot be understood.";
    UNAUTHORIZED UNAUTHORIZED "unauthorized"
        "The call carries no valid access token."
        "The access token is missing, expired or revoked. Refresh it or sign in.";
    INVALID_CREDENTIALS UNAUTHORIZED "invalid_credentials"
        "The address or the password is wrong; unverified and disabled accounts get the same answer.";
    DEAD_TOKEN UNAUTHORIZED "invalid_token"
        "The token in the body is expired, used or revoked: sign in again.";
    UNKNOWN_SIGN_IN_PASSKEY UNAUTHORIZED "unknown_passkey"
        "No account has this passkey; the browser may forget it."
        copy::UNKNOWN_PASSKEY;
    WRONG_SIGN_IN_PASSKEY UNAUTHORIZED "invalid_passkey"
        "The passkey's answer is not right, or its account cannot sign in with it, as `detail` says.";
    WRONG_SIGN_IN_CODE UNAUTHORIZED "invalid_code"
        "The code is wrong or was already used, or the phone's clock is off, as `detail` says.";
    FORBIDDEN FORBIDDEN "forbidden"
        "The link belongs to another account than the one signed in."
        "This is not allowed.";
    CROSS_SITE_REQUEST FORBIDDEN "cross_site_request"
        "A page of another site sent our cookies.";
    PASSWORD_CHANGE_REQUIRED FORBIDDEN "password_change_required"
        "The account needs a new password first."
        "This account needs a new password first. Send the current and a new one to /api/auth/change-password.";
    WRONG_PASSWORD FORBIDDEN "wrong_password"
        "The password sent to confirm something is wrong."
        "This is not the password of the account.";
    REAUTHENTICATION_REQUIRED FORBIDDEN "reauthentication_required"
        "The call needs a recent reauthentication, or the password."
        "This call needs a recent reauthentication: send `password` with it, or call /api/auth/reauthenticate first.";
    EMAIL_NOT_VERIFIED FORBIDDEN "email_not_verified"
        "A second factor needs a verified address."
        copy::TWO_FACTOR_NEEDS_VERIFIED;
    ACCOUNT_DELETED FORBIDDEN "account_deleted"
        "The credentials are right; the owner has deleted the account."
        "This account is deleted and will be erased. Send the same credentials to /api/auth/restore-account to keep it.";
    REGISTRATION_CLOSED FORBIDDEN "registration_closed"
        "No one can register here, or be invited, as `detail` says.";
    ADMIN_REQUIRED FORBIDDEN "admin_required"
        "The call is for admins."
        "Only administrators can do this.";
    OWN_ACCOUNT FORBIDDEN "own_account"
        "An admin cannot act on their own account.";
    NOT_FOUND NOT_FOUND "not_found"
        "There is nothing at this address.";
    METHOD_NOT_ALLOWED METHOD_NOT_ALLOWED "method_not_allowed"
        "The address does not support this method; `Allow` names those it supports."
        "This address does not support that method.";
    REQUEST_TIMEOUT REQUEST_TIMEOUT "request_timeout"
        "The body did not arrive in time."
        "The request did not arrive in time. Send it again.";
    EMAIL_TAKEN CONFLICT "email_taken"
        "The address has an account.";
    TOTP_ALREADY_ENABLED CONFLICT "totp_already_enabled"
        "A second factor is enrolled already."
        "Two-step sign-in is on already. Disable it first to set it up again.";
    TOTP_NOT_ENABLED CONFLICT "totp_not_enabled"
        "No second factor is enrolled."
        "Two-step sign-in is not on.";
    TOTP_NOT_PENDING CONFLICT "totp_not_pending"
        "No enrolment is waiting for a code."
        "No enrolment is waiting for a code. Start one at /api/auth/mfa/totp/enroll.";
    PASSKEY_KNOWN CONFLICT "passkey_known"
        "An account has this passkey already."
        copy::PASSKEY_KNOWN;
    TOO_MANY_PASSKEYS CONFLICT "too_many_passkeys"
        "The user has 25 passkeys."
        copy::TOO_MANY_PASSKEYS;
    PHONE_ALREADY_ENABLED CONFLICT "phone_already_enabled"
        "A phone is a second factor already."
        copy::PHONE_IS_ON;
    PHONE_NOT_ENABLED CONFLICT "phone_not_enabled"
        "The user has no phone as second factor."
        copy::PHONE_IS_OFF;
    ACCOUNT_FROZEN CONFLICT "account_frozen"
        "After “This wasn’t me” in a mail, address, second factor and deletion are frozen; `detail` says until when.";
    LAST_ADMIN CONFLICT "last_admin"
        "No admin would be left to manage accounts."
        copy::LAST_ADMIN;
    NOTHING_TO_DO CONFLICT "nothing_to_do"
        "The act would change nothing in this account; `detail` says why.";
    CONFLICT CONFLICT "conflict"
        "Another change came first; nothing was done."
        "The account changed at the same moment, so nothing was done. Try again.";
    PAYLOAD_TOO_LARGE PAYLOAD_TOO_LARGE "payload_too_large"
        "The body has more than 16 KiB."
        "The body is too large.";
    UNSUPPORTED_MEDIA_TYPE UNSUPPORTED_MEDIA_TYPE "unsupported_media_type"
        "The body is not `application/json`."
        "Send the body as application/json.";
    MISDIRECTED_REQUEST MISDIRECTED_REQUEST "misdirected_request"
        "The request was for a host other than that of `BASE_URL`."
        "This host name is not served here.";
    INVALID_INPUT UNPROCESSABLE_ENTITY "invalid_input"
        "Fields are missing, of the wrong type or unusable; `errors` names them."
        "Some fields cannot be used. See errors.";
    DEAD_LINK UNPROCESSABLE_ENTITY "invalid_token"
        "The mailed link was used, has expired or was replaced."
        "This link was used, has expired or was replaced. Request a new one.";
    DEAD_CHALLENGE UNPROCESSABLE_ENTITY "invalid_token"
        "The challenge has expired, was used, or was made for something else."
        copy::CHALLENGE_EXPIRED;
    UNKNOWN_PASSKEY UNPROCESSABLE_ENTITY "unknown_passkey"
        "No account has this passkey; the browser may forget it."
        copy::UNKNOWN_PASSKEY;
    WRONG_PASSKEY UNPROCESSABLE_ENTITY "invalid_passkey"
        "The passkey's answer is not right, as `detail` says.";
    DEAD_PHONE_TOKEN UNPROCESSABLE_ENTITY "invalid_token"
        "The token of the phone has expired or was used, or another number was entered since."
        copy::PHONE_SETUP_ENDED;
    WRONG_CODE UNPROCESSABLE_ENTITY "invalid_code"
        "The code is wrong or was already used, or the phone's clock is off, as `detail` says.";
    TOO_MANY_REQUESTS TOO_MANY_REQUESTS "too_many_requests"
        "Too many attempts; wait as long as `Retry-After` says."
        "Too many attempts. Wait as long as Retry-After says.";
    INTERNAL_ERROR INTERNAL_SERVER_ERROR "internal_error"
        "A fault of this service; the log has it under the request id."
        "Something went wrong on our side. Try again later.";
    OVERLOADED SERVICE_UNAVAILABLE "overloaded"
        "The service is busy or temporarily unavailable; `Retry-After` says when to try again."
        "The service is busy or temporarily unavailable. Try again in a moment.";
}

/// The token of a form does not belong to the browser that sent it. Shown as a page.
pub const FORM_EXPIRED: Code = of_form(
    StatusCode::FORBIDDEN,
    "form_expired",
    "This form has expired. Load the page again and send it once more.",
);
/// Shown as a page.
pub const MALFORMED_FORM: Code = of_form(
    StatusCode::BAD_REQUEST,
    "malformed_form",
    "The form cannot be read.",
);

const fn of_form(status: StatusCode, word: &'static str, says: &'static str) -> Code {
    Code {
        status,
        word,
        when: says,
        says,
    }
}
