//! The passkeys of a user: making, listing, renaming and removing them.

pub(in crate::flows) mod answer;
pub mod challenge;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    factors::{Added, Change},
    proof::FactorProven,
};
use crate::{
    db::{self, authenticators::passkeys::PasskeyRow},
    domain::{
        accounts::user::User,
        audit::{Client, Event},
        authenticators::{
            factors::Kind,
            passkey::{MOST_PER_USER, PasskeyName},
        },
        secrets::{random, secret::SecretString},
        sign_in::attempts::Pause,
        user_agent::Device,
    },
    flows::{
        FlowError, InputFaults, Result, Services, TokenPair, Undone,
        audit::{pace::too_soon, record::record_own},
        flood_limits::Throttled,
        sessions::{authenticate::Authenticated, still_lives},
    },
    webauthn::{Credential, Owner, Refusal, Webauthn},
};
use answer::methods_of;
use challenge::{Challenge, Purpose, seal};

/// Changes of names in an hour. Each is a row of the audit log.
pub const RENAMES_AN_HOUR: i64 = 60;
/// Passkeys that are added in an hour, and as many that are removed. Each keeps a copy of all of them for a link in a mail.
pub const CHANGES_AN_HOUR: i64 = 50;

/// A passkey in its owner's list.
#[derive(Debug, Clone)]
pub struct Passkey {
    pub id: Uuid,
    /// For the browser, which may have to forget or rename it.
    pub credential_id: Vec<u8>,
    pub name: String,
    pub created_at: DateTime<Utc>,
    /// What made it.
    pub created_by: Option<Device>,
    pub last_used_at: Option<DateTime<Utc>>,
    /// What used it last.
    pub last_used_by: Option<Device>,
    /// Whether it has been copied to other devices, as far as is known; else it is bound to one.
    pub synced: bool,
}

impl From<PasskeyRow> for Passkey {
    fn from(row: PasskeyRow) -> Self {
        let device = |user_agent: Option<String>| user_agent.as_deref().map(Device::of);
        Self {
            id: row.id,
            credential_id: row.credential_id,
            name: row.name,
            created_at: row.created_at,
            created_by: device(row.created_by),
            last_used_at: row.last_used_at,
            last_used_by: device(row.last_used_by),
            synced: row.synced,
        }
    }
}

/// Why an act on passkeys was refused.
#[derive(Debug)]
pub enum Refused {
    /// The user has no such passkey.
    NotFound,
    /// A second factor needs a verified address.
    EmailUnverified,
    /// The account is frozen until then.
    Frozen(DateTime<Utc>),
    /// The user has as many as can be kept.
    TooMany,
    /// The challenge has expired, was used, or was made for something else.
    Expired,
    /// The browser's answer is not right.
    Wrong(Refusal),
    /// Some account has this passkey already.
    Known,
    /// The name cannot be used.
    Invalid(InputFaults),
    Throttled(Pause),
    /// The account changed at the same moment: nothing was done.
    Overtaken,
}

/// Why this user cannot add a passkey.
fn refusal(s: &Services, user: &User) -> Option<Refused> {
    if let Some(until) = user.frozen(s.now()) {
        return Some(Refused::Frozen(until));
    }
    (!user.mailbox_proven()).then_some(Refused::EmailUnverified)
}

/// The relying party. A site without passkeys has no route that leads here.
pub(in crate::flows) fn webauthn(s: &Services) -> Result<&Webauthn> {
    let party = s.webauthn.as_ref();
    party.ok_or(FlowError::Inconsistent("this site has no passkeys"))
}

/// The passkeys of a user, the oldest first.
pub async fn list(s: &Services, user: &User) -> Result<Vec<Passkey>> {
    let shared = s.db.shared().await?;
    let rows = db::authenticators::passkeys::all(&shared, user.id).await?;
    Ok(rows.into_iter().map(Passkey::from).collect())
}

/// Whether a link in a mail may still put a removed passkey of this user back. Until then, only the browser in which it
/// was removed is told to forget it: if a stranger removed it, the owner's browser must still have it.
pub async fn may_come_back(s: &Services, user: Uuid) -> Result<bool> {
    let shared = s.db.shared().await?;
    Ok(db::accounts::undo_points::may_return_factor(&shared, user, s.now()).await?)
}

/// The credentials of a user, for the options of a browser.
pub(in crate::flows) async fn credentials(s: &Services, user: &User) -> Result<Vec<Credential>> {
    let shared = s.db.shared().await?;
    let rows = db::authenticators::passkeys::all(&shared, user.id).await?;
    Ok(rows.into_iter().map(answer::credential).collect())
}

/// The options for a new passkey.
pub async fn options(s: &Services, proven: &FactorProven) -> Result<Result<Challenge, Refused>> {
    let who = proven.who();
    let user = who.user();
    if let Some(refused) = refusal(s, user) {
        return Ok(Err(refused));
    }
    let present = credentials(s, user).await?;
    if present.len() >= MOST_PER_USER {
        return Ok(Err(Refused::TooMany));
    }
    let owner = Owner {
        id: user.id,
        email: &user.email,
        name: user.name(),
    };
    let asked = webauthn(s)?.creation(owner, &present)?;
    Ok(Ok(seal(s, asked, Purpose::create(who), None)?))
}

/// A browser's answer to the options for a new passkey.
#[derive(Debug)]
pub struct New {
    pub challenge: SecretString,
    /// `PublicKeyCredential.toJSON()`.
    pub credential: Value,
    /// Blank for the name of the browser.
    pub name: String,
}

/// A passkey that was added.
#[derive(Debug)]
pub struct Made {
    pub passkey: Passkey,
    pub added: Added,
}

/// Adds a passkey. Every other session ends.
pub async fn create(
    s: &Services,
    proven: &FactorProven,
    new: &New,
    client: &Client,
) -> Result<Result<Made, Refused>> {
    let who = proven.who();
    let user = who.user();
    // Checked again: the options may be older than a freeze.
    if let Some(refused) = refusal(s, user) {
        return Ok(Err(refused));
    }
    let name = match named(&new.name) {
        Ok(Some(name)) => name,
        Ok(None) => PasskeyName::of_browser(&browser(client)),
        Err(faults) => return Ok(Err(Refused::Invalid(faults))),
    };
    let Some(opened) = challenge::open(s, &new.challenge, Purpose::create(who)) else {
        return Ok(Err(Refused::Expired));
    };
    let made = match webauthn(s)?.made(&opened.state, &new.credential)? {
        Ok(made) => made,
        Err(why) => return Ok(Err(Refused::Wrong(why))),
    };
    let methods = methods_of(made.backup_eligible);
    let row = row_of(s, made, &name, client);
    let added = s.db.transaction(async |tx| {
        let Some(change) = Change::begin(s, tx, who, client).await? else {
            return Err(Undone::As(Refused::Overtaken));
        };
        let event = Event::PasskeyAdded { passkey: row.id };
        if let Some(Throttled(wait)) = too_soon(s, tx, user.id, &event, CHANGES_AN_HOUR).await? {
            return Err(Undone::As(Refused::Throttled(wait)));
        }
        if !challenge::use_up(tx, &opened).await? {
            return Err(Undone::As(Refused::Expired));
        }
        let passkeys = db::authenticators::passkeys::all(tx, user.id).await?;
        if passkeys.len() >= MOST_PER_USER {
            return Err(Undone::As(Refused::TooMany));
        }
        if !db::authenticators::passkeys::insert(tx, user.id, &row).await? {
            return Err(Undone::As(Refused::Known));
        }
        Ok(change.added(Kind::Passkey, methods, event).await?)
    });
    match added.await {
        Ok(added) => Ok(Ok(Made {
            passkey: row.into(),
            added,
        })),
        Err(undone) => Ok(Err(undone.outcome()?)),
    }
}

fn row_of(s: &Services, made: Credential, name: &PasskeyName, client: &Client) -> PasskeyRow {
    PasskeyRow {
        id: random::id(s.random.as_ref()),
        credential_id: made.id,
        credential: made.key,
        counter: i64::from(made.counter),
        backup_eligible: made.backup_eligible,
        synced: made.synced,
        name: name.as_str().to_owned(),
        created_at: s.now(),
        last_used_at: None,
        created_by: client.user_agent.clone(),
        last_used_by: None,
    }
}

fn named(typed: &str) -> Result<Option<PasskeyName>, InputFaults> {
    PasskeyName::parse(typed).map_err(|why| InputFaults::one("name", &why))
}

fn browser(client: &Client) -> String {
    // Programs have no name that would say anything.
    let device = client.user_agent.as_deref().map(Device::of);
    let known = device.filter(|device| *device != Device::default());
    known.map(|device| device.to_string()).unwrap_or_default()
}

/// Gives a passkey another name. Returns the passkey.
pub async fn rename(
    s: &Services,
    who: &Authenticated,
    id: Uuid,
    name: &str,
    client: &Client,
) -> Result<Result<Passkey, Refused>> {
    let name = match named(name) {
        Ok(Some(name)) => name,
        Ok(None) => {
            let blank = InputFaults::one("name", &"This field is blank.");
            return Ok(Err(Refused::Invalid(blank)));
        }
        Err(faults) => return Ok(Err(Refused::Invalid(faults))),
    };
    let user = who.user();
    if let Some(until) = user.frozen(s.now()) {
        return Ok(Err(Refused::Frozen(until)));
    }
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
        let event = Event::PasskeyRenamed { passkey: id };
        if let Some(Throttled(wait)) = too_soon(s, tx, user.id, &event, RENAMES_AN_HOUR).await? {
            return Ok(Err(Refused::Throttled(wait)));
        }
        let renamed = db::authenticators::passkeys::rename(tx, user.id, id, name.as_str());
        let Some(row) = renamed.await? else {
            return Ok(Err(Refused::NotFound));
        };
        record_own(s, tx, event, user.id, who.session_id, client).await?;
        Ok(Ok(row.into()))
    })
    .await
}

/// Removes a passkey. Every other session ends. Returns the new pair of this one; `None` if it has ended.
pub async fn remove(
    s: &Services,
    proven: &FactorProven,
    id: Uuid,
    client: &Client,
) -> Result<Result<Option<TokenPair>, Refused>> {
    let who = proven.who();
    if let Some(until) = who.user().frozen(s.now()) {
        return Ok(Err(Refused::Frozen(until)));
    }
    s.db.transaction(async |tx| {
        let Some(change) = Change::begin(s, tx, who, client).await? else {
            return Ok(Err(Refused::Overtaken));
        };
        let (user, event) = (who.user(), Event::PasskeyRemoved { passkey: id });
        if let Some(Throttled(wait)) = too_soon(s, tx, user.id, &event, CHANGES_AN_HOUR).await? {
            return Ok(Err(Refused::Throttled(wait)));
        }
        if !db::authenticators::passkeys::delete(tx, user.id, id).await? {
            return Ok(Err(Refused::NotFound));
        }
        Ok(Ok(change.removed(Kind::Passkey, event).await?))
    })
    .await
}
