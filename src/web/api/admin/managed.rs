//! A user as the calls of admins answer with.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{db::admin::managed::ManagedUser, web::api::schemas};

/// A user, as admins see them. Times are RFC 3339, in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedUser)]
#[expect(clippy::struct_excessive_bools, reason = "the answer has each of them")]
pub(super) struct ManagedAnswer {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    email: String,
    #[schema(required)]
    display_name: Option<String>,
    #[schema(schema_with = schemas::role)]
    role: &'static str,
    email_verified: bool,
    /// Whether the owner of the mailbox has verified it here. `email_verified` may come from an
    /// imported file, which lets the account sign in and no more.
    mailbox_proven: bool,
    two_factor_enabled: bool,
    password_must_change: bool,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    password_changed_at: Option<DateTime<Utc>>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    disabled_at: Option<DateTime<Utc>>,
    /// Erased `DELETION_GRACE_DAYS` later.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    deleted_at: Option<DateTime<Utc>>,
    /// When the last session began, according to the audit log.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<DateTime<Utc>>,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
}

impl From<ManagedUser> for ManagedAnswer {
    fn from(managed: ManagedUser) -> Self {
        let ManagedUser {
            user,
            deleted_at,
            last_sign_in_at,
            ..
        } = managed;
        Self {
            id: user.id,
            role: user.role.as_str(),
            email_verified: user.email_verified(),
            mailbox_proven: user.mailbox_proven(),
            two_factor_enabled: user.two_factor_enabled(),
            password_must_change: user.password_must_change,
            password_changed_at: user.password_changed_at,
            disabled_at: user.disabled_at,
            deleted_at,
            last_sign_in_at,
            created_at: user.created_at,
            email: user.email,
            display_name: user.display_name,
        }
    }
}
