//! The groups of calls in the OpenAPI document.

#[derive(Debug, Clone, Copy)]
pub(super) enum Tag {
    Registration,
    SigningIn,
    Sessions,
    Account,
    Recovery,
    SecondFactor,
    Administration,
}

impl Tag {
    /// With name and meaning, in the order of the document.
    pub(super) const ALL: [(Self, &str, &str); 7] = [
        (
            Self::Registration,
            "Registration",
            "Creating an account, and verifying its address.",
        ),
        (
            Self::SigningIn,
            "Signing in",
            "Address and password, then a code if one is required.",
        ),
        (
            Self::Sessions,
            "Sessions",
            "The user's sessions and tokens.",
        ),
        (
            Self::Account,
            "Account",
            "The user's name, address, activity, data, and the end of the account.",
        ),
        (
            Self::Recovery,
            "Recovery",
            "A new password, and sign-in after too many guesses.",
        ),
        (
            Self::SecondFactor,
            "Second factor",
            "Codes of an authenticator app, and backup codes.",
        ),
        (
            Self::Administration,
            "Administration",
            "Other people's accounts, for admins.",
        ),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}
