//! The events themselves. What they are called and add to the log stands in `words`.

use uuid::Uuid;

use crate::domain::accounts::{reason::Reason, user::Role};

/// What was written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The form of the file, in a word.
    pub form: &'static str,
    /// What narrowed it, by name. Of what was typed freely only that there was something: an address
    /// without account is nowhere in this log.
    pub filters: Vec<(&'static str, String)>,
}

/// What happened. What an admin or operator did to an account is named `user_...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A node began to serve.
    ServiceStarted {
        /// Which version.
        version: &'static str,
        /// The names of the settings that are not at their default.
        settings: Vec<&'static str>,
    },
    /// An account was made.
    Registered,
    /// An account of another system was brought over.
    Imported,
    /// Somebody registered an address that already has an account.
    RegistrationOfTakenAddress,
    /// A link to verify the address was asked for.
    VerificationRequested,
    /// The address was proven.
    EmailVerified,
    /// A session began.
    SignedIn {
        /// How, in the words of RFC 8176.
        methods: &'static [&'static str],
    },
    /// Address and password did not match.
    SignInFailed,
    /// The password was right; a code is asked for.
    SecondFactorRequired,
    /// The code was wrong.
    SecondFactorFailed {
        /// Why, in a word.
        reason: &'static str,
    },
    /// One of the backup codes was used.
    BackupCodeUsed {
        /// How many are left.
        left: i64,
    },
    /// A browser will be asked for no code.
    DeviceTrusted {
        /// Which record.
        device_id: Uuid,
    },
    /// A browser will be asked for codes again.
    TrustedDeviceRevoked {
        /// Which record.
        device_id: Uuid,
    },
    /// A session was ended by its user.
    SignedOut,
    /// All sessions were ended by their user.
    SignedOutEverywhere,
    /// A session was ended by its user from another one.
    SessionRevoked {
        /// Which.
        session_id: Uuid,
    },
    /// All sessions but the acting one were ended by their user.
    OtherSessionsRevoked {
        /// How many.
        count: i64,
    },
    /// A session ended as its browser signed in again.
    SessionReplaced,
    /// Sessions ended as their user began another one past the limit: those unused longest.
    SessionLimitReached {
        /// Some of them.
        sessions: Vec<Uuid>,
        /// How many.
        count: usize,
    },
    /// A refresh token came back after its time, or from another user agent: it may be stolen.
    RefreshTokenReplayed,
    /// A refresh token that had just been replaced came back from another network, and got the same
    /// successor.
    RefreshTokenRepeatedElsewhere,
    /// A reset link was asked for.
    PasswordResetRequested,
    /// A new password came through a reset link, and waits for the code of the second factor.
    PasswordResetAwaitsCode,
    /// A new password was set through a reset link.
    PasswordReset,
    /// The password was changed with the old one.
    PasswordChanged,
    /// The user of a session proved who they are, for a sensitive act.
    Reauthenticated {
        /// How, in the words of RFC 8176.
        methods: &'static [&'static str],
    },
    /// What was given as proof for a sensitive act was wrong.
    ReauthenticationFailed {
        /// What it was, in the words of RFC 8176.
        by: &'static str,
    },
    /// Guesses are refused for a while; noted once an hour at most.
    SignInPaused {
        /// What was guessed.
        guess: &'static str,
    },
    /// Strangers are refused until somebody unlocks the address.
    SignInBlocked {
        /// What was guessed.
        guess: &'static str,
    },
    /// Guesses count from nothing again.
    SignInUnblocked {
        /// Through what: `mail`, `admin`.
        by: &'static str,
    },
    /// The password turned out to be in a published breach, and must be changed.
    PasswordFoundBreached,
    /// The stored hash was made anew with today's parameters.
    PasswordRehashed,
    /// TOTP was confirmed.
    TotpEnabled,
    /// TOTP was removed.
    TotpDisabled,
    /// A fresh set of backup codes was made.
    BackupCodesReplaced,
    /// Secrets at rest were sealed again, under the first key of the ring.
    SecretsResealed {
        /// Whose.
        table: &'static str,
        /// How many.
        rows: usize,
    },
    /// An account was made for somebody.
    UserCreated {
        /// With which role.
        role: Role,
    },
    /// An address was invited, which has no account yet.
    UserInvited {
        /// By which invitation.
        invitation: Uuid,
        /// As what.
        role: Role,
    },
    /// An invitation was sent again, with a fresh link, on the word of whoever did it.
    UserInvitationResent {
        /// Which.
        invitation: Uuid,
    },
    /// An invitation was taken back.
    UserInvitationRevoked {
        /// Which.
        invitation: Uuid,
    },
    /// Somebody who was invited made their account.
    InvitationAccepted {
        /// Which.
        invitation: Uuid,
        /// As what.
        role: Role,
    },
    /// An account was renamed.
    UserRenamed,
    /// An account was shut.
    UserDisabled {
        /// Why.
        reason: Reason,
    },
    /// An account was opened again.
    UserEnabled,
    /// An account got another role.
    UserRoleChanged {
        /// Which.
        role: Role,
    },
    /// Nothing but a new password is possible any more.
    UserPasswordChangeRequired,
    /// A reset link was mailed on an admin's word.
    UserResetSent,
    /// A link to verify the address was mailed on an admin's word.
    UserVerificationSent,
    /// A second factor was taken away, as its owner has lost it.
    UserTwoFactorReset {
        /// Why.
        reason: Reason,
    },
    /// One session was ended by an admin.
    UserSessionRevoked {
        /// Which.
        session_id: Uuid,
    },
    /// All sessions were ended by an admin.
    UserSessionsRevoked {
        /// How many.
        count: usize,
    },
    /// An account was deleted, and will be erased.
    UserDeleted {
        /// Why.
        reason: Reason,
    },
    /// A deleted account was kept after all.
    UserRestored,
    /// A deleted account was erased.
    UserErased,
    /// An account that was registered and never verified was deleted.
    UnverifiedErased {
        /// Why, in a word: `expired`, `imported` or `invited`.
        why: &'static str,
    },
    /// Users were written to a file.
    UsersExported(Export),
    /// Events were written to a file.
    AuditLogExported(Export),
    /// Accounts were brought over from a file.
    UsersImported {
        /// Which.
        import: Uuid,
        /// How many were made.
        new: u64,
        /// How many rows had an address that has an account.
        known: u64,
    },
    /// An admin is none any more, so sessions of accounts that they imported, and whose mailbox was
    /// never proven, were ended.
    UserImportsUnvouched {
        /// How many.
        count: usize,
    },
    /// The accounts of a file were taken back.
    UsersImportUndone {
        /// Which.
        import: Uuid,
        /// How many.
        count: usize,
        /// Why.
        reason: Reason,
    },
    /// Old segments of this log were purged.
    AuditLogPurged {
        /// The last of them, by the number of its seal.
        through: i64,
        /// How many events went.
        events: i64,
    },
    /// Seals of this log are gone that a node had seen.
    AuditLogCut {
        /// The last that it had seen.
        seal: i64,
    },
}
