//! What admins do to an account: a page that says what will happen, and the form that does it.
//!
//! The acts differ in their words and fields alone, so they share one page and one form.

use actix_web::{HttpRequest, http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    admin_user::Chip,
    admin_users::USERS,
    answer::{Showing, field_errors, see_other_with},
};
use crate::{
    db::admin_users::ManagedUser,
    domain::{reason::Reason, user::Role},
    flows::{
        InputFaults,
        admin_act::{self, Act, Outcome},
        admin_list,
    },
    web::{
        api::refusals,
        copy,
        error::{WebError, WebResult},
        extract::{AdminForm, AdminUser, ClientInfo, PageShell},
        session::BrowserSession,
        state::{State, WebState},
        view::{FieldErrors, Flash, Shell},
    },
};

/// An act in the words of its page.
#[derive(Debug)]
pub struct AdminAct {
    kind: Kind,
    /// The last part of its path.
    pub word: &'static str,
    /// The heading, and the text of its link.
    pub title: &'static str,
    /// What will happen.
    pub says: &'static str,
    /// The words of its button.
    pub button: &'static str,
    /// As in "to disable an account".
    pub purpose: &'static str,
    /// What happened, afterwards.
    done: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Disable,
    Enable,
    Role(Role),
    RequirePasswordChange,
    Unlock,
    SendReset,
    SendVerification,
    ResetTwoFactor,
    RevokeSessions,
    RevokeSession,
    Delete,
    Restore,
}

impl AdminAct {
    /// Whether somebody is shut out by it, or loses something.
    pub fn hurts(&self) -> bool {
        matches!(self.kind, Kind::RevokeSessions) || self.asks_reason()
    }

    /// Whether it asks why.
    pub fn asks_reason(&self) -> bool {
        matches!(
            self.kind,
            Kind::Disable | Kind::ResetTwoFactor | Kind::Delete
        )
    }

    /// Whether it asks for the address.
    pub fn asks_address(&self) -> bool {
        self.kind == Kind::Delete
    }

    /// The role that it gives; empty where it gives none.
    pub fn role(&self) -> &'static str {
        match self.kind {
            Kind::Role(role) => role.as_str(),
            _ => "",
        }
    }

    /// Whether it does something to this user.
    fn fits(&self, ManagedUser { user, deleted_at }: &ManagedUser) -> bool {
        let open = user.disabled_at.is_none();
        match self.kind {
            Kind::Disable | Kind::Unlock | Kind::SendReset | Kind::RevokeSessions => open,
            Kind::Enable => !open && deleted_at.is_none(),
            Kind::Role(Role::Admin) => user.role != Role::Admin && user.email_verified(),
            Kind::Role(role) => user.role != role,
            Kind::RequirePasswordChange => !user.password_must_change,
            Kind::SendVerification => open && !user.email_verified(),
            Kind::ResetTwoFactor => user.two_factor_enabled(),
            Kind::RevokeSession => false,
            Kind::Delete => deleted_at.is_none(),
            Kind::Restore => deleted_at.is_some(),
        }
    }

    /// Those that do something to this user.
    pub(super) fn fitting(managed: &ManagedUser) -> Vec<&'static Self> {
        ACTS.iter().filter(|act| act.fits(managed)).collect()
    }

    /// The act of a path; of two that give roles, the first that fits.
    pub fn of_path(path: &str, fits: impl Fn(&Self) -> bool) -> Option<&'static Self> {
        let word = path.rsplit('/').next()?;
        let mut all = ACTS.iter().filter(|act| act.word == word);
        all.clone().find(|act| fits(act)).or_else(|| all.next())
    }

    /// What its form asks for.
    fn read(&self, form: &Form, session: Option<Uuid>) -> Result<Act, InputFaults> {
        let reason = || Reason::parse(&form.reason).map_err(|why| InputFaults::one("reason", &why));
        Ok(match (self.kind, session) {
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
}

const ACTS: [AdminAct; 13] = [
    AdminAct {
        kind: Kind::SendVerification,
        word: "resend-verification",
        title: "Send the verification link again",
        says: "A mail with a fresh link goes to the address. The link works for 24 hours.",
        button: "Send the link",
        purpose: "to send somebody a verification link",
        done: "The verification link is on its way.",
    },
    AdminAct {
        kind: Kind::Unlock,
        word: "unlock",
        title: "Forget wrong attempts",
        says: "After too many wrong passwords or codes, sign-in is slowed down and at last blocked for browsers that have not been used before. This lets it start from nothing again. They are told by mail.",
        button: "Forget wrong attempts",
        purpose: "to unlock somebody's sign-in",
        done: "Wrong attempts are forgotten.",
    },
    AdminAct {
        kind: Kind::SendReset,
        word: "send-reset",
        title: "Send a password reset link",
        says: "A mail with a link that sets a new password goes to the address. It works once, for 30 minutes. Nothing changes until it is used.",
        button: "Send the link",
        purpose: "to send somebody a reset link",
        done: "The reset link is on its way.",
    },
    AdminAct {
        kind: Kind::RequirePasswordChange,
        word: "require-password-change",
        title: "Require a new password",
        says: "The next page that they open asks for a new password, and nothing else works until it is set. They are told by mail.",
        button: "Require a new password",
        purpose: "to require a new password of somebody",
        done: "A new password is required from now on.",
    },
    AdminAct {
        kind: Kind::RevokeSessions,
        word: "revoke-sessions",
        title: "Sign out everywhere",
        says: "Every browser and app is signed out at once, and trusted browsers are asked for codes again. The password still works. They are told by mail.",
        button: "Sign out everywhere",
        purpose: "to sign somebody out everywhere",
        done: "Every session has ended.",
    },
    AdminAct {
        kind: Kind::RevokeSession,
        word: "revoke",
        title: "Sign a device out",
        says: "The browser or app is signed out at once. The password still works.",
        button: "Sign out",
        purpose: "to sign a device of somebody out",
        done: "That device is signed out.",
    },
    AdminAct {
        kind: Kind::ResetTwoFactor,
        word: "reset-two-factor",
        title: "Reset two-step sign-in",
        says: "For somebody who has lost phone and backup codes. Make sure that it is really them who ask. Two-step sign-in is turned off, every browser and app is signed out, and the next sign-in takes the password alone and demands a new one. They are told by mail.",
        button: "Reset two-step sign-in",
        purpose: "to reset somebody's two-step sign-in",
        done: "Two-step sign-in is reset. A new password is demanded at the next sign-in.",
    },
    AdminAct {
        kind: Kind::Role(Role::Admin),
        word: "role",
        title: "Make an administrator",
        says: "They can then see and change every account, and make other administrators. They are told by mail.",
        button: "Make an administrator",
        purpose: "to change somebody's role",
        done: "They are an administrator now.",
    },
    AdminAct {
        kind: Kind::Role(Role::User),
        word: "role",
        title: "Take the administrator role away",
        says: "They keep their own account, and can manage no others from their next request on. They are told by mail.",
        button: "Take the role away",
        purpose: "to change somebody's role",
        done: "They are no administrator any more.",
    },
    AdminAct {
        kind: Kind::Enable,
        word: "enable",
        title: "Enable the account",
        says: "They can sign in again with their password. What ended when the account was disabled stays ended. They are told by mail.",
        button: "Enable the account",
        purpose: "to enable an account",
        done: "The account is enabled.",
    },
    AdminAct {
        kind: Kind::Restore,
        word: "restore",
        title: "Restore the account",
        says: "It will not be erased. It stays disabled until you enable it. They are told by mail.",
        button: "Restore the account",
        purpose: "to restore a deleted account",
        done: "The account is restored. It is still disabled.",
    },
    AdminAct {
        kind: Kind::Disable,
        word: "disable",
        title: "Disable the account",
        says: "Every browser and app is signed out at once, links in mails stop working, and nobody can sign in to the account. Nothing is erased. They are told by mail, without your reason.",
        button: "Disable the account",
        purpose: "to disable an account",
        done: "The account is disabled, and every session has ended.",
    },
    AdminAct {
        kind: Kind::Delete,
        word: "delete",
        title: "Delete the account",
        says: "It is disabled at once, and erased after 30 days with all that belongs to it; the audit log keeps what happened. Until then it can be restored, and its address stays taken. They are told by mail, without your reason.",
        button: "Delete the account",
        purpose: "to delete an account",
        done: "The account is deleted. It can be restored for 30 days.",
    },
];

/// `/admin/users/{id}/...`: an act that waits to be confirmed.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_act.html")]
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
    let outcome = match words.read(&form, session) {
        Ok(act) => admin_act::perform(&state.services, &proven, id, &act, &client).await?,
        Err(faults) => Outcome::Invalid(faults),
    };
    let again = |status, why: &str| Showing::again(status, FieldErrors::of_form(why));
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
        Outcome::LastAdmin => again(StatusCode::CONFLICT, copy::LAST_ADMIN),
        Outcome::NothingToDo(why) => again(StatusCode::CONFLICT, why),
        Outcome::NotFound => return Err(refusals::no_such_user()),
        Outcome::NotAdmin => return Err(refusals::admin_required()),
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
    let found = admin_list::find(&state.services, id).await?;
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
