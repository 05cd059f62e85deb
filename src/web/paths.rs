//! The paths of pages that other pages, messages and refusals lead to.

/// Where signed-in people begin.
pub const ACCOUNT: &str = "/account";
/// Where a password is changed.
pub const CHANGE_PASSWORD: &str = "/account/password";
/// The open invitations.
pub const ADMIN_INVITATIONS: &str = "/admin/invitations";
/// Where everyone else begins.
pub const LOGIN: &str = "/login";
/// Where a code is asked for.
pub const LOGIN_VERIFY: &str = "/login/verify";
/// Where a reset link is asked for.
pub const FORGOT_PASSWORD: &str = "/forgot-password";
/// Where a recent proof is given.
pub const REAUTHENTICATE: &str = "/reauthenticate";
