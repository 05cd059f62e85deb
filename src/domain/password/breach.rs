//! The range search of Have I Been Pwned (k-anonymity): five hexadecimal digits of a password's SHA-1
//! leave this machine, and the answer lists every known hash that begins with them.

use std::fmt;

use data_encoding::HEXUPPER;
use sha1::{Digest, Sha1};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Password;

/// How many digits are sent. About a thousand known passwords share them.
const PREFIX_DIGITS: usize = 5;
/// SHA-1 in hexadecimal digits.
const DIGITS: usize = 40;

/// The SHA-1 of a password. It is wiped from memory like a password, because the password can be guessed
/// from it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct BreachDigest(String);

/// The answer is not the list of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the answer is no list of hashes")]
pub struct NotARange;

impl BreachDigest {
    /// The digest of a password in the form that is hashed: NFC.
    pub fn of(password: &Password) -> Self {
        Self(HEXUPPER.encode(&Sha1::digest(password.expose())))
    }

    /// The five digits that are sent.
    pub fn prefix(&self) -> &str {
        &self.0[..PREFIX_DIGITS]
    }

    /// Whether the answer for its prefix contains the password: lines of 35 digits, a colon and how often
    /// it was seen. Lines with a count of zero are padding. Every line must have this form, so that the
    /// page of a captive portal is not taken for "never seen".
    pub fn is_in(&self, answer: &[u8]) -> Result<bool, NotARange> {
        let text = std::str::from_utf8(answer).map_err(|_| NotARange)?;
        let (mut lines, mut seen) = (0_usize, false);
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (suffix, count) = line.split_once(':').ok_or(NotARange)?;
            let count: u64 = count.trim().parse().map_err(|_| NotARange)?;
            let is_suffix = suffix.len() == DIGITS - PREFIX_DIGITS
                && suffix.bytes().all(|b| b.is_ascii_hexdigit());
            if !is_suffix {
                return Err(NotARange);
            }
            lines += 1;
            seen |= count > 0 && suffix.eq_ignore_ascii_case(&self.0[PREFIX_DIGITS..]);
        }
        if lines == 0 {
            return Err(NotARange);
        }
        Ok(seen)
    }
}

impl fmt::Debug for BreachDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password digest]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rest of the SHA-1 of `password`, which is in every list of breaches.
    const REST: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

    fn digest() -> BreachDigest {
        BreachDigest::of(&Password::parse(&"password".into()).unwrap())
    }

    #[test]
    fn five_digits_are_sent() {
        assert_eq!(digest().prefix(), "5BAA6");
        assert_eq!(format!("{:?}", digest()), "[password digest]");
    }

    #[test]
    fn the_answer_is_parsed_strictly() {
        let other = "0018A45C4D1DEF81644B54AB7F969B88D65";
        let seen = |text: &str| digest().is_in(text.as_bytes());
        assert_eq!(seen(&format!("{other}:1\r\n{REST}:52256179\r\n")), Ok(true));
        let lower = REST.to_lowercase();
        assert_eq!(seen(&format!("{other}:1\n{lower}:3")), Ok(true));
        assert_eq!(seen(&format!("{other}:1\r\n")), Ok(false));
        assert_eq!(seen(&format!("{REST}:0\r\n")), Ok(false), "padding");
        for garbage in [
            "",
            "\r\n",
            "<html>sign in to the network</html>",
            &format!("{REST}\r\n"),
            &format!("{REST}:many\r\n"),
            &format!("5BAA6{REST}:1\r\n"),
            &format!("{REST}:1\r\nand more"),
        ] {
            assert_eq!(seen(garbage), Err(NotARange), "{garbage}");
        }
        assert_eq!(digest().is_in(&[0xff; 40]), Err(NotARange));
    }
}
