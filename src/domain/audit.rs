//! The security events of the service, as a closed list.

use std::net::IpAddr;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::device::DeviceCookie;
use super::{reason::Reason, user::Role};

/// How much an event deserves attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Ordinary use.
    Info,
    /// A change of what protects an account.
    Notice,
    /// Somebody failed, or attacks.
    Warning,
}

impl Level {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
        }
    }
}

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
    /// A refresh token came back after its time: it may be stolen.
    RefreshTokenReplayed,
    /// A reset link was asked for.
    PasswordResetRequested,
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
            Self::RefreshTokenReplayed => "refresh_token_replayed",
            Self::PasswordResetRequested => "password_reset_requested",
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
            Self::UsersExported(_) => "users_exported",
            Self::AuditLogExported(_) => "audit_log_exported",
            Self::UsersImported { .. } => "users_imported",
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
            Self::PasswordReset
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
            Self::UserSessionsRevoked { count } => json!({ "count": count }),
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

/// Whom an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A known user.
    User(Uuid),
    /// An address without account, as a keyed hash.
    UnknownAddress([u8; 32]),
    /// The service itself, and no single account.
    Service,
}

/// From where a request came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The client's address, behind trusted proxies.
    pub ip: IpAddr,
    /// The `User-Agent`, cut to 512 characters; of a command, what it is called.
    pub user_agent: Option<String>,
    /// What the browser is known by; empty for programs and strangers.
    pub device: DeviceCookie,
    /// Through what.
    pub origin: Origin,
}

/// Through what an act came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A page or a call.
    Request,
    /// The command line of the machine itself, whose operator has no account.
    CommandLine,
    /// The service of itself.
    Service,
}

impl Origin {
    /// The word in the log, where it is not an ordinary request.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Request => None,
            Self::CommandLine => Some("command_line"),
            Self::Service => Some("service"),
        }
    }
}

/// The most characters of a user agent that are kept.
pub const MAX_USER_AGENT_CHARS: usize = 512;

impl Client {
    /// An operator at the command line of the machine itself.
    pub fn command(name: &str) -> Self {
        Self {
            origin: Origin::CommandLine,
            ..Self::new(IpAddr::from([127, 0, 0, 1]), Some(name))
        }
    }

    /// The service, which nobody asked.
    pub fn service() -> Self {
        Self {
            origin: Origin::Service,
            ..Self::new(IpAddr::from([127, 0, 0, 1]), Some("vestibule"))
        }
    }

    /// A client as the web layer sees it. Control characters of the user agent are dropped.
    pub fn new(ip: IpAddr, user_agent: Option<&str>) -> Self {
        let clean = |text: &str| -> String {
            text.chars()
                .filter(|c| !c.is_control())
                .take(MAX_USER_AGENT_CHARS)
                .collect()
        };
        Self {
            ip,
            user_agent: user_agent.map(clean).filter(|text| !text.is_empty()),
            device: DeviceCookie::default(),
            origin: Origin::Request,
        }
    }

    /// The same in a browser with this device cookie.
    #[must_use]
    pub fn with_device(self, device: DeviceCookie) -> Self {
        Self { device, ..self }
    }
}
