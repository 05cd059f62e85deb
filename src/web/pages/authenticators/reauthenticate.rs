//! Reauthentication for a sensitive act, and returning to the act.
//!
//! A form without recent reauthentication was kept with its input. After the reauthentication one button
//! performs the act. If nothing could be kept, the act's own page is shown again.

use actix_web::{HttpResponse, http::StatusCode, web::Query};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{
        admin::act::of_name, authenticators::factors::Kind, local_path::LocalPath,
        secrets::secret::SecretString,
    },
    flows::{
        authenticators::{
            proof::{self, FactorProven, Outcome, Presented, Proof},
            send_code,
        },
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::{WebResult, way_over},
        extract::{CsrfForm, CurrentUser, PageRequest},
        pages::{
            answer::{Showing, page, see_other, see_other_with},
            authenticators::code_field,
        },
        paths::{ACCOUNT, EMAIL, LOGIN, PHONE, REAUTHENTICATE},
        session::{BrowserSession, KeptAct},
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/reauthenticate`.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/reauthenticate.html")]
pub struct ReauthenticatePage {
    pub shell: Shell,
    /// The address, for password managers.
    pub email: String,
    /// The purpose, as in "to turn off two-step sign-in"; empty if it has no name.
    pub purpose: &'static str,
    /// Where to go afterwards, already checked.
    pub next: String,
    /// The target of "Cancel": the previous page.
    pub back: String,
    /// Which proofs are taken.
    pub takes: Takes,
    /// Whether the user has an authenticator app.
    pub app: bool,
    /// Whether a code can be sent to the user's phone.
    pub phone: bool,
    /// Faults, by `password`, `code` and `backup-code`.
    pub errors: FieldErrors,
}

/// What a user can prove it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Password,
    PasswordOrCode,
    /// A code, since the act needs the second factor.
    Code,
}

/// `/reauthenticate` after success, with the act to be confirmed.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/confirmed.html")]
pub struct ConfirmedPage {
    pub shell: Shell,
    /// The action of the act's form.
    pub action: String,
    /// Its kept input.
    pub fields: Vec<(String, String)>,
    /// The text of its button.
    pub button: &'static str,
    /// The page that the act belongs to.
    pub page: &'static str,
}

/// A sensitive act, in the wording of its page.
struct Act {
    /// As in "to turn off two-step sign-in".
    purpose: &'static str,
    /// The text of its own button.
    button: &'static str,
    /// The page that it belongs to.
    page: &'static str,
}

/// The act with this path.
fn act_of(path: &str) -> Option<Act> {
    let act = |page, purpose, button| {
        Some(Act {
            purpose,
            button,
            page,
        })
    };
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match segments.as_slice() {
        ["account", "two-factor", what] => {
            let act = |purpose, button| act("/account/two-factor", purpose, button);
            match *what {
                "enroll" => act("to set up two-step sign-in", "Set up two-step sign-in"),
                "confirm" => act("to turn on two-step sign-in", "Turn on"),
                "disable" => act("to turn off two-step sign-in", "Turn off two-step sign-in"),
                "backup-codes" => act("to make new backup codes", "Make new backup codes"),
                _ => None,
            }
        }
        ["account", "recovery", "cancel"] => {
            act(ACCOUNT, "to keep your second factor", "Cancel the removal")
        }
        ["account", "phone", what @ ..] => {
            let act = |purpose, button| act(PHONE, purpose, button);
            match what {
                [] => act("to add a phone number", "Send a code"),
                ["confirm"] => act("to add a phone number", "Add the phone number"),
                ["remove"] => act("to remove a phone number", "Remove the phone number"),
                _ => None,
            }
        }
        ["account", "email"] => act(EMAIL, "to change your address", "Change your address"),
        ["account", "sessions", what @ ..] => {
            let act = |purpose, button| act("/account/sessions", purpose, button);
            match what {
                ["revoke-others"] => act(
                    "to sign out every other device",
                    "Sign out every other device",
                ),
                ["trusted", _, "revoke"] => act("to stop trusting a browser", "Stop trusting"),
                [_, "revoke"] => act("to sign out a device", "Sign out the device"),
                _ => None,
            }
        }
        ["admin", "users", "import", what @ ..] => {
            let act = |purpose, button| act("/admin/users/import", purpose, button);
            match what {
                [] => act("to import accounts", "Import accounts"),
                [_, "confirm"] => act("to import accounts", "Import the accounts"),
                [_, "discard"] => act("to discard a file", "Discard the file"),
                [_, "undo"] => act("to undo an import", "Undo the import"),
                _ => None,
            }
        }
        ["admin", "users", "new"] => act("/admin/users/new", "to invite someone", "Invite"),
        ["admin", "invitations", _, what] => {
            let act = |purpose, button| act("/admin/invitations", purpose, button);
            match *what {
                "resend" => act("to send an invitation again", "Send the invitation again"),
                "revoke" => act("to revoke an invitation", "Revoke the invitation"),
                _ => None,
            }
        }
        ["admin", "users", _, name] | ["admin", "users", _, "sessions", _, name] => {
            let found = of_name(name, |_| true)?;
            act("/admin/users", found.purpose, found.button)
        }
        _ => None,
    }
}

/// Whether the proof for this act has to include the second factor.
fn needs_factor(path: &str) -> bool {
    [EMAIL, PHONE, "/account/two-factor/", "/account/passkeys"]
        .iter()
        .any(|acts| path.starts_with(acts))
}

#[derive(Deserialize)]
pub struct NextQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    code: SecretString,
    #[serde(default)]
    next: String,
}

fn local(next: &str) -> Option<LocalPath> {
    LocalPath::parse(next).filter(|next| !next.as_str().starts_with(REAUTHENTICATE))
}

/// `GET /reauthenticate`. A user who has reauthenticated recently continues to the kept act, or to the
/// page.
pub async fn get(
    CurrentUser(who): CurrentUser,
    Query(NextQuery { next }): Query<NextQuery>,
    request: PageRequest,
) -> WebResult {
    let next = local(&next);
    let path = next.as_ref().map_or(ACCOUNT, LocalPath::as_str);
    let recent = proof::recent(request.services(), &who);
    let suffices = if needs_factor(path) {
        recent.and_then(FactorProven::of).is_some()
    } else {
        recent.is_some()
    };
    if !suffices {
        return show(&request, &who, next.as_ref(), Showing::first());
    }
    match (request.session.kept_act(path), act_of(path)) {
        (Some(KeptAct { path, fields }), Some(act)) => page(
            StatusCode::OK,
            ConfirmedPage {
                shell: request.shell(),
                action: path,
                fields,
                button: act.button,
                page: act.page,
            },
        ),
        _ => Ok(see_other(path)),
    }
}

/// `POST /reauthenticate`.
pub async fn post(
    CurrentUser(who): CurrentUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let next = local(&form.next);
    let presented = if !form.password.is_empty() {
        Presented::Password(form.password)
    } else if !form.code.expose().trim().is_empty() {
        Presented::Code(form.code.clone())
    } else {
        let errors = match takes(&who, next.as_ref()) {
            Takes::Code => code_field::missing(),
            _ => FieldErrors::of_field("password", copy::missing("your password")),
        };
        return show(&request, &who, next.as_ref(), Showing::invalid(errors));
    };
    let showing = match proof::present(request.services(), &who, &presented, &request.client)
        .await?
    {
        Outcome::Proven {
            backup_codes_left: left,
            ..
        } => return Ok(onwards(&request.session, next.as_ref(), left)),
        Outcome::Overtaken => {
            let flash = Flash::info(copy::SESSION_ENDED);
            return Ok(see_other_with(&request.session, LOGIN, &flash));
        }
        Outcome::WrongPassword => {
            Showing::rejected(FieldErrors::of_field("password", copy::WRONG_PASSWORD))
        }
        Outcome::WrongCode(fault) => {
            let has_app = who.user().factors.has(Kind::Totp);
            Showing::rejected(code_field::refused(form.code.expose(), fault, has_app))
        }
        Outcome::NoSecondFactor => Showing::invalid(FieldErrors::of_form(copy::TWO_FACTOR_IS_OFF)),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, &who, next.as_ref(), showing)
}

#[derive(Deserialize)]
pub struct NextForm {
    #[serde(default)]
    next: String,
}

/// `GET /reauthenticate/phone`: reloading the answer shows the page.
pub async fn back() -> HttpResponse {
    see_other(REAUTHENTICATE)
}

/// `POST /reauthenticate/phone`.
pub async fn send_code(
    CurrentUser(who): CurrentUser,
    CsrfForm(form): CsrfForm<NextForm>,
    request: PageRequest,
) -> WebResult {
    let next = local(&form.next);
    let showing = match send_code::for_proof(request.services(), &who, &request.client).await? {
        send_code::Outcome::Sent(number) => {
            request
                .session
                .leave_flash(&Flash::info(copy::phone_code_sent(&number)));
            return Ok(see_other(&way_over(REAUTHENTICATE, next.as_ref())));
        }
        send_code::Outcome::NotOffered => {
            let errors = FieldErrors::of_form(copy::PHONE_IS_OFF);
            Showing::again(StatusCode::CONFLICT, errors)
        }
        send_code::Outcome::Expired => Showing::overtaken(),
        send_code::Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, &who, next.as_ref(), showing)
}

/// To the kept act, or to the page. A backup code that was used is told on either.
fn onwards(
    session: &BrowserSession,
    next: Option<&LocalPath>,
    backup_codes_left: Option<i64>,
) -> HttpResponse {
    let path = next.map_or(ACCOUNT, LocalPath::as_str);
    let used = backup_codes_left.map(copy::backup_code_used);
    if session.kept_act(path).is_some() {
        if let Some(used) = used {
            session.leave_flash(&Flash::info(used));
        }
        return see_other(&way_over(REAUTHENTICATE, next));
    }
    session.leave_flash(&Flash::success(match used {
        Some(used) => format!("{} {used}", copy::CONFIRMED),
        None => copy::CONFIRMED.to_owned(),
    }));
    see_other(path)
}

/// The page of an act, a page itself, or the account.
fn page_before(next: Option<&LocalPath>) -> String {
    let Some(next) = next.map(LocalPath::as_str) else {
        return ACCOUNT.to_owned();
    };
    act_of(next).map_or(next, |act| act.page).to_owned()
}

fn takes(who: &Authenticated, next: Option<&LocalPath>) -> Takes {
    match next {
        _ if !who.user().two_factor_enabled() => Takes::Password,
        Some(next) if needs_factor(next.as_str()) => Takes::Code,
        _ => Takes::PasswordOrCode,
    }
}

fn show(
    request: &PageRequest,
    who: &Authenticated,
    next: Option<&LocalPath>,
    showing: Showing,
) -> WebResult {
    showing.answer(|errors| ReauthenticatePage {
        shell: request.shell(),
        email: who.user().email.clone(),
        purpose: next
            .and_then(|next| act_of(next.as_str()))
            .map_or("", |act| act.purpose),
        next: next.map_or_else(String::new, ToString::to_string),
        back: page_before(next),
        takes: takes(who, next),
        app: who.user().factors.has(Kind::Totp),
        phone: request.services().sms.is_some() && who.user().factors.has(Kind::Phone),
        errors,
    })
}
