//! Vestibule: a self-hosted sign-in service in one binary.
//!
//! # The path of one request
//!
//! A sign-in passes through the middlewares in `app::server`: cookies by their raw names, a request
//! id and a log span, headers, the body of failures, the Host check, the same-origin check, the
//! session cookie. [`web::routes`] selects the handler. Its extractors in [`web::extract`] read the
//! form or the JSON and the client's address, and the handler passes a plain input to
//! [`flows::sign_in`]. The flow counts the attempt in [`throttle`], reads the user over the shared
//! connection of [`db`], and has [`hashing`] compare the password on a bounded set of threads. In
//! one transaction it then checks that nothing has changed in the meantime, writes the session and the
//! audit event, and issues the tokens by the rules in [`domain`]. It returns an outcome, which the
//! page turns into cookies and a redirect, and the API into a token pair. Mails that the flow writes wait
//! in the outbox, from which [`worker`] sends them through [`mail`] after the answer has been sent.
//!
//! `docs/architecture.md` describes the whole design.

mod app;
mod breach;
pub mod cli;
mod config;
mod db;
mod domain;
mod files;
mod flows;
mod hashing;
mod judging;
mod local_postgres;
mod mail;
mod metrics;
mod outbound;
mod telemetry;
mod throttle;
mod web;
mod webauthn;
mod worker;

/// The parts of the library that tests, benchmarks and fuzz targets use, by the modules they come from. It
/// is not an API. Whatever is neither listed here nor used is dead code to the compiler.
#[doc(hidden)]
pub mod internals {
    pub mod app {
        pub use crate::app::{App, Server, System, SystemClock, SystemRandom};
    }
    pub mod config {
        pub use crate::config::{Config, Source, load};
    }
    pub mod db {
        pub use crate::db::DatabaseOptions;
        pub mod accounts {
            pub mod credentials {
                pub use crate::db::accounts::credentials::PasswordHash;
            }
            pub mod new_user {
                pub use crate::db::accounts::new_user::{NewUser, insert};
            }
        }
        pub mod audit {
            pub mod seals {
                pub use crate::db::audit::seals::{events, segments};
            }
        }
        pub mod authenticators {
            pub mod backup_codes {
                pub use crate::db::authenticators::backup_codes::replace;
            }
            pub mod phones {
                pub use crate::db::authenticators::phones::{begin, confirm};
            }
            pub mod totp {
                pub use crate::db::authenticators::totp::{begin, confirm};
            }
        }
        pub mod mail {
            pub mod outbox {
                pub use crate::db::mail::outbox::{NewMail, insert};
            }
        }
        pub mod sessions {
            pub use crate::db::sessions::find_for_refresh;
            pub mod rotation {
                pub use crate::db::sessions::rotation::{Rotation, rotate, rotate_unless_locked};
            }
        }
        pub mod sign_in {
            pub mod password_kinds {
                pub use crate::db::sign_in::password_kinds::examples;
            }
            pub mod throttles {
                pub use crate::db::sign_in::throttles::reserve;
            }
        }
        pub mod upkeep {
            pub mod sealed {
                pub use crate::db::upkeep::sealed::{
                    Resealed, SealedColumn, SealedRow, count_by_key, others_after, replace,
                };
            }
        }
    }
    pub mod domain {
        pub mod accounts {
            pub mod display_name {
                pub use crate::domain::accounts::display_name::DisplayNameError;
            }
            pub mod email {
                pub use crate::domain::accounts::email::EmailError;
            }
            pub mod reason {
                pub use crate::domain::accounts::reason::Reason;
            }
            pub mod undo {
                pub use crate::domain::accounts::undo::Freeze;
            }
            pub mod user {
                pub use crate::domain::accounts::user::{Frozen, Role};
            }
        }
        pub mod branding {
            pub use crate::domain::branding::{Accent, Branding, Logo, SiteLink, SiteName};
        }
        pub mod admin {
            pub mod act {
                pub use crate::domain::admin::act::of_name;
            }
        }
        pub mod audit {
            pub use crate::domain::audit::Client;
            pub mod chain {
                pub use crate::domain::audit::chain::{Head, Statement, row_hashes};
            }
        }
        pub mod authenticators {
            pub mod backup_code {
                pub use crate::domain::authenticators::backup_code::BackupCode;
            }
            pub mod totp {
                pub use crate::domain::authenticators::totp::{STEP_SECONDS, TotpSecret};
            }
        }
        pub mod clock {
            pub use crate::domain::clock::{Clock, from_millis};
        }
        pub mod dashboard {
            pub use crate::domain::dashboard::{Figure, Precision, Span, days, hours};
        }
        pub mod password {
            pub use crate::domain::password::{
                OwnWords, Password, PasswordPolicy, PasswordRefusal,
            };
        }
        pub mod secrets {
            pub mod keys {
                pub use crate::domain::secrets::keys::derive;
            }
            pub mod random {
                pub use crate::domain::secrets::random::{Random, id};
            }
            pub mod sealing {
                pub use crate::domain::secrets::sealing::{Place, SealingRing, hmac_sha256};
            }
            pub mod secret {
                pub use crate::domain::secrets::secret::{Key, SecretString};
            }
        }
        pub mod session {
            pub use crate::domain::session::{RefreshVerdict, judge_refresh, token_hash};
        }
        pub mod sign_in {
            pub mod attempts {
                pub use crate::domain::sign_in::attempts::Pause;
            }
        }
        pub mod token {
            pub use crate::domain::token::{Claims, Extra, Purpose, TokenCodec, TokenPolicy};
        }
    }
    pub mod flows {
        pub use crate::flows::{FlowError, Services};
        pub mod admin {
            pub mod act {
                pub use crate::flows::admin::act::{Act, Outcome, perform_as_operator};
            }
            pub mod dashboard {
                pub use crate::flows::admin::dashboard::{Dashboard, SignIns};
            }
            pub mod list {
                pub use crate::flows::admin::list::{Page, Query, count, page};
            }
        }
        pub mod authenticators {
            pub mod recovery {
                pub mod due {
                    pub use crate::flows::authenticators::recovery::due::run;
                }
            }
        }
        pub mod audit {
            pub mod seals {
                pub use crate::flows::audit::seals::{Sealer, purge};
            }
            pub mod verify {
                pub use crate::flows::audit::verify::{Finding, Noted, Report, verify};
            }
        }
        pub mod imports {
            pub mod at_once {
                pub use crate::flows::imports::at_once::{Options, import};
            }
            pub mod rows {
                pub use crate::flows::imports::rows::read;
            }
            pub mod undo {
                pub use crate::flows::imports::undo::InUse;
            }
        }
        pub mod mail {
            pub mod queue {
                pub use crate::flows::mail::queue::list;
            }
        }
        pub mod upkeep {
            pub mod purge {
                pub use crate::flows::upkeep::purge::expired;
            }
            pub mod rotate_keys {
                pub use crate::flows::upkeep::rotate_keys::{KeyUse, rotate};
            }
        }
    }
    pub mod local_postgres {
        pub use crate::local_postgres::{Durability, LocalPostgres, Options, StartError};
    }
    pub mod mail {
        pub use crate::mail::{
            DeliveryError, MailContext, MemoryMailbox, Message, RenderedMail, SetupError,
            SmtpSettings, TlsMode, Transport,
        };
    }
    pub mod telemetry {
        pub use crate::telemetry::{Format, subscriber};
    }
    pub mod throttle {
        pub use crate::throttle::{Limit, Limits, MEMORY, Route, RouteLimits, Throttle};
        pub mod account {
            pub use crate::throttle::account::Guess;
        }
    }
    pub mod web {
        pub mod assets {
            pub use crate::web::assets::OwnFiles;
        }
        pub mod api {
            pub mod description {
                pub use crate::web::api::description::describe;
            }
        }
        pub mod copy {
            pub use crate::web::copy::{
                BACKUP_CODE_NOT_RIGHT, CODE_NOT_RIGHT, CODE_USED, EMAIL_TAKEN,
                OTHER_DEVICES_SIGNED_OUT, OVERTAKEN, PASSWORD_CHANGED, REGISTERED, SIGN_IN_BLOCKED,
                SIGN_IN_EXPIRED, SIGNED_OUT, WRONG_EARLIER_PASSWORD, WRONG_EMAIL_OR_PASSWORD,
                WRONG_PASSWORD, WRONG_PASSWORD_OF_ACCOUNT, WRONG_PASSWORD_TO_CONFIRM,
                phone_clock_is_off, too_many_attempts,
            };
        }
        pub mod guard {
            pub use crate::web::guard::Guard;
        }
        pub mod pages {
            pub use crate::web::pages::{
                AccountPage, ActivityItem, ActivityPage, AdminActPage, AdminBulkPage,
                AdminUserPage, AdminUsersPage, AlreadyVerifiedPage, AuditLine, AuditPage,
                AuditQuery, BackupCodesPage, BackupCodesReason, ChangeEmailPage,
                ChangePasswordPage, CheckMailPage, CheckMailReason, Chip, ConfirmEmailPage,
                ConfirmLinkInvalidPage, ConfirmedPage, DashboardPage, DeletePage, DeviceItem,
                DeviceLine, ErrorPage, EventLine, ExportPage, ForgotPasswordPage,
                ForgotPasswordSentPage, ImportLine, ImportPage, ImportUndoPage, ImportsPage,
                InvitationInvalidPage, InvitationLine, InvitationPage, InvitationsPage, InvitePage,
                Kind, LeftOutLine, ListQuery, LoginPage, LoginVerifyPage, LostFactorPage,
                LostFactorStep, MailLine, NoUse, NotMeLink, NotMeLinkInvalidPage, NotMePage, Party,
                PasskeyAddPage, PasskeyItem, PasskeyRemovePage, PasskeyRequest, PasskeysPage,
                PendingChange, PhoneConfirmPage, PhonePage, PhoneState, ProfilePage,
                ReauthenticatePage, RecoverLinkInvalidPage, RecoverPage, RegisterPage, ReportView,
                ResetLinkInvalidPage, ResetPasswordPage, RestorePage, RowLine, SecondFactorState,
                Section, SessionsPage, Stage, Takes, TwoFactorAct, TwoFactorActPage, TwoFactorPage,
                TwoFactorState, UnlockLinkInvalidPage, UnlockPage, UserLine, VerifyEmailPage,
                VerifyLinkInvalidPage, VerifyProof,
            };
        }
        pub mod parts {
            pub use crate::web::parts::Parts;
        }
        pub mod paths {
            pub use crate::web::paths::POST_ONLY;
        }
        pub mod problem {
            pub mod codes {
                pub use crate::web::problem::codes::{API, Code};
            }
        }
        pub mod routes {
            pub use crate::web::routes::{api_calls, api_paths, page_paths};
        }
        pub mod view {
            pub mod qr {
                pub use crate::web::view::qr::svg;
            }
            pub use crate::web::view::{
                FieldErrors, Flash, Message, RecoveryNotice, Shell, SignedInAs,
            };
        }
    }
}
