//! What the table declares of each act, and how an act is found in it.

use uuid::Uuid;

use super::{ACTS, Act};
use crate::domain::accounts::{
    reason::Reason,
    user::{Role, User},
};

/// A row of the table.
#[derive(Debug)]
pub struct AdminAct {
    /// Of its page. Its call has the same below `/api`. The last segment is its name.
    pub path: &'static str,
    pub input: Input,
    /// The heading, and the text of its link.
    pub title: &'static str,
    pub says: &'static str,
    pub button: &'static str,
    /// As in "to disable an account".
    pub purpose: &'static str,
    pub done: &'static str,
    /// Whether the user is shut out by it, or loses something.
    pub is_dangerous: bool,
    pub listed: Listed,
    /// Why it would do nothing to this account, where that is so.
    pub nothing_to_do: fn(&Account<'_>) -> Option<&'static str>,
    /// What the mail to the owner says, where it concerns their security.
    pub mail: Option<Mail>,
    /// Its words where it can be done to many accounts at once.
    pub bulk: Option<Bulk>,
    pub call: &'static str,
    pub command: Option<Command>,
}

/// What it asks for, and the act that follows.
#[derive(Debug)]
pub enum Input {
    Nothing(fn() -> Act),
    Reason(fn(Reason) -> Act),
    /// The form of a page gives this one.
    Role(Role),
    /// A reason, and the address of the account.
    Deletion(fn(Reason, String) -> Act),
    /// The id of a session, in the path.
    Session(fn(Uuid) -> Act),
}

/// Where the page of a user leads to it.
#[derive(Debug)]
pub enum Listed {
    /// Where there is something to do.
    WhereItApplies,
    /// Whether there is something to do is not known before.
    OfActiveAccounts,
    /// Another link leads to it.
    Nowhere,
}

/// The account, as far as it decides whether there is something to do.
#[derive(Debug)]
pub struct Account<'a> {
    pub user: &'a User,
    pub is_deleted: bool,
    /// An operator acts, and no admin.
    pub by_operator: bool,
}

/// A mail to the owner.
#[derive(Debug, PartialEq, Eq)]
pub struct Mail {
    /// The name in the outbox. It never changes once released.
    pub kind: &'static str,
    /// `{product}` stands for the product.
    pub subject: &'static str,
    /// A paragraph, in lines. `{site}` stands for the site; `{when}` for the day on which the account will
    /// be erased, where the text does not say that on a line of its own.
    pub words: &'static str,
}

/// Words for many accounts. `{}` stands for how many.
#[derive(Debug)]
pub struct Bulk {
    /// In the list of what can be done.
    pub choice: &'static str,
    pub title: &'static str,
    pub button: &'static str,
    pub done: &'static str,
}

impl Bulk {
    /// Its button for so many accounts.
    pub fn button_for(&self, count: usize) -> String {
        self.button.replace("{}", &accounts(count))
    }

    /// What happened to so many accounts, afterwards.
    pub fn done_to(&self, count: usize) -> String {
        self.done.replace("{}", &accounts(count))
    }
}

fn accounts(count: usize) -> String {
    match count {
        1 => "1 account".to_owned(),
        many => format!("{many} accounts"),
    }
}

/// A command below `vestibule user`.
#[derive(Debug)]
pub struct Command {
    pub name: &'static str,
    pub about: &'static str,
    /// The second paragraph of its help, where there is one.
    pub more: &'static str,
    /// What is true afterwards, behind the address.
    pub done: &'static str,
}

impl AdminAct {
    /// The last segment of its path. Those that give roles share one.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub fn asks_reason(&self) -> bool {
        matches!(self.input, Input::Reason(_) | Input::Deletion(_))
    }

    pub fn asks_address(&self) -> bool {
        matches!(self.input, Input::Deletion(_))
    }

    /// The role that it gives; empty where it gives none.
    pub fn role(&self) -> &'static str {
        match self.input {
            Input::Role(role) => role.as_str(),
            _ => "",
        }
    }

    /// Whether the page of this account leads to it.
    pub fn is_listed(&self, account: &Account<'_>) -> bool {
        match self.listed {
            Listed::WhereItApplies => (self.nothing_to_do)(account).is_none(),
            Listed::OfActiveAccounts => account.user.disabled_at.is_none(),
            Listed::Nowhere => false,
        }
    }
}

/// The act of a name; of several, the first that is preferred.
pub fn of_name(name: &str, is_preferred: impl Fn(&AdminAct) -> bool) -> Option<&'static AdminAct> {
    let mut all = ACTS.iter().filter(|act| act.name() == name);
    all.clone()
        .find(|act| is_preferred(act))
        .or_else(|| all.next())
}

/// The acts that can be done to many accounts at once, by name.
pub fn bulk() -> impl Iterator<Item = &'static AdminAct> {
    let mut acts: Vec<_> = ACTS.iter().filter(|act| act.bulk.is_some()).collect();
    acts.sort_by_key(|act| act.name());
    acts.into_iter()
}

/// The act of a name that can be done to many accounts at once.
pub fn bulk_of(name: &str) -> Option<&'static AdminAct> {
    bulk().find(|act| act.name() == name)
}
