//! One act on many accounts: a preview that changes nothing, then all of it in one transaction.
//!
//! The acts are those of `act`, with the same checks and texts. A user on whom the act has no effect is
//! left out and listed. A fault undoes all of it.

mod whole;

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

pub use whole::{Confirmed, confirm, find, kept, perform_in_parts, select};

use super::act::{Acting, Barred, Outcome};
use crate::{
    db::{self, admin::managed::ManagedUser},
    domain::{
        accounts::reason::Reason,
        admin::{
            Act,
            act::{AdminAct, Input},
        },
        audit::Client,
    },
    flows::{FlowError, InputFaults, Result, Services, authenticators::proof::Proven},
};

/// The most accounts in one transaction. All other acts of admins wait for it.
pub const MOST: usize = 200;

/// The act with its reason, which is ignored if the act has none.
pub fn order(act: &AdminAct, reason: &str) -> Result<Order, InputFaults> {
    let reason = || Reason::parse(reason).map_err(|why| InputFaults::one("reason", &why));
    match act.input {
        Input::Nothing(act) => Ok(Order(act())),
        Input::Reason(act) => Ok(Order(act(reason()?))),
        Input::Role(_) | Input::Deletion(_) | Input::Session(_) => Err(InputFaults::one(
            "act",
            &"This is done to one account at a time.",
        )),
    }
}

/// An act on many accounts with its complete input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order(Act);

/// The selected users: 1 to [`MOST`] ids that were given, each once, or all that a search finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected(BTreeSet<Uuid>);

impl Selected {
    /// Parses ids; faults are reported at `ids`.
    pub fn parse<'a>(typed: impl IntoIterator<Item = &'a str>) -> Result<Self, InputFaults> {
        let fault = |why: &str| Err(InputFaults::one("ids", &why));
        let ids: Result<BTreeSet<Uuid>, _> = typed.into_iter().map(Uuid::try_parse).collect();
        match ids {
            Err(_) => fault("One of these is no id of a user. Select them in the list again."),
            Ok(ids) if ids.is_empty() => fault("No one is selected. Select at least one user."),
            Ok(ids) if ids.len() > MOST => {
                fault("These are too many. Select at most 200 users at once.")
            }
            Ok(ids) => Ok(Self(ids)),
        }
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    fn ids(&self) -> Vec<Uuid> {
        self.0.iter().copied().collect()
    }
}

/// Why a user is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    NotFound,
    /// Admins cannot act on their own account.
    OwnAccount,
    /// No admin would be left.
    LastAdmin,
    /// The act would have no effect on this account; the reason as a sentence.
    NothingToDo(&'static str),
}

/// A user who is left out.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// The id that was selected.
    pub id: Uuid,
    /// The user, if there is one.
    pub managed: Option<ManagedUser>,
    pub why: Why,
}

/// The effect that an act would have now.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The users that it would change, by address.
    pub fitting: Vec<ManagedUser>,
    /// The users that would be left out.
    pub left_out: Vec<LeftOut>,
}

/// The effect of an act, without performing it.
pub async fn preview(
    s: &Services,
    actor: Uuid,
    selected: &Selected,
    act: &AdminAct,
) -> Result<Preview> {
    let shared = s.db.shared().await?;
    let found = db::admin::managed::find_all(&shared, &selected.ids()).await?;
    let mut unknown = selected.0.clone();
    let (mut fitting, mut left_out) = (Vec::new(), Vec::new());
    for managed in found {
        let id = managed.user.id;
        unknown.remove(&id);
        let why = if id == actor {
            Some(Why::OwnAccount)
        } else {
            (act.nothing_to_do)(&managed.account(false)).map(Why::NothingToDo)
        };
        match why {
            None => fitting.push(managed),
            Some(why) => left_out.push(LeftOut {
                id,
                managed: Some(managed),
                why,
            }),
        }
    }
    left_out.extend(unknown.into_iter().map(|id| LeftOut {
        id,
        managed: None,
        why: Why::NotFound,
    }));
    Ok(Preview { fitting, left_out })
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The changed users, by id.
    pub done: Vec<Uuid>,
    /// The users that were left out, and why.
    pub left_out: Vec<(Uuid, Why)>,
    /// The number of users that were not reached because a part after the first one failed.
    pub not_reached: usize,
}

/// Performs one act on all selected users that it can change, or on none.
pub async fn perform(
    s: &Services,
    proven: &Proven,
    selected: &Selected,
    order: &Order,
    client: &Client,
) -> Result<Result<Report, Barred>> {
    s.db.transaction(
        async |tx| match Acting::as_admin(s, tx, proven, client).await? {
            Ok(acting) => Ok(Ok(acting.act_on_all(selected, order).await?)),
            Err(barred) => Ok(Err(barred)),
        },
    )
    .await
}

impl Acting<'_> {
    async fn act_on_all(&self, selected: &Selected, Order(act): &Order) -> Result<Report> {
        let held = db::admin::managed::hold_all(self.tx, &selected.ids()).await?;
        let by_id: BTreeMap<Uuid, ManagedUser> = held
            .into_iter()
            .map(|managed| (managed.user.id, managed))
            .collect();
        let mut report = Report::default();
        for id in selected.0.iter().copied() {
            let outcome = match by_id.get(&id) {
                Some(managed) => self.act_on(managed, act).await?,
                None => Outcome::NotFound,
            };
            let why = match outcome {
                Outcome::Done => {
                    report.done.push(id);
                    continue;
                }
                Outcome::NotFound => Why::NotFound,
                Outcome::OwnAccount => Why::OwnAccount,
                Outcome::LastAdmin => Why::LastAdmin,
                Outcome::NothingToDo(why) => Why::NothingToDo(why),
                Outcome::Invalid(_) | Outcome::NotAdmin | Outcome::Overtaken => {
                    return Err(FlowError::Inconsistent("no outcome of a bulk act"));
                }
            };
            report.left_out.push((id, why));
        }
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain;

    #[test]
    fn one_to_two_hundred_ids_are_selected_each_once() {
        let id = |n: u128| Uuid::from_u128(n).to_string();
        let read = |ids: &[String]| Selected::parse(ids.iter().map(String::as_str));
        let all: Vec<String> = (0..201).map(id).collect();
        assert!(read(&all).is_err());
        assert!(read(&[]).is_err());
        assert!(read(&[id(1), "x".to_owned()]).is_err());
        let twice = [&all[..200], &all[..200]].concat();
        assert_eq!(read(&twice).unwrap().0.len(), MOST);
    }

    #[test]
    fn every_act_on_many_can_be_ordered() {
        for act in domain::admin::act::bulk() {
            assert_eq!(order(act, " ").is_err(), act.asks_reason());
            assert!(order(act, "left the company").is_ok());
        }
    }
}
