//! Browsers that an account knows because they signed in with its current credentials.

use crate::{
    domain::{
        accounts::user::User,
        sign_in::device::{DeviceCookie, KnownDevice},
    },
    flows::Services,
    throttle::account::Guess,
};

/// Whether a browser signed in with the user's current credentials.
pub(in crate::flows) fn outlives(user: &User, guess: Guess, device: &KnownDevice) -> bool {
    let enrolled = user.totp_confirmed_at.filter(|_| guess == Guess::Code);
    let earliest = user
        .password_changed_at
        .max(enrolled)
        // An imported account counts from its import, whatever its file says.
        .max(user.browsers_known_from)
        .max(Some(user.created_at));
    earliest.is_none_or(|at| device.is_from(at))
}

/// The device cookie of a browser that has just signed this user in, which makes it known. If it was known
/// under the same credentials, it keeps its entry and its count of failures.
pub fn remember_browser(s: &Services, device: &DeviceCookie, user: &User) -> DeviceCookie {
    let (key, random) = (&s.account_throttle.device_key, s.random.as_ref());
    let (address, earliest) = (&user.email_canonical, user.credentials_since());
    device.still_knowing(key, address, earliest, s.now(), random)
}

/// The device cookie of a browser that a mailed link has just made known to this user, with a new entry
/// and no failures.
pub fn know_browser_afresh(s: &Services, device: &DeviceCookie, user: &User) -> DeviceCookie {
    let (key, random) = (&s.account_throttle.device_key, s.random.as_ref());
    // The clocks of nodes differ: the entry must not be older than the current credentials.
    let at = s.now().max(user.credentials_since());
    device.knowing(key, &user.email_canonical, at, random)
}
