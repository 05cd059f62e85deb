//! The sealed secret of an authenticator, and the steps that are taken on the strength of it.
//!
//! A step is accepted only while the secret is the one that the code was checked against.
//! `vestibule keys rotate` may seal that same secret again in between; it is looked at once more then.

use crate::{
    db::{self, Tx},
    domain::{accounts::user::User, authenticators::totp::TotpSecret, secrets::sealing::Place},
    flows::{FlowError, Result, Services},
};

/// Where a sealed TOTP secret stands.
pub(in crate::flows) fn place_of_secret(user: &User) -> Place {
    Place {
        table: "totp_authenticators",
        row: user.id,
        column: "secret",
    }
}

impl Services {
    /// Opens a user's sealed TOTP secret.
    pub(in crate::flows) fn open_totp_secret(
        &self,
        user: &User,
        sealed: &[u8],
    ) -> Result<TotpSecret> {
        let bytes = self.ring.open(place_of_secret(user), sealed)?;
        TotpSecret::from_bytes(&bytes)
            .ok_or(FlowError::Inconsistent("a TOTP secret has not 20 bytes"))
    }

    /// Accepts a step, once; `read` is the sealed secret that the code was checked against.
    pub(in crate::flows) async fn accept_step(
        &self,
        tx: &Tx,
        user: &User,
        read: &[u8],
        step: i64,
    ) -> Result<bool> {
        if db::authenticators::totp::accept_step(tx, user.id, read, step).await? {
            return Ok(true);
        }
        match self.sealed_anew(tx, user, read).await? {
            Some(secret) => {
                Ok(db::authenticators::totp::accept_step(tx, user.id, &secret, step).await?)
            }
            None => Ok(false),
        }
    }

    /// Confirms an enrolment by the code of a step; `read` as above.
    pub(in crate::flows) async fn confirm_enrolment(
        &self,
        tx: &Tx,
        user: &User,
        read: &[u8],
        step: i64,
    ) -> Result<bool> {
        let now = self.now();
        if db::authenticators::totp::confirm(tx, user.id, read, step, now).await? {
            return Ok(true);
        }
        match self.sealed_anew(tx, user, read).await? {
            Some(secret) => {
                Ok(db::authenticators::totp::confirm(tx, user.id, &secret, step, now).await?)
            }
            None => Ok(false),
        }
    }

    /// The sealed secret as it stands now, and stays until the transaction ends, where it is the one
    /// that was read under another key; `None` where it is another secret, or unchanged, or gone.
    async fn sealed_anew(&self, tx: &Tx, user: &User, read: &[u8]) -> Result<Option<Vec<u8>>> {
        let found = db::authenticators::totp::hold(tx, user.id).await?;
        let Some(row) = found.filter(|row| row.secret != read) else {
            return Ok(None);
        };
        let now = self.open_totp_secret(user, &row.secret)?;
        let then = self.open_totp_secret(user, read)?;
        Ok((now == then).then_some(row.secret))
    }
}
