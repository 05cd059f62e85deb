//! The type of a row in the table of acts, and functions that find a row.

use uuid::Uuid;

use super::{ACTS, Act};
use crate::domain::accounts::{
    reason::Reason,
    user::{Role, User},
};

/// A row of the table.
#[derive(Debug)]
pub struct AdminAct {
    /// The path of its page. Its call has the same path below `/api`. The last segment is the act's name.
    pub path: &'static str,
    pub input: Input,
    /// The heading of its page, and the text of the link to it.
    pub title: &'static str,
    /// Says on the page what the act will do. It also stands above a list of several accounts.
    pub says: &'static str,
    pub button: &'static str,
    /// Completes the sentence "You are about ...", for example "to disable an account".
    pub purpose: &'static str,
    /// Shown after the act.
    pub done: &'static str,
    /// Whether the act signs the user out, blocks the account or deletes something.
    pub is_dangerous: bool,
    pub listed: Listed,
    /// Why the act would not change this account; `None` if it would.
    pub nothing_to_do: fn(&Account<'_>) -> Option<&'static str>,
    /// The mail to the owner, if the act concerns their security.
    pub mail: Option<Mail>,
    /// Its texts for several accounts, if the act can be done to several at once.
    pub bulk: Option<Bulk>,
    /// The summary of its call in the OpenAPI document.
    pub call: &'static str,
    pub command: Option<Command>,
}

/// The input that an act needs, and the function that makes the act of it.
#[derive(Debug)]
pub enum Input {
    Nothing(fn() -> Act),
    Reason(fn(Reason) -> Act),
    /// The role, which the form of the page sends.
    Role(Role),
    /// A reason, and the address of the account as a confirmation.
    Deletion(fn(Reason, String) -> Act),
    /// The id of a session, from the path.
    Session(fn(Uuid) -> Act),
}

/// When the page of a user has a link to the act.
#[derive(Debug)]
pub enum Listed {
    /// If the act would change the account.
    WhereItApplies,
    /// If the account is active. Whether the act changes something is known only when it is done.
    OfActiveAccounts,
    /// Never: another link leads to the act.
    Nowhere,
}

/// The properties of an account that decide whether an act would change it.
#[derive(Debug)]
pub struct Account<'a> {
    pub user: &'a User,
    pub is_deleted: bool,
    /// Whether the removal of a lost second factor waits.
    pub is_recovering: bool,
    /// Whether an operator acts, and not an admin.
    pub by_operator: bool,
}

/// A mail to the owner.
#[derive(Debug, PartialEq, Eq)]
pub struct Mail {
    /// The name in the outbox. It never changes once released.
    pub kind: &'static str,
    /// `{product}` stands for the product.
    pub subject: &'static str,
    /// A paragraph, in lines. `{site}` stands for the site.
    pub words: &'static str,
}

/// Texts for several accounts. `{}` stands for their number.
#[derive(Debug)]
pub struct Bulk {
    /// In the list of actions.
    pub choice: &'static str,
    pub title: &'static str,
    pub button: &'static str,
    pub done: &'static str,
}

impl Bulk {
    /// The button for `count` accounts.
    pub fn button_for(&self, count: usize) -> String {
        self.button.replace("{}", &accounts(count))
    }

    /// The sentence that is shown after the act was done to `count` accounts.
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
    /// The second paragraph of its help; empty if there is none.
    pub more: &'static str,
    /// Printed after the act, behind the address of the account.
    pub done: &'static str,
}

impl AdminAct {
    /// The last segment of its path. The acts that give a role share one name.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub fn asks_reason(&self) -> bool {
        matches!(self.input, Input::Reason(_) | Input::Deletion(_))
    }

    pub fn asks_address(&self) -> bool {
        matches!(self.input, Input::Deletion(_))
    }

    /// The role that the act gives; empty if it gives none.
    pub fn role(&self) -> &'static str {
        match self.input {
            Input::Role(role) => role.as_str(),
            _ => "",
        }
    }

    /// Whether the page of this account has a link to the act.
    pub fn is_listed(&self, account: &Account<'_>) -> bool {
        match self.listed {
            Listed::WhereItApplies => (self.nothing_to_do)(account).is_none(),
            Listed::OfActiveAccounts => account.user.disabled_at.is_none(),
            Listed::Nowhere => false,
        }
    }
}

/// The act with this name. If several acts share it, the first that `is_preferred` accepts, else the first.
pub fn of_name(name: &str, is_preferred: impl Fn(&AdminAct) -> bool) -> Option<&'static AdminAct> {
    let mut all = ACTS.iter().filter(|act| act.name() == name);
    all.clone()
        .find(|act| is_preferred(act))
        .or_else(|| all.next())
}

/// The acts that can be done to several accounts at once, sorted by name.
pub fn bulk() -> impl Iterator<Item = &'static AdminAct> {
    let mut acts: Vec<_> = ACTS.iter().filter(|act| act.bulk.is_some()).collect();
    acts.sort_by_key(|act| act.name());
    acts.into_iter()
}

/// The act with this name, if it can be done to several accounts at once.
pub fn bulk_of(name: &str) -> Option<&'static AdminAct> {
    bulk().find(|act| act.name() == name)
}
