//! Putting the address and the second factor back, in the transaction that uses the link.

use std::collections::BTreeSet;

use super::{Outcome, Reporting, Steps, account_at, proof::CodeKind};
use crate::{
    db::{
        self, Transaction,
        accounts::freezes::PutBack,
        authenticators::{passkeys::PasskeyRow, phones::PhoneRow, totp::TotpRow},
        upkeep::sealed::SealedColumn,
    },
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
        accounts::undo_points::{Account, Factor, Phone, Totp, phone_of},
        audit::record::record_anonymous,
        authenticators::{
            factors::remove_all,
            totp_code::{accept_step, open_secret, place_of_secret},
        },
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
                Some((secret, row)) if is_that_of(&secret, factor)? => {
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

    /// `false` if the second factors are the earlier ones already.
    async fn put_factor_back(
        &self,
        tx: &Transaction<'_>,
        user: &User,
        factor: Option<&Factor>,
    ) -> Result<bool> {
        let Some(factor) = factor else {
            remove_all(tx, user).await?;
            return Ok(user.factors.any());
        };
        let app = self.put_app_back(tx, user, factor).await?;
        let others = self.put_others_back(tx, user, factor).await?;
        let codes = self.put_codes_back(tx, user, factor).await?;
        Ok(app || others || codes)
    }

    /// Puts the authenticator app back; `false` if it is the earlier one already.
    async fn put_app_back(
        &self,
        tx: &Transaction<'_>,
        user: &User,
        factor: &Factor,
    ) -> Result<bool> {
        let enrolled = self.enrolled(tx, user).await?;
        let Some(app) = &factor.totp else {
            db::authenticators::totp::delete_confirmed(tx, user.id).await?;
            return Ok(enrolled.is_some());
        };
        let (s, now) = (self.s, self.now);
        let secret = app.secret()?;
        let last = match enrolled {
            Some((enrolled, _)) if enrolled == secret => return Ok(false),
            _ => self.last_spent_step(tx, user).await?,
        };
        let row = TotpRow {
            secret: s
                .ring
                .seal(s.random.as_ref(), place_of_secret(user), secret.expose())?,
            last_step: app.last_step.max(last),
            refused_steps: app.refused_steps.clone(),
            confirmed_at: app.confirmed_at,
        };
        db::authenticators::totp::put_back(tx, user.id, &row, now).await?;
        Ok(true)
    }

    /// The latest time step that a link accepted, the present one among them.
    async fn last_spent_step(&self, tx: &Transaction<'_>, user: &User) -> Result<i64> {
        let spent = db::accounts::undo_points::spent(tx, user.id).await?;
        let steps = spent
            .iter()
            .filter_map(|code| code.as_slice().try_into().ok());
        Ok(steps.map(i64::from_be_bytes).max().unwrap_or_default())
    }

    /// Puts passkeys and phone back; `false` if they are the earlier ones already.
    async fn put_others_back(
        &self,
        tx: &Transaction<'_>,
        user: &User,
        factor: &Factor,
    ) -> Result<bool> {
        let s = self.s;
        let ids = |rows: &[PasskeyRow]| rows.iter().map(|row| row.id).collect::<BTreeSet<_>>();
        let present = db::authenticators::passkeys::all(tx, user.id).await?;
        let other_passkeys = ids(&present) != ids(&factor.passkeys);
        if other_passkeys {
            db::authenticators::passkeys::put_back(tx, user.id, &factor.passkeys).await?;
        }
        let present = phone_of(s, tx, user).await?;
        let number = |phone: &Option<Phone>| phone.as_ref().map(|phone| phone.number.0.clone());
        let other_phone = number(&present) != number(&factor.phone);
        match &factor.phone {
            _ if !other_phone => {}
            None => db::authenticators::phones::delete(tx, user.id).await?,
            Some(phone) => {
                let place = SealedColumn::PHONES.place(user.id);
                let number = phone.number.0.as_bytes();
                let row = PhoneRow {
                    number: s.ring.seal(s.random.as_ref(), place, number)?,
                    created_at: phone.created_at,
                    confirmed_at: phone.confirmed_at,
                };
                db::authenticators::phones::put_back(tx, user.id, &row).await?;
            }
        }
        Ok(other_passkeys || other_phone)
    }

    /// Puts the backup codes back; `false` if they are the earlier ones already. A code that was used since then stays
    /// used, as far as the set is still the same.
    async fn put_codes_back(
        &self,
        tx: &Transaction<'_>,
        user: &User,
        factor: &Factor,
    ) -> Result<bool> {
        let present = db::authenticators::backup_codes::all(tx, user.id).await?;
        let left = db::authenticators::backup_codes::unused(tx, user.id).await?;
        let earlier = factor.codes();
        let is_in =
            |code: &StoredCode, set: &[StoredCode]| set.iter().any(|one| one.mac == code.mac);
        let is_same_set = earlier.iter().all(|code| is_in(code, &present))
            && left.iter().all(|code| is_in(code, &earlier));
        if is_same_set {
            return Ok(false);
        }
        let spent = db::accounts::undo_points::spent(tx, user.id).await?;
        let codes: Vec<_> = earlier
            .into_iter()
            .filter(|code| !spent.contains(&code.mac))
            .filter(|code| is_in(code, &left) || !is_in(code, &present))
            .collect();
        db::authenticators::backup_codes::put_back(tx, user.id, &codes, self.now).await?;
        Ok(true)
    }
}

/// Whether a secret is that of the earlier authenticator app.
fn is_that_of(secret: &TotpSecret, factor: &Factor) -> Result<bool> {
    let earlier = factor.totp.as_ref().map(Totp::secret).transpose()?;
    Ok(earlier.as_ref() == Some(secret))
}
