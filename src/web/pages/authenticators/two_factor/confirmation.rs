//! The pages that say what will happen before the second factor is turned off, or its backup codes are
//! replaced.

use actix_web::http::StatusCode;
use askama::Template;

use super::TWO_FACTOR;
use crate::{
    domain::authenticators::factors::Kind,
    flows::{accounts::overview, sessions::authenticate::Authenticated},
    web::{
        error::WebResult,
        extract::{CurrentUser, PageRequest},
        pages::answer::{page, see_other},
        view::Shell,
    },
};

/// An act that is confirmed before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwoFactorAct {
    /// Turning the second factor off.
    Disable,
    /// Making ten new backup codes.
    ReplaceBackupCodes,
}

impl TwoFactorAct {
    pub fn title(self) -> &'static str {
        match self {
            Self::Disable => "Turn off two-step sign-in?",
            Self::ReplaceBackupCodes => "Replace your backup codes?",
        }
    }

    /// The text of its button.
    pub fn button(self) -> &'static str {
        match self {
            Self::Disable => "Turn off two-step sign-in",
            Self::ReplaceBackupCodes => "Replace the backup codes",
        }
    }

    /// The action of its form.
    pub fn path(self) -> &'static str {
        match self {
            Self::Disable => "/account/two-factor/disable",
            Self::ReplaceBackupCodes => "/account/two-factor/backup-codes",
        }
    }
}

/// The confirmation of a [`TwoFactorAct`].
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/two_factor_act.html")]
pub struct TwoFactorActPage {
    pub shell: Shell,
    pub act: TwoFactorAct,
    /// The number of unused backup codes.
    pub codes_left: i64,
    /// Whether the user has another second factor than the app.
    pub stays_on: bool,
}

/// `GET /account/two-factor/disable`
pub async fn ask_disable(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    show(&request, &who, TwoFactorAct::Disable).await
}

/// `GET /account/two-factor/backup-codes`
pub async fn ask_fresh_codes(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    show(&request, &who, TwoFactorAct::ReplaceBackupCodes).await
}

async fn show(request: &PageRequest, who: &Authenticated, act: TwoFactorAct) -> WebResult {
    // Backup codes exist exactly if there is a second factor.
    let Some(codes_left) = overview::backup_codes_left(request.services(), who.user()).await?
    else {
        return Ok(see_other(TWO_FACTOR));
    };
    page(
        StatusCode::OK,
        TwoFactorActPage {
            shell: request.shell(),
            act,
            codes_left,
            stays_on: who.user().factors.kinds().any(|kind| kind != Kind::Totp),
        },
    )
}
