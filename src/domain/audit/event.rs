//! Every audit event: one row of the table declares its variant, name, level, group and sentence. The
//! filters of the log, the OpenAPI document and the page of a user's own activity read the table.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Level,
    sentence::{self, Sentence},
};
use crate::domain::accounts::{reason::Reason, user::Role};
use Sentence::{NotListed, Of, Plain};

/// What all events with one name share.
#[derive(Debug)]
pub struct Kind {
    /// The stable name, in snake case. The names of acts by admins or operators on an account begin with
    /// `user_`.
    pub name: &'static str,
    /// How important it is.
    pub level: Level,
    /// The sentence for the owner of the account.
    pub sentence: Sentence,
}

/// Kinds of events that belong together for a reader.
#[derive(Debug)]
pub struct Group {
    /// The heading.
    pub title: &'static str,
    /// In the order of the list.
    pub kinds: &'static [Kind],
}

/// The kind with this name. A later version may have written other names.
pub fn kind_of(name: &str) -> Option<&'static Kind> {
    let mut kinds = GROUPS.iter().flat_map(|group| group.kinds);
    kinds.find(|kind| kind.name == name)
}

/// A macro, because the enum, the list of the kinds and the two matches are made from the same rows. The
/// fields of a variant are the members of its detail.
macro_rules! events {
    (@kind $name:literal $level:ident $sentence:expr) => {
        Kind { name: $name, level: Level::$level, sentence: $sentence }
    };
    ($($title:literal {
        $($(#[$doc:meta])* $event:ident $({ $($field:ident: $type:ty),* })? = $name:literal, $level:ident, $sentence:expr;)*
    })*) => {
        /// An event.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event {
            $($($(#[$doc])* $event $({ $($field: $type),* })?,)*)*
        }

        /// The kinds of all events.
        pub const GROUPS: &[Group] = &[
            $(Group { title: $title, kinds: &[$(events!(@kind $name $level $sentence)),*] }),*
        ];

        impl Event {
            /// Its row of the table.
            pub fn kind(&self) -> &'static Kind {
                match self {
                    $($(Self::$event { .. } => const { &events!(@kind $name $level $sentence) },)*)*
                }
            }

            /// The name of its kind.
            pub fn name(&self) -> &'static str {
                self.kind().name
            }

            /// Its detail as a JSON object.
            pub fn detail(&self) -> Value {
                match self {
                    $($(Self::$event $({ $($field),* })? => object([$($((stringify!($field), json!($field))),*)?]),)*)*
                }
            }
        }
    };
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.map(|(name, value)| (name.to_owned(), value));
    Value::Object(members.into_iter().collect())
}

events! {
    "Signing in and out" {
        /// `methods` are words of RFC 8176.
        SignedIn { methods: &'static [&'static str] } = "signed_in", Info, Of(sentence::signed_in);
        SignInFailed = "sign_in_failed", Warning, Plain("A sign-in was refused.");
        SecondFactorRequired = "second_factor_required", Info,
            Plain("Your password was entered, and a code was asked for.");
        SecondFactorFailed { reason: &'static str } = "second_factor_failed", Warning, Of(sentence::code_refused);
        BackupCodeUsed { left: i64 } = "backup_code_used", Notice, Of(sentence::backup_code_used);
        /// Guesses are refused for some time. Written at most once an hour.
        SignInPaused { guess: &'static str } = "sign_in_paused", Warning, Of(sentence::paused);
        SignInBlocked { guess: &'static str } = "sign_in_blocked", Warning,
            Plain("Sign-in was blocked for unknown browsers after too many failed attempts.");
        /// `by` is `mail` or `admin`.
        SignInUnblocked { by: &'static str } = "sign_in_unblocked", Notice,
            Plain("Sign-in was unlocked after it had been blocked.");
        Reauthenticated { methods: &'static [&'static str] } = "reauthenticated", Info,
            Plain("You confirmed that it was you.");
        /// `by` is a word of RFC 8176.
        ReauthenticationFailed { by: &'static str } = "reauthentication_failed", Warning, Of(sentence::proof_refused);
        SignInToDeletedAccount = "sign_in_to_deleted_account", Notice,
            Plain("The right password was entered after you had deleted this account.");
        SignedOut = "signed_out", Info, Plain("You signed out.");
        SignedOutEverywhere = "signed_out_everywhere", Info, Plain("You signed out everywhere.");
        SessionRevoked { session: Uuid } = "session_revoked", Info, Plain("You signed a device out.");
        OtherSessionsRevoked { count: i64 } = "other_sessions_revoked", Info,
            Plain("You signed every other device out.");
        SessionReplaced = "session_replaced", Info,
            Plain("A device was signed out because someone signed in on it again.");
        /// The sessions that were unused longest were ended. `sessions` lists some of them.
        SessionLimitReached { sessions: Vec<Uuid>, count: usize } = "session_limit_reached", Info,
            Plain("A device that you had not used for a long time was signed out, as too many were signed in.");
        /// A refresh token was presented after its time, or by another user agent.
        RefreshTokenReplayed = "refresh_token_replayed", Warning,
            Plain("An old token of one of your sessions was used again. It may have been stolen, so every device was signed out.");
        /// A refresh token that had just been replaced was presented from another network, and got the
        /// same successor.
        RefreshTokenRepeatedElsewhere = "refresh_token_repeated_elsewhere", Notice,
            Plain("A device refreshed its session from two networks within seconds.");
    }

    "Accounts" {
        Registered = "registered", Info, Plain("You created this account.");
        Imported = "imported", Info, Plain("This account was imported from another system.");
        RegistrationOfTakenAddress = "registration_of_taken_address", Warning,
            Plain("Someone tried to register your address again.");
        InvitationAccepted { invitation: Uuid, role: Role } = "invitation_accepted", Notice,
            Plain("You were invited, and created this account.");
        VerificationRequested = "verification_requested", Info, Plain("A link to verify your address was requested.");
        /// The name that was changed is not noted: the log is kept longer than the account.
        ProfileChanged = "profile_changed", Info, Plain("You changed your name.");
        DataExported = "data_exported", Notice, Plain("You downloaded a copy of your data.");
        EmailVerified = "email_verified", Info, Plain("Your address was verified.");
        EmailChangeRequested = "email_change_requested", Notice,
            Plain("You asked to move this account to another address.");
        EmailChangeCancelled = "email_change_cancelled", Info, Plain("You cancelled the change of address.");
        EmailChanged = "email_changed", Notice, Plain("This account moved to another address.");
        EmailChangeToTakenAddress = "email_change_to_taken_address", Warning,
            Plain("Someone tried to move another account to your address.");
        /// The link of a security mail was used. `mail` is the kind of the mail, `restored` what was put back:
        /// `address` and `factor`.
        ReportedNotMe { mail: String, restored: Vec<&'static str>, frozen: bool, undeleted: bool } = "reported_not_me", Warning,
            Plain("“This wasn’t me” was pressed in a mail, and every device was signed out.");
        /// A code of the second factor ended the freeze.
        FreezeLifted = "freeze_lifted", Notice, Plain("The freeze of this account was lifted with a code.");
        AccountDeleted = "account_deleted", Notice, Plain("You deleted this account.");
        AccountRestored = "account_restored", Notice, Plain("You restored this account after you had deleted it.");
        /// `why` is `expired`, `imported`, `invited` or `moved`.
        UnverifiedErased { why: &'static str } = "unverified_erased", Notice,
            Plain("This account was deleted because its address was never verified.");
    }

    "Passwords" {
        PasswordChanged = "password_changed", Notice, Plain("You changed your password.");
        PasswordResetRequested = "password_reset_requested", Info,
            Plain("A link to reset your password was requested.");
        PasswordResetAwaitsCode = "password_reset_awaits_code", Info,
            Plain("A new password was entered through a link in a mail, and a code was asked for. Nothing has changed yet.");
        PasswordReset = "password_reset", Notice, Plain("A new password was set through a link in a mail.");
        PasswordFoundBreached = "password_found_breached", Warning,
            Plain("Your password was found in a published list of stolen ones. You were asked to choose another one.");
        PasswordRehashed = "password_rehashed", Info,
            Plain("We renewed how your password is stored. The password is still the same.");
    }

    "Second factor" {
        TotpEnabled = "totp_enabled", Notice, Plain("You set up an authenticator app for two-step sign-in.");
        TotpDisabled = "totp_disabled", Notice, Plain("You removed your authenticator app.");
        PasskeyAdded { passkey: Uuid } = "passkey_added", Notice, Plain("You added a passkey.");
        PasskeyRenamed { passkey: Uuid } = "passkey_renamed", Info, Plain("You renamed a passkey.");
        PasskeyRemoved { passkey: Uuid } = "passkey_removed", Notice, Plain("You removed a passkey.");
        /// The signature counter of an answer was not above that of the last one.
        PasskeyCounterFellBack { passkey: Uuid } = "passkey_counter_fell_back", Warning,
            Plain("A passkey was refused because a copy of it may exist.");
        PhoneAdded = "phone_added", Notice, Plain("You added a phone number.");
        PhoneRemoved = "phone_removed", Notice, Plain("You removed the phone number.");
        PhoneCodeSent = "phone_code_sent", Info, Plain("A code was sent to your phone.");
        BackupCodesReplaced = "backup_codes_replaced", Notice, Plain("You made a new set of backup codes.");
        /// The recovery of a lost second factor was started with the right password.
        RecoveryStarted = "recovery_started", Warning,
            Plain("Your password was entered, and the removal of a lost second factor was requested.");
        RecoveryLinkSent = "recovery_link_sent", Notice,
            Plain("A link to remove your lost second factor was mailed to you.");
        /// `by` is `owner`, `sign_in`, `change` or `expiry`.
        RecoveryEnded { by: &'static str } = "recovery_ended", Notice, Of(sentence::recovery_ended);
        /// The mailed link removed every second factor and set a new password.
        AccountRecovered = "account_recovered", Warning,
            Plain("Your lost second factor was removed, and a new password was set, through a link in a mail.");
        DeviceTrusted { device: Uuid } = "device_trusted", Notice,
            Plain("You chose to trust a browser for 30 days.");
        TrustedDeviceRevoked { device: Uuid } = "trusted_device_revoked", Info,
            Plain("You stopped trusting a browser.");
    }

    "Done by admins" {
        UserCreated { role: Role } = "user_created", Notice, Plain("This account was created for you.");
        UserInvited { invitation: Uuid, role: Role } = "user_invited", Notice,
            Plain("An administrator invited you.");
        UserInvitationResent { invitation: Uuid } = "user_invitation_resent", Notice,
            Plain("An administrator sent your invitation again.");
        UserInvitationRevoked { invitation: Uuid } = "user_invitation_revoked", Notice,
            Plain("An administrator revoked your invitation.");
        UserRenamed = "user_renamed", Notice, Plain("An administrator changed your name.");
        UserDisabled { reason: Reason } = "user_disabled", Notice,
            Plain("An administrator disabled this account.");
        UserEnabled = "user_enabled", Notice, Plain("An administrator enabled this account again.");
        UserRoleChanged { role: Role } = "user_role_changed", Notice, Of(sentence::role_changed);
        UserFreezeLifted { reason: Reason } = "user_freeze_lifted", Notice,
            Plain("An administrator lifted the freeze of this account.");
        UserPasswordChangeRequired = "user_password_change_required", Notice,
            Plain("An administrator asked you for a new password.");
        UserResetSent = "user_reset_sent", Notice,
            Plain("An administrator sent you a link to reset your password.");
        UserVerificationSent = "user_verification_sent", Notice,
            Plain("An administrator sent you a link to verify your address.");
        UserTwoFactorReset { reason: Reason } = "user_two_factor_reset", Notice,
            Plain("An administrator turned off two-step sign-in.");
        UserRecoveryCancelled { reason: Reason } = "user_recovery_cancelled", Notice,
            Plain("An administrator cancelled the removal of your second factor.");
        UserSessionRevoked { session: Uuid } = "user_session_revoked", Notice,
            Plain("An administrator signed a device out.");
        UserSessionsRevoked { count: usize } = "user_sessions_revoked", Notice,
            Plain("An administrator signed every device out.");
        UserDeleted { reason: Reason } = "user_deleted", Notice, Plain("An administrator deleted this account.");
        UserRestored = "user_restored", Notice, Plain("An administrator restored this account.");
        UserErased = "user_erased", Notice, Plain("This account was erased.");
        /// The search text is not recorded, only that there was one: the log contains no address without
        /// an account.
        UsersExported { form: &'static str, filters: BTreeMap<&'static str, String> } = "users_exported", Notice, NotListed;
        UsersImported { import: Uuid, new: u64, known: u64 } = "users_imported", Notice, NotListed;
        /// An admin lost the role, so sessions were ended of accounts that they had imported and whose
        /// mailbox was never proven.
        UserImportsUnvouched { count: usize } = "user_imports_unvouched", Notice,
            Plain("Accounts that you had imported, and that their owners had not confirmed, were signed out.");
        UsersImportUndone { import: Uuid, count: usize, reason: Reason } = "users_import_undone", Notice, NotListed;
        AuditLogExported { form: &'static str, filters: BTreeMap<&'static str, String> } = "audit_log_exported", Notice, NotListed;
    }

    "The service" {
        /// `settings` are the names of settings with a value other than their default.
        ServiceStarted { version: &'static str, settings: Vec<&'static str> } = "service_started", Info, NotListed;
        SecretsResealed { table: &'static str, rows: usize } = "secrets_resealed", Notice,
            Plain("Stored secrets were encrypted again with a new key.");
        /// `through` is the number of the last seal whose events were deleted.
        AuditLogPurged { through: i64, events: i64 } = "audit_log_purged", Notice, NotListed;
        /// Seals that a node had seen are missing. `seal` is the last one that it had seen.
        AuditLogCut { seal: i64 } = "audit_log_cut", Warning, NotListed;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_sentences_are_distinct() {
        let kinds: Vec<_> = GROUPS.iter().flat_map(|group| group.kinds).collect();
        let names: HashSet<_> = kinds.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), kinds.len());
        let mut sentences = HashSet::new();
        for kind in &kinds {
            if let Some(sentence) = kind.sentence.with(&Value::Null) {
                assert!(sentence.ends_with('.'), "{sentence}");
                assert!(sentences.insert(sentence), "{}", kind.name);
            }
        }
        let not_listed = kinds
            .iter()
            .filter(|kind| matches!(kind.sentence, NotListed));
        assert_eq!(sentences.len() + not_listed.count(), kinds.len());
    }

    #[test]
    fn the_fields_of_an_event_are_its_detail() {
        let event = Event::UserInvited {
            invitation: Uuid::nil(),
            role: Role::Admin,
        };
        let detail = json!({ "invitation": Uuid::nil(), "role": "admin" });
        assert_eq!((event.name(), event.detail()), ("user_invited", detail));
        assert_eq!(Event::SignedOut.detail(), json!({}));
    }
}
