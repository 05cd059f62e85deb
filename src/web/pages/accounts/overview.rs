//! The overview of the user's account.

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use super::activity::ActivityItem;
use crate::{
    domain::{
        accounts::user::User,
        authenticators::{backup_code::FEW_LEFT, factors::Kind},
    },
    flows::accounts::{overview, unverified},
    web::{
        error::WebResult,
        extract::{CurrentUser, PageRequest},
        pages::answer::page,
        view::Shell,
    },
};

/// `/account`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/account.html")]
pub struct AccountPage {
    pub shell: Shell,
    pub email: String,
    /// The name that the user chose, if any.
    pub display_name: Option<String>,
    /// Whether the address is verified.
    pub email_verified: bool,
    /// The address to which the account is to move; empty where no change waits for its link.
    pub new_email: String,
    /// When the account will be deleted, unless its address is verified before.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Until when address and second factor cannot be changed.
    pub frozen_until: Option<DateTime<Utc>>,
    /// When the account was created.
    pub created_at: DateTime<Utc>,
    /// Whether an import created the account.
    pub imported: bool,
    /// When the password last changed; `None` if never since the account was created.
    pub password_changed_at: Option<DateTime<Utc>>,
    pub second_factor: SecondFactorState,
    /// Whether the user has a passkey; `None` where this site has none.
    pub passkey: Option<bool>,
    /// How many devices are signed in, this one included.
    pub sessions: i64,
    /// The latest events, newest first.
    pub activity: Vec<ActivityItem>,
}

impl AccountPage {
    fn lacks_something(&self) -> bool {
        !self.email_verified
            || match self.second_factor {
                SecondFactorState::Off => self.frozen_until.is_none(),
                SecondFactorState::On { codes_left, .. } => codes_left <= FEW_LEFT,
            }
    }
}

/// The state of the second factor on the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorState {
    Off,
    On {
        since: DateTime<Utc>,
        /// The number of unused backup codes.
        codes_left: usize,
    },
}

impl SecondFactorState {
    fn of(user: &User, codes_left: Option<i64>) -> Self {
        match user.factors.first_since() {
            None => Self::Off,
            Some(since) => Self::On {
                since,
                codes_left: usize::try_from(codes_left.unwrap_or_default()).unwrap_or_default(),
            },
        }
    }
}

/// `GET /account`.
pub async fn get(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    let user = who.user();
    let overview = overview::overview(request.services(), user).await?;
    let has_passkeys = request.services().webauthn.is_some();
    page(
        StatusCode::OK,
        AccountPage {
            shell: request.shell(),
            email: user.email.clone(),
            display_name: user.display_name.clone(),
            email_verified: user.mailbox_proven(),
            new_email: overview.new_email.unwrap_or_default(),
            deleted_at: unverified::deleted_at(request.services(), user).await?,
            frozen_until: user.frozen(request.services().now()),
            created_at: user.created_at,
            imported: user.import_id.is_some(),
            password_changed_at: user.password_changed_at,
            second_factor: SecondFactorState::of(user, overview.backup_codes_left),
            passkey: has_passkeys.then(|| user.factors.has(Kind::Passkey)),
            sessions: overview.sessions,
            activity: overview.recent.iter().map(ActivityItem::from).collect(),
        },
    )
}
