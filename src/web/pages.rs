//! One file for each screen, in the rooms of the flows: its form, its Askama page, its GET and its POST.
//!
//! A handler only translates between HTTP and a flow. A page keeps what the user typed if that is
//! harmless, and never a password or a code.

pub mod accounts;
pub mod admin;
mod answer;
pub mod api_docs;
pub mod audit;
pub mod authenticators;
mod error;
pub mod imports;
pub mod sessions;
pub mod sign_in;
pub mod start;

pub use crate::flows::accounts::not_me::Shown as NotMeLink;
pub use accounts::activity::{ActivityItem, ActivityPage};
pub use accounts::change_email::{ChangeEmailPage, PendingChange};
pub use accounts::change_password::ChangePasswordPage;
pub use accounts::confirm_email::{ConfirmEmailPage, ConfirmLinkInvalidPage};
pub use accounts::delete::DeletePage;
pub use accounts::export::ExportPage;
pub use accounts::invitation::{InvitationInvalidPage, InvitationPage, NoUse};
pub use accounts::not_me::{NotMeLinkInvalidPage, NotMePage};
pub use accounts::overview::{AccountPage, SecondFactorState};
pub use accounts::profile::ProfilePage;
pub use accounts::register::{CheckMailPage, CheckMailReason, RegisterPage};
pub use accounts::restore::RestorePage;
pub use accounts::verify_email::{
    AlreadyVerifiedPage, VerifyEmailPage, VerifyLinkInvalidPage, VerifyProof,
};
pub use admin::act::AdminActPage;
pub use admin::bulk::{AdminBulkPage, LeftOutLine};
pub use admin::chip::Chip;
pub use admin::dashboard::DashboardPage;
pub use admin::invitations::{InvitationLine, InvitationsPage, InvitePage};
pub use admin::user::{AdminUserPage, DeviceLine, EventLine, MailLine, Section};
pub use admin::users::{AdminUsersPage, ListQuery, UserLine};
pub use audit::{AuditLine, AuditPage, AuditQuery, Party};
pub use authenticators::backup_codes::{BackupCodesPage, BackupCodesReason};
pub use authenticators::lost_factor::{LostFactorPage, LostFactorStep};
pub use authenticators::passkey_request::PasskeyRequest;
pub use authenticators::passkeys::{PasskeyAddPage, PasskeyItem, PasskeyRemovePage, PasskeysPage};
pub use authenticators::phone::{PhoneConfirmPage, PhonePage, PhoneState};
pub use authenticators::reauthenticate::{ConfirmedPage, ReauthenticatePage, Takes};
pub use authenticators::recover::{RecoverLinkInvalidPage, RecoverPage};
pub use authenticators::two_factor::{
    TwoFactorAct, TwoFactorActPage, TwoFactorPage, TwoFactorState,
};
pub use error::ErrorPage;
pub use imports::import::{ImportPage, ImportUndoPage, Kind, ReportView, RowLine, Stage};
pub use imports::{ImportLine, ImportsPage};
pub use sessions::{DeviceItem, SessionsPage};
pub use sign_in::forgot_password::{ForgotPasswordPage, ForgotPasswordSentPage};
pub use sign_in::login::LoginPage;
pub use sign_in::login_verify::LoginVerifyPage;
pub use sign_in::reset_password::{ResetLinkInvalidPage, ResetPasswordPage};
pub use sign_in::unlock::{UnlockLinkInvalidPage, UnlockPage};
