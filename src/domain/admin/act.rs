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
    /// The path of its page; its call has the same path below `/api`. The last segment is its name.
    pub path: &'static str,
    pub input: Input,
    /// The heading of its page, and the text of the link to it.
    pub title: &'static str,
    pub says: &'static str,
    pub button: &'static str,
    /// The act as it follows "to", such as "disable an account".
    pub purpose: &'static str,
    pub done: &'static str,
    /// Whether the user is locked out by it, or loses something.
    pub is_dangerous: bool,
    pub listed: Listed,
    /// Why the act would have no effect on this account, if so.
    pub nothing_to_do: fn(&Account<'_>) -> Option<&'static str>,
    /// The mail to the owner, if the act concerns their security.
    pub mail: Option<Mail>,
    /// Its texts for many accounts, if it can be done to many.
    pub bulk: Option<Bulk>,
    pub call: &'static str,
    pub command: Option<Command>,
}

/// The input of the act, and the act that it makes.
#[derive(Debug)]
pub enum Input {
    Nothing(fn() -> Act),
    Reason(fn(Reason) -> Act),
    /// The form of the page gives this role.
    Role(Role),
    /// A reason, and the address of the account as a confirmation.
    Deletion(fn(Reason, String) -> Act),
    /// The id of a session, from the path.
    Session(fn(Uuid) -> Act),
}

/// When the page of a user links to it.
#[derive(Debug)]
pub enum Listed {
    /// If the act would have an effect.
    WhereItApplies,
    /// For every active account, because it is not known in advance whether the act has an effect.
    OfActiveAccounts,
    /// Never; another link leads to it.
    Nowhere,
}

/// The state of an account that decides whether an act has an effect.
#[derive(Debug)]
pub struct Account<'a> {
    pub user: &'a User,
    pub is_deleted: bool,
    /// Whether an operator acts, instead of an admin.
    pub by_operator: bool,
}

/// A mail to the owner.
#[derive(Debug, PartialEq, Eq)]
pub struct Mail {
    /// The name in the outbox. It never changes once released.
    pub kind: &'static str,
    /// `{product}` stands for the product.
    pub subject: &'static str,
    /// A paragraph, in lines. `{site}` stands for the site. `{when}` stands for the day on which the
    /// account will be erased, unless the text form has that on a separate line.
    pub words: &'static str,
}

/// The texts for many accounts. `{}` stands for their number.
#[derive(Debug)]
pub struct Bulk {
    /// The text in the list of acts.
    pub choice: &'static str,
    pub title: &'static str,
    pub button: &'static str,
    pub done: &'static str,
}

impl Bulk {
    /// The text of its button for this number of accounts.
    pub fn button_for(&self, count: usize) -> String {
        self.button.replace("{}", &accounts(count))
    }

    /// The message after it was done to this number of accounts.
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
    /// The second paragraph of its help, if it has one.
    pub more: &'static str,
    /// What it reports when done, after the address.
    pub done: &'static str,
}

impl AdminAct {
    /// The last segment of its path. Acts that set a role share one.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub fn asks_reason(&self) -> bool {
        matches!(self.input, Input::Reason(_) | Input::Deletion(_))
    }

    pub fn asks_address(&self) -> bool {
        matches!(self.input, Input::Deletion(_))
    }

    /// The role that it sets, else empty.
    pub fn role(&self) -> &'static str {
        match self.input {
            Input::Role(role) => role.as_str(),
            _ => "",
        }
    }

    /// Whether the page of this account links to it.
    pub fn is_listed(&self, account: &Account<'_>) -> bool {
        match self.listed {
            Listed::WhereItApplies => (self.nothing_to_do)(account).is_none(),
            Listed::OfActiveAccounts => account.user.disabled_at.is_none(),
            Listed::Nowhere => false,
        }
    }
}

/// The act with this name; of several, the first that is preferred.
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

/// The act with this name, if it can be done to many accounts at once.
pub fn bulk_of(name: &str) -> Option<&'static AdminAct> {
    bulk().find(|act| act.name() == name)
}
