//! The forms of the second factor.

use actix_web::{HttpResponse, http::StatusCode};
use serde::Deserialize;

use super::{TWO_FACTOR, TwoFactorPage, show};
use crate::{
    domain::secrets::secret::SecretString,
    flows::authenticators::{
        factors::Added,
        proof::FactorProven,
        totp::{self, Refused},
    },
    web::{
        cookies::SetCookies,
        copy,
        error::WebResult,
        extract::{PageRequest, RecentlyAuthenticated},
        pages::{
            BackupCodesReason,
            answer::{Showing, see_other, see_other_with},
            authenticators::{backup_codes::codes_page, removed},
        },
        paths::LOGIN,
        view::{FieldErrors, Flash},
    },
};

/// Only the token of the form.
#[derive(Deserialize)]
pub struct Form {}

#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: SecretString,
}

/// `GET` of a path that only accepts forms: reloading the answer shows the page.
pub async fn back() -> HttpResponse {
    see_other(TWO_FACTOR)
}

/// `POST /account/two-factor/enroll`
pub async fn enroll(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form, FactorProven>,
    request: PageRequest,
) -> WebResult {
    match totp::enroll(request.services(), &proven).await? {
        Ok(_) => Ok(see_other(TWO_FACTOR)),
        Err(refused) => show(&request, proven.who(), again(&refused)).await,
    }
}

/// `POST /account/two-factor/confirm`
pub async fn confirm(
    RecentlyAuthenticated { proven, form }: RecentlyAuthenticated<CodeForm, FactorProven>,
    request: PageRequest,
) -> WebResult {
    let CodeForm { code } = form;
    if code.expose().trim().is_empty() {
        let errors = FieldErrors::of_field(TwoFactorPage::CODE, copy::missing("a code"));
        return show(&request, proven.who(), Showing::invalid(errors)).await;
    }
    match totp::confirm(request.services(), &proven, &code, &request.client).await? {
        Ok(Added {
            backup_codes: Some(codes),
            pair: Some(pair),
        }) => {
            let answer = codes_page(
                &request,
                proven.who().user(),
                &codes,
                BackupCodesReason::Enrolled,
            )?;
            Ok(answer.with_cookies(request.state.settings.pair_cookies(&pair)))
        }
        Ok(Added {
            backup_codes: None,
            pair: Some(pair),
        }) => {
            let flash = Flash::success(copy::APP_ADDED);
            Ok(see_other_with(&request.session, TWO_FACTOR, &flash)
                .with_cookies(request.state.settings.pair_cookies(&pair)))
        }
        Ok(Added { pair: None, .. }) => {
            let flash = Flash::warning(copy::TWO_FACTOR_ON_SIGN_IN);
            Ok(see_other_with(&request.session, LOGIN, &flash))
        }
        Err(refused) => show(&request, proven.who(), again(&refused)).await,
    }
}

/// `POST /account/two-factor/disable`
pub async fn disable(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form, FactorProven>,
    request: PageRequest,
) -> WebResult {
    match totp::disable(request.services(), &proven, &request.client).await? {
        Ok(pair) => Ok(removed(
            &request,
            pair.as_ref(),
            TWO_FACTOR,
            copy::APP_REMOVED,
        )),
        Err(Refused::NotEnabled) if proven.who().user().two_factor_enabled() => {
            let errors = FieldErrors::of_form(copy::APP_IS_OFF);
            let showing = Showing::again(StatusCode::CONFLICT, errors);
            show(&request, proven.who(), showing).await
        }
        Err(refused) => show(&request, proven.who(), again(&refused)).await,
    }
}

/// `POST /account/two-factor/backup-codes`
pub async fn fresh_codes(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form, FactorProven>,
    request: PageRequest,
) -> WebResult {
    match totp::replace_backup_codes(request.services(), &proven, &request.client).await? {
        Ok(codes) => codes_page(
            &request,
            proven.who().user(),
            &codes,
            BackupCodesReason::Replaced,
        ),
        Err(refused) => show(&request, proven.who(), again(&refused)).await,
    }
}

/// Why the page is shown again.
fn again(refused: &Refused) -> Showing {
    let at_field = |message: &str| FieldErrors::of_field(TwoFactorPage::CODE, message);
    let forbidden = |errors| Showing::again(StatusCode::FORBIDDEN, errors);
    let conflict = |why| Showing::again(StatusCode::CONFLICT, FieldErrors::of_form(why));
    match refused {
        Refused::WrongCode(fault) => Showing::invalid(at_field(&copy::app_code_refused(*fault))),
        Refused::EmailUnverified => {
            forbidden(FieldErrors::of_form(copy::TWO_FACTOR_NEEDS_VERIFIED))
        }
        Refused::AlreadyEnabled => conflict(copy::TWO_FACTOR_IS_ON),
        Refused::NotEnabled => conflict(copy::TWO_FACTOR_IS_OFF),
        Refused::NotPending => conflict(copy::TWO_FACTOR_START_AGAIN),
        Refused::Overtaken => conflict(copy::OVERTAKEN),
        Refused::Frozen(until) => Showing::frozen(until),
        Refused::Throttled(wait) => Showing::throttled(*wait),
    }
}
