//! What admins do to an account: a page that says what will happen, and the form that does it.
//!
//! The acts differ in their words and fields alone, so they share one page and one form.

use actix_web::{HttpRequest, http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    chip::Chip,
    words::{AdminAct, Kind},
};
use crate::{
    domain::accounts::reason::Reason,
    flows::{
        InputFaults,
        admin::{
            act::{self, Act, Outcome},
            list,
        },
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{AdminForm, AdminUser, ClientInfo, PageShell},
        pages::answer::{Showing, field_errors, see_other_with},
        paths::USERS,
        problem::codes,
        refusals,
        session::BrowserSession,
        state::{State, WebState},
        view::{FieldErrors, Flash, Message, Shell},
    },
};

/// `/admin/users/{id}/...`: an act that waits to be confirmed.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/act.html")]
pub struct AdminActPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The act.
    pub act: &'static AdminAct,
    /// Where its form goes.
    pub action: String,
    /// The page of the user.
    pub user_page: String,
    /// What the user is called.
    pub title: String,
    /// The address.
    pub email: String,
    /// The states worth a look.
    pub chips: Vec<Chip>,
    /// The reason as typed.
    pub reason: String,
    /// What is wrong, by `reason` and `confirm_email`.
    pub errors: FieldErrors,
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
pub struct Form {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    confirm_email: String,
}

/// What the form of an act asks for.
fn read(words: &AdminAct, form: &Form, session: Option<Uuid>) -> Result<Act, InputFaults> {
    let reason = || Reason::parse(&form.reason).map_err(|why| InputFaults::one("reason", &why));
    Ok(match (words.kind, session) {
        (Kind::Disable, _) => Act::Disable(reason()?),
        (Kind::Enable, _) => Act::Enable,
        (Kind::Role(_), _) => {
            let role = form.role.parse();
            Act::SetRole(role.map_err(|why| InputFaults::one("", &why))?)
        }
        (Kind::RequirePasswordChange, _) => Act::RequirePasswordChange,
        (Kind::Unlock, _) => Act::Unlock,
        (Kind::SendReset, _) => Act::SendReset,
        (Kind::SendVerification, _) => Act::SendVerification,
        (Kind::ResetTwoFactor, _) => Act::ResetTwoFactor(reason()?),
        (Kind::RevokeSession, Some(id)) => Act::RevokeSession(id),
        (Kind::RevokeSession, None) | (Kind::RevokeSessions, _) => Act::RevokeSessions,
        (Kind::Delete, _) => Act::Delete {
            reason: reason()?,
            confirm_email: form.confirm_email.clone(),
        },
        (Kind::Restore, _) => Act::Restore,
    })
}

/// The ids of a path: the user's, and where there is one the session's.
#[derive(Debug, Deserialize)]
pub struct Ids {
    id: String,
    session: Option<String>,
}

/// `GET /admin/users/{id}/...`
pub async fn get(
    AdminUser(_): AdminUser,
    ids: Path<Ids>,
    req: HttpRequest,
    state: State,
    shell: PageShell,
) -> WebResult {
    let form = Form::default();
    show(&state, shell, &req, &ids, &form, Showing::first()).await
}

/// `POST /admin/users/{id}/...`
pub async fn post(
    AdminForm { proven, form }: AdminForm<Form>,
    ids: Path<Ids>,
    req: HttpRequest,
    state: State,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    let id = refusals::user_id(&ids.id)?;
    let session = ids.session.as_deref().map(refusals::user_id).transpose()?;
    let asked = |act: &AdminAct| act.role() == form.role;
    let words = AdminAct::of_path(req.path(), asked).ok_or_else(refusals::no_such_user)?;
    let outcome = match read(words, &form, session) {
        Ok(act) => act::perform(&state.services, &proven, id, &act, &client).await?,
        Err(faults) => Outcome::Invalid(faults),
    };
    let again = |status, why: Message| Showing::again(status, FieldErrors::of_form(why));
    let showing = match outcome {
        Outcome::Done => {
            let session = BrowserSession::of(&req)?;
            let flash = Flash::success(words.done);
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
    show(&state, shell, &req, &ids, &form, showing).await
}

async fn show(
    state: &WebState,
    shell: PageShell,
    req: &HttpRequest,
    ids: &Ids,
    form: &Form,
    showing: Showing,
) -> WebResult {
    let id = refusals::user_id(&ids.id)?;
    let found = list::find(&state.services, id).await?;
    let managed = found.ok_or_else(refusals::no_such_user)?;
    let act = AdminAct::of_path(req.path(), |act| act.fits(&managed));
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
