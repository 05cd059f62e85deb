//! Putting the address and the second factor back, in the transaction that uses the link.

use super::{Outcome, Reporting, Steps, account_at, proof::CodeKind};
use crate::{
    db::{self, Transaction, accounts::freezes::PutBack, authenticators::totp::TotpRow},
    domain::{
        accounts::{
            undo::{Plan, is_undone},
            user::User,
        },
        audit::{Event, Subject},
        authenticators::{backup_code::StoredCode, totp::TotpSecret},
    },
    flows::{
        Result, Undone,
        accounts::undo_points::{Account, Factor},
        audit::record::record_anonymous,
        authenticators::totp_code::{accept_step, open_secret, place_of_secret},
    },
};

/// What was put back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    pub address: bool,
    pub factor: bool,
}

impl Restored {
    pub fn any(self) -> bool {
        self.address || self.factor
    }

    /// The names in the audit log.
    pub(super) fn names(self) -> Vec<&'static str> {
        let names = [(self.address, "address"), (self.factor, "factor")];
        let restored = names.into_iter().filter(|(is, _)| *is);
        restored.map(|(_, name)| name).collect()
    }
}

impl Reporting<'_> {
    /// Uses the code up where its second factor is still enrolled; `false` if it was used already.
    pub(super) async fn spend(&self, tx: &Transaction<'_>, user: &User) -> Result<bool> {
        let (Some(code), Some(factor)) = (&self.proof.code, &self.link.account.factor) else {
            return Ok(true);
        };
        let s = self.s;
        match code.kind {
            CodeKind::Totp(step) => match self.enrolled(tx, user).await? {
                Some((secret, row)) if secret == factor.secret()? => {
                    accept_step(s, tx, user, &row.secret, step).await
                }
                _ => Ok(true),
            },
            CodeKind::Backup => {
                let stored = db::authenticators::backup_codes::all(tx, user.id).await?;
                if !stored.iter().any(|one| one.mac == code.spent) {
                    return Ok(true);
                }
                let now = self.now;
                Ok(
                    db::authenticators::backup_codes::consume(tx, user.id, &code.spent, now)
                        .await?,
                )
            }
        }
    }

    /// The authenticator of now, where one is confirmed.
    async fn enrolled(
        &self,
        tx: &Transaction<'_>,
        user: &User,
    ) -> Result<Option<(TotpSecret, TotpRow)>> {
        let row = db::authenticators::totp::hold(tx, user.id).await?;
        match row.filter(|row| row.confirmed_at.is_some()) {
            Some(row) => Ok(Some((open_secret(self.s, user, &row.secret)?, row))),
            None => Ok(None),
        }
    }

    /// Carries a plan out.
    pub(super) async fn put_back(
        &self,
        tx: &Transaction<'_>,
        user: &User,
        plan: &Plan,
        steps: &Steps,
    ) -> Result<Restored, Undone<Outcome>> {
        let mut restored = Restored::default();
        if let Some(position) = plan.address {
            let account = account_at(self.s, tx, steps, position).await?;
            if account.email_canonical != user.email_canonical {
                self.put_address_back(tx, user, &account).await?;
                restored.address = true;
            }
        }
        if let Some(position) = plan.factor {
            let account = account_at(self.s, tx, steps, position).await?;
            let factor = account.factor.as_ref();
            restored.factor = self.put_factor_back(tx, user, factor).await?;
        }
        let undone = steps.iter().enumerate();
        let undone = undone.filter(|(position, (_, step))| is_undone(*position, *step));
        let undone: Vec<_> = undone.map(|(_, (id, _))| *id).collect();
        db::accounts::undo_points::forget_changes(tx, &undone).await?;
        Ok(restored)
    }

    async fn put_address_back(
        &self,
        tx: &Transaction<'_>,
        user: &User,
        account: &Account,
    ) -> Result<(), Undone<Outcome>> {
        let (s, now) = (self.s, self.now);
        let canonical = account.email_canonical.as_str();
        // The owner reads a mail that was sent there.
        let is_read = self.link.recipient == canonical;
        if account.mailbox_proven() {
            // An account of that address which never proved it gives way, as at a change of address.
            for id in db::imports::erase_never_verified(tx, &[canonical]).await? {
                let event = Event::UnverifiedErased { why: "moved" };
                record_anonymous(s, tx, event, Subject::User(id), self.client).await?;
            }
        }
        let address = PutBack {
            email: &account.email,
            canonical,
            verified_at: account.email_verified_at.or(is_read.then_some(now)),
            verified_by_file: account.verified_by_file && !is_read,
            since: now,
        };
        if !db::accounts::freezes::put_back_address(tx, user.id, address).await? {
            return Err(Undone::As(Outcome::AddressTaken));
        }
        db::accounts::email_changes::note_former(tx, user, now).await?;
        Ok(())
    }

    /// `false` if the second factor is the earlier one already.
    async fn put_factor_back(
        &self,
        tx: &Transaction<'_>,
        user: &User,
        factor: Option<&Factor>,
    ) -> Result<bool> {
        let enrolled = self.enrolled(tx, user).await?;
        let Some(factor) = factor else {
            db::authenticators::totp::delete_confirmed(tx, user.id).await?;
            db::authenticators::backup_codes::delete_all(tx, user.id).await?;
            return Ok(enrolled.is_some());
        };
        let (s, now) = (self.s, self.now);
        let secret = factor.secret()?;
        let enrolled = enrolled.filter(|(enrolled, _)| *enrolled == secret);
        let present = db::authenticators::backup_codes::all(tx, user.id).await?;
        let left = db::authenticators::backup_codes::unused(tx, user.id).await?;
        let earlier = factor.codes();
        let is_in =
            |code: &StoredCode, set: &[StoredCode]| set.iter().any(|one| one.mac == code.mac);
        let is_same_set = earlier.iter().all(|code| is_in(code, &present))
            && left.iter().all(|code| is_in(code, &earlier));
        if enrolled.is_some() && is_same_set {
            return Ok(false);
        }
        // The present code among them.
        let spent = db::accounts::undo_points::spent(tx, user.id).await?;
        let steps = spent
            .iter()
            .filter_map(|code| code.as_slice().try_into().ok());
        let step = steps.map(i64::from_be_bytes).max().unwrap_or_default();
        let last = enrolled.map_or(0, |(_, row)| row.last_step);
        let row = TotpRow {
            secret: s
                .ring
                .seal(s.random.as_ref(), place_of_secret(user), secret.expose())?,
            last_step: factor.last_step.max(step).max(last),
            refused_steps: factor.refused_steps.clone(),
            confirmed_at: factor.confirmed_at,
        };
        // A code that was used since then stays used, as far as the set is still the same.
        let codes: Vec<_> = earlier
            .into_iter()
            .filter(|code| !spent.contains(&code.mac))
            .filter(|code| is_in(code, &left) || !is_in(code, &present))
            .collect();
        db::authenticators::totp::put_back(tx, user.id, &row, now).await?;
        db::authenticators::backup_codes::put_back(tx, user.id, &codes, now).await?;
        Ok(true)
    }
}
