//! Known browsers of an account: those that have signed in with its current credentials.

use chrono::{DateTime, Utc};

use crate::{
    db::{self, Connection},
    domain::{
        accounts::user::User,
        sign_in::device::{DeviceCookie, KnownDevice, Times},
    },
    flows::{Result, Services},
    throttle::account::Guess,
};

/// Whether a browser signed in with the user's current credentials.
pub(in crate::flows) fn is_current(user: &User, guess: Guess, device: &KnownDevice) -> bool {
    let enrolled = user.factors.all_since().filter(|_| guess == Guess::Code);
    let earliest = user
        .password_changed_at
        .max(enrolled)
        // For an imported account: the time of the import, whatever creation time the file gives.
        .max(user.browsers_known_from)
        .max(user.email_since)
        .max(Some(user.created_at));
    earliest.is_none_or(|at| device.is_from(at))
}

/// When the browser first signed in to an address that the account has had since `held_since`, if it did in the last
/// year, with whatever credentials of that time, and has not been forgotten since. What it did there earlier was in
/// another account.
fn known_since(
    s: &Services,
    user: &User,
    (address, held_since): (&str, Option<DateTime<Utc>>),
    device: &DeviceCookie,
) -> Option<DateTime<Utc>> {
    let key = &s.account_throttle.device_key;
    let earliest = user
        .browsers_known_from
        .max(held_since)
        .unwrap_or_default()
        .max(user.created_at);
    device.known_to(key, address, s.now())?.first_from(earliest)
}

/// The address of the account, and since when it has it.
fn present(user: &User) -> (&str, Option<DateTime<Utc>>) {
    (&user.email_canonical, user.email_since)
}

/// Since when the account knows a browser, under its address or a former one. What the browser did under a former
/// address after the account had left it was in another account.
pub(in crate::flows) async fn known_for(
    s: &Services,
    conn: &Connection,
    user: &User,
    device: &DeviceCookie,
) -> Result<Option<DateTime<Utc>>> {
    let at_present = known_since(s, user, present(user), device);
    let before = known_before(s, conn, user, device).await?;
    Ok(before.into_iter().chain(at_present).min())
}

/// Whether the account knows a browser.
pub(super) async fn is_known(
    s: &Services,
    conn: &Connection,
    user: &User,
    device: &DeviceCookie,
) -> Result<bool> {
    let at_present = known_since(s, user, present(user), device);
    Ok(at_present.is_some() || known_before(s, conn, user, device).await?.is_some())
}

/// The same as [`known_for`], under a former address.
async fn known_before(
    s: &Services,
    conn: &Connection,
    user: &User,
    device: &DeviceCookie,
) -> Result<Option<DateTime<Utc>>> {
    if *device == DeviceCookie::default() {
        return Ok(None);
    }
    let former = db::accounts::email_changes::former(conn, user.id).await?;
    let since = former.iter().filter_map(|former| {
        let held = (former.email_canonical.as_str(), former.held_since);
        let since = known_since(s, user, held, device)?;
        (since <= former.replaced_at).then_some(since)
    });
    Ok(since.min())
}

/// Returns the device cookie with this user's entry, after a sign-in. An entry made with the current credentials is
/// kept, together with its count of failed attempts; otherwise a new entry is made.
pub fn remember_browser(s: &Services, device: &DeviceCookie, user: &User) -> DeviceCookie {
    let (key, random) = (&s.account_throttle.device_key, s.random.as_ref());
    let (address, earliest) = (&user.email_canonical, user.credentials_since());
    let first = known_since(s, user, present(user), device);
    device.still_knowing(key, address, earliest, first, s.now(), random)
}

/// Returns the device cookie with a new entry for this user, after a link in a mail was used. Its count of failed
/// attempts begins at zero.
pub fn renew_known_browser(s: &Services, device: &DeviceCookie, user: &User) -> DeviceCookie {
    let (key, random) = (&s.account_throttle.device_key, s.random.as_ref());
    // The clocks of nodes differ. The entry must not be older than the current credentials.
    let since = s.now().max(user.credentials_since());
    let first = known_since(s, user, present(user), device).unwrap_or(since);
    let times = Times { since, first };
    device.knowing(key, &user.email_canonical, times, random)
}
