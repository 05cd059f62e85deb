//! Browsers that an account knows, as they signed in with its credentials of now.

use crate::{
    domain::{
        accounts::user::User,
        sign_in::device::{DeviceCookie, KnownDevice},
    },
    flows::Services,
    throttle::account::Guess,
};

/// Whether a browser signed in with the credentials that the user has now.
pub(in crate::flows) fn outlives(user: &User, guess: Guess, device: &KnownDevice) -> bool {
    let enrolled = user.totp_confirmed_at.filter(|_| guess == Guess::Code);
    let earliest = user
        .password_changed_at
        .max(enrolled)
        // Of an imported account the import, whatever its file says of the beginning.
        .max(user.browsers_known_from)
        .max(Some(user.created_at));
    earliest.is_none_or(|at| device.is_from(at))
}

/// The device cookie of a browser that has just signed this user in, and is known from now on. One
/// that was known under the same credentials keeps its entry, and what is counted under it.
pub fn remember_browser(s: &Services, device: &DeviceCookie, user: &User) -> DeviceCookie {
    let (key, random) = (&s.account_throttle.device_key, s.random.as_ref());
    let (address, earliest) = (&user.email_canonical, user.credentials_since());
    device.still_knowing(key, address, earliest, s.now(), random)
}

/// The device cookie of a browser that a mailed link has just made known to this user, with
/// guesses of its own whatever was counted before.
pub fn know_browser_afresh(s: &Services, device: &DeviceCookie, user: &User) -> DeviceCookie {
    let (key, random) = (&s.account_throttle.device_key, s.random.as_ref());
    // Nodes' clocks differ: never from before the credentials of now.
    let at = s.now().max(user.credentials_since());
    device.knowing(key, &user.email_canonical, at, random)
}
