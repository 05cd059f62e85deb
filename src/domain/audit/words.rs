//! What each event is called in the log, how much it deserves attention, and what it adds.

use serde_json::{Map, Value, json};

use super::{Event, Level};

impl Event {
    /// The stable name, `snake_case`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ServiceStarted { .. } => "service_started",
            Self::Registered => "registered",
            Self::Imported => "imported",
            Self::RegistrationOfTakenAddress => "registration_of_taken_address",
            Self::VerificationRequested => "verification_requested",
            Self::EmailVerified => "email_verified",
            Self::SignedIn { .. } => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SecondFactorRequired => "second_factor_required",
            Self::SecondFactorFailed { .. } => "second_factor_failed",
            Self::BackupCodeUsed { .. } => "backup_code_used",
            Self::DeviceTrusted { .. } => "device_trusted",
            Self::TrustedDeviceRevoked { .. } => "trusted_device_revoked",
            Self::SignedOut => "signed_out",
            Self::SignedOutEverywhere => "signed_out_everywhere",
            Self::SessionRevoked { .. } => "session_revoked",
            Self::OtherSessionsRevoked { .. } => "other_sessions_revoked",
            Self::SessionReplaced => "session_replaced",
            Self::SessionLimitReached { .. } => "session_limit_reached",
            Self::RefreshTokenReplayed => "refresh_token_replayed",
            Self::RefreshTokenRepeatedElsewhere => "refresh_token_repeated_elsewhere",
            Self::PasswordResetRequested => "password_reset_requested",
            Self::PasswordResetAwaitsCode => "password_reset_awaits_code",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::Reauthenticated { .. } => "reauthenticated",
            Self::ReauthenticationFailed { .. } => "reauthentication_failed",
            Self::SignInPaused { .. } => "sign_in_paused",
            Self::SignInBlocked { .. } => "sign_in_blocked",
            Self::SignInUnblocked { .. } => "sign_in_unblocked",
            Self::PasswordFoundBreached => "password_found_breached",
            Self::PasswordRehashed => "password_rehashed",
            Self::TotpEnabled => "totp_enabled",
            Self::TotpDisabled => "totp_disabled",
            Self::BackupCodesReplaced => "backup_codes_replaced",
            Self::SecretsResealed { .. } => "secrets_resealed",
            Self::UserCreated { .. } => "user_created",
            Self::UserInvited { .. } => "user_invited",
            Self::UserInvitationResent { .. } => "user_invitation_resent",
            Self::UserInvitationRevoked { .. } => "user_invitation_revoked",
            Self::InvitationAccepted { .. } => "invitation_accepted",
            Self::UserRenamed => "user_renamed",
            Self::UserDisabled { .. } => "user_disabled",
            Self::UserEnabled => "user_enabled",
            Self::UserRoleChanged { .. } => "user_role_changed",
            Self::UserPasswordChangeRequired => "user_password_change_required",
            Self::UserResetSent => "user_reset_sent",
            Self::UserVerificationSent => "user_verification_sent",
            Self::UserTwoFactorReset { .. } => "user_two_factor_reset",
            Self::UserSessionRevoked { .. } => "user_session_revoked",
            Self::UserSessionsRevoked { .. } => "user_sessions_revoked",
            Self::UserDeleted { .. } => "user_deleted",
            Self::UserRestored => "user_restored",
            Self::UserErased => "user_erased",
            Self::UnverifiedErased { .. } => "unverified_erased",
            Self::UsersExported(_) => "users_exported",
            Self::AuditLogExported(_) => "audit_log_exported",
            Self::UsersImported { .. } => "users_imported",
            Self::UserImportsUnvouched { .. } => "user_imports_unvouched",
            Self::UsersImportUndone { .. } => "users_import_undone",
            Self::AuditLogPurged { .. } => "audit_log_purged",
            Self::AuditLogCut { .. } => "audit_log_cut",
        }
    }

    /// Its level.
    pub fn level(&self) -> Level {
        match self {
            Self::SignInFailed
            | Self::SecondFactorFailed { .. }
            | Self::RegistrationOfTakenAddress
            | Self::ReauthenticationFailed { .. }
            | Self::SignInPaused { .. }
            | Self::SignInBlocked { .. }
            | Self::PasswordFoundBreached
            | Self::AuditLogCut { .. }
            | Self::RefreshTokenReplayed => Level::Warning,
            Self::RefreshTokenRepeatedElsewhere
            | Self::PasswordReset
            | Self::PasswordChanged
            | Self::TotpEnabled
            | Self::TotpDisabled
            | Self::BackupCodeUsed { .. }
            | Self::DeviceTrusted { .. }
            | Self::SignInUnblocked { .. }
            | Self::BackupCodesReplaced
            | Self::SecretsResealed { .. }
            | Self::UserCreated { .. }
            | Self::UserInvited { .. }
            | Self::UserInvitationResent { .. }
            | Self::UserInvitationRevoked { .. }
            | Self::InvitationAccepted { .. }
            | Self::UserRenamed
            | Self::UserDisabled { .. }
            | Self::UserEnabled
            | Self::UserRoleChanged { .. }
            | Self::UserPasswordChangeRequired
            | Self::UserResetSent
            | Self::UserVerificationSent
            | Self::UserTwoFactorReset { .. }
            | Self::UserSessionRevoked { .. }
            | Self::UserSessionsRevoked { .. }
            | Self::UserDeleted { .. }
            | Self::UserRestored
            | Self::UserErased
            | Self::UnverifiedErased { .. }
            | Self::UserImportsUnvouched { .. }
            | Self::UsersExported(_)
            | Self::AuditLogExported(_)
            | Self::UsersImported { .. }
            | Self::UsersImportUndone { .. }
            | Self::AuditLogPurged { .. } => Level::Notice,
            _ => Level::Info,
        }
    }

    /// What the event adds, as a JSON object.
    pub fn detail(&self) -> Value {
        match self {
            Self::ServiceStarted { version, settings } => {
                json!({ "version": version, "settings": settings })
            }
            Self::SignedIn { methods } | Self::Reauthenticated { methods } => {
                json!({ "methods": methods })
            }
            Self::ReauthenticationFailed { by } | Self::SignInUnblocked { by } => {
                json!({ "by": by })
            }
            Self::SignInPaused { guess } | Self::SignInBlocked { guess } => {
                json!({ "guess": guess })
            }
            Self::SecondFactorFailed { reason } => json!({ "reason": reason }),
            Self::BackupCodeUsed { left } => json!({ "left": left }),
            Self::DeviceTrusted { device_id } | Self::TrustedDeviceRevoked { device_id } => {
                json!({ "device": device_id })
            }
            Self::SessionRevoked { session_id } | Self::UserSessionRevoked { session_id } => {
                json!({ "session": session_id })
            }
            Self::OtherSessionsRevoked { count } => json!({ "count": count }),
            Self::SessionLimitReached { sessions, count } => {
                json!({ "sessions": sessions, "count": count })
            }
            Self::SecretsResealed { table, rows } => json!({ "table": table, "rows": rows }),
            Self::UserCreated { role } | Self::UserRoleChanged { role } => {
                json!({ "role": role.as_str() })
            }
            Self::UserInvited { invitation, role }
            | Self::InvitationAccepted { invitation, role } => {
                json!({ "invitation": invitation, "role": role.as_str() })
            }
            Self::UserInvitationResent { invitation }
            | Self::UserInvitationRevoked { invitation } => json!({ "invitation": invitation }),
            Self::UserDisabled { reason }
            | Self::UserTwoFactorReset { reason }
            | Self::UserDeleted { reason } => json!({ "reason": reason.as_str() }),
            Self::UserSessionsRevoked { count } | Self::UserImportsUnvouched { count } => {
                json!({ "count": count })
            }
            Self::UnverifiedErased { why } => json!({ "why": why }),
            Self::UsersExported(export) | Self::AuditLogExported(export) => {
                let filters: Map<_, _> = export
                    .filters
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
                    .collect();
                json!({ "form": export.form, "filters": filters })
            }
            Self::AuditLogPurged { through, events } => {
                json!({ "through": through, "events": events })
            }
            Self::AuditLogCut { seal } => json!({ "seal": seal }),
            Self::UsersImported { import, new, known } => {
                json!({ "import": import, "new": new, "known": known })
            }
            Self::UsersImportUndone {
                import,
                count,
                reason,
            } => json!({ "import": import, "count": count, "reason": reason.as_str() }),
            _ => json!({}),
        }
    }
}
