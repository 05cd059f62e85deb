//! Codes that are sent to a user's phone: a new one is sent, and one that is presented is compared and used up.
//!
//! A try is counted and committed before the code is compared, and the account throttle has counted it before that: no
//! number of fresh codes allows more guesses.

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

use crate::{
    db::{
        self, Transaction,
        authenticators::{phone_codes::StoredCode, phones::PhoneRow},
        upkeep::sealed::SealedColumn,
    },
    domain::{
        accounts::user::User,
        authenticators::phone::{CODE_LIFETIME, CodeUse, PhoneCode, PhoneNumber, TRIES},
        secrets::secret::SecretString,
        sign_in::attempts::Pause,
    },
    flows::{FlowError, Result, Services, mail::texts::enqueue_code},
    outbound::sms::Gateway,
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::second_factor";

/// Unseals the number of a user's phone.
pub(super) fn open_number(s: &Services, user: &User, row: &PhoneRow) -> Result<PhoneNumber> {
    let bytes = s
        .ring
        .open(SealedColumn::PHONES.place(user.id), &row.number)?;
    PhoneNumber::from_bytes(&bytes).ok_or(FlowError::Inconsistent("a phone number is malformed"))
}

/// Sends a new code to a number, which takes the place of the one before. An error is the time until the caps allow the
/// next message; then the transaction must be rolled back.
pub(super) async fn send_to(
    s: &Services,
    tx: &Transaction<'_>,
    gateway: &Gateway,
    user: &User,
    (number, for_use): (&PhoneNumber, CodeUse),
) -> Result<Result<(), Pause>> {
    let code = PhoneCode::fresh(s.random.as_ref());
    let key_id = s.ring.current_id();
    let mac = code.mac(&s.ring, key_id, user.id, number, for_use)?;
    let stored = StoredCode {
        mac: mac.to_vec(),
        key_id: key_id.to_owned(),
        expires_at: s.now() + CODE_LIFETIME,
    };
    db::authenticators::phone_codes::replace(tx, user.id, &stored).await?;
    let next = enqueue_code(s, tx, gateway, user, (number, &code, for_use)).await?;
    Ok(next.map_or(Ok(()), |next| Err(until(s, next))))
}

fn until(s: &Services, next: DateTime<Utc>) -> Pause {
    Pause::For((next - s.now()).to_std().unwrap_or_default())
}

/// A living code of a user that was presented. Another request may use it first.
pub(in crate::flows) struct FoundCode(Vec<u8>);

/// Compares what was typed with the living code of the user's phone: of the confirmed one, or for its setup of the one
/// that is not confirmed yet.
pub(in crate::flows) async fn find(
    s: &Services,
    user: &User,
    typed: &SecretString,
    for_use: CodeUse,
) -> Result<Option<FoundCode>> {
    let Some(code) = PhoneCode::parse(typed.expose()).filter(|_| s.sms.is_some()) else {
        return Ok(None);
    };
    let conn = s.db.connection().await?;
    let row = db::authenticators::phones::find(&conn, user.id).await?;
    let is_setup = for_use == CodeUse::Setup;
    let Some(row) = row.filter(|row| row.confirmed_at.is_none() == is_setup) else {
        return Ok(None);
    };
    let number = open_number(s, user, &row)?;
    let tried = db::authenticators::phone_codes::count_try(&conn, user.id, TRIES, s.now()).await?;
    let Some(stored) = tried else {
        return Ok(None);
    };
    let Ok(mac) = code.mac(&s.ring, &stored.key_id, user.id, &number, for_use) else {
        tracing::error!(target: LOG, sub = %user.id, key = stored.key_id,
            "a code of a phone is dead, since SEALING_KEYS lacks its key");
        return Ok(None);
    };
    let is_right = bool::from(mac.as_slice().ct_eq(&stored.mac));
    Ok(is_right.then_some(FoundCode(stored.mac)))
}

/// Uses a code up, once.
pub(in crate::flows) async fn use_up(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    FoundCode(mac): &FoundCode,
) -> Result<bool> {
    Ok(db::authenticators::phone_codes::consume(tx, user.id, mac, s.now()).await?)
}
