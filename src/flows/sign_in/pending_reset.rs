//! A new password that waits for the code of a second factor.
//!
//! The link of a mail proves one factor. If a second one is enrolled, nothing changes before its code: the
//! pending sign-in itself contains the sealed hash of the new password. It is valid as long as that token:
//! five minutes, once, and not after a rise of `rev`. The link is used up together with it, so that a user
//! who mistypes a code can start again from the same mail.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::{
    db::{self, Transaction, accounts::credentials::PasswordHash},
    domain::{
        accounts::user::User,
        audit::Client,
        clock::from_millis,
        secrets::sealing::Place,
        session::EndReason,
        token::{Claims, Extra, Purpose},
    },
    flows::{
        FlowError, PendingSignIn, Result, Services,
        accounts::set_password::{NewPassword, set_password_by_mail},
        sessions::tokens::{Waiting, pending_sign_in},
    },
};

/// The sealed content.
#[derive(Serialize, Deserialize)]
struct Sealed {
    phc: String,
    breach_checked_ms: Option<i64>,
    /// `jti` and expiry of the link.
    link: String,
    link_expires_ms: i64,
}

/// A new password, and the link that it came from.
#[derive(Debug)]
pub struct PendingReset {
    hash: PasswordHash,
    link: Claims,
}

fn place(user: &User) -> Place {
    Place {
        table: "login_mfa",
        row: user.id,
        column: "reset",
    }
}

/// The pending sign-in whose code completes a reset by this link.
pub fn pending_reset(
    s: &Services,
    user: &User,
    hash: PasswordHash,
    link: &Claims,
) -> Result<PendingSignIn> {
    let waiting = Sealed {
        phc: hash.phc,
        breach_checked_ms: hash.breach_checked_at.map(|at| at.timestamp_millis()),
        link: link.token_id.clone(),
        link_expires_ms: link.expires_at.timestamp_millis(),
    };
    let plain = serde_json::to_vec(&waiting)
        .map_err(|_| FlowError::Inconsistent("a pending reset cannot be written"))?;
    let sealed = s.ring.seal(s.random.as_ref(), place(user), &plain)?;
    let waiting = Waiting::Reset(BASE64URL_NOPAD.encode(&sealed));
    pending_sign_in(s, user, user.revocation_id, waiting)
}

/// The reset that a pending sign-in completes, if there is one. An error means that its key is no longer
/// in the ring, so the sign-in must start over.
pub fn open_reset(
    s: &Services,
    claims: &Claims,
    user: &User,
) -> std::result::Result<Option<PendingReset>, ()> {
    let Some(text) = &claims.extra.reset else {
        return Ok(None);
    };
    let sealed = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| ())?;
    let plain = s.ring.open(place(user), &sealed).map_err(|_| ())?;
    let waiting: Sealed = serde_json::from_slice(&plain).map_err(|_| ())?;
    Ok(Some(PendingReset {
        hash: PasswordHash {
            phc: waiting.phc,
            breach_checked_at: waiting.breach_checked_ms.map(from_millis),
        },
        link: Claims {
            purpose: Purpose::PasswordReset,
            token_id: waiting.link,
            expires_at: from_millis(waiting.link_expires_ms),
            extra: Extra::default(),
            ..claims.clone()
        },
    }))
}

/// Completes a reset, in the transaction that accepted the code: uses the link up, sets the password and
/// ends every session. Returns the user afterwards; `None` if the link has been used in the meantime.
pub async fn complete_reset(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    reset: &PendingReset,
    client: &Client,
) -> Result<Option<User>> {
    if !db::sessions::revoked_tokens::insert(tx, &reset.link).await? {
        return Ok(None);
    }
    let change = NewPassword {
        user,
        hash: &reset.hash,
        reason: EndReason::PasswordReset,
        client,
    };
    set_password_by_mail(s, tx, change).await
}
