//! `/admin/users/bulk`: one act on all selected users, first as a preview that lists them.

mod asked;
mod confirmed;

use super::users::{ListQuery, UserLine};
use crate::{
    domain::admin::act::{AdminAct, bulk_of},
    flows::{
        InputFaults,
        admin::bulk::{self, LeftOut, Why},
        authenticators::proof,
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::WebResult,
        extract::{AdminUser, PageShell},
        pages::answer::Showing,
        paths::USERS,
        state::{State, WebState},
        view::{FieldErrors, Shell},
    },
};
use actix_web::HttpRequest;
use askama::Template;
use asked::{Whom, kept, named, of_query};
pub use confirmed::post;

/// `/admin/users/bulk`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/bulk.html")]
pub struct AdminBulkPage {
    pub shell: Shell,
    /// The act; `None` if the form names none.
    pub act: Option<&'static AdminAct>,
    /// The users that it would change; of a search's users, only the first ones.
    pub people: Vec<UserLine>,
    pub count: usize,
    /// The users that would be left out; of a search's users, only the first ones.
    pub left_out: Vec<LeftOutLine>,
    pub left_out_count: usize,
    /// The id of a stored selection of a search; empty if users were selected by hand.
    pub selection: String,
    /// The list in which the users were selected, as a query.
    pub list: ListQuery,
    /// The reason as typed.
    pub reason: String,
    /// The admin's address if reauthentication is needed, else empty.
    pub prove_as: String,
    /// Faults, by `reason` and `password`.
    pub errors: FieldErrors,
}

impl AdminBulkPage {
    /// A page without users.
    fn of(shell: Shell, act: Option<&'static AdminAct>) -> Self {
        Self {
            shell,
            act,
            people: Vec::new(),
            count: 0,
            left_out: Vec::new(),
            left_out_count: 0,
            selection: String::new(),
            list: ListQuery::default(),
            reason: String::new(),
            prove_as: String::new(),
            errors: FieldErrors::default(),
        }
    }

    fn title(&self) -> &'static str {
        let bulk = self.act.and_then(|act| act.bulk.as_ref());
        bulk.map_or("Act on several users", |bulk| bulk.title)
    }

    fn button(&self) -> String {
        let bulk = self.act.and_then(|act| act.bulk.as_ref());
        bulk.map_or_else(String::new, |bulk| bulk.button_for(self.count))
    }

    /// The ids of the users on the page, and no others.
    fn ids(&self) -> String {
        let ids: Vec<&str> = self.people.iter().map(|line| line.id.as_str()).collect();
        ids.join(" ")
    }

    fn back(&self) -> String {
        self.list.here()
    }
}

/// The most users of a search that are shown.
const SHOWN: usize = 50;

/// A user who is left out.
#[derive(Clone, Debug)]
pub struct LeftOutLine {
    /// The page of the user; empty where there is no such user.
    pub href: String,
    /// The address, else the id.
    pub who: String,
    pub why: &'static str,
}

impl From<LeftOut> for LeftOutLine {
    fn from(left: LeftOut) -> Self {
        let why = sentence(left.why);
        match left.managed {
            Some(managed) => Self {
                href: format!("{USERS}/{}", left.id),
                who: managed.user.email,
                why,
            },
            None => Self {
                href: String::new(),
                who: left.id.to_string(),
                why,
            },
        }
    }
}

fn sentence(why: Why) -> &'static str {
    match why {
        Why::NotFound => copy::NO_ACCOUNT_OF_ID,
        Why::OwnAccount => copy::YOUR_OWN_ACCOUNT,
        Why::LastAdmin => copy::LAST_ADMIN,
        Why::NothingToDo(why) => why,
    }
}

/// `GET /admin/users/bulk`
pub async fn get(
    AdminUser(who): AdminUser,
    req: HttpRequest,
    state: State,
    shell: PageShell,
) -> WebResult {
    let asked = of_query(req.query_string())?;
    let list = ListQuery::parse(&asked.list);
    let read = if asked.selection.is_empty() {
        named(&asked.act, asked.ids.iter().map(String::as_str))
    } else {
        kept(&state, &who, &asked.act, &asked.selection).await?
    };
    let (act, whom) = match read {
        Ok(read) => read,
        Err(faults) => return unusable(&shell, &asked.act, list, &faults),
    };
    let is_proven = proof::recent(&state.services, &who).is_some();
    show(&state, shell, &who, (act, &whom), |page| {
        page.list = list;
        if is_proven {
            page.prove_as.clear();
        }
        if page.people.is_empty() {
            return Showing::invalid(FieldErrors::of_form(copy::NO_USER_LEFT));
        }
        Showing::first()
    })
    .await
}

/// A page without a preview, because the form names no act or no users.
fn unusable(shell: &PageShell, word: &str, list: ListQuery, faults: &InputFaults) -> WebResult {
    let mut errors = FieldErrors::default();
    for message in faults.iter().flat_map(|(_, messages)| messages) {
        errors.add("", message);
    }
    Showing::invalid(errors).answer(|errors| AdminBulkPage {
        list,
        errors,
        ..AdminBulkPage::of(shell.take(), bulk_of(word))
    })
}

/// The current preview; `finish` completes it and decides how it is shown.
async fn show(
    state: &WebState,
    shell: PageShell,
    who: &Authenticated,
    (act, whom): (&'static AdminAct, &Whom),
    finish: impl FnOnce(&mut AdminBulkPage) -> Showing,
) -> WebResult {
    let preview = bulk::preview(&state.services, who.user().id, &whom.selected, act).await?;
    let (count, left_out_count) = (preview.fitting.len(), preview.left_out.len());
    let shown = whom.kept.map_or(usize::MAX, |_| SHOWN);
    let fitting = preview.fitting.into_iter().take(shown);
    let left_out = preview.left_out.into_iter().take(shown);
    let mut page = AdminBulkPage {
        people: fitting.map(UserLine::from).collect(),
        count,
        left_out: left_out.map(LeftOutLine::from).collect(),
        left_out_count,
        selection: whom.kept.map_or_else(String::new, |id| id.to_string()),
        prove_as: who.user().email.clone(),
        ..AdminBulkPage::of(shell.take(), Some(act))
    };
    finish(&mut page).answer(|errors| AdminBulkPage { errors, ..page })
}
