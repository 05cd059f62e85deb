//! Whether an account still knows a browser.

use crate::{
    domain::{accounts::user::User, sign_in::device::KnownDevice},
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
