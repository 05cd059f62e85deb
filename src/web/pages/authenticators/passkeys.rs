//! The passkeys of the user: the list, adding, renaming and removing one.

mod add;

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

pub use add::{PasskeyAddPage, add, get_add};

use super::removed;

use crate::{
    domain::{
        accounts::user::User,
        authenticators::{factors::Kind, passkey::MOST_PER_USER},
    },
    flows::{
        authenticators::{
            passkeys::{self, Passkey, Refused},
            proof::FactorProven,
        },
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{CsrfForm, CurrentUser, PageRequest, RecentlyAuthenticated},
        pages::answer::{Showing, field_errors, page, see_other, see_other_with},
        paths::PASSKEYS,
        problem::{codes, refusals},
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/account/passkeys`.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/passkeys.html")]
pub struct PasskeysPage {
    pub shell: Shell,
    pub passkeys: Vec<PasskeyItem>,
    /// Whether the address is verified, which is required first.
    pub email_verified: bool,
    /// JSON for the script, which tells the browser what exists.
    pub known: String,
    /// Faults of the page, and of `name`.
    pub errors: FieldErrors,
}

/// A passkey in the list.
#[derive(Clone, Debug)]
pub struct PasskeyItem {
    pub id: Uuid,
    pub name: String,
    pub created_at: DateTime<Utc>,
    /// The browser that made it; empty if unknown.
    pub created_by: String,
    pub last_used_at: Option<DateTime<Utc>>,
    /// The browser that used it last; empty if unknown.
    pub last_used_by: String,
    pub synced: bool,
    /// Its new name as typed before, if it is at fault.
    pub renaming: Option<String>,
}

impl PasskeyItem {
    fn of(passkey: &Passkey, renaming: Option<(Uuid, &str)>) -> Self {
        let device = |device: &Option<_>| device.as_ref().map(ToString::to_string);
        Self {
            id: passkey.id,
            name: passkey.name.clone(),
            created_at: passkey.created_at,
            created_by: device(&passkey.created_by).unwrap_or_default(),
            last_used_at: passkey.last_used_at,
            last_used_by: device(&passkey.last_used_by).unwrap_or_default(),
            synced: passkey.synced,
            renaming: renaming
                .filter(|(id, _)| *id == passkey.id)
                .map(|(_, typed)| typed.to_owned()),
        }
    }
}

impl PasskeysPage {
    fn can_add(&self) -> bool {
        self.email_verified && self.passkeys.len() < MOST_PER_USER
    }
}

/// `/account/passkeys/{id}/remove`.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/passkey_remove.html")]
pub struct PasskeyRemovePage {
    pub shell: Shell,
    pub id: Uuid,
    pub name: String,
    /// Whether it is the only second factor.
    pub is_last: bool,
}

#[derive(Deserialize)]
pub struct NameForm {
    #[serde(default)]
    name: String,
}

/// Only the token of the form.
#[derive(Deserialize)]
pub struct Form {}

/// `GET /account/passkeys`
pub async fn get(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    show(&request, &who, None, Showing::first()).await
}

/// `GET` of a path that only accepts forms: reloading the answer shows the page.
pub async fn back() -> HttpResponse {
    see_other(PASSKEYS)
}

async fn show(
    request: &PageRequest,
    who: &Authenticated,
    renaming: Option<(Uuid, &str)>,
    showing: Showing,
) -> WebResult {
    let user = who.user();
    let passkeys = passkeys::list(request.services(), user).await?;
    let known = known(request, user, &passkeys).await?;
    showing.answer(|errors| PasskeysPage {
        shell: request.shell(),
        passkeys: passkeys
            .iter()
            .map(|passkey| PasskeyItem::of(passkey, renaming))
            .collect(),
        email_verified: user.mailbox_proven(),
        known,
        errors,
    })
}

/// What the browser may know of the user and the passkeys that exist. `ids` is null while a removed one may come back,
/// and `removed` the one that was just removed in this browser.
async fn known(request: &PageRequest, user: &User, passkeys: &[Passkey]) -> WebResult<String> {
    let webauthn = request.services().webauthn.as_ref();
    let webauthn = webauthn.ok_or(WebError::from(codes::NOT_FOUND))?;
    let is_final = !passkeys::may_come_back(request.services(), user.id).await?;
    let ids = passkeys
        .iter()
        .map(|passkey| BASE64URL_NOPAD.encode(&passkey.credential_id));
    let ids: Vec<_> = ids.collect();
    let known = json!({
        "rpId": webauthn.party().id,
        "userId": BASE64URL_NOPAD.encode(user.id.as_bytes()),
        "ids": is_final.then_some(ids),
        "removed": request.session.take_removed_passkey(),
        "name": user.email,
        "displayName": user.name(),
    });
    Ok(known.to_string())
}

/// `POST /account/passkeys/{id}/rename`
pub async fn rename(
    CurrentUser(who): CurrentUser,
    id: Path<String>,
    CsrfForm(form): CsrfForm<NameForm>,
    request: PageRequest,
) -> WebResult {
    let id = refusals::passkey_id(&id)?;
    let renamed = passkeys::rename(request.services(), &who, id, &form.name, &request.client);
    match renamed.await? {
        Ok(_) => {
            let flash = Flash::success(copy::PASSKEY_RENAMED);
            Ok(see_other_with(&request.session, PASSKEYS, &flash))
        }
        Err(refused) => {
            let renaming = Some((id, form.name.as_str()));
            show(&request, &who, renaming, again(&refused)?).await
        }
    }
}

/// `GET /account/passkeys/{id}/remove`
pub async fn ask_remove(
    CurrentUser(who): CurrentUser,
    id: Path<String>,
    request: PageRequest,
) -> WebResult {
    let id = refusals::passkey_id(&id)?;
    let user = who.user();
    let passkeys = passkeys::list(request.services(), user).await?;
    let is_last = passkeys.len() == 1 && user.factors.others(Kind::Passkey).is_empty();
    let found = passkeys.into_iter().find(|passkey| passkey.id == id);
    let passkey = found.ok_or_else(refusals::no_such_passkey)?;
    page(
        StatusCode::OK,
        PasskeyRemovePage {
            shell: request.shell(),
            id,
            name: passkey.name,
            is_last,
        },
    )
}

/// `POST /account/passkeys/{id}/remove`
pub async fn remove(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<Form, FactorProven>,
    id: Path<String>,
    request: PageRequest,
) -> WebResult {
    let id = refusals::passkey_id(&id)?;
    let present = passkeys::list(request.services(), proven.who().user()).await?;
    match passkeys::remove(request.services(), &proven, id, &request.client).await? {
        Ok(pair) => {
            let gone = present.iter().find(|passkey| passkey.id == id);
            if let Some(gone) = gone.filter(|_| pair.is_some()) {
                let id = BASE64URL_NOPAD.encode(&gone.credential_id);
                request.session.leave_removed_passkey(&id);
            }
            let (pair, text) = (pair.as_ref(), copy::PASSKEY_REMOVED);
            Ok(removed(&request, pair, PASSKEYS, text))
        }
        Err(refused) => show(&request, proven.who(), None, again(&refused)?).await,
    }
}

/// Why the page is shown again.
fn again(refused: &Refused) -> WebResult<Showing> {
    let of_form = |text: &str| Showing::invalid(FieldErrors::of_form(text));
    let conflict = |text: &str| Showing::again(StatusCode::CONFLICT, FieldErrors::of_form(text));
    Ok(match refused {
        Refused::NotFound => return Err(refusals::no_such_passkey()),
        Refused::EmailUnverified => {
            let errors = FieldErrors::of_form(copy::TWO_FACTOR_NEEDS_VERIFIED);
            Showing::again(StatusCode::FORBIDDEN, errors)
        }
        Refused::Frozen(until) => Showing::frozen(until),
        Refused::TooMany => conflict(copy::TOO_MANY_PASSKEYS),
        Refused::Expired => of_form(copy::CHALLENGE_EXPIRED),
        Refused::Wrong(why) => of_form(copy::passkey_refused(*why)),
        Refused::Known => conflict(copy::PASSKEY_KNOWN),
        Refused::Invalid(faults) => Showing::invalid(field_errors(faults, &["name"])),
        Refused::Throttled(wait) => Showing::throttled(*wait),
        Refused::Overtaken => Showing::overtaken(),
    })
}
