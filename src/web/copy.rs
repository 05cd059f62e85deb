//! The sentences that pages show after an action succeeded or failed. They are in one file so that all follow the
//! same pattern: what happened, then what to do next. Texts that never vary are in the templates.
//!
//! None of these sentences reveals to strangers whether an address has an account.

use chrono::{DateTime, Utc};

use super::{
    paths::{ACCOUNT, ADMIN_INVITATIONS, FORGOT_PASSWORD, LOGIN},
    view::{Link, Message, moment, wait_in_words},
};
use crate::{
    domain::{clock::whole_seconds, sign_in::attempts::Pause},
    flows::{Registration, accounts::not_me::Done, authenticators::totp_code::CodeFault},
    webauthn::Refusal as PasskeyRefusal,
};

const SIGN_IN: Link = ("Sign in", LOGIN);
const RESET: Link = ("reset your password", FORGOT_PASSWORD);

/// A required field was left empty.
pub fn missing(what: &str) -> String {
    format!("Enter {what}.")
}

/// The address already has an account. Only shown where verification is optional.
pub const EMAIL_TAKEN: Message = Message::with_links(
    "This address has an account already. Sign in instead, or reset the password if you have forgotten it.",
    &[SIGN_IN, ("reset the password", FORGOT_PASSWORD)],
);

/// Sign-in was refused. The answer does not say which part was wrong.
pub const WRONG_EMAIL_OR_PASSWORD: Message = Message::with_links(
    "The email address or the password is not right. Check both and try again, or reset your password.",
    &[RESET],
);
/// The same in the API, where addresses must be verified before the first sign-in.
pub const WRONG_OR_UNVERIFIED: &str = "The email address or the password is not right. Check both and try again, or reset your password. If the account is new, follow the link in the mail that we sent first; POST /api/auth/resend-verification sends it again.";
/// A signed-in user entered a wrong password to confirm an action.
pub const WRONG_PASSWORD: &str = "This is not your current password. Check it and try again.";
/// The password that was entered to verify an address is wrong.
pub const WRONG_PASSWORD_OF_ACCOUNT: &str =
    "This is not the password of the account. Try again, or choose a new password below.";
/// How strong an accepted password is, by its score.
pub fn strong(score: u8) -> &'static str {
    if score < 4 {
        "Good: hard to guess."
    } else {
        "Very good: very hard to guess."
    }
}

/// Registration is closed or requires an invitation.
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
/// Invitations are turned off.
pub const INVITING_CLOSED: &str =
    "No one can be invited: registration is closed here (REGISTRATION=closed).";
/// An invitation is used while registration is closed.
pub const INVITATION_CLOSED: &str =
    "Registration is now closed here, even for invited people. Ask the person who invited you.";
/// An admin invites an address that has an account.
pub const INVITED_HAS_ACCOUNT: &str = "This address has an account already.";
/// An admin invites an address that has an open invitation.
pub const INVITED_ALREADY: Message = Message::with_links(
    "This address is invited already. Send that invitation again, or revoke it first.",
    &[("Send that invitation again", ADMIN_INVITATIONS)],
);
/// There is no open invitation with that id.
pub const NO_SUCH_INVITATION: &str =
    "There is no open invitation with this id. It was accepted or revoked, or never existed.";
/// There is no import with that id.
pub const NO_SUCH_IMPORT: &str = "There is no import with this id. Its file was discarded, expired after a day, or never existed.";
/// A file was uploaded without recent reauthentication.
pub const FILE_NOT_KEPT: &str =
    "Your file was not kept. Confirm that it is you, then choose it again.";
/// After accepting an invitation.
pub const INVITATION_ACCEPTED: &str =
    "Welcome. Your account is ready, your address is verified, and you are signed in.";
/// The invited address has got an account in another way.
pub const INVITATION_ADDRESS_TAKEN: &str = "This address has an account already, so the invitation can no longer be used. Sign in instead, or reset the password if you have forgotten it.";

/// The second factor's code is wrong.
pub const CODE_NOT_RIGHT: &str = "That code is not right. A code has six digits and changes every 30 seconds: wait for the next one in your app and enter that.";
/// The code is right, but has already been used.
pub const CODE_USED: &str = "That code has been used already, and each code works once. Wait for the next one in your app and enter that.";
/// The backup code is wrong or used.
pub const BACKUP_CODE_NOT_RIGHT: &str = "That backup code is not right, or it has been used already. Each one works once: try another one from your list.";
/// The pending sign-in has ended.
pub const SIGN_IN_EXPIRED: &str =
    "This sign-in has ended, because it took too long or was already finished. Sign in again.";

/// The challenge of a passkey has ended.
pub const CHALLENGE_EXPIRED: &str = "This took too long, or was already finished. Start again.";
/// No account has the passkey that was used.
pub const UNKNOWN_PASSKEY: &str =
    "No account has this passkey. It may have been removed. Sign in another way.";
/// The passkey that was to be added is there already.
pub const PASSKEY_KNOWN: &str =
    "This passkey is in use already. Choose another device, or keep using the one you have.";
/// No further passkey can be added.
pub const TOO_MANY_PASSKEYS: &str =
    "You have 25 passkeys, and cannot add more. Remove one that you do not use.";
/// After a passkey was added beside another second factor.
pub const PASSKEY_ADDED: &str = "The passkey is added. You can sign in with it from now on.";
/// The same, if the session ended at the same moment.
pub const PASSKEY_ADDED_SIGN_IN: &str =
    "The passkey is added, but your session ended at the same moment. Sign in with it.";
/// After a passkey was renamed.
pub const PASSKEY_RENAMED: &str = "The passkey has its new name.";
/// After a passkey was removed, where another second factor is left.
pub const PASSKEY_REMOVED: &str =
    "The passkey is removed, and no longer signs in. Two-step sign-in is still on.";
/// A passkey is right, but the account cannot sign in with it.
pub const PASSKEY_NOT_ENOUGH: &str = "This passkey cannot sign in to its account at the moment. Sign in another way, or reset your password.";

/// Why the answer of a passkey was refused.
pub fn passkey_refused(why: PasskeyRefusal) -> &'static str {
    match why {
        PasskeyRefusal::Invalid => {
            "The answer of this passkey is not right. Try again, or use another way."
        }
        PasskeyRefusal::WrongSite => {
            "This passkey was used for another site. Open this site by its own address, and try again."
        }
        PasskeyRefusal::NotVerified => {
            "Your device did not check that it is you. Try again, and confirm with your PIN, fingerprint or face."
        }
        PasskeyRefusal::CounterFellBack => {
            "This passkey was refused, because a copy of it may exist. Sign in another way, and remove it from your account."
        }
        PasskeyRefusal::Suspect => {
            "This passkey was made shortly before the account was frozen, and works again when the freeze ends. Sign in another way."
        }
    }
}

/// The code is for a time outside the accepted window. Positive seconds mean that the phone's clock is ahead.
pub fn phone_clock_is_off(seconds: i64) -> String {
    let minutes = seconds.unsigned_abs().div_ceil(60).max(1);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let side = if seconds < 0 { "behind" } else { "ahead" };
    format!(
        "That code is for another time. The clock of your phone seems to be about {minutes} {unit} {side}. \
         Set the phone to automatic time, and then enter the next code."
    )
}

/// Why a code from the app was refused.
pub fn app_code_refused(fault: CodeFault) -> String {
    match fault {
        CodeFault::Wrong => CODE_NOT_RIGHT.to_owned(),
        CodeFault::Spent => CODE_USED.to_owned(),
        CodeFault::ClockOff { seconds } => phone_clock_is_off(seconds),
    }
}

/// There were too many attempts, and what the user can do.
pub fn too_many_attempts(pause: Pause) -> Message {
    match pause {
        Pause::UntilUnlocked => SIGN_IN_BLOCKED,
        Pause::For(wait) => Message::from(format!(
            "There have been too many attempts. Wait {} and try again.",
            wait_in_words(wait)
        ))
        .waiting(whole_seconds(wait)),
    }
}

/// Sign-in stays blocked until the user unlocks it. The sentence is the same for addresses without an account.
pub const SIGN_IN_BLOCKED: Message = Message::with_links(
    "Sign-in is blocked after too many failed attempts in a row, and waiting does not change that. Open the link in the mail that we send to the account's address, or reset your password.",
    &[RESET],
);

/// After using the link in the mail about a blocked sign-in.
pub const UNLOCKED: &str = "Sign-in is unlocked. You can sign in now.";

/// The link is for another account than the one that is signed in.
pub const VERIFY_NOT_YOURS: &str =
    "You are signed in to another account. Enter the password of the account with this address.";
/// Both the password and a new password were entered, or neither.
pub const VERIFY_CHOOSE_ONE: &str =
    "Enter the account's password, or choose a new one, but not both.";

/// The account was changed by another request at the same time.
pub const OVERTAKEN: &str = "Your account changed at the same moment, so nothing was done. Load the page again, and try once more.";
/// After reauthentication, on the page of the action.
pub const CONFIRMED: &str = "You have confirmed that it is you. You can continue now.";

/// After signing out.
pub const SIGNED_OUT: &str = "You are signed out.";
/// After signing another device out.
pub const DEVICE_SIGNED_OUT: &str = "That device is signed out.";
/// After signing every other device out.
pub const OTHER_DEVICES_SIGNED_OUT: &str =
    "Every other device is signed out, and no other browser is trusted. You stay signed in here.";
/// After a browser is no longer trusted.
pub const BROWSER_UNTRUSTED: &str =
    "That browser is no longer trusted. It will ask for a code at the next sign-in.";
/// The user has no trusted browser with that id.
pub const NO_SUCH_TRUSTED: &str = "You have no trusted browser with this id.";
/// There is no user with that id, or the user has no session with that id.
pub const NO_SUCH_USER: &str = "There is no user with this id, or the user has no such session.";
/// An admin tries to act on their own account.
pub const OWN_ACCOUNT: Message = Message::with_links(
    "Administrators cannot act on their own account here. Use your account page, or ask another administrator.",
    &[("your account page", ACCOUNT)],
);
/// No admin would remain.
pub const LAST_ADMIN: &str =
    "This is the last administrator who can sign in. Make someone else an administrator first.";
/// In the list of accounts that an act does not change: the admin's own account.
pub const YOUR_OWN_ACCOUNT: &str = "This is your own account.";
/// In the same list: an id without an account.
pub const NO_ACCOUNT_OF_ID: &str = "There is no account with this id.";
/// The act would change none of the selected users.
pub const NO_USER_LEFT: &str =
    "Nothing was done, because this would change none of the selected users.";
/// A selection of all users found by a search can no longer be confirmed.
pub const SELECTION_GONE: &str = "This selection has already been confirmed, or is older than an hour. Search again, and select the users again.";
/// No act was chosen for the selected users.
pub const CHOOSE_AN_ACT: &str = "Choose what to do with the selected users.";
/// The act needs reauthentication, and the password was left empty.
pub const PROVE_AGAIN: &str =
    "You last confirmed your password more than ten minutes ago. Enter it to continue.";
/// The user has no active session with that id.
pub const NO_SUCH_SESSION: &str = "You have no active session with this id.";
/// After following a link to a page that needs a sign-in.
pub const SIGN_IN_FIRST: &str = "Sign in to see that page.";
/// The page for the code was opened without a pending sign-in.
pub const SIGN_IN_BEFORE_CODE: &str =
    "Sign in with your password first. Then you can enter a code.";
/// The session has ended since the last page.
pub const SESSION_ENDED: &str = "Your session has ended. Sign in again to continue.";
/// After registering with optional verification.
pub const REGISTERED: &str = "Your account is ready. We have sent you a mail with a link. Open the link to verify your address.";
/// After verifying in a browser that is signed in.
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
/// After a reset that still needs a code.
pub const PASSWORD_RESET_CODE_NEXT: &str = "One more step: enter a code. Your new password is set when the code is right. Until then, your old password still works.";
/// The code of a reset came too late, or its link was used in the meantime.
pub const PASSWORD_RESET_EXPIRED: &str = "The code was entered too late, so your password has not changed. Open the link in the mail again, or request a new link.";
/// The page for a lost second factor was opened without a pending sign-in.
pub const PASSWORD_BEFORE_RECOVERY: &str =
    "Sign in with your password first. Then you can ask for the removal of a lost second factor.";
/// After the mailed link removed the second factor.
pub const SECOND_FACTOR_REMOVED: &str = "Your second factor is removed, your new password is set, and you are signed in. Every other device is signed out. Set up two-step sign-in again to protect your account.";
/// After cancelling the removal of the second factor.
pub const RECOVERY_CANCELLED: &str = "The removal is cancelled, and your second factor stays. If you did not request it, someone knows your password: change it.";
/// There was no removal of the second factor to cancel.
pub const NO_RECOVERY: &str = "No removal of your second factor is waiting.";
/// After a sign-in with the second factor, which cancelled its removal.
pub const RECOVERY_ENDED_BY_SIGN_IN: &str = "Someone had entered your password and asked to remove your second factor. You have signed in with it, so the removal is cancelled. If you did not request it, change your password.";
/// After a sign-in with a backup code.
pub fn signed_in_by_backup_code(left: i64) -> String {
    format!("You are signed in. {}", backup_code_used(left))
}
/// After a backup code was used.
pub fn backup_code_used(left: i64) -> String {
    let left = match left {
        0 => "no backup codes".to_owned(),
        1 => "one backup code".to_owned(),
        left => format!("{left} backup codes"),
    };
    format!("The backup code cannot be used again. You have {left} left.")
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
    "Your address is changed. Sign in with the new address to continue.";
/// The link of a change of address belongs to another account.
pub const CONFIRM_NOT_YOURS: &str = "This link belongs to another account than the one that you are signed in to. Enter the password of that account.";
/// The password typed to confirm a change of address is wrong.
pub const WRONG_PASSWORD_TO_CONFIRM: &str =
    "This is not the password of the account. Check it and try again.";
/// Another account got the address before the change was confirmed.
pub const NEW_ADDRESS_TAKEN: &str =
    "Another account has this address, so yours cannot move to it. Nothing was changed.";
/// The account is frozen.
pub fn account_frozen(until: &DateTime<Utc>) -> String {
    format!(
        "“This wasn’t me” was pressed in a mail, so the address and the second factor cannot be changed and the account cannot be deleted until {}. An administrator can end that earlier.",
        moment(until)
    )
}
/// Another account has the address that the account would get back.
pub const EARLIER_ADDRESS_TAKEN: &str = "Another account has the earlier address by now, so this account cannot get it back, and nothing was done. Leave the password empty to sign everything out, and contact the administrators of this site.";
/// The password typed at the link of a security mail is wrong.
pub const WRONG_EARLIER_PASSWORD: &str = "This is not the password that the account had before this happened. Nothing was done. Try again, or leave the field empty.";
/// A code proves nothing at the link of a security mail.
pub const NO_EARLIER_FACTOR: &str = "The account had no second factor before this happened, so a code proves nothing. Nothing was done.";
/// After the link of a security mail was used.
pub fn reported_not_me(done: &Done) -> String {
    let mut said = Vec::new();
    if done.reported {
        said.push("Every browser and app is signed out.".to_owned());
    }
    if done.restored.address {
        said.push("The account is back at its earlier address.".to_owned());
    }
    if done.restored.factor {
        said.push("The second factor is as it was before.".to_owned());
    }
    if done.undeleted {
        said.push("The deletion of the account is taken back.".to_owned());
    }
    if done.password_closed {
        said.push("The password does not work any more.".to_owned());
    }
    if done.reset_mailed {
        said.push("We sent you a mail with a link to choose a new one.".to_owned());
    }
    if done.lifted {
        said.push("The freeze of the account is lifted.".to_owned());
    }
    if let Some(until) = &done.frozen_until {
        let until = moment(until);
        said.push(if done.sign_in_frozen {
            format!("Until {until}, no one can sign in or reset the password. To end that, open the link again and enter the password that the account had before, or contact the administrators of this site.")
        } else {
            format!("Until {until}, no one can change the address or the second factor, or delete the account.")
        });
    }
    if said.is_empty() {
        said.push("The account is not frozen, so nothing has changed.".to_owned());
    }
    said.join(" ")
}
/// The link of a security mail was used before, and something can still be proven.
pub const LINK_USED_PROVE: &str = "This link was used already. Enter the password to put something back, or a code to end the freeze.";
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
/// A change of address is confirmed for an account that needs a new password.
pub const PASSWORD_FIRST: Message = Message::with_links(
    "This account needs a new password first. Sign in, choose one, and request the change of address again.",
    &[SIGN_IN],
);
/// An act needs reauthentication with the second factor.
pub const CODE_NEEDED: &str = "This call needs a recent reauthentication with a code: send `code` to /api/auth/reauthenticate first.";
/// After a change of password.
pub const PASSWORD_CHANGED: &str = "Your password is changed. Every other device is signed out.";
/// After a change of password, if the session ended at the same time.
pub const PASSWORD_CHANGED_SIGN_IN: &str =
    "Your password is changed. Sign in with the new password to continue.";
/// After turning the second factor on, if the session ended before the codes could be shown.
pub const TWO_FACTOR_ON_SIGN_IN: &str = "Two-step sign-in is on, but your session ended at the same moment. Sign in again, and make new backup codes.";
/// After a second factor was removed, if the session ended at the same time.
pub const FACTOR_REMOVED_SIGN_IN: &str = "The second factor is removed. Sign in again to continue.";
/// The second factor is already on.
pub const TWO_FACTOR_IS_ON: &str = "Two-step sign-in is on already. Nothing was changed.";
/// The second factor is not on.
pub const TWO_FACTOR_IS_OFF: &str = "Two-step sign-in is not on. Nothing was changed.";
/// The authenticator app is to be removed, but another second factor is the only one.
pub const APP_IS_OFF: &str = "You have no authenticator app here. Nothing was changed.";
/// After turning the second factor off.
pub const TWO_FACTOR_DISABLED: &str =
    "Two-step sign-in is off. Your password alone is now enough to sign in.";
/// After an authenticator app was added beside another second factor.
pub const APP_ADDED: &str = "Your authenticator app is set up. Its codes now work at sign-in.";
/// After the authenticator app was removed, where another second factor is left.
pub const APP_REMOVED: &str = "Your authenticator app is removed. Two-step sign-in is still on.";
/// A phone is to be added, and one is there.
pub const PHONE_IS_ON: &str =
    "You have a phone number already. Remove it before you add another one.";
/// A phone is to be removed or used, and none is there.
pub const PHONE_IS_OFF: &str = "You have no phone number here. Nothing was done.";
/// No number waits for its first code.
pub const PHONE_SETUP_ENDED: &str =
    "No phone number waits for this code any more. Enter the number again.";
/// After a phone was added beside another second factor.
pub const PHONE_ADDED: &str =
    "Your phone number is added. You can have codes sent to it when you sign in.";
/// After the phone was removed, where another second factor is left.
pub const PHONE_REMOVED: &str = "Your phone number is removed. Two-step sign-in is still on.";
/// A code was sent to a phone, which is shown without most of its digits.
pub fn phone_code_sent(number: &str) -> String {
    format!("We have sent a code to {number}. It works for five minutes.")
}
/// Why a code that was sent to a phone was refused.
pub fn phone_code_refused(fault: CodeFault) -> &'static str {
    match fault {
        CodeFault::Spent => {
            "That code has been used already, and each code works once. Have a new one sent."
        }
        CodeFault::Wrong | CodeFault::ClockOff { .. } => {
            "That code is not right, or too old. Check the digits of the newest message, or have a new code sent."
        }
    }
}
/// A second factor cannot be set up yet.
pub const TWO_FACTOR_NEEDS_VERIFIED: &str =
    "Verify your email address first. Then you can set up two-step sign-in.";
/// The setup was not started, or another setup has replaced it.
pub const TWO_FACTOR_START_AGAIN: &str = "This setup has ended. Start again to get a new QR code.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_difference_is_in_whole_minutes_and_names_its_direction() {
        assert!(phone_clock_is_off(-60).contains("about 1 minute behind"));
        assert!(phone_clock_is_off(270).contains("about 5 minutes ahead"));
    }
}
