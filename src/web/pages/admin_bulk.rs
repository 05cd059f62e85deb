//! `/admin/users/bulk`: one act on everybody who is selected in the list, first as a preview that
//! names them.

mod confirmed;

use actix_web::HttpRequest;
use askama::Template;

pub use confirmed::post;

use super::{
    admin_users::{ListQuery, UserLine},
    admin_words::AdminAct,
    answer::Showing,
};
use crate::{
    flows::{
        InputFaults,
        admin_bulk::{self, BulkAct, LeftOut, Selected, Why},
        authenticate::Authenticated,
        proof,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{AdminUser, PageShell},
        paths::USERS,
        problem::codes,
        state::{State, WebState},
        view::{FieldErrors, Shell},
    },
};

/// `/admin/users/bulk`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_bulk.html")]
pub struct AdminBulkPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The act; none where it cannot be told what is wanted.
    pub act: Option<&'static AdminAct>,
    /// Whom it would be done to.
    pub people: Vec<UserLine>,
    /// Who would be left out.
    pub left_out: Vec<LeftOutLine>,
    /// The list that the selection was made in, as a query.
    pub list: ListQuery,
    /// The reason as typed.
    pub reason: String,
    /// The address of whoever is to prove again who they are; empty where that was lately.
    pub prove_as: String,
    /// What is wrong, by `reason` and `password`.
    pub errors: FieldErrors,
}

impl AdminBulkPage {
    /// A page with nobody on it.
    fn of(shell: Shell, act: Option<BulkAct>) -> Self {
        Self {
            shell,
            act: act.and_then(AdminAct::of_many),
            people: Vec::new(),
            left_out: Vec::new(),
            list: ListQuery::default(),
            reason: String::new(),
            prove_as: String::new(),
            errors: FieldErrors::default(),
        }
    }

    fn title(&self) -> &'static str {
        self.act
            .map_or("Act on several users", AdminAct::title_of_many)
    }

    /// Whom the form names: those who stand on the page, and nobody else.
    fn ids(&self) -> String {
        let ids: Vec<&str> = self.people.iter().map(|line| line.id.as_str()).collect();
        ids.join(" ")
    }

    fn back(&self) -> String {
        self.list.here()
    }
}

/// Somebody who is left out.
#[derive(Clone, Debug)]
pub struct LeftOutLine {
    /// The page of the user; empty where there is no such user.
    pub href: String,
    /// The address, else the id.
    pub who: String,
    /// Why, in a sentence.
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

/// What to do, and to whom.
fn read<'a>(
    act: &str,
    ids: impl IntoIterator<Item = &'a str>,
) -> Result<(BulkAct, Selected), InputFaults> {
    let selected = Selected::parse(ids)?;
    let act = BulkAct::of_word(act);
    let act = act.ok_or_else(|| InputFaults::one("act", &copy::CHOOSE_AN_ACT))?;
    Ok((act, selected))
}

/// The query of the preview: `id` comes once for each user, everything else once.
fn of_query(query: &str) -> WebResult<(String, Vec<String>, String)> {
    let unreadable = || {
        let detail = "This address cannot be read. Select the users in the list again.";
        WebError::refused(codes::BAD_REQUEST, detail)
    };
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| unreadable())?;
    let (mut act, mut list, mut ids) = (None, None, Vec::new());
    for (name, value) in pairs {
        let once = match name.as_str() {
            "id" => {
                ids.push(value);
                continue;
            }
            "act" => &mut act,
            "list" => &mut list,
            _ => continue,
        };
        if once.replace(value).is_some() {
            return Err(unreadable());
        }
    }
    Ok((act.unwrap_or_default(), ids, list.unwrap_or_default()))
}

/// `GET /admin/users/bulk`
pub async fn get(
    AdminUser(who): AdminUser,
    req: HttpRequest,
    state: State,
    shell: PageShell,
) -> WebResult {
    let (word, ids, list) = of_query(req.query_string())?;
    let list = ListQuery::parse(&list);
    let (act, selected) = match read(&word, ids.iter().map(String::as_str)) {
        Ok(asked) => asked,
        Err(faults) => return unusable(shell, &word, list, &faults),
    };
    let is_proven = proof::recent(&state.services, &who).is_some();
    show(&state, shell, &who, (act, &selected), |page| {
        page.list = list;
        if is_proven {
            page.prove_as.clear();
        }
        if page.people.is_empty() {
            return Showing::invalid(FieldErrors::of_form(copy::NOBODY_LEFT));
        }
        Showing::first()
    })
    .await
}

/// A page without a preview, since it cannot be told what is wanted, or with whom.
fn unusable(shell: PageShell, word: &str, list: ListQuery, faults: &InputFaults) -> WebResult {
    let mut errors = FieldErrors::default();
    for message in faults.iter().flat_map(|(_, messages)| messages) {
        errors.add("", message);
    }
    Showing::invalid(errors).answer(|errors| AdminBulkPage {
        list,
        errors,
        ..AdminBulkPage::of(shell.take(), BulkAct::of_word(word))
    })
}

/// The preview as it is now; `finish` completes it and says how it is shown.
async fn show(
    state: &WebState,
    shell: PageShell,
    who: &Authenticated,
    (act, selected): (BulkAct, &Selected),
    finish: impl FnOnce(&mut AdminBulkPage) -> Showing,
) -> WebResult {
    let preview = admin_bulk::preview(&state.services, who.user().id, selected, act).await?;
    let (fitting, left_out) = (preview.fitting.into_iter(), preview.left_out.into_iter());
    let mut page = AdminBulkPage {
        people: fitting.map(UserLine::from).collect(),
        left_out: left_out.map(LeftOutLine::from).collect(),
        prove_as: who.user().email.clone(),
        ..AdminBulkPage::of(shell.take(), Some(act))
    };
    finish(&mut page).answer(|errors| AdminBulkPage { errors, ..page })
}
