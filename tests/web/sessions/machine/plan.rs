//! The steps of a history, generated at random and shrunk after a failure.

use chrono::TimeDelta;
use proptest::{collection::vec, prelude::*, sample::Index};

/// One act, and the node that serves it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) act: Act,
    pub(super) node: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Act {
    SignIn {
        user: usize,
    },
    /// With the refresh token of so many generations ago.
    Refresh {
        of: Pick,
        ago: usize,
    },
    /// With text that only looks like its refresh token.
    Forge {
        of: Pick,
    },
    SignOut {
        of: Pick,
        ago: usize,
    },
    /// With a refresh token only.
    SignOutByRefresh {
        of: Pick,
        ago: usize,
    },
    SignOutEverywhere {
        of: Pick,
        ago: usize,
    },
    ChangePassword {
        of: Pick,
        ago: usize,
    },
    Disable {
        user: usize,
    },
    Enable {
        user: usize,
    },
    /// Moves the clock of the nodes, and the clock of the database only if it goes ahead.
    Move(TimeDelta),
    Restart,
}

/// A session, more often an active one.
#[derive(Debug, Clone)]
pub(super) struct Pick {
    pub(super) living: bool,
    pub(super) index: Index,
}

fn pick() -> impl Strategy<Value = Pick> {
    (prop::bool::weighted(0.8), any::<Index>()).prop_map(|(living, index)| Pick { living, index })
}

fn act() -> impl Strategy<Value = Act> {
    let user = 0..2_usize;
    // Mostly the current token, often the predecessor, sometimes older ones.
    let ago = prop_oneof![5 => Just(0), 3 => Just(1), 1 => 2..4_usize];
    let of = || (pick(), ago.clone());
    let moved = prop_oneof![
        3 => Just(TimeDelta::milliseconds(1)),
        // A third of the grace, the grace, the life of an access token, half a week, a week.
        3 => Just(TimeDelta::seconds(100)),
        2 => Just(TimeDelta::seconds(300)),
        2 => Just(TimeDelta::minutes(31)),
        1 => Just(TimeDelta::hours(84)),
        1 => Just(TimeDelta::days(7)),
        // The clock of another node is behind.
        1 => Just(TimeDelta::seconds(-20)),
    ];
    prop_oneof![
        5 => user.clone().prop_map(|user| Act::SignIn { user }),
        12 => of().prop_map(|(of, ago)| Act::Refresh { of, ago }),
        1 => pick().prop_map(|of| Act::Forge { of }),
        1 => of().prop_map(|(of, ago)| Act::SignOut { of, ago }),
        1 => of().prop_map(|(of, ago)| Act::SignOutByRefresh { of, ago }),
        1 => of().prop_map(|(of, ago)| Act::SignOutEverywhere { of, ago }),
        3 => of().prop_map(|(of, ago)| Act::ChangePassword { of, ago }),
        1 => user.clone().prop_map(|user| Act::Disable { user }),
        2 => user.prop_map(|user| Act::Enable { user }),
        6 => moved.prop_map(Act::Move),
        1 => Just(Act::Restart),
    ]
}

/// A history of up to this many steps, which begins after both users have signed in.
pub(super) fn plans(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = (act(), 0..2_usize).prop_map(|(act, node)| Step { act, node });
    vec(step, 4..steps).prop_map(|mut steps| {
        let sign_in = |user| Step {
            act: Act::SignIn { user },
            node: user,
        };
        steps.splice(0..0, [sign_in(0), sign_in(1)]);
        steps
    })
}
