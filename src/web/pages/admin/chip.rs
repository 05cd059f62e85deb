//! The states of an account, each in one word.

use crate::{db::admin::managed::ManagedUser, domain::accounts::user::Role};

/// A state in one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// The word.
    pub text: &'static str,
    /// Its class in the stylesheet.
    pub class: &'static str,
}

impl Chip {
    /// The states of a user.
    pub fn all_of(
        ManagedUser {
            user, deleted_at, ..
        }: &ManagedUser,
    ) -> Vec<Self> {
        let chip = |text, class| Self { text, class };
        let mut chips = Vec::new();
        match (deleted_at, user.disabled_at) {
            (Some(_), _) => chips.push(chip("Deleted", "bad")),
            (None, Some(_)) => chips.push(chip("Disabled", "bad")),
            (None, None) => chips.push(chip("Active", "good")),
        }
        if user.role == Role::Admin {
            chips.push(chip("Administrator", "accent"));
        }
        if !user.email_verified() {
            chips.push(chip("Address not verified", "warn"));
        } else if !user.mailbox_proven() {
            chips.push(chip("Verified by a file only", "warn"));
        }
        if user.password_closed_at.is_some() {
            chips.push(chip("Password closed", "warn"));
        }
        if user.password_must_change {
            chips.push(chip("Must change password", "warn"));
        }
        if user.two_factor_enabled() {
            chips.push(chip("Two-step sign-in", ""));
        }
        chips
    }

    /// The same in words that fit into a line of the list.
    pub fn short(managed: &ManagedUser) -> Vec<Self> {
        let short = |chip: Self| {
            let text = match chip.text {
                "Administrator" => "Admin",
                "Address not verified" => "Unverified",
                "Verified by a file only" => "By a file",
                "Must change password" => "Must change",
                "Two-step sign-in" => "Two-step",
                text => text,
            };
            Self { text, ..chip }
        };
        Self::all_of(managed).into_iter().map(short).collect()
    }
}
