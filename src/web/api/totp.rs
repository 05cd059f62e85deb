//! The second factor: `POST /api/auth/mfa/totp/enroll`, `/confirm` and `/disable`, and
//! `POST /api/auth/mfa/backup-codes`.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};

use super::{
    dto,
    fields::{self, Field},
    refusals,
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
        qr,
        state::State,
    },
};

/// The body of what a password confirms.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasswordBody {
    password: Field,
}

impl PasswordBody {
    fn proof(self) -> WebResult<Proof> {
        fields::read(|r| Proof::Password(r.secret("password", self.password)))
    }
}

#[derive(Serialize)]
struct EnrolmentAnswer {
    /// Base32 without blanks or padding.
    secret: String,
    otpauth_uri: String,
    /// One SVG element.
    qr_svg: String,
}

/// Begins an enrolment, or begins it anew.
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
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CodeBody {
    code: Field,
}

/// Confirms the enrolment with its first code. Every other session ends.
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

/// Removes the second factor. Every other session ends.
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

/// Makes a fresh set of backup codes. No session ends.
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

#[derive(Serialize)]
struct CodesAnswer {
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
        Refused::WrongCode(fault) => {
            refusals::invalid_code(StatusCode::UNPROCESSABLE_ENTITY, *fault)
        }
        Refused::Overtaken => refusals::conflict(),
    }
}
