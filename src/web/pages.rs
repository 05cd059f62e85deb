//! One file a screen: the Askama struct of its page, and what its template needs to ask of it.
//!
//! A page keeps what the person typed where that does no harm, and never a password or a code.

mod account;
mod backup_codes;
mod change_password;
mod error;
mod forgot_password;
mod login;
mod login_verify;
mod register;
mod reset_password;
mod two_factor;
mod verify_email;

pub use account::{AccountPage, ActivityItem, SecondFactorState};
pub use backup_codes::{BackupCodesPage, BackupCodesReason};
pub use change_password::ChangePasswordPage;
pub use error::ErrorPage;
pub use forgot_password::{ForgotPasswordPage, ForgotPasswordSentPage};
pub use login::LoginPage;
pub use login_verify::LoginVerifyPage;
pub use register::{CheckMailPage, CheckMailReason, RegisterPage};
pub use reset_password::{ResetLinkInvalidPage, ResetPasswordPage};
pub use two_factor::{TwoFactorPage, TwoFactorState};
pub use verify_email::{AlreadyVerifiedPage, VerifyEmailPage, VerifyLinkInvalidPage, VerifyProof};
