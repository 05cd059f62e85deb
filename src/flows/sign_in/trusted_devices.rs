//! Trusted browsers: after the right password, they are not asked for a code.
//!
//! Trust belongs to a user and a browser. It lasts 30 days, and ends with everything that raises the
//! user's `revocation_id`: a change of password or second factor, signing out everywhere, a replay. It
//! replaces only the code, never the password, and does not count as reauthentication.

use chrono::TimeDelta;
use ipnet::IpNet;
use uuid::Uuid;

use crate::{
    db::{
        self, Transaction,
        sign_in::trusted_devices::{NewTrusted, Use},
    },
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        secrets::random,
        sign_in::device::DeviceCookie,
        user_agent::Device,
    },
    flows::{
        Result, Services,
        audit::record::{Actor, record_each, record_own},
        authenticators::proof::Proven,
        mail::notify::notify,
        sessions::{Listed, Outcome, authenticate::Authenticated, still_lives},
    },
    mail::Message,
};

/// How long a browser is trusted.
const TRUSTED_FOR: TimeDelta = TimeDelta::days(30);
/// The most browsers that a user trusts. Beyond that, the trust in the least recently used one ends.
const TRUSTED_PER_USER: i64 = 25;

/// The browsers that a user trusts, the last used first. `device` is the cookie of the browser that sent
/// the request.
pub(in crate::flows) async fn list(
    s: &Services,
    who: &Authenticated,
    device: &DeviceCookie,
) -> Result<Vec<Listed>> {
    let shared = s.db.shared().await?;
    let rows =
        db::sign_in::trusted_devices::living_of(&shared, who.user().id, s.now(), TRUSTED_PER_USER)
            .await?;
    let own = device.hashes();
    let listed = rows.into_iter().map(|row| Listed {
        id: row.id,
        device: Device::of(row.user_agent.as_deref().unwrap_or_default()),
        ip: row.ip.map(|network| network.addr()),
        created_at: row.created_at,
        last_seen_at: row.last_used_at,
        expires_at: row.expires_at,
        is_this: own.contains(&row.secret_hash),
    });
    Ok(listed.collect())
}

/// Ends the trust in one browser. Its sessions continue.
pub async fn revoke(s: &Services, proven: &Proven, id: Uuid, client: &Client) -> Result<Outcome> {
    let who = proven.who();
    let user = who.user();
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Outcome::Overtaken);
        }
        let rev = user.revocation_id;
        if !db::sign_in::trusted_devices::delete(tx, id, user.id, rev, s.now()).await? {
            return Ok(Outcome::NotFound);
        }
        let event = Event::TrustedDeviceRevoked { device: id };
        record_own(s, tx, event, user.id, who.session_id, client).await?;
        Ok(Outcome::Revoked)
    })
    .await
}

/// Whether the browser needs no code, in a transaction that has locked the user at the `rev` of the right
/// password.
pub(super) async fn is_trusted(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    device: &DeviceCookie,
    client: &Client,
) -> Result<bool> {
    let hashes = device.hashes();
    if hashes.is_empty() {
        return Ok(false);
    }
    // The list shows this many: a browser that it does not show is not trusted any more.
    distrust_past_limit(s, tx, user.id, TRUSTED_PER_USER, client).await?;
    let sign_in = Use {
        user_id: user.id,
        rev: user.revocation_id,
        secret_hashes: &hashes,
        at: s.now(),
        ip: IpNet::from(client.ip),
        user_agent: client.user_agent.as_deref(),
    };
    Ok(db::sign_in::trusted_devices::note_use(tx, &sign_in).await?)
}

/// Ends the trust in every browser except the one with this cookie, in a transaction that has locked the
/// user.
pub(in crate::flows) async fn distrust_others(
    s: &Services,
    tx: &Transaction<'_>,
    who: &Authenticated,
    device: &DeviceCookie,
    client: &Client,
) -> Result<()> {
    let user_id = who.user().id;
    let ended = db::sign_in::trusted_devices::delete_others(tx, user_id, &device.hashes()).await?;
    note_distrusted(s, tx, &ended, user_id, who.session_id, client).await
}

/// Ends the trust in the browsers beyond the `most` last used, in a transaction that has locked the user.
async fn distrust_past_limit(
    s: &Services,
    tx: &Transaction<'_>,
    user_id: Uuid,
    most: i64,
    client: &Client,
) -> Result<()> {
    let ended = db::sign_in::trusted_devices::forget_past(tx, user_id, most).await?;
    note_distrusted(s, tx, &ended, user_id, None, client).await
}

async fn note_distrusted(
    s: &Services,
    tx: &Transaction<'_>,
    ended: &[Uuid],
    user_id: Uuid,
    session_id: Option<Uuid>,
    client: &Client,
) -> Result<()> {
    let actor = Actor::user(user_id, session_id, client);
    let revoked = |device| {
        let event = Event::TrustedDeviceRevoked { device };
        (event, Subject::User(user_id))
    };
    record_each(s, tx, ended, actor, revoked).await
}

/// Trusts a browser, within a transaction that holds the user, and notifies its owner. Returns the
/// browser's new cookie. The secret is always new, so that one planted before is of no use.
pub(super) async fn trust_browser(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    before: &DeviceCookie,
    session_id: Uuid,
    client: &Client,
) -> Result<DeviceCookie> {
    let dropped = db::sign_in::trusted_devices::forget(tx, user.id, &before.hashes()).await?;
    distrust_past_limit(s, tx, user.id, TRUSTED_PER_USER - 1, client).await?;
    let (cookie, hash) = before.renewed(&dropped, s.random.as_ref());
    let now = s.now();
    let id = random::id(s.random.as_ref());
    let new = NewTrusted {
        id,
        user_id: user.id,
        secret_hash: &hash,
        rev: user.revocation_id,
        created_at: now,
        expires_at: now + TRUSTED_FOR,
        last_used_at: now,
        ip: Some(IpNet::from(client.ip)),
        user_agent: client.user_agent.as_deref(),
    };
    db::sign_in::trusted_devices::insert(tx, &new).await?;
    let event = Event::DeviceTrusted { device: id };
    record_own(s, tx, event, user.id, Some(session_id), client).await?;
    notify(s, tx, user, client, |notice| Message::BrowserTrusted {
        notice,
    })
    .await?;
    Ok(cookie)
}
