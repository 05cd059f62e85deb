//! "This wasn't me": what the link in a security mail puts back, and what it ends.
//!
//! ```text
//!   event ── mail with a link ── pressed ─┬─ no proof ────────> everything ends, the account is frozen
//!                                         ├─ a code alone ────> everything ends, the account is not frozen
//!                                         └─ the full proof ──> the same as no proof, and changes are put back
//! ```
//!
//! The full proof is the password as it was just before the event and, where a second factor was enrolled then,
//! its code. A link puts back the change of its own event, and later changes that came from a browser which the
//! account had not known for [`KNOWN_FOR`].

use chrono::{DateTime, TimeDelta, Utc};

/// How long address, second factor and deletion stay frozen.
pub const FROZEN_FOR: TimeDelta = TimeDelta::hours(72);

/// How long no further link freezes the account after one did.
pub const FREEZE_PAUSE: TimeDelta = TimeDelta::days(14);

/// How long the account must have known a browser for its changes to be kept.
pub const KNOWN_FOR: TimeDelta = TimeDelta::hours(72);

/// Whether a passkey may be that of whoever the owner reported: it was made within [`KNOWN_FOR`] before the freeze. The
/// owner cannot remove it while the freeze lasts, so it proves nothing until then.
pub fn is_suspect(made_at: DateTime<Utc>, frozen_until: DateTime<Utc>) -> bool {
    made_at > frozen_until - FROZEN_FOR - KNOWN_FOR
}

/// What an event changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing that can be put back.
    Nothing,
    /// The password. It is never put back: a reset follows instead.
    Password,
    Address,
    /// A second factor was enrolled.
    FactorAdded,
    /// The second factor was removed, or its backup codes were replaced.
    FactorLost,
}

impl Change {
    const ALL: [Self; 5] = [
        Self::Nothing,
        Self::Password,
        Self::Address,
        Self::FactorAdded,
        Self::FactorLost,
    ];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Password => "password",
            Self::Address => "address",
            Self::FactorAdded => "factor_added",
            Self::FactorLost => "factor_lost",
        }
    }

    /// The change with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == word)
    }

    fn is_of_address(self) -> bool {
        self == Self::Address
    }

    fn is_of_factor(self) -> bool {
        matches!(self, Self::FactorAdded | Self::FactorLost)
    }
}

/// An event with a link, or a later one of the same account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub change: Change,
    /// Whether the account had known the browser for [`KNOWN_FOR`]. An admin's act counts as known.
    pub by_known_browser: bool,
}

/// What the full proof puts back: for the address and for the second factor, the position of the step before
/// which the account had the value that it gets. `None` keeps the value of now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Plan {
    pub address: Option<usize>,
    pub factor: Option<usize>,
    /// Whether a browser that the account had not known for long changed the address.
    pub address_taken: bool,
}

/// The plan for a link. `steps` are its own event and all later ones of the account, in their order.
///
/// A second factor that was enrolled in a known browser stays, also where the link is that of its enrolment: else
/// the mailbox and the password would be enough to remove it.
pub fn plan(steps: &[Step]) -> Plan {
    // From the latest change on, as far as they are put back: a change that is kept decides the value.
    let first_of = |concerns: fn(Change) -> bool| {
        let latest = steps.iter().enumerate().rev();
        let changes = latest.filter(|(_, step)| concerns(step.change));
        let gone = changes.take_while(|(position, step)| is_undone(*position, **step));
        gone.last().map(|(position, _)| position)
    };
    let address = first_of(Change::is_of_address);
    let gone = address.map_or(&steps[..0], |first| &steps[first..]);
    let by_stranger = |step: &Step| step.change.is_of_address() && !step.by_known_browser;
    Plan {
        address,
        factor: first_of(Change::is_of_factor),
        address_taken: gone.iter().any(by_stranger),
    }
}

/// Whether the full proof at a link undoes the step at this position from its own event on. Other links do not count
/// it any more.
pub fn is_undone(position: usize, step: Step) -> bool {
    match step.change {
        Change::FactorAdded => !step.by_known_browser,
        _ => position == 0 || !step.by_known_browser,
    }
}

/// What the user of a link proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proven {
    Nothing,
    /// A code of the second factor that was enrolled before the event.
    Code,
    /// The password of before the event, and the code where a second factor was enrolled.
    Everything,
}

/// How a use of a link affects what the account may do afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freeze {
    /// As before.
    Keep,
    /// As before, but people may sign in again.
    LiftOfSignIn,
    /// A freeze ends.
    Lift,
    /// Address, second factor and deletion are frozen for [`FROZEN_FOR`].
    Changes,
    /// The same, and no one signs in or resets the password.
    ChangesAndSignIn,
}

/// The last freeze of an account by a link.
#[derive(Debug, Clone, Copy)]
pub struct LastFreeze {
    pub at: DateTime<Utc>,
    /// Whether it was caused by the link that is used now, or by that of a later event.
    pub is_covered: bool,
}

/// The freeze that a use of a link causes. `is_first`: the link was not used before.
///
/// The link of an event after the one that was reported lifts nothing: a thief may have changed password and second
/// factor before that event, and read its mail.
pub fn freeze(
    proven: Proven,
    plan: &Plan,
    is_first: bool,
    last: Option<LastFreeze>,
    now: DateTime<Utc>,
) -> Freeze {
    let is_paused = last.is_some_and(|last| now < last.at + FREEZE_PAUSE);
    let lifts = last.is_none_or(|last| last.is_covered);
    match proven {
        Proven::Code if lifts => Freeze::Lift,
        Proven::Everything if (!is_first || is_paused) && lifts => Freeze::LiftOfSignIn,
        Proven::Code => Freeze::Keep,
        Proven::Nothing | Proven::Everything if !is_first || is_paused => Freeze::Keep,
        Proven::Nothing if plan.address_taken => Freeze::ChangesAndSignIn,
        Proven::Nothing | Proven::Everything => Freeze::Changes,
    }
}

#[cfg(test)]
mod tests;
