//! Keeping an account that its owner has deleted, after signing in to it.

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::{
    flows::accounts::deletion::{self, Keeping},
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::{Showing, see_other_with, signed_in},
        paths::LOGIN,
        session::{BrowserSession, Restoring},
        view::{Flash, Shell},
    },
};

/// `/account/restore`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/restore.html")]
pub struct RestorePage {
    pub shell: Shell,
    pub erased_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub struct Form {}

/// `GET /account/restore`.
pub async fn get(request: PageRequest) -> WebResult {
    match restoring(&request) {
        Some(Restoring { restorable, .. }) => Showing::first().answer(|_| RestorePage {
            shell: request.shell(),
            erased_at: restorable.erased_at,
        }),
        None => Ok(sign_in_first(&request.session)),
    }
}

/// `POST /account/restore`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(Form {}): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let Some(Restoring {
        restorable,
        remember_me,
    }) = restoring(&request)
    else {
        return Ok(sign_in_first(&request.session));
    };
    let services = request.services();
    let keeping = Keeping {
        remembered: remember_me,
        replaces: who.and_then(|who| who.held_session()),
    };
    match deletion::restore(services, &restorable, keeping, &request.client).await? {
        Some(pair) => {
            let answer = signed_in(&request, &pair, &request.client.device, None);
            let flash = Flash::success(copy::ACCOUNT_RESTORED);
            request.session.leave_flash(&flash);
            Ok(answer)
        }
        None => Ok(sign_in_first(&request.session)),
    }
}

/// The sign-in, while it is recent.
fn restoring(request: &PageRequest) -> Option<Restoring> {
    let found = request.session.restoring();
    found.filter(|found| deletion::is_usable(request.services(), &found.restorable))
}

fn sign_in_first(session: &BrowserSession) -> HttpResponse {
    session.forget_restoring();
    see_other_with(session, LOGIN, &Flash::info(copy::SIGN_IN_TO_RESTORE))
}
