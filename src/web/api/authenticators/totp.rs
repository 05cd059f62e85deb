//! The second factor: `POST /api/auth/mfa/totp/enroll`, `/confirm` and `/disable`, and
//! `POST /api/auth/mfa/backup-codes`.

use actix_web::{HttpResponse, web::to};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{AllOfBuilder, RefOr, Schema, schema::AnyOfBuilder},
};

use crate::{
    domain::authenticators::backup_code::BackupCode,
    flows::authenticators::{
        factors::Added,
        proof::FactorProven,
        totp::{self, Refused},
    },
    web::{
        api::{
            call::Call,
            dto, schemas,
            tag::Tag,
            texts::{CurrentPassword, TotpCode},
        },
        error::{WebError, WebResult},
        extract::{ClientInfo, MayProve, RecentlyAuthenticatedCall},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
        view::qr,
    },
};

/// The body of what needs a proof and nothing else.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasswordProof)]
pub(in crate::web::api) struct PasswordBody {
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for PasswordBody {
    fn password(&mut self) -> &mut Field {
        &mut self.password
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

pub(super) fn enroll_call() -> Call {
    Call::post("/api/auth/mfa/totp/enroll", Guard::Session, to(post_enroll))
        .about(
            Tag::SecondFactor,
            "Starts an enrolment, or starts it again.",
        )
        .takes_with_proof::<PasswordBody>()
        .answers::<EnrolmentAnswer>(200, "The secret, for an authenticator app.")
        .refuses(&[
            codes::EMAIL_NOT_VERIFIED,
            codes::TOTP_ALREADY_ENABLED,
            codes::ACCOUNT_FROZEN,
            codes::CONFLICT,
        ])
}

async fn post_enroll(
    state: State,
    call: RecentlyAuthenticatedCall<PasswordBody, FactorProven>,
) -> WebResult {
    let enrolment = totp::enroll(&state.services, &call.proven)
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
struct CodeBody {
    #[schema(value_type = TotpCode)]
    code: Field,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
}

impl MayProve for CodeBody {
    fn password(&mut self) -> &mut Field {
        &mut self.password
    }
}

pub(super) fn confirm_call() -> Call {
    Call::post(
        "/api/auth/mfa/totp/confirm",
        Guard::Session,
        to(post_confirm),
    )
    .about(
        Tag::SecondFactor,
        "Confirms the enrolment with its first code. Every other session ends.",
    )
    .takes_with_proof::<CodeBody>()
    .answers::<AddedAndPair>(
        200,
        "Enrolled: backup codes, unless there is another second factor, and a pair. No pair if this session has \
         ended in the meantime.",
    )
    .refuses(&[
        codes::EMAIL_NOT_VERIFIED,
        codes::WRONG_CODE,
        codes::TOTP_NOT_PENDING,
        codes::TOTP_ALREADY_ENABLED,
        codes::ACCOUNT_FROZEN,
        codes::CONFLICT,
    ])
}

async fn post_confirm(
    state: State,
    call: RecentlyAuthenticatedCall<CodeBody, FactorProven>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let code = fields::read(|r| r.secret("code", call.body.code))?;
    let added = totp::confirm(&state.services, &call.proven, &code, &client)
        .await?
        .map_err(|why| refused(&why))?;
    let own = AddedAnswer::of(&added);
    Ok(dto::renewed_beside(
        &state.settings,
        call.via,
        own,
        added.pair.as_ref(),
    ))
}

pub(super) fn disable_call() -> Call {
    Call::post(
        "/api/auth/mfa/totp/disable",
        Guard::Session,
        to(post_disable),
    )
    .about(
        Tag::SecondFactor,
        "Removes the second factor. Every other session ends.",
    )
    .takes_with_proof::<PasswordBody>()
    .answers::<dto::RenewedPair<'static>>(200, "Removed.")
    .answers_nothing("Removed; this session has ended in the meantime.")
    .refuses(&[
        codes::TOTP_NOT_ENABLED,
        codes::ACCOUNT_FROZEN,
        codes::CONFLICT,
    ])
}

async fn post_disable(
    state: State,
    call: RecentlyAuthenticatedCall<PasswordBody, FactorProven>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let pair = totp::disable(&state.services, &call.proven, &client)
        .await?
        .map_err(|why| refused(&why))?;
    Ok(match pair {
        Some(pair) => dto::renewed(&state.settings, call.via, &pair),
        None => HttpResponse::NoContent().finish(),
    })
}

pub(super) fn backup_codes_call() -> Call {
    Call::post(
        "/api/auth/mfa/backup-codes",
        Guard::Session,
        to(post_backup_codes),
    )
    .about(
        Tag::SecondFactor,
        "Creates a new set of backup codes; the old ones no longer work. No session ends.",
    )
    .takes_with_proof::<PasswordBody>()
    .answers::<CodesAnswer>(200, "The new set.")
    .refuses(&[
        codes::TOTP_NOT_ENABLED,
        codes::ACCOUNT_FROZEN,
        codes::CONFLICT,
    ])
}

async fn post_backup_codes(
    state: State,
    call: RecentlyAuthenticatedCall<PasswordBody, FactorProven>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let codes = totp::replace_backup_codes(&state.services, &call.proven, &client)
        .await?
        .map_err(|why| refused(&why))?;
    Ok(HttpResponse::Ok().json(CodesAnswer {
        backup_codes: codes.iter().map(BackupCode::shown).collect(),
    }))
}

/// Ten codes, shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = BackupCodes)]
struct CodesAnswer {
    #[schema(example = json!(["ABCD-EFGH-JKMN-PQRS"]), min_items = 10, max_items = 10)]
    backup_codes: Vec<String>,
}

/// What a second factor brings that was added.
#[derive(Serialize, ToSchema)]
#[schema(as = AddedFactor)]
pub(super) struct AddedAnswer {
    /// Ten codes, shown this once, where it is the first second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["ABCD-EFGH-JKMN-PQRS"]), min_items = 10, max_items = 10, nullable = false)]
    backup_codes: Option<Vec<String>>,
}

impl AddedAnswer {
    pub(super) fn of(added: &Added) -> Self {
        let codes = added.backup_codes.as_ref();
        Self {
            backup_codes: codes.map(|codes| codes.iter().map(BackupCode::shown).collect()),
        }
    }
}

fn refused(why: &Refused) -> WebError {
    match why {
        Refused::Throttled(wait) => WebError::Throttled(*wait),
        Refused::EmailUnverified => codes::EMAIL_NOT_VERIFIED.into(),
        Refused::AlreadyEnabled => codes::TOTP_ALREADY_ENABLED.into(),
        Refused::NotEnabled => codes::TOTP_NOT_ENABLED.into(),
        Refused::NotPending => codes::TOTP_NOT_PENDING.into(),
        // Within a session a 401 would speak of the access token.
        Refused::WrongCode(fault) => refusals::invalid_code(codes::WRONG_CODE, *fault),
        Refused::Overtaken => codes::CONFLICT.into(),
        Refused::Frozen(until) => refusals::account_frozen(until),
    }
}

/// What the factor brings with a pair, or alone if the session has ended in the meantime.
pub(super) struct AddedAndPair;

impl PartialSchema for AddedAndPair {
    fn schema() -> RefOr<Schema> {
        let both = AllOfBuilder::new()
            .item(schemas::reference::<AddedAnswer>())
            .item(schemas::reference::<dto::RenewedPair<'_>>());
        AnyOfBuilder::new()
            .item(both)
            .item(schemas::reference::<AddedAnswer>())
            .into()
    }
}

impl ToSchema for AddedAndPair {
    fn schemas(schemas: &mut schemas::Named) {
        schemas::collect::<AddedAnswer>(schemas);
        schemas::collect::<dto::RenewedPair<'_>>(schemas);
    }
}
