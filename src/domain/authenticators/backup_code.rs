//! Backup codes: look-up secrets (NIST SP 800-63B-4, 3.1.2) for users who have lost their phone.

use std::fmt;

use data_encoding::{Encoding, Specification};
use std::sync::LazyLock;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::typed_code;
use crate::domain::secrets::{
    random::{self, Random},
    sealing::{SealError, SealingRing},
};

pub const CODES_IN_A_SET: usize = 10;
/// The user is warned at this number of codes or fewer.
pub const FEW_LEFT: usize = 3;
/// Symbols of a code: 16 of Crockford's base 32, which are 80 random bits.
const SYMBOLS: usize = 16;
const MAC_INFO: &str = "vestibule/backup-codes";

#[expect(
    clippy::expect_used,
    reason = "a constant alphabet, used by every test below"
)]
static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    spec.encoding()
        .expect("the alphabet has 32 distinct symbols")
});

/// A backup code in plain text, known to its owner only.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct BackupCode(String);

impl BackupCode {
    pub fn fresh_set(random: &dyn Random) -> Vec<Self> {
        (0..CODES_IN_A_SET)
            .map(|_| Self(CROCKFORD.encode(&random::bytes::<10>(random))))
            .collect()
    }

    /// Parses a code as people type it: in upper or lower case, with digits of any script, with or without
    /// blanks, dashes and direction marks, and with the letters that Crockford's alphabet reads as digits
    /// (O, I, L).
    pub fn parse(text: &str) -> Option<Self> {
        let symbol = |c: char| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            upper => upper,
        };
        let code: String = typed_code::symbols(text)?.chars().map(symbol).collect();
        let valid = code.len() == SYMBOLS && CROCKFORD.decode(code.as_bytes()).is_ok();
        valid.then_some(Self(code))
    }

    /// The code as it is displayed: `XXXX-XXXX-XXXX-XXXX`.
    pub fn shown(&self) -> String {
        let group = |start: usize| &self.0[start..start + 4];
        format!("{}-{}-{}-{}", group(0), group(4), group(8), group(12))
    }

    /// The stored form: HMAC-SHA256 under a key of the sealing ring.
    pub fn mac(&self, ring: &SealingRing, key_id: &str) -> Result<[u8; 32], SealError> {
        ring.mac(key_id, MAC_INFO, self.0.as_bytes())
    }
}

impl fmt::Debug for BackupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[backup code]")
    }
}

/// A stored code, used or not.
#[derive(Debug, Clone)]
pub struct StoredCode {
    pub mac: Vec<u8>,
    /// The id of the key of the MAC.
    pub key_id: String,
}

/// The position of the code in the stored set. All codes are compared, whether or not one matches.
///
/// A stored code whose key is no longer in the ring never matches.
pub fn find(ring: &SealingRing, code: &BackupCode, stored: &[StoredCode]) -> Option<usize> {
    let mut position = 0_u32;
    let mut found = Choice::from(0);
    for (index, candidate) in (0_u32..).zip(stored) {
        let Ok(mac) = code.mac(ring, &candidate.key_id) else {
            continue;
        };
        let hit = mac.as_slice().ct_eq(&candidate.mac);
        position.conditional_assign(&index, hit);
        found |= hit;
    }
    bool::from(found).then_some(position as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secrets::secret::Key;

    struct Counter(std::sync::atomic::AtomicU8);
    impl Random for Counter {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn is_read_as_people_type_it() {
        let code = BackupCode::fresh_set(&Counter(0.into())).remove(0);
        let shown = code.shown();
        assert_eq!(shown, "000G-40R4-0M30-E209");
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            shown.replace('-', " "),
            "OOOg 4Or4 om3o e2o9".to_owned(),
            "\u{ff10}\u{ff10}0\u{ff27}\u{a0}40R4\u{2013}0M30\u{200e}E2\u{660}9".to_owned(),
        ] {
            assert_eq!(BackupCode::parse(&typed).as_ref(), Some(&code), "{typed}");
        }
        for typed in [
            "",
            "123456",
            "000G-40R4-0M30-E20U",
            "000G-40R4-0M30-E2091",
            "\u{b2}00G40R40M30E209",
        ] {
            assert_eq!(BackupCode::parse(typed), None, "{typed}");
        }
        assert_eq!(BackupCode::parse(&"0".repeat(1_000_000)), None);
    }

    #[test]
    fn finds_the_one_code_and_no_other() {
        let ring = SealingRing::new(("a".into(), Key::new([1; 32])), vec![]);
        let set = BackupCode::fresh_set(&Counter(0.into()));
        let stored: Vec<_> = set[..9]
            .iter()
            .map(|c| StoredCode {
                mac: c.mac(&ring, "a").unwrap().to_vec(),
                key_id: "a".into(),
            })
            .collect();
        assert_eq!(find(&ring, &set[0], &stored), Some(0));
        assert_eq!(find(&ring, &set[8], &stored), Some(8));
        assert_eq!(find(&ring, &set[9], &stored), None);

        let rotated = SealingRing::new(
            ("b".into(), Key::new([2; 32])),
            vec![("a".into(), Key::new([1; 32]))],
        );
        assert_eq!(find(&rotated, &set[8], &stored), Some(8));
        let key_gone = SealingRing::new(("b".into(), Key::new([2; 32])), vec![]);
        assert_eq!(find(&key_gone, &set[8], &stored), None);
    }
}
