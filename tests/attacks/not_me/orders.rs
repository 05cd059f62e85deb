//! Every order of two events and two links by owner and thief, judged against the model after each step.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::{StreamExt, stream::iter};

use super::{
    model::{Act, Model, Step, Way, Who},
    play::Play,
};
use crate::harness::TestApp;

const ACTS: [Act; 5] = [
    Act::Password,
    Act::Address,
    Act::FactorOn,
    Act::FactorOff,
    Act::SignIn,
];
const PROOFS: [Option<Who>; 3] = [None, Some(Who::Owner), Some(Who::Thief)];

/// A story, and whether a second factor is enrolled at its begin.
type Story = (bool, Vec<Step>);

/// The order of the steps: the numbers of events, and presses of their links.
const ORDERS: [[(bool, usize); 4]; 3] = [
    [(true, 0), (true, 1), (false, 0), (false, 1)],
    [(true, 0), (true, 1), (false, 1), (false, 0)],
    [(true, 0), (false, 0), (true, 1), (false, 1)],
];

/// The ways to use the link of an event.
fn presses(event: usize, act: Act) -> Vec<Step> {
    let copies = if act == Act::Address { 0..2 } else { 0..1 };
    let of_copy = |copy| PROOFS.map(|proof| Step::Press { event, copy, proof });
    copies.flat_map(of_copy).collect()
}

/// The numbers in the model of the main events of a story; `None` of those that are refused.
fn main_events(with_factor: bool, steps: &[Step]) -> Vec<Option<usize>> {
    let mut model = Model::new(with_factor);
    let mut found: Vec<Option<usize>> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        match *step {
            Step::Event(who, act) => {
                let number = match model.way_in(who) {
                    Way::None => None,
                    way => {
                        if way == Way::Reset {
                            model.resets(who, at);
                        }
                        model.acts(who, act, at)
                    }
                };
                // A sign-in of the browser that is known is not mailed.
                let is_mailed = (who, act) != (Who::Owner, Act::SignIn);
                found.push(number.filter(|_| is_mailed));
            }
            Step::Press { event, copy, proof } => {
                if let Some(Some(number)) = found.get(event).copied() {
                    let to = model.copies(number)[copy];
                    model.is_pressed(number, to, proof);
                }
            }
        }
    }
    found
}

/// All stories whose first event happens. The link of an event that does not happen is left out.
fn stories() -> Vec<Story> {
    let events = || {
        let both = [Who::Owner, Who::Thief];
        both.into_iter().flat_map(|who| ACTS.map(|act| (who, act)))
    };
    let mut all = BTreeSet::new();
    for with_factor in [false, true] {
        for (one, other) in events().flat_map(|one| events().map(move |other| (one, other))) {
            for order in ORDERS {
                let acts = [one, other];
                let mut partial: Vec<Vec<Step>> = vec![Vec::new()];
                for (is_event, number) in order {
                    let (who, act) = acts[number];
                    let next = if is_event {
                        vec![Step::Event(who, act)]
                    } else {
                        presses(number, act)
                    };
                    partial = partial
                        .iter()
                        .flat_map(|steps| {
                            next.iter().map(move |step| [&steps[..], &[*step]].concat())
                        })
                        .collect();
                }
                for steps in partial {
                    let happened = main_events(with_factor, &steps);
                    if happened[0].is_none() && (one != (Who::Owner, Act::SignIn)) {
                        continue;
                    }
                    let has_link = |step: &Step| match step {
                        Step::Press { event, .. } => happened[*event].is_some(),
                        Step::Event(..) => true,
                    };
                    all.insert((with_factor, steps.into_iter().filter(has_link).collect()));
                }
            }
        }
    }
    all.into_iter().collect()
}

/// Whether a story is played in every run: no second factor at the begin, and no second mailbox.
fn is_always_played((with_factor, steps): &Story) -> bool {
    let is_plain = |step: &Step| match step {
        Step::Press { copy, proof, .. } => *copy == 0 && *proof != Some(Who::Thief),
        Step::Event(..) => true,
    };
    !with_factor && steps.iter().all(is_plain)
}

/// One in how many of the other stories is played.
const SAMPLED: usize = 20;

async fn play(stories: &[Story]) {
    let app = TestApp::start().await;
    let mut plays = Vec::new();
    for (with_factor, steps) in stories {
        plays.push(Play::prepare(&app, *with_factor, steps).await);
    }
    app.wait(TimeDelta::hours(73));
    let longest = stories.iter().map(|(_, steps)| steps.len()).max();
    for at in 0..longest.unwrap_or_default() {
        // More than an hour, so that no mail waits for another; less than a freeze lasts.
        app.wait(TimeDelta::hours(2));
        let each = iter(&mut plays).for_each_concurrent(8, |play| play.step(&app, at));
        each.await;
    }
    app.wait(TimeDelta::hours(73));
    iter(&mut plays)
        .for_each_concurrent(8, |play| play.thaw(&app))
        .await;
}

/// The enumeration is complete over events by owner and thief, without a second factor at the begin, and over links
/// that are used without a proof or with the owner's, in the copy of the earlier address; of all other stories, one
/// in twenty is played, the same in every run.
#[tokio::test(flavor = "multi_thread")]
async fn every_order_of_two_events_and_two_links_follows_the_model() {
    let all = stories();
    let (always, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_always_played);
    let sampled = others.iter().skip(5).step_by(SAMPLED).cloned();
    let played: Vec<Story> = always.iter().cloned().chain(sampled).collect();
    assert_eq!((always.len(), others.len()), (539, 2980));
    for some in played.chunks(80) {
        play(some).await;
    }
}
