//! Phones to which codes are sent: an authenticator that NIST SP 800-63B-4 (3.1.3.3) restricts, since a number can be
//! taken over and a message read on its way.

use std::fmt;

use chrono::TimeDelta;
use phonelib::PhoneNumberType;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::typed_code;
use crate::domain::secrets::{
    random::{self, Random},
    sealing::{SealError, SealingRing},
};

/// How long a code is valid; NIST SP 800-63B-4 (3.1.3.2) allows ten minutes.
pub const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// How often a code may be tried.
pub const TRIES: i16 = 5;
/// Messages to one number in [`PER`], whoever causes them.
pub const TO_NUMBER: i32 = 5;
/// Of the messages to one number, those that any user may cause who enters it to add it. The others are left to the user
/// who has confirmed it.
pub const SETUPS_OF_NUMBER: i32 = 2;
/// Messages of one user in [`PER`].
pub const OF_USER: i32 = 10;
/// The time over which messages are counted.
pub const PER: TimeDelta = TimeDelta::hours(1);
/// The longest text that is read as a number, in bytes.
const MAX_BYTES: usize = 80;
const MAC_INFO: &str = "vestibule/phone-codes";

/// Of the messages of the whole service, those that may go to numbers which are not confirmed: half of them, so that no
/// one who enters numbers can use up those of users who sign in.
pub fn setups_of(all: i32) -> i32 {
    (all / 2).max(1)
}

/// A country calling code of ITU-T E.164, such as 49.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallingCode(u32);

impl CallingCode {
    /// Reads its digits, with or without a plus sign. `None` if no numbering plan has it.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let is_number = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        let code = digits.parse().ok().filter(|_| is_number)?;
        let is_assigned = !phonelib::countries_by_calling_code(code).is_empty();
        is_assigned.then_some(Self(code))
    }
}

impl fmt::Display for CallingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// A phone number in the form of E.164, such as `+4915112345612`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PhoneNumber(String);

/// Why a text is refused as the number of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhoneFault {
    #[error("Enter the phone number.")]
    Empty,
    #[error("Begin with + and the code of the country, such as +49 151 12345612.")]
    NotInternational,
    #[error("This is not a phone number. Check its digits.")]
    Malformed,
    #[error("Messages cannot be sent to this kind of number. Use a mobile phone.")]
    Kind,
    #[error("Messages are not sent to phones of this country.")]
    Country,
}

impl PhoneNumber {
    /// Parses a number with its country, as people write it. `countries` are those that are allowed; empty allows
    /// all.
    pub fn parse(text: &str, countries: &[CallingCode]) -> Result<Self, PhoneFault> {
        let symbols = (text.len() <= MAX_BYTES).then(|| typed_code::symbols(text));
        let symbols = symbols.flatten().ok_or(PhoneFault::Malformed)?;
        if symbols.is_empty() {
            return Err(PhoneFault::Empty);
        }
        if !symbols.starts_with('+') && !symbols.starts_with("00") {
            return Err(PhoneFault::NotInternational);
        }
        // The library also reads extensions and `tel:` addresses, which name no phone that gets messages.
        let is_plain = |b: u8| b.is_ascii_digit() || b"+()./".contains(&b);
        if !symbols.bytes().all(is_plain) {
            return Err(PhoneFault::Malformed);
        }
        let parsed = phonelib::PhoneNumber::parse(&symbols).ok_or(PhoneFault::Malformed)?;
        let country = CallingCode(parsed.country_code());
        if !countries.is_empty() && !countries.contains(&country) {
            return Err(PhoneFault::Country);
        }
        match parsed.phone_type() {
            PhoneNumberType::PremiumRate
            | PhoneNumberType::SharedCost
            | PhoneNumberType::TollFree => Err(PhoneFault::Kind),
            _ => Ok(Self(parsed.e164().to_owned())),
        }
    }

    /// The number in unsealed bytes; `None` if they are none. It is not judged again, since numbering plans change.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (plus, digits) = bytes.split_first()?;
        let is_number = *plus == b'+' && digits.iter().all(u8::is_ascii_digit);
        let text = String::from_utf8(bytes.to_vec()).ok()?;
        is_number.then_some(Self(text))
    }

    /// The number in E.164, to be sealed, sent to, or shown to its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The country and the last two digits, for pages: `+49 ••• ••12`.
    pub fn masked(&self) -> String {
        let country = phonelib::PhoneNumber::parse(&self.0)
            .map(|number| format!("{} ", CallingCode(number.country_code())));
        let last = &self.0[self.0.len().saturating_sub(2)..];
        format!("{}••• ••{last}", country.unwrap_or_default())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[phone number]")
    }
}

/// What a code can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeUse {
    /// Confirming that the user has the phone.
    Setup,
    /// Signing in and reauthenticating.
    Proof,
}

/// A code of six digits that is sent to a phone.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PhoneCode(String);

impl PhoneCode {
    pub fn fresh(random: &dyn Random) -> Self {
        // The remainder prefers no code by more than one part in ten million million.
        let number = u64::from_le_bytes(random::bytes(random)) % 1_000_000;
        Self(format!("{number:06}"))
    }

    /// Parses a code as people type it: six decimal digits of any script.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(typed_code::six_digits(text)?.to_string()))
    }

    /// The digits, for the message.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The stored form: HMAC-SHA256 under a key of the sealing ring. It is bound to the user, the number and the use,
    /// so that the code says nothing about another phone.
    pub fn mac(
        &self,
        ring: &SealingRing,
        key_id: &str,
        user: uuid::Uuid,
        number: &PhoneNumber,
        for_use: CodeUse,
    ) -> Result<[u8; 32], SealError> {
        let for_use = match for_use {
            CodeUse::Setup => "setup",
            CodeUse::Proof => "proof",
        };
        let bound = format!("{user}\0{}\0{for_use}\0{}", number.0, self.0);
        ring.mac(key_id, MAC_INFO, bound.as_bytes())
    }
}

impl fmt::Debug for PhoneCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[phone code]")
    }
}

#[cfg(test)]
mod tests;
