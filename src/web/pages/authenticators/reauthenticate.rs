//! Reauthentication for a sensitive act, and returning to the act.
//!
//! A form without recent reauthentication was kept with its input. After the reauthentication one button
//! performs the act. If nothing could be kept, the act's own page is shown again.

mod acts;

use actix_web::{HttpResponse, http::StatusCode, web::Query};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{
        accounts::user::User, authenticators::factors::Kind, local_path::LocalPath,
        secrets::secret::SecretString,
    },
    flows::{
        authenticators::{
            proof::{self, FactorProven, Outcome, Presented, Proof, passkey},
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
            authenticators::{
                code_field::{self, SixDigits},
                passkey_request::PasskeyRequest,
            },
        },
        paths::{ACCOUNT, LOGIN, REAUTHENTICATE},
        problem::codes,
        session::{BrowserSession, KeptAct},
        view::{FieldErrors, Flash, Shell},
    },
};
use acts::{act_of, needs_factor};

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
    /// `None` if the user has no passkey.
    pub passkey: Option<PasskeyRequest>,
    /// Faults, by `password`, `code` and `backup-code`.
    pub errors: FieldErrors,
}

impl ReauthenticatePage {
    /// What the user is to do, as in "enter your password".
    fn demand(&self) -> String {
        let code = match (self.app, self.phone) {
            (true, _) => "a code from your app",
            (false, true) => "a code",
            (false, false) => "",
        };
        let entered = match self.takes {
            Takes::PasswordOrCode if !code.is_empty() => format!("your password or {code}"),
            Takes::Password | Takes::PasswordOrCode => "your password".to_owned(),
            Takes::Code if !code.is_empty() => code.to_owned(),
            Takes::Code if self.passkey.is_some() => return "use your passkey".to_owned(),
            Takes::Code => "a backup code".to_owned(),
        };
        if self.passkey.is_some() {
            format!("use your passkey, or enter {entered}")
        } else {
            format!("enter {entered}")
        }
    }
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
    challenge_token: SecretString,
    /// `PublicKeyCredential.toJSON()`.
    #[serde(default)]
    credential: String,
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
        return show(&request, &who, next.as_ref(), Showing::first()).await;
    }
    match (request.session.kept_act(path), act_of(path, who.user())) {
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
    if !form.credential.is_empty() {
        return post_passkey(&request, &who, next.as_ref(), &form).await;
    }
    let presented = if !form.password.is_empty() {
        Presented::Password(form.password)
    } else if !form.code.expose().trim().is_empty() {
        Presented::Code(form.code.clone())
    } else {
        let errors = match takes(&who, next.as_ref()) {
            Takes::Code => code_field::missing(six_digits(&request, &who)),
            _ => FieldErrors::of_field("password", copy::missing("your password")),
        };
        return show(&request, &who, next.as_ref(), Showing::invalid(errors)).await;
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
            let from = six_digits(&request, &who);
            Showing::rejected(code_field::refused(form.code.expose(), fault, from))
        }
        Outcome::NoSecondFactor => Showing::invalid(FieldErrors::of_form(copy::TWO_FACTOR_IS_OFF)),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, &who, next.as_ref(), showing).await
}

/// The answer of a passkey, which proves both factors.
async fn post_passkey(
    request: &PageRequest,
    who: &Authenticated,
    next: Option<&LocalPath>,
    form: &Form,
) -> WebResult {
    let services = request.services();
    if services.webauthn.is_none() {
        return Err(codes::NOT_FOUND.into());
    }
    let credential = serde_json::from_str(&form.credential).unwrap_or_default();
    let token = &form.challenge_token;
    let presented = passkey::present(services, who, token, &credential, &request.client);
    let why = match presented.await? {
        passkey::Outcome::Proven => return Ok(onwards(&request.session, next, None)),
        passkey::Outcome::Overtaken => {
            let flash = Flash::info(copy::SESSION_ENDED);
            return Ok(see_other_with(&request.session, LOGIN, &flash));
        }
        passkey::Outcome::Throttled(wait) => {
            return show(request, who, next, Showing::throttled(wait)).await;
        }
        passkey::Outcome::Unknown => copy::UNKNOWN_PASSKEY,
        passkey::Outcome::Wrong(why) => copy::passkey_refused(why),
        passkey::Outcome::Expired => copy::CHALLENGE_EXPIRED,
    };
    let showing = Showing::rejected(FieldErrors::of_form(why));
    show(request, who, next, showing).await
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
    show(&request, &who, next.as_ref(), showing).await
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
fn page_before(next: Option<&LocalPath>, user: &User) -> String {
    let Some(next) = next.map(LocalPath::as_str) else {
        return ACCOUNT.to_owned();
    };
    act_of(next, user).map_or(next, |act| act.page).to_owned()
}

fn takes(who: &Authenticated, next: Option<&LocalPath>) -> Takes {
    match next {
        _ if !who.user().two_factor_enabled() => Takes::Password,
        Some(next) if needs_factor(next.as_str()) => Takes::Code,
        _ => Takes::PasswordOrCode,
    }
}

fn six_digits(request: &PageRequest, who: &Authenticated) -> SixDigits {
    let factors = &who.user().factors;
    SixDigits {
        app: factors.has(Kind::Totp),
        phone: request.services().sms.is_some() && factors.has(Kind::Phone),
    }
}

async fn show(
    request: &PageRequest,
    who: &Authenticated,
    next: Option<&LocalPath>,
    showing: Showing,
) -> WebResult {
    let user = who.user();
    let SixDigits { app, phone } = six_digits(request, who);
    let has_passkey = user.factors.has(Kind::Passkey) && request.services().webauthn.is_some();
    let passkey = if has_passkey {
        let challenge = passkey::options(request.services(), who).await?;
        Some(PasskeyRequest::from(challenge))
    } else {
        None
    };
    showing.answer(|errors| ReauthenticatePage {
        shell: request.shell(),
        email: user.email.clone(),
        purpose: next
            .and_then(|next| act_of(next.as_str(), user))
            .map_or("", |act| act.purpose),
        next: next.map_or_else(String::new, ToString::to_string),
        back: page_before(next, user),
        takes: takes(who, next),
        app,
        phone,
        passkey,
        errors,
    })
}
