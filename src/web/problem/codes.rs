//! Every refusal there is: its status, its word for programs, and when it is given.
//!
//! A refusal can only be made of one of these, and the description of the API is written from them,
//! so neither can say what the other does not know.

use actix_web::http::StatusCode;

/// One way to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The status.
    pub status: StatusCode,
    /// The stable word for programs.
    pub word: &'static str,
    /// When it is given, for the description.
    pub when: &'static str,
}

macro_rules! codes {
    ($table:ident, $about:literal: $($name:ident $status:ident $word:literal $when:literal)*) => {
        $(
            #[doc = $when]
            pub const $name: Code = Code {
                status: StatusCode::$status,
                word: $word,
                when: $when,
            };
        )*
        #[doc = $about]
        pub const $table: &[Code] = &[$($name),*];
    };
}

codes! { API, "The codes of the API, by status.":
    MALFORMED_JSON BAD_REQUEST "malformed_json"
        "The body is not JSON, not UTF-8, or nests too deeply."
    AMBIGUOUS_CREDENTIALS BAD_REQUEST "ambiguous_credentials"
        "The call carries both a bearer and an access cookie, or two bearers."
    DUPLICATE_COOKIE BAD_REQUEST "duplicate_cookie"
        "The call carries one of our cookies twice."
    BAD_REQUEST BAD_REQUEST "bad_request"
        "The request cannot be understood otherwise."
    UNAUTHORIZED UNAUTHORIZED "unauthorized"
        "The call carries no valid access token."
    INVALID_CREDENTIALS UNAUTHORIZED "invalid_credentials"
        "The address or the password is wrong; unverified and disabled accounts get the same answer."
    DEAD_TOKEN UNAUTHORIZED "invalid_token"
        "The token in the body is expired, used or revoked: sign in again."
    WRONG_CODE_AT_DOOR UNAUTHORIZED "invalid_code"
        "The code is wrong or was already used, or the phone's clock is off, as `detail` says."
    FORBIDDEN FORBIDDEN "forbidden"
        "The link belongs to another account than the one signed in."
    CROSS_SITE_REQUEST FORBIDDEN "cross_site_request"
        "A page of another site sent our cookies."
    PASSWORD_CHANGE_REQUIRED FORBIDDEN "password_change_required"
        "The account needs a new password first."
    WRONG_PASSWORD FORBIDDEN "wrong_password"
        "The password sent to confirm something is wrong."
    REAUTHENTICATION_REQUIRED FORBIDDEN "reauthentication_required"
        "The call needs a recent reauthentication, or the password."
    EMAIL_NOT_VERIFIED FORBIDDEN "email_not_verified"
        "A second factor needs a verified address."
    REGISTRATION_CLOSED FORBIDDEN "registration_closed"
        "No one can register here, or be invited, as `detail` says."
    ADMIN_REQUIRED FORBIDDEN "admin_required"
        "The call is for admins."
    OWN_ACCOUNT FORBIDDEN "own_account"
        "An admin cannot act on their own account."
    NOT_FOUND NOT_FOUND "not_found"
        "There is nothing at this address."
    METHOD_NOT_ALLOWED METHOD_NOT_ALLOWED "method_not_allowed"
        "The address does not support this method; `Allow` names those it supports."
    REQUEST_TIMEOUT REQUEST_TIMEOUT "request_timeout"
        "The body did not arrive in time."
    EMAIL_TAKEN CONFLICT "email_taken"
        "The address has an account."
    TOTP_ALREADY_ENABLED CONFLICT "totp_already_enabled"
        "A second factor is enrolled already."
    TOTP_NOT_ENABLED CONFLICT "totp_not_enabled"
        "No second factor is enrolled."
    TOTP_NOT_PENDING CONFLICT "totp_not_pending"
        "No enrolment is waiting for a code."
    LAST_ADMIN CONFLICT "last_admin"
        "No admin would be left to manage accounts."
    NOTHING_TO_DO CONFLICT "nothing_to_do"
        "The act would change nothing in this account; `detail` says why."
    CONFLICT CONFLICT "conflict"
        "Another change came first; nothing was done."
    PAYLOAD_TOO_LARGE PAYLOAD_TOO_LARGE "payload_too_large"
        "The body has more than 16 KiB."
    UNSUPPORTED_MEDIA_TYPE UNSUPPORTED_MEDIA_TYPE "unsupported_media_type"
        "The body is not `application/json`."
    MISDIRECTED_REQUEST MISDIRECTED_REQUEST "misdirected_request"
        "The request was for a host other than that of `BASE_URL`."
    INVALID_INPUT UNPROCESSABLE_ENTITY "invalid_input"
        "Fields are missing, of the wrong type or unusable; `errors` names them."
    DEAD_LINK UNPROCESSABLE_ENTITY "invalid_token"
        "The mailed link was used, has expired or was replaced."
    WRONG_CODE UNPROCESSABLE_ENTITY "invalid_code"
        "The code is wrong or was already used, or the phone's clock is off, as `detail` says."
    TOO_MANY_REQUESTS TOO_MANY_REQUESTS "too_many_requests"
        "Too many attempts; wait as long as `Retry-After` says."
    INTERNAL_ERROR INTERNAL_SERVER_ERROR "internal_error"
        "A fault of this service; the log has it under the request id."
    OVERLOADED SERVICE_UNAVAILABLE "overloaded"
        "The service is busy or temporarily unavailable; `Retry-After` says when to try again."
}

codes! { PAGES, "The codes of forms, which become pages.":
    FORM_EXPIRED FORBIDDEN "form_expired"
        "The form's token does not belong to this browser."
    MALFORMED_FORM BAD_REQUEST "malformed_form"
        "The form cannot be read."
}
