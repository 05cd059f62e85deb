//! Which passwords are accepted: long enough, and not among those that others would try first.

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};
use zxcvbn::Score;

use super::{
    estimate::{Estimate, estimate},
    own_words::OwnWords,
};
use crate::domain::secrets::secret::SecretString;

/// The most characters of a password.
const MAX_CHARS: usize = 256;
/// The most bytes. This is checked first, so that no input causes much work.
const MAX_BYTES: usize = 1024;

/// A password in the form that is hashed: in NFC, within the limits, otherwise as it was typed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Password {
    nfc: String,
    /// As it was typed, if that is not NFC.
    typed: Option<String>,
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password]")
    }
}

impl Password {
    /// Accepts a typed password; `None` beyond the limits, which all our passwords are within.
    pub fn parse(typed: &SecretString) -> Option<Self> {
        let typed = typed.expose();
        if typed.len() > MAX_BYTES {
            return None;
        }
        let nfc: String = typed.nfc().collect();
        let typed = (nfc != typed).then(|| typed.to_owned());
        let password = Self { nfc, typed };
        (password.nfc.len() <= MAX_BYTES && password.nfc.chars().count() <= MAX_CHARS)
            .then_some(password)
    }

    /// The forms that another system may have hashed, without repetitions: as typed, NFC, NFKC and NFD.
    /// The more usual ones come first, since an expensive hash is not compared with all of them. An ASCII
    /// password has one form.
    pub fn forms(&self) -> Vec<Zeroizing<String>> {
        let typed = self.typed.as_ref().unwrap_or(&self.nfc);
        let mut forms = vec![Zeroizing::new(typed.clone())];
        if !typed.is_ascii() {
            for form in [
                self.nfc.clone(),
                typed.nfkc().collect(),
                typed.nfd().collect(),
            ] {
                let form = Zeroizing::new(form);
                if !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
        forms
    }

    fn text(&self) -> &str {
        &self.nfc
    }

    /// The bytes to hash.
    pub fn expose(&self) -> &[u8] {
        self.nfc.as_bytes()
    }
}

/// Why a new password is refused, in words for its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordRefusal {
    /// It is empty.
    #[error("Enter a password.")]
    Empty,
    /// It has fewer characters than the setting requires.
    #[error("This password has {given} {}. Use at least {required}; a few unrelated words work well.", if *.given == 1 { "character" } else { "characters" })]
    TooShort {
        /// The number of characters typed.
        given: usize,
        required: usize,
    },
    /// It has more than 256 characters or 1024 bytes.
    #[error("This password is too long. Use at most 256 characters.")]
    TooLong,
    /// It is on the list of common passwords.
    #[error(
        "This password is among the most common ones and would be tried first. Choose another one."
    )]
    Common,
    /// It is little more than the owner's address or name, or the product's name.
    #[error(
        "This password is mostly your name, your email address or the name of this service. Choose one that others cannot derive from them."
    )]
    AboutYou,
    /// It is easy to guess by its pattern (zxcvbn score below 3).
    #[error(
        "This password is easy to guess. Make it longer or less regular; a few unrelated words work well."
    )]
    Guessable,
    /// It is in a published breach (Have I Been Pwned).
    #[error(
        "This password is in a list of passwords that were stolen elsewhere and published, so it would be tried first. Choose one that you have used nowhere else; a few unrelated words work well."
    )]
    Breached,
}

/// The verdict on a new password while it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    /// From 0 to 4 on the scale of zxcvbn: at most 2 if it is refused, at least 3 if it is accepted.
    pub score: u8,
    /// Why it would be refused, if so.
    pub refusal: Option<PasswordRefusal>,
}

/// The rules for new passwords.
#[derive(Debug, Clone, Copy)]
pub struct PasswordPolicy {
    /// `PASSWORD_MIN_LENGTH`, in characters.
    pub min_length: usize,
}

impl PasswordPolicy {
    /// Checks a new password. This takes a few milliseconds of processor time at most, and belongs on a
    /// thread that serves nothing else.
    pub fn accept(
        &self,
        typed: &SecretString,
        own_words: &OwnWords,
    ) -> Result<Password, PasswordRefusal> {
        let password = read(typed)?;
        match self.refusal(&password, own_words, || {
            estimate(password.text(), own_words)
        }) {
            Some(refusal) => Err(refusal),
            None => Ok(password),
        }
    }

    /// The same verdict while the password is still being typed, with a score.
    pub fn strength(&self, typed: &SecretString, own_words: &OwnWords) -> Strength {
        let password = match read(typed) {
            Ok(password) => password,
            Err(refusal) => {
                return Strength {
                    score: Score::Zero.into(),
                    refusal: Some(refusal),
                };
            }
        };
        let estimated = estimate(password.text(), own_words);
        let refusal = self.refusal(&password, own_words, || estimated);
        let most = if refusal.is_some() {
            Score::Two
        } else {
            Score::Four
        };
        Strength {
            score: estimated.score.min(most).into(),
            refusal,
        }
    }

    /// The first rule that it violates. The estimate takes the longest, so it comes last.
    fn refusal(
        self,
        password: &Password,
        own_words: &OwnWords,
        estimate: impl FnOnce() -> Estimate,
    ) -> Option<PasswordRefusal> {
        self.length_refusal(password)
            .or_else(|| {
                own_words
                    .make_up(password.text())
                    .then_some(PasswordRefusal::AboutYou)
            })
            .or_else(|| guessable(estimate()))
    }

    fn length_refusal(self, password: &Password) -> Option<PasswordRefusal> {
        let given = password.nfc.chars().count();
        (given < self.min_length).then_some(PasswordRefusal::TooShort {
            given,
            required: self.min_length,
        })
    }
}

fn read(typed: &SecretString) -> Result<Password, PasswordRefusal> {
    if typed.is_empty() {
        return Err(PasswordRefusal::Empty);
    }
    Password::parse(typed).ok_or(PasswordRefusal::TooLong)
}

fn guessable(estimate: Estimate) -> Option<PasswordRefusal> {
    if estimate.score >= Score::Three {
        return None;
    }
    Some(if estimate.common {
        PasswordRefusal::Common
    } else {
        PasswordRefusal::Guessable
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), PasswordRefusal> {
        let policy = PasswordPolicy { min_length: 15 };
        policy
            .accept(
                &password.into(),
                &OwnWords::of("ada.lovelace@example.org", "Ada Byron"),
            )
            .map(|_| ())
    }

    #[test]
    fn accepts_long_unrelated_words_and_any_unicode() {
        assert_eq!(judged("correct horse battery staple"), Ok(()));
        assert_eq!(judged("  tangled violin under glass  "), Ok(()));
        assert_eq!(judged("каждый охотник желает знать"), Ok(()));
        assert_eq!(
            judged(&"x7#Kq9".repeat(42)[..250]),
            judged(&"x7#Kq9".repeat(42)[..250])
        );
    }

    #[test]
    fn refuses_with_the_reason() {
        use PasswordRefusal::{AboutYou, Common, Empty, Guessable, TooLong, TooShort};
        assert_eq!(judged(""), Err(Empty));
        assert_eq!(
            judged("short"),
            Err(TooShort {
                given: 5,
                required: 15
            })
        );
        assert_eq!(
            judged(&"é".repeat(14)),
            Err(TooShort {
                given: 14,
                required: 15
            })
        );
        assert_eq!(judged(&"a b".repeat(400)), Err(TooLong));
        assert_eq!(judged(&"é".repeat(257)), Err(TooLong));
        assert_eq!(judged("ada.lovelace@example.org"), Err(AboutYou));
        assert_eq!(judged("LovelaceByron1843"), Err(AboutYou));
        assert_eq!(judged("vestibulevestibule"), Err(AboutYou));
        assert_eq!(judged("aaaaaaaaaaaaaaaaaaaa"), Err(Guessable));
        assert_eq!(judged("passwordpassword"), Err(Guessable));
        assert_eq!(judged(&"20102010".repeat(8)), Err(Guessable));
        let short = PasswordPolicy { min_length: 8 };
        assert_eq!(
            short
                .accept(&"password1".into(), &OwnWords::of("", ""))
                .map(|_| ()),
            Err(Common)
        );
    }

    #[test]
    fn the_score_never_contradicts_the_verdict() {
        let policy = PasswordPolicy { min_length: 15 };
        let own = OwnWords::of("ada@example.org", "Ada");
        let strength = |typed: &str| policy.strength(&typed.into(), &own);
        for typed in [
            "",
            "x7#Kq9!vR2pL",
            "passwordpassword",
            "ada@example.org ada",
            &"x7#Kq9".repeat(200),
            "correct horse battery staple",
            "violet",
        ] {
            let Strength { score, refusal } = strength(typed);
            let accepted = policy.accept(&typed.into(), &own);
            assert_eq!(refusal, accepted.err(), "{typed}");
            assert_eq!(refusal.is_some(), score < 3, "{typed} {score}");
            assert!(score <= 4, "{typed} {score}");
        }
    }

    #[test]
    fn both_unicode_forms_are_one_password() {
        let composed = Password::parse(&"caf\u{e9} au lait".into()).unwrap();
        let decomposed = Password::parse(&"cafe\u{301} au lait".into()).unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
    }

    #[test]
    fn a_megabyte_is_refused_at_once() {
        assert!(Password::parse(&"a".repeat(1_000_000).into()).is_none());
    }
}
