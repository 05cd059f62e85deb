//! The kinds of second factor, and which of them a user has.

use chrono::{DateTime, Utc};

/// A kind of second factor. Backup codes stand beside any of them, and are none themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Passkey,
    /// An authenticator app.
    Totp,
    Phone,
}

/// The method of a pending sign-in that every user with a second factor has.
pub const BACKUP_CODE: &str = "backup_code";

impl Kind {
    /// The strongest first: the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Passkey, Self::Totp, Self::Phone];

    /// The name in the API and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::Phone => "phone",
        }
    }

    /// What people call it, within a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Totp => "authenticator app",
            Self::Phone => "phone number",
        }
    }
}

/// The methods that complete a pending sign-in, in the order in which they are offered.
pub const METHODS: [&str; 4] = ["passkey", "totp", "phone", BACKUP_CODE];

/// The confirmed second factors of a user: for each kind, since when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factors {
    /// When the authenticator app was confirmed.
    pub totp: Option<DateTime<Utc>>,
    /// When the oldest passkey was made.
    pub passkeys: Option<DateTime<Utc>>,
    /// When the phone was confirmed.
    pub phone: Option<DateTime<Utc>>,
}

impl Factors {
    /// Since when the user has a factor of this kind.
    pub fn since(&self, kind: Kind) -> Option<DateTime<Utc>> {
        match kind {
            Kind::Passkey => self.passkeys,
            Kind::Totp => self.totp,
            Kind::Phone => self.phone,
        }
    }

    pub fn has(&self, kind: Kind) -> bool {
        self.since(kind).is_some()
    }

    pub fn any(&self) -> bool {
        self.kinds().next().is_some()
    }

    /// The kinds that the user has, the strongest first.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        Kind::ALL.into_iter().filter(|kind| self.has(*kind))
    }

    /// Since when sign-in takes a second step.
    pub fn first_since(&self) -> Option<DateTime<Utc>> {
        self.times().min()
    }

    /// Since when the user has every kind that they have now.
    pub fn all_since(&self) -> Option<DateTime<Utc>> {
        self.times().max()
    }

    fn times(&self) -> impl Iterator<Item = DateTime<Utc>> + '_ {
        self.kinds().filter_map(|kind| self.since(kind))
    }

    /// The kinds in words, the strongest first; empty without one.
    pub fn labels(&self) -> String {
        let labels: Vec<&str> = self.kinds().map(Kind::label).collect();
        labels.join(", ")
    }

    /// The kinds but this one in words, as in "passkey or phone number"; empty without another.
    pub fn others(&self, kind: Kind) -> String {
        let others = self.kinds().filter(|other| *other != kind);
        let labels: Vec<&str> = others.map(Kind::label).collect();
        labels.join(" or ")
    }

    /// The methods that complete a pending sign-in of this user, the strongest first.
    pub fn methods(&self) -> Vec<&'static str> {
        let kinds = self.kinds().map(Kind::as_str);
        kinds.chain([BACKUP_CODE]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_factor_comes_first() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let all = Factors {
            totp: at(2),
            passkeys: at(3),
            phone: at(1),
        };
        assert_eq!(all.methods(), METHODS);
        assert_eq!((all.first_since(), all.all_since()), (at(1), at(3)));
        let phone = Factors {
            phone: at(1),
            ..Factors::default()
        };
        assert_eq!(all.labels(), "passkey, authenticator app, phone number");
        assert_eq!(all.others(Kind::Totp), "passkey or phone number");
        assert_eq!(phone.others(Kind::Phone), "");
        assert_eq!(phone.methods(), ["phone", "backup_code"]);
        assert!(phone.any() && !Factors::default().any());
        assert_eq!(Factors::default().all_since(), None);
    }
}
