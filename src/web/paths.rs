//! The paths of pages that other pages, messages and refusals lead to.

/// Where signed-in people begin.
pub const ACCOUNT: &str = "/account";
/// Where a password is changed.
pub const CHANGE_PASSWORD: &str = "/account/password";
/// Where the address is changed. The proof that it takes includes the second factor.
pub const EMAIL: &str = "/account/email";
/// Where passkeys are managed. The proof includes a second factor as well.
pub const PASSKEYS: &str = "/account/passkeys";
/// Where a phone is added and removed. The proof includes a second factor as well.
pub const PHONE: &str = "/account/phone";
/// The open invitations.
pub const ADMIN_INVITATIONS: &str = "/admin/invitations";
/// The files of accounts.
pub const IMPORTS: &str = "/admin/users/import";
/// The list of users; a user's page is below it, by the id.
pub const USERS: &str = "/admin/users";
/// Where everyone else begins.
pub const LOGIN: &str = "/login";
/// Where the owner of a deleted account keeps it.
pub const RESTORE: &str = "/account/restore";
/// Where a code is asked for.
pub const LOGIN_VERIFY: &str = "/login/verify";
/// Where the removal of a lost second factor is requested.
pub const LOST_FACTOR: &str = "/login/lost-factor";
/// Where a reset link is asked for.
pub const FORGOT_PASSWORD: &str = "/forgot-password";
/// Where a recent proof is given.
pub const REAUTHENTICATE: &str = "/reauthenticate";

/// The paths that take forms of other pages and are none themselves.
pub const POST_ONLY: [&str; 3] = ["/logout", "/verify-email/resend", "/password-strength"];
