//! A phone as second factor: entering its number, confirming it with a code, and removing it.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    backup_codes::{BackupCodesReason, codes_page},
    removed,
};
use crate::{
    domain::{authenticators::factors::Kind, secrets::secret::SecretString},
    flows::{
        authenticators::{
            factors::Added,
            phone::{self, Refused, Shown},
            proof::FactorProven,
        },
        sessions::authenticate::Authenticated,
    },
    web::{
        cookies::SetCookies,
        copy,
        error::{WebError, WebResult},
        extract::{CurrentUser, PageRequest, RecentlyAuthenticated},
        pages::answer::{Showing, field_errors, see_other, see_other_with},
        paths::{LOGIN, PHONE},
        problem::codes,
        view::{FieldErrors, Flash, Shell},
    },
};

/// Where the code is entered.
const CONFIRM: &str = "/account/phone/confirm";

/// `/account/phone`.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/phone.html")]
pub struct PhonePage {
    pub shell: Shell,
    pub state: PhoneState,
    /// As typed before.
    pub phone: String,
    /// Faults, by `phone`.
    pub errors: FieldErrors,
}

/// The state of the phone.
#[derive(Clone, Debug)]
pub enum PhoneState {
    Off {
        /// Whether the address is verified, which is required first.
        email_verified: bool,
    },
    On {
        /// Without most of its digits.
        number: String,
        since: DateTime<Utc>,
        /// Whether there is no other second factor.
        is_only: bool,
    },
}

/// `/account/phone/confirm`.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/phone_confirm.html")]
pub struct PhoneConfirmPage {
    pub shell: Shell,
    /// Without most of its digits.
    pub number: String,
    /// Faults, by `code`.
    pub errors: FieldErrors,
}

#[derive(Deserialize)]
pub struct NumberForm {
    #[serde(default)]
    phone: String,
}

#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: SecretString,
}

/// Only the token of the form.
#[derive(Deserialize)]
pub struct Form {}

/// `GET /account/phone`
pub async fn get(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    show(&request, &who, String::new(), Showing::first()).await
}

/// `GET` of a path that only accepts forms: reloading the answer shows the page.
pub async fn back() -> HttpResponse {
    see_other(PHONE)
}

/// `POST /account/phone`
pub async fn post(
    RecentlyAuthenticated { proven, form }: RecentlyAuthenticated<NumberForm, FactorProven>,
    request: PageRequest,
) -> WebResult {
    let begun = phone::begin(request.services(), &proven, &form.phone, &request.client);
    match begun.await? {
        Ok(_) => Ok(see_other(CONFIRM)),
        Err(refused) => show(&request, proven.who(), form.phone, again(&refused)?).await,
    }
}

/// `GET /account/phone/confirm`
pub async fn get_confirm(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    show_confirm(&request, &who, Showing::first()).await
}

/// `POST /account/phone/confirm`
pub async fn confirm(
    RecentlyAuthenticated { proven, form }: RecentlyAuthenticated<CodeForm, FactorProven>,
    request: PageRequest,
) -> WebResult {
    if form.code.expose().trim().is_empty() {
        let errors = FieldErrors::of_field("code", copy::missing("the code"));
        return show_confirm(&request, proven.who(), Showing::invalid(errors)).await;
    }
    let added = phone::confirm(
        request.services(),
        &proven,
        None,
        &form.code,
        &request.client,
    );
    match added.await? {
        Ok(Added { pair: None, .. }) => {
            let flash = Flash::warning(copy::TWO_FACTOR_ON_SIGN_IN);
            Ok(see_other_with(&request.session, LOGIN, &flash))
        }
        Ok(Added {
            backup_codes,
            pair: Some(pair),
        }) => {
            let answer = if let Some(codes) = backup_codes {
                let reason = BackupCodesReason::Enrolled;
                codes_page(&request, proven.who().user(), &codes, reason)?
            } else {
                let flash = Flash::success(copy::PHONE_ADDED);
                see_other_with(&request.session, PHONE, &flash)
            };
            Ok(answer.with_cookies(request.state.settings.pair_cookies(&pair)))
        }
        Err(refused) => show_confirm(&request, proven.who(), again(&refused)?).await,
    }
}

/// `POST /account/phone/remove`
pub async fn remove(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form, FactorProven>,
    request: PageRequest,
) -> WebResult {
    match phone::remove(request.services(), &proven, &request.client).await? {
        Ok(pair) => Ok(removed(&request, pair.as_ref(), PHONE, copy::PHONE_REMOVED)),
        Err(refused) => show(&request, proven.who(), String::new(), again(&refused)?).await,
    }
}

async fn show(
    request: &PageRequest,
    who: &Authenticated,
    phone: String,
    showing: Showing,
) -> WebResult {
    let user = who.user();
    let state = match phone::shown(request.services(), user).await? {
        Some(Shown {
            number,
            since: Some(since),
        }) => PhoneState::On {
            number,
            since,
            is_only: user.factors.kinds().eq([Kind::Phone]),
        },
        _ => PhoneState::Off {
            email_verified: user.mailbox_proven(),
        },
    };
    showing.answer(|errors| PhonePage {
        shell: request.shell(),
        state,
        phone,
        errors,
    })
}

async fn show_confirm(request: &PageRequest, who: &Authenticated, showing: Showing) -> WebResult {
    let shown = phone::shown(request.services(), who.user()).await?;
    let Some(Shown {
        number,
        since: None,
    }) = shown
    else {
        return Ok(see_other(PHONE));
    };
    showing.answer(|errors| PhoneConfirmPage {
        shell: request.shell(),
        number,
        errors,
    })
}

/// Why a page is shown again.
fn again(refused: &Refused) -> WebResult<Showing> {
    let forbidden = |why| Showing::again(StatusCode::FORBIDDEN, FieldErrors::of_form(why));
    let conflict = |why| Showing::again(StatusCode::CONFLICT, FieldErrors::of_form(why));
    Ok(match refused {
        Refused::NotOffered => return Err(WebError::from(codes::NOT_FOUND)),
        Refused::Invalid(faults) => Showing::invalid(field_errors(faults, &["phone"])),
        Refused::WrongCode(fault) => {
            let why = copy::phone_code_refused(*fault);
            Showing::invalid(FieldErrors::of_field("code", why))
        }
        Refused::EmailUnverified => forbidden(copy::TWO_FACTOR_NEEDS_VERIFIED),
        Refused::AlreadyEnabled => conflict(copy::PHONE_IS_ON),
        Refused::NotEnabled => conflict(copy::PHONE_IS_OFF),
        Refused::NotPending => conflict(copy::PHONE_SETUP_ENDED),
        Refused::Overtaken => conflict(copy::OVERTAKEN),
        Refused::Frozen(until) => Showing::frozen(until),
        Refused::Throttled(wait) => Showing::throttled(*wait),
    })
}
