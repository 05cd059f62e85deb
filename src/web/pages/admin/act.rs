//! Admins' acts on an account: a page that says what will happen, and the form that does it.
//!
//! The acts differ only in their texts and fields, so they share one page and one form.

use actix_web::{HttpRequest, http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::chip::Chip;
use crate::{
    domain::{
        accounts::reason::Reason,
        admin::{
            Act,
            act::{AdminAct, Input, of_name},
        },
    },
    flows::{
        InputFaults,
        admin::{
            act::{self, Outcome},
            list,
        },
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{AdminForm, AdminUser, ClientInfo, PageShell},
        pages::answer::{Showing, field_errors, see_other_with},
        paths::USERS,
        problem::{codes, refusals},
        session::BrowserSession,
        state::{State, WebState},
        view::{FieldErrors, Flash, Message, Shell},
    },
};

/// `/admin/users/{id}/...`: an act to be confirmed.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/act.html")]
pub struct AdminActPage {
    pub shell: Shell,
    pub act: &'static AdminAct,
    /// The action of its form.
    pub action: String,
    /// The page of the user.
    pub user_page: String,
    /// The name of the user, else the address.
    pub title: String,
    pub email: String,
    /// The notable states of the account.
    pub chips: Vec<Chip>,
    /// The reason as typed.
    pub reason: String,
    /// Faults, by `reason` and `confirm_email`.
    pub errors: FieldErrors,
}

/// The typed input.
#[derive(Debug, Default, Deserialize)]
pub struct Form {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    confirm_email: String,
}

/// The act with the input of its form.
fn read(act: &AdminAct, form: &Form, session: Option<Uuid>) -> Result<Act, InputFaults> {
    let reason = || Reason::parse(&form.reason).map_err(|why| InputFaults::one("reason", &why));
    Ok(match act.input {
        Input::Nothing(act) => act(),
        Input::Reason(act) => act(reason()?),
        Input::Role(_) => {
            let role = form.role.parse();
            Act::SetRole(role.map_err(|why| InputFaults::one("", &why))?)
        }
        Input::Deletion(act) => act(reason()?, form.confirm_email.clone()),
        // No session has the nil id.
        Input::Session(act) => act(session.unwrap_or_default()),
    })
}

/// The name of an existing act.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Name(&'static AdminAct);

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(segment: String) -> Result<Self, Self::Error> {
        of_name(&segment, |_| true).map(Self).ok_or("no such act")
    }
}

/// The parts of the path: the user, the act, and for an act on a session its id.
#[derive(Debug, Deserialize)]
pub struct Named {
    id: String,
    act: Name,
    session: Option<String>,
}

/// `GET /admin/users/{id}/...`
pub async fn get(
    AdminUser(_): AdminUser,
    named: Path<Named>,
    req: HttpRequest,
    state: State,
    shell: PageShell,
) -> WebResult {
    let form = Form::default();
    show(&state, shell, &req, &named, &form, Showing::first()).await
}

/// `POST /admin/users/{id}/...`
pub async fn post(
    AdminForm { proven, form }: AdminForm<Form>,
    named: Path<Named>,
    req: HttpRequest,
    state: State,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    let id = refusals::user_id(&named.id)?;
    let session = named
        .session
        .as_deref()
        .map(refusals::user_id)
        .transpose()?;
    let is_asked = |act: &AdminAct| act.role() == form.role;
    let row = of_name(named.act.0.name(), is_asked).ok_or_else(refusals::no_such_user)?;
    let outcome = match read(row, &form, session) {
        Ok(act) => act::perform(&state.services, &proven, id, &act, &client).await?,
        Err(faults) => Outcome::Invalid(faults),
    };
    let again = |status, why: Message| Showing::again(status, FieldErrors::of_form(why));
    let showing = match outcome {
        Outcome::Done => {
            let session = BrowserSession::of(&req)?;
            let flash = Flash::success(row.done);
            return Ok(see_other_with(&session, &format!("{USERS}/{id}"), &flash));
        }
        Outcome::Invalid(faults) => {
            Showing::invalid(field_errors(&faults, &["reason", "confirm_email"]))
        }
        Outcome::OwnAccount => again(StatusCode::FORBIDDEN, copy::OWN_ACCOUNT),
        Outcome::LastAdmin => again(StatusCode::CONFLICT, copy::LAST_ADMIN.into()),
        Outcome::NothingToDo(why) => again(StatusCode::CONFLICT, why.into()),
        Outcome::NotFound => return Err(refusals::no_such_user()),
        Outcome::NotAdmin => return Err(codes::ADMIN_REQUIRED.into()),
        Outcome::Overtaken => return Err(WebError::SignInRequired(None)),
    };
    show(&state, shell, &req, &named, &form, showing).await
}

async fn show(
    state: &WebState,
    shell: PageShell,
    req: &HttpRequest,
    named: &Named,
    form: &Form,
    showing: Showing,
) -> WebResult {
    let id = refusals::user_id(&named.id)?;
    let found = list::find(&state.services, id).await?;
    let managed = found.ok_or_else(refusals::no_such_user)?;
    let account = managed.account(false);
    let act = of_name(named.act.0.name(), |act| act.is_listed(&account));
    let act = act.ok_or_else(refusals::no_such_user)?;
    let chips = Chip::all_of(&managed);
    let user = managed.user;
    showing.answer(|errors| AdminActPage {
        shell: shell.take(),
        act,
        action: req.path().to_owned(),
        user_page: format!("{USERS}/{id}"),
        title: user.name().to_owned(),
        chips,
        email: user.email,
        reason: form.reason.clone(),
        errors,
    })
}
