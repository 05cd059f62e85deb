//! The second factor: `POST /api/auth/mfa/totp/enroll`, `/confirm` and `/disable`, and
//! `POST /api/auth/mfa/backup-codes`.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    dto,
    fields::{self, Field},
    refusals, schemas,
    texts::{CurrentPassword, TotpCode},
};
use crate::{
    domain::backup_code::BackupCode,
    flows::{
        proof::Proof,
        totp::{self, FreshCodes, Refused},
    },
    web::{
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUser, ClientInfo},
        problem::{codes, problems},
        qr,
        state::State,
    },
};

/// The body of what a password confirms.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasswordProof)]
pub struct PasswordBody {
    #[schema(value_type = CurrentPassword)]
    password: Field,
}

impl PasswordBody {
    fn proof(self) -> WebResult<Proof> {
        fields::read(|r| Proof::Password(r.secret("password", self.password)))
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Enrolment)]
struct EnrolmentAnswer {
    /// Base32 without blanks or padding.
    secret: String,
    otpauth_uri: String,
    /// One SVG element.
    qr_svg: String,
}

problems!(EnrollProblems: ANY UNSAFE BODY SIGNED_IN LIMITED
    [WRONG_PASSWORD, REAUTHENTICATION_REQUIRED, EMAIL_NOT_VERIFIED, TOTP_ALREADY_ENABLED, CONFLICT]);

/// Begins an enrolment, or begins it anew.
#[utoipa::path(
    post,
    path = "/api/auth/mfa/totp/enroll",
    tag = "Second factor",
    request_body = PasswordBody,
    responses(
        (status = 200, description = "The secret, for an authenticator app.", body = EnrolmentAnswer),
        EnrollProblems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post_enroll(
    state: State,
    user: ApiUser,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<PasswordBody>,
) -> WebResult {
    let enrolment = totp::enroll(&state.services, &user.who, &body.proof()?, &client)
        .await?
        .map_err(|why| refused(&why))?;
    Ok(HttpResponse::Ok().json(EnrolmentAnswer {
        qr_svg: qr::svg(&enrolment.otpauth_uri)?,
        secret: enrolment.secret,
        otpauth_uri: enrolment.otpauth_uri,
    }))
}

/// The body of a confirmation.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Confirmation)]
pub struct CodeBody {
    #[schema(value_type = TotpCode)]
    code: Field,
}

problems!(ConfirmProblems: ANY UNSAFE BODY SIGNED_IN LIMITED
    [WRONG_CODE, TOTP_NOT_PENDING, TOTP_ALREADY_ENABLED, CONFLICT]);

/// Confirms the enrolment with its first code. Every other session ends.
#[utoipa::path(
    post,
    path = "/api/auth/mfa/totp/confirm",
    tag = "Second factor",
    request_body = CodeBody,
    responses(
        (
            status = 200,
            description = "Enrolled: backup codes beside a pair. No pair, where this session has ended meanwhile.",
            body = schemas::BackupCodesAndPair,
        ),
        ConfirmProblems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post_confirm(
    state: State,
    user: ApiUser,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<CodeBody>,
) -> WebResult {
    let code = fields::read(|r| r.secret("code", body.code))?;
    let fresh = totp::confirm(&state.services, &user.who, &code, &client)
        .await?
        .map_err(|why| refused(&why))?;
    Ok(codes_answer(&state, &user, &fresh))
}

problems!(DisableProblems: ANY UNSAFE BODY SIGNED_IN LIMITED
    [WRONG_PASSWORD, REAUTHENTICATION_REQUIRED, TOTP_NOT_ENABLED, CONFLICT]);

/// Removes the second factor. Every other session ends.
#[utoipa::path(
    post,
    path = "/api/auth/mfa/totp/disable",
    tag = "Second factor",
    request_body = PasswordBody,
    responses(
        (status = 200, description = "Removed.", body = dto::RenewedPair<'static>),
        (status = 204, description = "Removed; this session has ended meanwhile."),
        DisableProblems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post_disable(
    state: State,
    user: ApiUser,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<PasswordBody>,
) -> WebResult {
    let pair = totp::disable(&state.services, &user.who, &body.proof()?, &client)
        .await?
        .map_err(|why| refused(&why))?;
    Ok(match pair {
        Some(pair) => dto::renewed(&state.settings, user.via, &pair),
        None => HttpResponse::NoContent().finish(),
    })
}

problems!(CodesProblems: ANY UNSAFE BODY SIGNED_IN LIMITED
    [WRONG_PASSWORD, REAUTHENTICATION_REQUIRED, TOTP_NOT_ENABLED, CONFLICT]);

/// Makes a fresh set of backup codes; the old ones die. No session ends.
#[utoipa::path(
    post,
    path = "/api/auth/mfa/backup-codes",
    tag = "Second factor",
    request_body = PasswordBody,
    responses(
        (status = 200, description = "The fresh set.", body = CodesAnswer),
        CodesProblems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post_backup_codes(
    state: State,
    user: ApiUser,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<PasswordBody>,
) -> WebResult {
    let fresh = totp::replace_backup_codes(&state.services, &user.who, &body.proof()?, &client)
        .await?
        .map_err(|why| refused(&why))?;
    Ok(codes_answer(&state, &user, &fresh))
}

/// Ten codes, shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = BackupCodes)]
pub(super) struct CodesAnswer {
    #[schema(example = json!(["ABCD-EFGH-JKMN-PQRS"]), min_items = 10, max_items = 10)]
    backup_codes: Vec<String>,
}

fn codes_answer(state: &State, user: &ApiUser, fresh: &FreshCodes) -> HttpResponse {
    let own = CodesAnswer {
        backup_codes: fresh.codes.iter().map(BackupCode::shown).collect(),
    };
    dto::renewed_beside(&state.settings, user.via, own, fresh.pair.as_ref())
}

fn refused(why: &Refused) -> WebError {
    match why {
        Refused::WrongPassword => refusals::wrong_password("password"),
        Refused::ProofRequired => refusals::proof_required(),
        Refused::Throttled(wait) => WebError::Throttled(*wait),
        Refused::EmailUnverified => refusals::email_not_verified(),
        Refused::AlreadyEnabled => refusals::totp_already_enabled(),
        Refused::NotEnabled => refusals::totp_not_enabled(),
        Refused::NotPending => refusals::totp_not_pending(),
        // Within a session a 401 would speak of the access token.
        Refused::WrongCode(fault) => refusals::invalid_code(codes::WRONG_CODE, *fault),
        Refused::Overtaken => refusals::conflict(),
    }
}
