//! Challenges for passkeys. A challenge is not stored: the caller gets it back sealed, and sends it with the answer.
//!
//! ```text
//!   asked ──sealed for one purpose──> client ──with the answer──> opened ──used up, once──> done
//!                                                                  │
//!                                        expired, used, or for another purpose, user or session: dead
//! ```
//!
//! So asking writes nothing, however often a stranger asks. Using a challenge up writes one row to the revocation list,
//! which decides between nodes, until the challenge would have expired.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    db::{self, Transaction},
    domain::{
        authenticators::passkey::CHALLENGE_LIFETIME,
        clock::from_millis,
        secrets::{random, sealing::Place, secret::SecretString},
    },
    flows::{FlowError, Result, Services, sessions::authenticate::Authenticated},
    webauthn::Asked,
};

/// The longest token. The largest one has a pending sign-in with a new password.
const MAX_TOKEN: usize = 8192;

/// What the answer to a challenge may do. A challenge for one purpose is dead for every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flows) enum Purpose {
    /// Adds a passkey to a user, in this session.
    Create(Uuid, Option<Uuid>),
    /// Reauthenticates a user in this session.
    Reauthenticate(Uuid, Option<Uuid>),
    /// Signs in, alone or as the second step.
    SignIn,
}

impl Purpose {
    /// To add a passkey in this session.
    pub(in crate::flows) fn create(who: &Authenticated) -> Self {
        Self::Create(who.user().id, who.session_id)
    }

    /// To reauthenticate in this session.
    pub(in crate::flows) fn reauthenticate(who: &Authenticated) -> Self {
        Self::Reauthenticate(who.user().id, who.session_id)
    }

    fn session(self) -> Option<Uuid> {
        match self {
            Self::Create(_, session) | Self::Reauthenticate(_, session) => session,
            Self::SignIn => None,
        }
    }

    fn place(self) -> Place {
        let (row, column) = match self {
            Self::Create(user, _) => (user, "create"),
            Self::Reauthenticate(user, _) => (user, "reauthenticate"),
            Self::SignIn => (Uuid::nil(), "sign_in"),
        };
        Place {
            table: "passkey_challenges",
            row,
            column,
        }
    }
}

/// The sealed content.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    id: String,
    expires_ms: i64,
    session: Option<Uuid>,
    /// The `login_mfa` token of the sign-in whose second step this is.
    pending: Option<String>,
    state: Value,
}

/// What a client gets.
#[derive(Debug)]
pub struct Challenge {
    /// Sent back with the answer.
    pub token: SecretString,
    /// For `navigator.credentials`.
    pub public_key: Value,
}

/// A challenge that came back in time.
#[derive(Debug)]
pub(in crate::flows) struct Opened {
    id: String,
    /// When it was asked for.
    pub(in crate::flows) asked_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// The `login_mfa` token of the sign-in whose second step this is.
    pub(in crate::flows) pending: Option<SecretString>,
    /// What the answer is compared with.
    pub(in crate::flows) state: Value,
}

/// Seals a challenge for one purpose.
pub(in crate::flows) fn seal(
    s: &Services,
    asked: Asked,
    purpose: Purpose,
    pending: Option<&SecretString>,
) -> Result<Challenge> {
    let content = Sealed {
        id: random::token_id(s.random.as_ref()),
        expires_ms: (s.now() + CHALLENGE_LIFETIME).timestamp_millis(),
        session: purpose.session(),
        pending: pending.map(|token| token.expose().to_owned()),
        state: asked.state,
    };
    let plain = serde_json::to_vec(&content)
        .map_err(|_| FlowError::Inconsistent("a challenge cannot be written"))?;
    let sealed = s.ring.seal(s.random.as_ref(), purpose.place(), &plain)?;
    Ok(Challenge {
        token: SecretString::from(BASE64URL_NOPAD.encode(&sealed)),
        public_key: asked.public_key,
    })
}

/// Opens a challenge; `None` if it has expired or was made for another purpose. Whether it was used, [`use_up`] decides.
pub(in crate::flows) fn open(
    s: &Services,
    token: &SecretString,
    purpose: Purpose,
) -> Option<Opened> {
    let text = token.expose();
    if text.len() > MAX_TOKEN {
        return None;
    }
    let sealed = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let plain = s.ring.open(purpose.place(), &sealed).ok()?;
    let content: Sealed = serde_json::from_slice(&plain).ok()?;
    let expires_at = from_millis(content.expires_ms);
    let is_ours = content.session == purpose.session() && s.now() < expires_at;
    is_ours.then(|| Opened {
        id: content.id,
        asked_at: expires_at - CHALLENGE_LIFETIME,
        expires_at,
        pending: content.pending.map(SecretString::from),
        state: content.state,
    })
}

/// Uses a challenge up; `false` if it was used before, on whichever node.
pub(in crate::flows) async fn use_up(tx: &Transaction<'_>, opened: &Opened) -> Result<bool> {
    let (id, expires_at) = (&opened.id, opened.expires_at);
    Ok(db::sessions::revoked_tokens::use_up(tx, id, expires_at).await?)
}
