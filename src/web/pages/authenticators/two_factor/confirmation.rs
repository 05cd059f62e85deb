//! The pages that say what will happen before the authenticator app is removed, or the backup codes are replaced.

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
    /// Removing the app, which is the only second factor.
    Disable,
    /// Removing the app, beside another second factor.
    RemoveApp,
    /// Making ten new backup codes.
    ReplaceBackupCodes,
}

impl TwoFactorAct {
    pub fn title(self) -> &'static str {
        match self {
            Self::Disable => "Turn off two-step sign-in?",
            Self::RemoveApp => "Remove the authenticator app?",
            Self::ReplaceBackupCodes => "Replace your backup codes?",
        }
    }

    /// The text of its button.
    pub fn button(self) -> &'static str {
        match self {
            Self::Disable => "Turn off two-step sign-in",
            Self::RemoveApp => "Remove the authenticator app",
            Self::ReplaceBackupCodes => "Replace the backup codes",
        }
    }

    /// The action of its form.
    pub fn path(self) -> &'static str {
        match self {
            Self::Disable | Self::RemoveApp => "/account/two-factor/disable",
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
    /// The user's second factors but the app, in words; empty without another.
    pub others: String,
}

/// `GET /account/two-factor/disable`
pub async fn ask_disable(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    let factors = &who.user().factors;
    if !factors.has(Kind::Totp) {
        return Ok(see_other(TWO_FACTOR));
    }
    let act = if factors.others(Kind::Totp).is_empty() {
        TwoFactorAct::Disable
    } else {
        TwoFactorAct::RemoveApp
    };
    show(&request, &who, act).await
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
            others: who.user().factors.others(Kind::Totp),
        },
    )
}
