//! The sentences of pages after success or failure, in one file so that they have one style: what
//! happened, then what to do next. Texts that never vary are in the templates.
//!
//! No sentence reveals whether an address has an account.

use super::{
    paths::{ACCOUNT, ADMIN_INVITATIONS, FORGOT_PASSWORD, LOGIN},
    view::{Link, Message, wait_in_words},
};
use crate::{
    domain::sign_in::attempts::Pause,
    flows::{Registration, authenticators::totp_code::CodeFault},
};

const SIGN_IN: Link = ("Sign in", LOGIN);
const RESET: Link = ("reset your password", FORGOT_PASSWORD);

/// A required field was left empty.
pub fn missing(what: &str) -> String {
    format!("Enter {what}.")
}

/// The address has an account already (only said where verification is optional).
pub const EMAIL_TAKEN: Message = Message::with_links(
    "This address has an account already. Sign in instead, or reset the password if you have forgotten it.",
    &[SIGN_IN, ("reset the password", FORGOT_PASSWORD)],
);

/// Sign-in was refused; the answer does not say which part was wrong.
pub const WRONG_EMAIL_OR_PASSWORD: Message = Message::with_links(
    "The email address or the password is not right. Check both and try again, or reset your password.",
    &[RESET],
);
/// The same for a program, where addresses have to be verified first.
pub const WRONG_OR_UNVERIFIED: &str = "The email address or the password is not right. Check both and try again, or reset your password. If the account is new, follow the link in the mail that we sent first; POST /api/auth/resend-verification sends it again.";
/// The password that a signed-in person typed to confirm an act is wrong.
pub const WRONG_PASSWORD: &str = "This is not your current password. Check it and try again.";
/// The password typed to verify an address is wrong.
pub const WRONG_PASSWORD_OF_ACCOUNT: &str =
    "This is not the password of the account. Try again, or choose a new password below.";
/// How strong an acceptable password is, by its score.
pub fn strong(score: u8) -> &'static str {
    if score < 4 {
        "Good: hard to guess."
    } else {
        "Very good: very hard to guess."
    }
}

/// Why no one can register here on their own.
pub fn registration_closed(registration: Registration) -> &'static str {
    match registration {
        Registration::Closed => {
            "New accounts cannot be created here. The people who run this service have closed registration."
        }
        Registration::Invite | Registration::Open => {
            "New accounts cannot be created here without an invitation. Ask the people who run this service for one."
        }
    }
}
/// Why no one can be invited here.
pub const INVITING_CLOSED: &str =
    "No one can be invited: registration is closed here (REGISTRATION=closed).";
/// Why an invitation opens nothing where registration is closed.
pub const INVITATION_CLOSED: &str =
    "Registration is now closed here, even for invited people. Ask the person who invited you.";
/// An admin invites an address that has an account.
pub const INVITED_HAS_ACCOUNT: &str = "This address has an account already.";
/// An admin invites an address that is invited.
pub const INVITED_ALREADY: Message = Message::with_links(
    "This address is invited already. Send that invitation again, or revoke it first.",
    &[("Send that invitation again", ADMIN_INVITATIONS)],
);
/// There is no open invitation of that id.
pub const NO_SUCH_INVITATION: &str =
    "There is no open invitation with this id. It was accepted or revoked, or never existed.";
/// There is no file with accounts of that id.
pub const NO_SUCH_IMPORT: &str = "There is no import with this id. Its file was discarded, expired after a day, or never existed.";
/// A file came without a recent proof.
pub const FILE_NOT_KEPT: &str =
    "Your file was not kept. Confirm that it is you, then choose it again.";
/// After accepting an invitation.
pub const INVITATION_ACCEPTED: &str =
    "Welcome. Your account is ready, your address is verified, and you are signed in.";
/// The invited address got an account otherwise.
pub const INVITATION_ADDRESS_TAKEN: &str = "This address has an account already, so the invitation can no longer be used. Sign in instead, or reset the password if you have forgotten it.";

/// The second factor's code is wrong.
pub const CODE_NOT_RIGHT: &str = "That code is not right. A code has six digits and changes every 30 seconds: wait for the next one in your app and enter that.";
/// The code was used before.
pub const CODE_USED: &str = "That code has been used already, and each code works once. Wait for the next one in your app and enter that.";
/// The backup code is wrong or used.
pub const BACKUP_CODE_NOT_RIGHT: &str = "That backup code is not right, or it has been used already. Each one works once: try another one from your list.";
/// The pending sign-in has ended.
pub const SIGN_IN_EXPIRED: &str =
    "This sign-in has ended: it took too long, or was already finished. Sign in again.";

/// The code belongs to a step outside the window; positive minutes mean that the phone's clock is ahead.
pub fn phone_clock_is_off(seconds: i64) -> String {
    let minutes = seconds.unsigned_abs().div_ceil(60).max(1);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let side = if seconds < 0 { "behind" } else { "ahead" };
    format!(
        "That code is for another moment: the clock of your phone seems to be about {minutes} {unit} {side}. \
         Set it to automatic time, then enter the next code."
    )
}

/// Why a code from the app is refused.
pub fn app_code_refused(fault: CodeFault) -> String {
    match fault {
        CodeFault::Wrong => CODE_NOT_RIGHT.to_owned(),
        CodeFault::Spent => CODE_USED.to_owned(),
        CodeFault::ClockOff { seconds } => phone_clock_is_off(seconds),
    }
}

/// Too many attempts, and when that ends.
pub fn too_many_attempts(pause: Pause) -> Message {
    match pause {
        Pause::UntilUnlocked => SIGN_IN_BLOCKED,
        Pause::For(wait) => Message::from(format!(
            "There have been too many attempts. Wait {} and try again.",
            wait_in_words(wait)
        )),
    }
}

/// Waiting does not end this. The same for addresses without an account.
pub const SIGN_IN_BLOCKED: Message = Message::with_links(
    "Sign-in is blocked after too many failed attempts in a row, and waiting does not change that. Follow the link that we mail to the account's address, or reset your password.",
    &[RESET],
);

/// After a mailed unlock link.
pub const UNLOCKED: &str = "Sign-in is unlocked. You can sign in now.";

/// The link belongs to another account than the one signed in.
pub const VERIFY_NOT_YOURS: &str =
    "You are signed in to another account. Enter the password of the account with this address.";
/// Both ways of confirming a link were filled in, or neither.
pub const VERIFY_CHOOSE_ONE: &str =
    "Enter the account's password, or choose a new one, but not both.";

/// The account changed between reading and writing.
pub const OVERTAKEN: &str =
    "Your account changed at the same moment, so nothing was done. Load the page and try again.";
/// After reauthentication, on the page of the act.
pub const CONFIRMED: &str = "You have confirmed that it is you. You can go on now.";

/// After signing out.
pub const SIGNED_OUT: &str = "You are signed out.";
/// After signing another device out.
pub const DEVICE_SIGNED_OUT: &str = "That device is signed out.";
/// After signing every other device out.
pub const OTHER_DEVICES_SIGNED_OUT: &str =
    "Every other device is signed out, and no other browser is trusted. You stay signed in here.";
/// After ending the trust in a browser.
pub const BROWSER_UNTRUSTED: &str =
    "That browser is no longer trusted: it will ask for a code again.";
/// There is no trusted browser of this person with that id.
pub const NO_SUCH_TRUSTED: &str = "You have no trusted browser with this id.";
/// There is no user, or no session of a user, with that id.
pub const NO_SUCH_USER: &str = "There is no user with this id, or the user has no such session.";
/// An admin acts on the own account.
pub const OWN_ACCOUNT: Message = Message::with_links(
    "Administrators cannot act on their own account here. Use your account page, or ask another administrator.",
    &[("your account page", ACCOUNT)],
);
/// No admin would be left.
pub const LAST_ADMIN: &str =
    "This is the last administrator who can sign in. Make someone else an administrator first.";
/// In a list of users of an act: the acting admin's account.
pub const YOUR_OWN_ACCOUNT: &str = "This is your own account.";
/// In such a list: an id without an account.
pub const NO_ACCOUNT_OF_ID: &str = "There is no account with this id.";
/// The act would change none of the selected users.
pub const NO_USER_LEFT: &str = "Nothing was done: this would change none of the selected users.";
/// A selection of all users that a search found cannot be confirmed.
pub const SELECTION_GONE: &str = "This selection was confirmed before, or is older than an hour. Search again, and select from there.";
/// No act was chosen for the selected users.
pub const CHOOSE_AN_ACT: &str = "Choose what to do with the selected users.";
/// The last reauthentication has become too old for an act.
pub const PROVE_AGAIN: &str =
    "You confirmed more than ten minutes ago that it is you. Enter your password to go on.";
/// There is no session of this person with that id.
pub const NO_SUCH_SESSION: &str = "You have no active session with this id.";
/// After following a link to a page that needs a sign-in.
pub const SIGN_IN_FIRST: &str = "Sign in to see that page.";
/// The page for a code was opened without a pending sign-in.
pub const SIGN_IN_BEFORE_CODE: &str =
    "Sign in with your password first. Then you can enter a code.";
/// The session ended since the last page.
pub const SESSION_ENDED: &str = "Your session has ended. Sign in again to go on.";
/// After registering with optional verification.
pub const REGISTERED: &str =
    "Your account is ready. We have sent you a mail with a link: follow it to verify your address.";
/// After verifying.
pub const ADDRESS_VERIFIED: &str = "Your email address is verified.";
/// After verifying without a session.
pub const ADDRESS_VERIFIED_SIGN_IN: &str = "Your email address is verified. You can sign in now.";
/// After verifying with a new password.
pub const ADDRESS_VERIFIED_PASSWORD_SET: &str =
    "Your email address is verified and your new password is set. You can sign in now.";
/// After verifying with a new password, which signs in.
pub const ADDRESS_VERIFIED_SIGNED_IN: &str =
    "Your email address is verified and your new password is set.";
/// After asking for another link while signed in.
pub const VERIFICATION_SENT: &str =
    "We have sent a new link to your address. It works for 24 hours.";
/// After a reset.
pub const PASSWORD_RESET: &str =
    "Your new password is set, and you are signed in. Every other device is signed out.";
/// After a reset, if a second factor is required next.
pub const PASSWORD_RESET_CODE_NEXT: &str = "One more step: enter a code. Your new password is set once the code is right; until then the old one stays.";
/// The code of a reset came too late, or the link has been used in the meantime.
pub const PASSWORD_RESET_EXPIRED: &str = "The code was entered too late, and your password has not changed. Open the link in the mail again, or ask for another.";
/// After a sign-in with a backup code.
pub fn backup_code_used(left: i64) -> String {
    let left = match left {
        0 => "none is left".to_owned(),
        1 => "one is left".to_owned(),
        left => format!("{left} are left"),
    };
    format!("You are signed in. That backup code is used up now; {left}.")
}
/// After a change of the name.
pub const NAME_SAVED: &str = "Your name was saved.";
pub const NAME_REMOVED: &str = "Your name was removed. Pages show your address instead.";
/// After asking for another address. The same for a free and for a taken one.
pub fn confirm_new_address(new_email: &str) -> String {
    format!("We have sent a link to {new_email}. Open it in this browser to confirm the change.")
}
/// After cancelling a change of address.
pub const EMAIL_CHANGE_CANCELLED: &str =
    "The change is cancelled, and its link no longer works. Your address stays as it is.";
/// There was no change of address to cancel.
pub const NO_EMAIL_CHANGE: &str = "No change of address is waiting.";
/// After a change of address.
pub const EMAIL_CHANGED: &str = "Your address is changed. Every other device is signed out.";
/// After a change of address without a session.
pub const EMAIL_CHANGED_SIGN_IN: &str =
    "Your address is changed. Sign in with the new address to go on.";
/// The link of a change of address belongs to another account.
pub const CONFIRM_NOT_YOURS: &str = "This link belongs to another account than the one that you are signed in to. Enter the password of that account.";
/// The password typed to confirm a change of address is wrong.
pub const WRONG_PASSWORD_TO_CONFIRM: &str =
    "This is not the password of the account. Check it and try again.";
/// Another account got the address before the change was confirmed.
pub const NEW_ADDRESS_TAKEN: &str =
    "Another account has this address, so yours cannot move to it. Nothing was changed.";
/// After deleting one's own account.
pub fn account_deleted(erased_on: &str) -> String {
    format!(
        "Your account is deleted, and you are signed out everywhere. It will be erased on {erased_on}. Sign in before then to restore it."
    )
}
/// After keeping an account that was deleted.
pub const ACCOUNT_RESTORED: &str = "Your account is restored, and you are signed in.";
/// The page that restores an account was opened without signing in to it.
pub const SIGN_IN_TO_RESTORE: &str = "Sign in to restore an account that you have deleted.";
/// An act takes a proof with the second factor.
pub const CODE_NEEDED: &str = "This call needs a recent reauthentication with a code: send `code` to /api/auth/reauthenticate first.";
/// After a change of password.
pub const PASSWORD_CHANGED: &str = "Your password is changed. Every other device is signed out.";
/// After a change of password whose session ended at the same moment.
pub const PASSWORD_CHANGED_SIGN_IN: &str =
    "Your password is changed. Sign in with the new one to go on.";
/// After enabling the second factor, if the session ended before the codes could be shown.
pub const TWO_FACTOR_ON_SIGN_IN: &str = "Two-step sign-in is on, but your session ended at the same moment. Sign in with a code from your app, and get fresh backup codes.";
/// After disabling the second factor, if the session ended at the same moment.
pub const TWO_FACTOR_OFF_SIGN_IN: &str = "Two-step sign-in is off. Sign in again to go on.";
/// The second factor is enrolled already.
pub const TWO_FACTOR_IS_ON: &str = "Two-step sign-in is on already. Nothing was changed.";
/// The second factor is not enrolled.
pub const TWO_FACTOR_IS_OFF: &str = "Two-step sign-in is not on. Nothing was changed.";
/// After disabling the second factor.
pub const TWO_FACTOR_DISABLED: &str =
    "Two-step sign-in is off. Your password alone now opens your account.";
/// A second factor cannot be enrolled yet.
pub const TWO_FACTOR_NEEDS_VERIFIED: &str =
    "Verify your email address first. Then you can set up two-step sign-in.";
/// The enrolment was not started or has been replaced.
pub const TWO_FACTOR_START_AGAIN: &str = "This setup has ended. Start again to get a new QR code.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_described_in_minutes_with_its_direction() {
        assert!(phone_clock_is_off(-60).contains("about 1 minute behind"));
        assert!(phone_clock_is_off(270).contains("about 5 minutes ahead"));
    }
}
