//! Noting a security event, with the account as it was just before, for the link in its mail. `not_me` uses them.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    db::{
        self, Connection, Transaction,
        accounts::undo_points::{NewPoint, Point},
        authenticators::passkeys::PasskeyRow,
        upkeep::sealed::SealedColumn,
    },
    domain::{
        accounts::{
            undo::{Change, KNOWN_FOR},
            user::User,
        },
        authenticators::{backup_code::StoredCode, totp::TotpSecret},
        secrets::random,
        token::Purpose,
        user_agent::short_name,
    },
    flows::{
        FlowError, Result, Services, authenticators::totp_code::open_secret, mail::outbox::Cause,
        sessions::tokens::undo_token, sign_in::known_browser::known_for,
    },
    mail::Message,
};

/// An account just before an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) email: String,
    pub(super) email_canonical: String,
    pub(super) email_verified_at: Option<DateTime<Utc>>,
    pub(super) verified_by_file: bool,
    /// PHC string.
    pub(super) password_hash: Secret,
    pub(super) factor: Option<Factor>,
    /// The subject of the mail.
    pub(super) subject: String,
    /// What caused the event; `None` for an admin.
    pub(super) browser: Option<String>,
    pub(super) ip: Option<IpAddr>,
}

impl Account {
    /// Whether the owner of the mailbox had proven it.
    pub(super) fn mailbox_proven(&self) -> bool {
        self.email_verified_at.is_some() && !self.verified_by_file
    }
}

/// The second factors of an account. Versions that know only the authenticator app cannot read one without it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Factor {
    #[serde(flatten)]
    pub(super) totp: Option<Totp>,
    #[serde(default)]
    pub(super) passkeys: Vec<PasskeyRow>,
    #[serde(default)]
    pub(super) phone: Option<Phone>,
    /// The MAC and the key id of each backup code that was left.
    codes: Vec<(Vec<u8>, String)>,
}

/// An authenticator app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Totp {
    secret: Secret<[u8; 20]>,
    pub(super) last_step: i64,
    pub(super) refused_steps: Vec<i64>,
    pub(super) confirmed_at: Option<DateTime<Utc>>,
}

/// A phone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Phone {
    /// In E.164.
    pub(super) number: Secret,
    pub(super) created_at: DateTime<Utc>,
    pub(super) confirmed_at: Option<DateTime<Utc>>,
}

impl Totp {
    pub(super) fn secret(&self) -> Result<TotpSecret> {
        TotpSecret::from_bytes(&self.secret.0)
            .ok_or(FlowError::Inconsistent("a TOTP secret has not 20 bytes"))
    }
}

impl Factor {
    pub(super) fn codes(&self) -> Vec<StoredCode> {
        let stored = self.codes.iter().cloned();
        stored
            .map(|(mac, key_id)| StoredCode { mac, key_id })
            .collect()
    }
}

/// A part of an account that is not shown.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Secret<T = String>(pub(super) T);

impl<T> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// An account before an event that changes it.
#[derive(Debug, Clone)]
pub struct Before {
    user: User,
    account: Account,
}

/// Reads the account before a change. `user` is as it is before.
pub(in crate::flows) async fn before(
    s: &Services,
    conn: &Connection,
    user: &User,
) -> Result<Before> {
    let hash = db::accounts::undo_points::password_hash(conn, user.id).await?;
    let factor = if user.factors.any() {
        Some(factor_of(s, conn, user).await?)
    } else {
        None
    };
    Ok(Before {
        user: user.clone(),
        account: Account {
            email: user.email.clone(),
            email_canonical: user.email_canonical.clone(),
            email_verified_at: user.email_verified_at,
            verified_by_file: user.verified_by_file,
            password_hash: Secret(hash.unwrap_or_default()),
            factor,
            subject: String::new(),
            browser: None,
            ip: None,
        },
    })
}

async fn factor_of(s: &Services, conn: &Connection, user: &User) -> Result<Factor> {
    let codes = db::authenticators::backup_codes::unused(conn, user.id).await?;
    Ok(Factor {
        totp: totp_of(s, conn, user).await?,
        passkeys: db::authenticators::passkeys::all(conn, user.id).await?,
        phone: phone_of(s, conn, user).await?,
        codes: codes
            .into_iter()
            .map(|code| (code.mac, code.key_id))
            .collect(),
    })
}

async fn totp_of(s: &Services, conn: &Connection, user: &User) -> Result<Option<Totp>> {
    let row = db::authenticators::totp::find(conn, user.id).await?;
    let Some(row) = row.filter(|row| row.confirmed_at.is_some()) else {
        return Ok(None);
    };
    let secret = open_secret(s, user, &row.secret)?;
    Ok(Some(Totp {
        secret: Secret(secret.expose().try_into().unwrap_or_default()),
        last_step: row.last_step,
        refused_steps: row.refused_steps,
        confirmed_at: row.confirmed_at,
    }))
}

/// The confirmed phone of a user.
pub(super) async fn phone_of(
    s: &Services,
    conn: &Connection,
    user: &User,
) -> Result<Option<Phone>> {
    let held = phone_held(s, conn, user).await?;
    Ok(held.filter(|phone| phone.confirmed_at.is_some()))
}

/// The phone of a user, confirmed or not.
pub(super) async fn phone_held(
    s: &Services,
    conn: &Connection,
    user: &User,
) -> Result<Option<Phone>> {
    let Some(row) = db::authenticators::phones::find(conn, user.id).await? else {
        return Ok(None);
    };
    let number = s
        .ring
        .open(SealedColumn::PHONES.place(user.id), &row.number)?;
    let number = String::from_utf8(Vec::clone(&number))
        .map_err(|_| FlowError::Inconsistent("a phone number is no text"))?;
    Ok(Some(Phone {
        number: Secret(number),
        created_at: row.created_at,
        confirmed_at: row.confirmed_at,
    }))
}

/// Notes an event that this message is about. Returns its id, which its links carry.
pub(in crate::flows) async fn note(
    s: &Services,
    tx: &Transaction<'_>,
    before: &Before,
    change: Change,
    message: &Message,
    cause: Cause<'_>,
) -> Result<Uuid> {
    let (id, now) = (random::id(s.random.as_ref()), s.now());
    let mut account = before.account.clone();
    account.subject = message.subject(&s.site.mail);
    let by_known_browser = match cause {
        Cause::Client(client) => {
            account.browser = client.user_agent.as_deref().map(short_name);
            account.ip = Some(client.ip);
            let since = known_for(s, tx, &before.user, &client.device).await?;
            since.is_some_and(|since| since <= now - KNOWN_FOR)
        }
        Cause::Admin => true,
    };
    let plain = serde_json::to_vec(&account)
        .map_err(|_| FlowError::Inconsistent("an account cannot be written"))?;
    let place = SealedColumn::UNDO_POINTS.place(id);
    let sealed = s.ring.seal(s.random.as_ref(), place, &plain)?;
    let point = NewPoint {
        id,
        user_id: before.user.id,
        kind: message.kind(),
        change: change.as_str(),
        by_known_browser,
        happened_at: now,
        expires_at: now + s.tokens.policy().lifetime(Purpose::Undo),
        sealed: &sealed,
    };
    db::accounts::undo_points::insert(tx, &point).await?;
    Ok(id)
}

/// The link of an event, for a mail to this user's address.
pub(in crate::flows) fn link(s: &Services, to: &User, event: Uuid) -> Result<String> {
    let token = undo_token(s, to, event, &to.email_canonical)?;
    Ok(s.site.token_link("/not-me", &token))
}

/// The account before an event.
pub(super) fn open(s: &Services, id: Uuid, sealed: &[u8]) -> Result<Account> {
    let plain = s.ring.open(SealedColumn::UNDO_POINTS.place(id), sealed)?;
    serde_json::from_slice(&plain)
        .map_err(|_| FlowError::Inconsistent("an account before an event cannot be read"))
}

/// The account before the event of a link.
pub(super) fn account_before(s: &Services, point: &Point) -> Result<Account> {
    open(s, point.id, &point.sealed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn accounts_that_earlier_versions_wrote_can_be_read() {
        let earlier = json!({
            "secret": vec![7; 20], "last_step": 4, "refused_steps": [9], "confirmed_at": "2026-01-31T09:30:00Z",
            "codes": [[[1, 2, 3], "k1"]],
        });
        let factor: Factor = serde_json::from_value(earlier.clone()).unwrap();
        let app = factor.totp.as_ref().unwrap();
        assert_eq!((app.last_step, app.refused_steps.as_slice()), (4, &[9][..]));
        assert_eq!(factor.codes().len(), 1);
        assert!(factor.passkeys.is_empty() && factor.phone.is_none());
        // Their members are where they look for them, and without an app they find none.
        let mut written = serde_json::to_value(&factor).unwrap();
        for (member, value) in earlier.as_object().unwrap() {
            assert_eq!(&written[member], value, "{member}");
        }
        let without = Factor {
            totp: None,
            ..factor
        };
        written = serde_json::to_value(&without).unwrap();
        assert!(written.get("secret").is_none());
        let read: Factor = serde_json::from_value(written).unwrap();
        assert!(read.totp.is_none());
    }
}
