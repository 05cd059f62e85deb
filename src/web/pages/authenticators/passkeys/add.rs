//! Adding a passkey.

use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use super::again;
use crate::{
    domain::{local_path::LocalPath, secrets::secret::SecretString},
    flows::authenticators::{
        factors::Added,
        passkeys::{self, Made, New},
        proof::{self, FactorProven, Proof},
    },
    web::{
        cookies::SetCookies,
        copy,
        error::{WebResult, way_over},
        extract::{CurrentUser, PageRequest, RecentlyAuthenticated},
        pages::{
            answer::{Showing, see_other, see_other_with},
            authenticators::{
                backup_codes::{BackupCodesReason, codes_page},
                passkey_request::PasskeyRequest,
            },
        },
        paths::{LOGIN, PASSKEYS, REAUTHENTICATE},
        view::{FieldErrors, Flash, Shell},
    },
};

/// The path of the page.
const ADD: &str = "/account/passkeys/add";

/// `/account/passkeys/add`.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/passkey_add.html")]
pub struct PasskeyAddPage {
    pub shell: Shell,
    /// As typed before.
    pub name: String,
    /// `None` if none can be added now.
    pub passkey: Option<PasskeyRequest>,
    pub errors: FieldErrors,
}

#[derive(Deserialize)]
pub struct AddForm {
    #[serde(default)]
    challenge_token: SecretString,
    /// `PublicKeyCredential.toJSON()`.
    #[serde(default)]
    credential: String,
    #[serde(default)]
    name: String,
}

/// `GET /account/passkeys/add`
pub async fn get_add(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    let proven = proof::recent(request.services(), &who).and_then(FactorProven::of);
    if let Some(proven) = proven {
        return show_add(&request, &proven, String::new(), Showing::first()).await;
    }
    let next = LocalPath::parse(ADD);
    Ok(see_other(&way_over(REAUTHENTICATE, next.as_ref())))
}

async fn show_add(
    request: &PageRequest,
    proven: &FactorProven,
    name: String,
    mut showing: Showing,
) -> WebResult {
    let passkey = match passkeys::options(request.services(), proven).await? {
        Ok(challenge) => Some(PasskeyRequest::from(challenge)),
        Err(refused) => {
            if !showing.is_fault() {
                showing = again(&refused)?;
            }
            None
        }
    };
    showing.answer(|errors| PasskeyAddPage {
        shell: request.shell(),
        name,
        passkey,
        errors,
    })
}

/// `POST /account/passkeys/add`
pub async fn add(
    RecentlyAuthenticated { proven, form }: RecentlyAuthenticated<AddForm, FactorProven>,
    request: PageRequest,
) -> WebResult {
    let credential: Value = serde_json::from_str(&form.credential).unwrap_or_default();
    let new = New {
        challenge: form.challenge_token,
        credential,
        name: form.name,
    };
    let made = passkeys::create(request.services(), &proven, &new, &request.client).await?;
    let Added { backup_codes, pair } = match made {
        Ok(Made { added, .. }) => added,
        Err(refused) => {
            let showing = again(&refused)?;
            return show_add(&request, &proven, new.name, showing).await;
        }
    };
    let Some(pair) = pair else {
        let flash = Flash::warning(if backup_codes.is_some() {
            copy::TWO_FACTOR_ON_SIGN_IN
        } else {
            copy::PASSKEY_ADDED_SIGN_IN
        });
        return Ok(see_other_with(&request.session, LOGIN, &flash));
    };
    let answer = if let Some(codes) = backup_codes {
        let user = proven.who().user();
        codes_page(&request, user, &codes, BackupCodesReason::Enrolled)?
    } else {
        let flash = Flash::success(copy::PASSKEY_ADDED);
        see_other_with(&request.session, PASSKEYS, &flash)
    };
    Ok(answer.with_cookies(request.state.settings.pair_cookies(&pair)))
}
