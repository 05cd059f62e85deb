//! The audit events of a user in plain sentences, for that user.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{db::audit::EventRow, domain::user_agent};

/// One line of the recent activity.
#[derive(Clone, Debug)]
pub struct ActivityItem {
    /// What happened, a plain sentence.
    pub sentence: String,
    /// Browser, system or address, in words; empty where unknown.
    pub from: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// An event as a line of the recent activity.
pub(in crate::web::pages) fn item(row: &EventRow) -> ActivityItem {
    ActivityItem {
        sentence: sentence(&row.event, &row.detail),
        // Where an admin sits is not their users' business.
        from: if row.event.starts_with("user_") {
            String::new()
        } else {
            origin(row)
        },
        at: row.at,
    }
}

/// Browser and address of an event, in words.
pub(in crate::web::pages) fn origin(row: &EventRow) -> String {
    let browser = row.user_agent.as_deref().map(user_agent::short_name);
    let address = row.ip.map(|network| network.addr().to_string());
    let from: Vec<String> = [browser, address].into_iter().flatten().collect();
    from.join(", ")
}

/// The sentence of an event, by its name. A name of a later version reads as a change.
fn sentence(event: &str, detail: &Value) -> String {
    let sentence = match event {
        "registered" => "You created this account.",
        "invitation_accepted" => "You were invited, and created this account.",
        "imported" => "This account was brought over from another system.",
        "registration_of_taken_address" => "Somebody tried to register your address again.",
        "verification_requested" => "A link to verify your address was asked for.",
        "email_verified" => "Your address was verified.",
        "signed_in" => signed_in(detail),
        "sign_in_failed" => "A sign-in was refused.",
        "second_factor_required" => "Your password was entered, and a code was asked for.",
        "second_factor_failed" => code_refused(detail),
        "backup_code_used" => return backup_code_used(detail),
        "device_trusted" => "You chose to trust a browser for 30 days.",
        "trusted_device_revoked" => "You stopped trusting a browser.",
        "signed_out" => "You signed out.",
        "signed_out_everywhere" => "You signed out everywhere.",
        "session_revoked" => "You signed a device out.",
        "other_sessions_revoked" => "You signed every other device out.",
        "session_replaced" => "A device was signed out, as somebody signed in with it again.",
        "session_limit_reached" => {
            "A device that you had not used for long was signed out, as too many were signed in."
        }
        "refresh_token_replayed" => {
            "An old key of one of your sessions was used again. It may have been stolen, so every device was signed out."
        }
        "refresh_token_repeated_elsewhere" => {
            "A device refreshed its session from two networks within seconds."
        }
        "password_reset_requested" => "A link to reset your password was asked for.",
        "password_reset_awaits_code" => {
            "A new password was entered through a link in a mail, and a code was asked for. Nothing has changed yet."
        }
        "password_reset" => "A new password was set through a link in a mail.",
        "password_changed" => "You changed your password.",
        "reauthenticated" => "You confirmed that it was you.",
        "reauthentication_failed" => proof_refused(detail),
        "sign_in_paused" => paused(detail),
        "sign_in_blocked" => {
            "Sign-in was blocked for unknown browsers after too many wrong attempts."
        }
        "sign_in_unblocked" => "Sign-in was opened again after it had been blocked.",
        "password_found_breached" => {
            "Your password was found in a published list of stolen ones. You were asked for another."
        }
        "password_rehashed" => "We renewed how your password is stored. It is still the same.",
        "totp_enabled" => "You turned on two-step sign-in.",
        "totp_disabled" => "You turned off two-step sign-in.",
        "backup_codes_replaced" => "You got a fresh set of backup codes.",
        "secrets_resealed" => "Stored secrets were encrypted again with a new key.",
        "unverified_erased" => "This account was deleted, as its address was never verified.",
        by_admin if by_admin.starts_with("user_") => done_by_admin(by_admin, detail),
        _ => UNKNOWN,
    };
    sentence.to_owned()
}

const UNKNOWN: &str = "Something changed that this page cannot name yet.";

/// What an admin or operator did. Their reasons are for the audit log.
fn done_by_admin(event: &str, detail: &Value) -> &'static str {
    match event {
        "user_created" => "This account was made for you.",
        "user_invited" => "An administrator invited you.",
        "user_invitation_resent" => "An administrator sent your invitation again.",
        "user_invitation_revoked" => "An administrator took your invitation back.",
        "user_renamed" => "An administrator changed your name.",
        "user_disabled" => "An administrator disabled this account.",
        "user_enabled" => "An administrator opened this account again.",
        "user_role_changed" if detail["role"] == "admin" => "You became an administrator.",
        "user_role_changed" => "You stopped being an administrator.",
        "user_password_change_required" => "An administrator asked you for a new password.",
        "user_reset_sent" => "An administrator sent you a link to reset your password.",
        "user_verification_sent" => "An administrator sent you a link to verify your address.",
        "user_two_factor_reset" => "An administrator turned off two-step sign-in.",
        "user_session_revoked" => "An administrator signed a device out.",
        "user_sessions_revoked" => "An administrator signed every device out.",
        "user_deleted" => "An administrator deleted this account.",
        "user_restored" => "An administrator restored this account.",
        "user_erased" => "This account was erased.",
        "user_imports_unvouched" => {
            "Accounts that you had imported, and that their owners had not confirmed, were signed out."
        }
        _ => UNKNOWN,
    }
}

/// How somebody signed in; the words are those of RFC 8176.
fn signed_in(detail: &Value) -> &'static str {
    let methods = detail["methods"].as_array();
    let by = |word: &str| methods.is_some_and(|all| all.iter().any(|method| method == word));
    if by("otp") {
        "You signed in with your password and a code from your app."
    } else if by("mca") {
        "You signed in with your password and a backup code."
    } else if by("device") {
        "You signed in with your password, from a browser that you trust."
    } else {
        "You signed in with your password."
    }
}

fn proof_refused(detail: &Value) -> &'static str {
    match detail["by"].as_str() {
        Some("otp") => "A wrong code was entered to confirm a change.",
        _ => "A wrong password was entered to confirm a change.",
    }
}

fn code_refused(detail: &Value) -> &'static str {
    match detail["reason"].as_str() {
        Some("spent") => "A code was refused at sign-in, as it had been used before.",
        Some("clock_off") => "A code was refused at sign-in, as it was for another moment.",
        _ => "A wrong code was refused at sign-in.",
    }
}

fn paused(detail: &Value) -> &'static str {
    match detail["guess"].as_str() {
        Some("code") => "After several wrong codes, further ones were refused for a while.",
        _ => "After several wrong passwords, further ones were refused for a while.",
    }
}

fn backup_code_used(detail: &Value) -> String {
    match detail["left"].as_i64() {
        Some(1) => "A backup code was used up. One is left.".to_owned(),
        Some(left) => format!("A backup code was used up. {left} are left."),
        None => "A backup code was used up.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        accounts::{reason::Reason, user::Role},
        audit::Event,
    };

    fn reason() -> Reason {
        Reason::parse("lost the phone").unwrap()
    }

    /// Every event after another: a new one does not compile before it has its place here.
    fn after(event: Option<&Event>) -> Option<Event> {
        Some(match event {
            None => Event::Registered,
            Some(Event::Registered) => Event::Imported,
            Some(Event::Imported) => Event::RegistrationOfTakenAddress,
            Some(Event::RegistrationOfTakenAddress) => Event::VerificationRequested,
            Some(Event::VerificationRequested) => Event::EmailVerified,
            Some(Event::EmailVerified) => Event::SignedIn {
                methods: &["pwd", "otp", "mfa"],
            },
            Some(Event::SignedIn { .. }) => Event::SignInFailed,
            Some(Event::SignInFailed) => Event::SecondFactorRequired,
            Some(Event::SecondFactorRequired) => Event::SecondFactorFailed { reason: "spent" },
            Some(Event::SecondFactorFailed { .. }) => Event::BackupCodeUsed { left: 8 },
            Some(Event::BackupCodeUsed { .. }) => Event::DeviceTrusted {
                device_id: Uuid::nil(),
            },
            Some(Event::DeviceTrusted { .. }) => Event::TrustedDeviceRevoked {
                device_id: Uuid::nil(),
            },
            Some(Event::TrustedDeviceRevoked { .. }) => Event::SignedOut,
            Some(Event::SignedOut) => Event::SignedOutEverywhere,
            Some(Event::SignedOutEverywhere) => Event::SessionRevoked {
                session_id: Uuid::nil(),
            },
            Some(Event::SessionRevoked { .. }) => Event::OtherSessionsRevoked { count: 2 },
            Some(Event::OtherSessionsRevoked { .. }) => Event::SessionReplaced,
            Some(Event::SessionReplaced) => Event::SessionLimitReached {
                sessions: vec![Uuid::nil()],
                count: 1,
            },
            Some(Event::SessionLimitReached { .. }) => Event::RefreshTokenReplayed,
            Some(Event::RefreshTokenReplayed) => Event::RefreshTokenRepeatedElsewhere,
            Some(Event::RefreshTokenRepeatedElsewhere) => Event::PasswordResetRequested,
            Some(Event::PasswordResetRequested) => Event::PasswordResetAwaitsCode,
            Some(Event::PasswordResetAwaitsCode) => Event::PasswordReset,
            Some(Event::PasswordReset) => Event::PasswordChanged,
            Some(Event::PasswordChanged) => Event::Reauthenticated { methods: &["otp"] },
            Some(Event::Reauthenticated { .. }) => Event::ReauthenticationFailed { by: "otp" },
            Some(Event::ReauthenticationFailed { .. }) => Event::SignInPaused { guess: "code" },
            Some(Event::SignInPaused { .. }) => Event::SignInBlocked { guess: "code" },
            Some(Event::SignInBlocked { .. }) => Event::SignInUnblocked { by: "mail" },
            Some(Event::SignInUnblocked { .. }) => Event::PasswordFoundBreached,
            Some(Event::PasswordFoundBreached) => Event::PasswordRehashed,
            Some(Event::PasswordRehashed) => Event::TotpEnabled,
            Some(Event::TotpEnabled) => Event::TotpDisabled,
            Some(Event::TotpDisabled) => Event::BackupCodesReplaced,
            Some(Event::BackupCodesReplaced) => Event::SecretsResealed {
                table: "mails",
                rows: 1,
            },
            Some(Event::SecretsResealed { .. }) => Event::UserCreated { role: Role::User },
            Some(Event::UserCreated { .. }) => Event::UserRenamed,
            Some(Event::UserRenamed) => Event::UserDisabled { reason: reason() },
            Some(Event::UserDisabled { .. }) => Event::UserEnabled,
            Some(Event::UserEnabled) => Event::UserRoleChanged { role: Role::Admin },
            Some(Event::UserRoleChanged { .. }) => Event::UserPasswordChangeRequired,
            Some(Event::UserPasswordChangeRequired) => Event::UserResetSent,
            Some(Event::UserResetSent) => Event::UserVerificationSent,
            Some(Event::UserVerificationSent) => Event::UserTwoFactorReset { reason: reason() },
            Some(Event::UserTwoFactorReset { .. }) => Event::UserSessionRevoked {
                session_id: Uuid::nil(),
            },
            Some(Event::UserSessionRevoked { .. }) => Event::UserSessionsRevoked { count: 2 },
            Some(Event::UserSessionsRevoked { .. }) => Event::UserDeleted { reason: reason() },
            Some(Event::UserDeleted { .. }) => Event::UserRestored,
            Some(Event::UserRestored) => Event::UserErased,
            Some(Event::UserErased) => Event::UnverifiedErased { why: "expired" },
            Some(Event::UnverifiedErased { .. }) => Event::UserImportsUnvouched { count: 2 },
            Some(Event::UserImportsUnvouched { .. }) => Event::UserInvited {
                invitation: Uuid::nil(),
                role: Role::User,
            },
            Some(Event::UserInvited { .. }) => Event::UserInvitationResent {
                invitation: Uuid::nil(),
            },
            Some(Event::UserInvitationResent { .. }) => Event::UserInvitationRevoked {
                invitation: Uuid::nil(),
            },
            Some(Event::UserInvitationRevoked { .. }) => Event::InvitationAccepted {
                invitation: Uuid::nil(),
                role: Role::User,
            },
            // Those after it concern the service, and no account lists them.
            Some(
                Event::InvitationAccepted { .. }
                | Event::UsersExported(_)
                | Event::AuditLogExported(_)
                | Event::UsersImported { .. }
                | Event::UsersImportUndone { .. }
                | Event::ServiceStarted { .. }
                | Event::AuditLogPurged { .. }
                | Event::AuditLogCut { .. },
            ) => return None,
        })
    }

    #[test]
    fn every_event_has_a_sentence_of_its_own() {
        let mut told = HashSet::new();
        let mut event = after(None);
        while let Some(found) = event {
            let sentence = sentence(found.name(), &found.detail());
            assert_ne!(sentence, UNKNOWN, "{}", found.name());
            assert!(sentence.ends_with('.'), "{sentence}");
            assert!(told.insert(sentence), "{}", found.name());
            event = after(Some(&found));
        }
        assert_eq!(told.len(), 55);
    }

    #[test]
    fn details_are_told_and_may_be_missing() {
        let left = |left: i64| Event::BackupCodeUsed { left }.detail();
        assert!(sentence("backup_code_used", &left(1)).ends_with("One is left."));
        assert!(sentence("backup_code_used", &Value::Null).ends_with("used up."));
        assert_eq!(
            sentence("signed_in", &Value::Null),
            "You signed in with your password."
        );
        assert_eq!(sentence("of_a_later_version", &Value::Null), UNKNOWN);
    }
}
