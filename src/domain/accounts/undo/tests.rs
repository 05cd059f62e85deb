//! Every order of up to four events, judged against a model that replays the events that stay.

use super::*;

/// An account of the model: the position of the step that set a value, from 1; 0 is the value of before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Account {
    address: usize,
    factor: Option<usize>,
}

const BEFORE: [Account; 2] = [
    Account {
        address: 0,
        factor: None,
    },
    Account {
        address: 0,
        factor: Some(0),
    },
];

impl Account {
    fn after(self, position: usize, step: Step) -> Self {
        match step.change {
            Change::Nothing | Change::Password => self,
            Change::Address => Self {
                address: position + 1,
                ..self
            },
            Change::FactorAdded => Self {
                factor: Some(position + 1),
                ..self
            },
            Change::FactorLost => Self {
                factor: None,
                ..self
            },
        }
    }
}

/// The account before each step, and after the last.
fn history(before: Account, steps: &[Step]) -> Vec<Account> {
    let mut states = vec![before];
    for (position, step) in steps.iter().enumerate() {
        states.push(states[position].after(position, *step));
    }
    states
}

/// What the rules say in words: the link's own event goes, and later ones of browsers not known for long; a
/// factor that was enrolled in a known browser stays.
fn is_kept(position: usize, step: Step) -> bool {
    let own = position == 0 && step.change != Change::FactorAdded;
    step.by_known_browser && !own
}

fn sequences(length: usize) -> Vec<Vec<Step>> {
    let steps = Change::ALL.iter().flat_map(|change| {
        [true, false].map(|by_known_browser| Step {
            change: *change,
            by_known_browser,
        })
    });
    let steps: Vec<_> = steps.collect();
    let mut all = vec![Vec::new()];
    for _ in 0..length {
        all = all
            .iter()
            .flat_map(|sequence: &Vec<Step>| {
                steps
                    .iter()
                    .map(move |step| [&sequence[..], &[*step]].concat())
            })
            .collect();
    }
    all
}

#[test]
fn what_is_put_back_is_what_the_kept_events_alone_lead_to() {
    let mut judged = 0;
    for steps in (1..=4).flat_map(sequences) {
        let plan = plan(&steps);
        for before in BEFORE {
            let states = history(before, &steps);
            let now = states[steps.len()];
            let put_back = Account {
                address: plan.address.map_or(now.address, |at| states[at].address),
                factor: plan.factor.map_or(now.factor, |at| states[at].factor),
            };
            let kept = steps.iter().enumerate();
            let kept = kept.filter(|(position, step)| is_kept(*position, **step));
            let expected = kept.fold(before, |account, (position, step)| {
                account.after(position, *step)
            });
            assert_eq!(put_back, expected, "{steps:?}");
            judged += 1;
        }
    }
    assert_eq!(judged, 2 * (10 + 100 + 1_000 + 10_000));
}

#[test]
fn sign_in_is_frozen_only_where_a_strange_browser_has_the_address() {
    for steps in (1..=3).flat_map(sequences) {
        let plan = plan(&steps);
        let addresses = steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.change == Change::Address);
        let kept_last = addresses.clone().next_back();
        let stays = kept_last.is_none_or(|(position, step)| is_kept(position, *step));
        let strange = addresses
            .rev()
            .take_while(|(position, step)| !is_kept(*position, **step))
            .any(|(_, step)| !step.by_known_browser);
        assert_eq!(plan.address_taken, strange, "{steps:?}");
        assert!(!(stays && plan.address_taken), "{steps:?}");
    }
}

#[test]
fn one_freeze_in_two_weeks() {
    let now = DateTime::UNIX_EPOCH + TimeDelta::days(30);
    let taken = plan(&[Step {
        change: Change::Address,
        by_known_browser: false,
    }]);
    let nothing = Plan::default();
    let last = |at, is_covered| Some(LastFreeze { at, is_covered });
    let long_ago = last(now - FREEZE_PAUSE, true);
    let within = now - FREEZE_PAUSE + TimeDelta::milliseconds(1);
    let (lately, of_earlier) = (last(within, true), last(within, false));
    let (none, code, all) = (Proven::Nothing, Proven::Code, Proven::Everything);
    let cases = [
        (none, &nothing, true, None, Freeze::Changes),
        (none, &nothing, true, long_ago, Freeze::Changes),
        (none, &nothing, true, lately, Freeze::Keep),
        (none, &nothing, false, None, Freeze::Keep),
        (none, &taken, true, None, Freeze::ChangesAndSignIn),
        (none, &taken, true, lately, Freeze::Keep),
        (all, &taken, true, None, Freeze::Changes),
        (all, &taken, true, of_earlier, Freeze::Keep),
        (all, &taken, false, lately, Freeze::LiftOfSignIn),
        (all, &taken, false, of_earlier, Freeze::Keep),
        (code, &taken, true, None, Freeze::Lift),
        (code, &taken, false, lately, Freeze::Lift),
        (code, &taken, true, of_earlier, Freeze::Keep),
    ];
    for (proven, plan, is_first, last, expected) in cases {
        let found = freeze(proven, plan, is_first, last, now);
        assert_eq!(found, expected, "{proven:?} {is_first} {last:?}");
    }
}

#[test]
fn a_change_is_found_by_its_name() {
    for change in Change::ALL {
        assert_eq!(Change::from_word(change.as_str()), Some(change));
    }
    assert_eq!(Change::from_word("other"), None);
}
