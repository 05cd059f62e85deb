//! The sentences that pages say when something went right or wrong, in one place so that they keep
//! one voice: what happened, then what to do next. Page texts that never vary stand in the templates.
//!
//! Nothing here tells whether an address has an account.

use std::time::Duration;

use super::view::wait_in_words;

/// A required field was left empty.
pub fn missing(what: &str) -> String {
    format!("Enter {what}.")
}

/// The address does not parse.
pub const EMAIL_NOT_VALID: &str =
    "This does not look like an email address. It should read like name@example.com.";
/// The address has an account already (only said where verification is optional).
pub const EMAIL_TAKEN: &str = "This address already has an account. Sign in instead, or reset the password if you have forgotten it.";
/// The display name is longer than we keep.
pub fn display_name_too_long(max: usize) -> String {
    format!("This name is too long. Use at most {max} characters.")
}
/// The display name holds characters that cannot be shown.
pub const DISPLAY_NAME_NOT_VALID: &str =
    "This name has characters that cannot be shown. Type it again without them.";

/// Sign-in was refused; which part was wrong is not told.
pub const WRONG_EMAIL_OR_PASSWORD: &str = "The email address or the password is not right. Check both and try again, or reset your password.";
/// The password that a signed-in person typed to confirm an act is wrong.
pub const WRONG_PASSWORD: &str = "This is not your current password. Check it and try again.";
/// The password typed to verify an address is wrong.
pub const WRONG_PASSWORD_OF_ACCOUNT: &str =
    "This is not the password of the account. Try again, or choose a new password below.";
/// Registration is not open.
pub const REGISTRATION_CLOSED: &str =
    "New accounts cannot be created here. Ask the people who run this service for an invitation.";

/// The second factor's code is wrong.
pub const CODE_NOT_RIGHT: &str = "That code is not right. Codes change every 30 seconds: wait for the next one in your app and enter that.";
/// The code was good once.
pub const CODE_USED: &str = "That code has been used already, and each code works once. Wait for the next one in your app and enter that.";
/// The backup code is wrong or used.
pub const BACKUP_CODE_NOT_RIGHT: &str = "That backup code is not right, or it has been used already. Each one works once: try another one from your list.";
/// The code has another form than six digits.
pub const CODE_NOT_SIX_DIGITS: &str = "A code from the app has six digits. Enter all six.";
/// The pending sign-in has ended.
pub const SIGN_IN_EXPIRED: &str = "Your sign-in took too long, so it has ended. Sign in again.";

/// The code belongs to a moment outside the window; positive minutes mean that the phone is ahead.
pub fn phone_clock_is_off(seconds: i64) -> String {
    let minutes = seconds.unsigned_abs().div_ceil(60).max(1);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let side = if seconds < 0 { "behind" } else { "ahead" };
    format!(
        "That code is for another moment: the clock of your phone seems to be about {minutes} {unit} {side}. \
         Set it to automatic time, then enter the next code."
    )
}

/// Too many attempts at one thing.
pub fn too_many_attempts(wait: Duration) -> String {
    format!(
        "There have been too many attempts. Wait {} and try again.",
        wait_in_words(wait)
    )
}

/// The password is too short.
pub fn password_too_short(min: usize, typed: usize) -> String {
    format!(
        "This password is too short. It needs at least {min} characters; you typed {typed}. \
         Several words in a row are long and easy to remember."
    )
}
/// The password is too long.
pub fn password_too_long(max: usize) -> String {
    format!("This password is too long. Use at most {max} characters.")
}
/// The password is on the list of common ones.
pub const PASSWORD_TOO_COMMON: &str = "Many people use this password, so it is among the first that a thief tries. Choose another one.";
/// The password is in a public leak.
pub const PASSWORD_LEAKED: &str = "This password has appeared in a data leak elsewhere, so others may know it. Choose one that you use nowhere else.";
/// The password holds the address or name.
pub const PASSWORD_CONTAINS_IDENTITY: &str = "This password contains your email address or name, which makes it easy to guess. Choose one without them.";
/// The password holds the name of this service.
pub const PASSWORD_CONTAINS_PRODUCT: &str = "This password contains the name of this service, which makes it easy to guess. Choose one without it.";
/// The password is long enough but has an obvious pattern.
pub const PASSWORD_TOO_EASY: &str = "This password is easy to guess, as it follows a common pattern. Add a few words that do not belong together.";
/// The new password equals the current one.
pub const PASSWORD_UNCHANGED: &str = "This is your current password. Choose a different one.";
/// Both ways of proving a link were filled in, or neither.
pub const VERIFY_CHOOSE_ONE: &str =
    "Enter the account's password, or choose a new one, but not both.";

/// The form's token does not fit the session.
pub const FORM_EXPIRED: &str = "This page was open for too long, so nothing was sent. Your entries are still here: please send the form again.";

/// After signing out.
pub const SIGNED_OUT: &str = "You are signed out.";
/// After following a link to a page that needs a sign-in.
pub const SIGN_IN_FIRST: &str = "Sign in to see that page.";
/// The session ended since the last page.
pub const SESSION_ENDED: &str = "Your session has ended. Sign in again to go on.";
/// After registering with optional verification.
pub const REGISTERED: &str = "Your account is ready. We have sent you a mail with a link: follow it to show that the address is yours.";
/// After verifying.
pub const ADDRESS_VERIFIED: &str = "Your email address is verified.";
/// After verifying without a session.
pub const ADDRESS_VERIFIED_SIGN_IN: &str = "Your email address is verified. You can sign in now.";
/// After verifying with a new password.
pub const ADDRESS_VERIFIED_PASSWORD_SET: &str =
    "Your email address is verified and your new password is set. You can sign in now.";
/// After asking for another link while signed in.
pub const VERIFICATION_SENT: &str =
    "We have sent a new link to your address. It works for 24 hours.";
/// After a reset.
pub const PASSWORD_RESET: &str =
    "Your new password is set, and you are signed in. Every other device is signed out.";
/// After a reset where the second factor is still asked for.
pub const PASSWORD_RESET_CODE_NEXT: &str =
    "Your new password is set. One more step: enter a code to sign in.";
/// After a change of password.
pub const PASSWORD_CHANGED: &str = "Your password is changed. Every other device is signed out.";
/// After disabling the second factor.
pub const TWO_FACTOR_DISABLED: &str =
    "Two-step sign-in is off. Your password alone now opens your account.";
/// A second factor cannot be enrolled yet.
pub const TWO_FACTOR_NEEDS_VERIFIED: &str =
    "Verify your email address first. Then you can set up two-step sign-in.";
/// The enrolment was not started or has been replaced.
pub const TWO_FACTOR_START_AGAIN: &str =
    "This setup is no longer open. Start again to get a new QR code.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_told_in_whole_minutes_and_with_its_side() {
        assert!(phone_clock_is_off(-60).contains("about 1 minute behind"));
        assert!(phone_clock_is_off(270).contains("about 5 minutes ahead"));
    }
}
