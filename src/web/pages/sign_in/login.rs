//! Signing in with address and password.

use actix_web::web::Query;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{accounts::email::EmailError, local_path::LocalPath, secrets::secret::SecretString},
    flows::{
        EmailVerification, Registration,
        sign_in::{self, Input, Outcome, new_device::Agent},
    },
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::{
            answer::{Showing, account_deleted, code_required, see_other, signed_in},
            authenticators::passkey_request::{self, PasskeyRequest},
        },
        paths::ACCOUNT,
        view::{FieldErrors, Shell},
    },
};

/// `/login`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/login.html")]
pub struct LoginPage {
    pub shell: Shell,
    pub email: String,
    /// Whether to stay signed in after the browser closes.
    pub remember_me: bool,
    /// Where to go afterwards, already checked; empty for the account page.
    pub next: String,
    /// Whether the page offers to create an account.
    pub may_register: bool,
    /// Whether to mention that new accounts must be verified first. This does not depend on why the
    /// sign-in was refused, so it reveals nothing.
    pub tells_of_link: bool,
    /// `None` where this site has no passkeys.
    pub passkey: Option<PasskeyRequest>,
    /// Faults: of the whole form for wrong credentials and waits, else by `email` and `password`.
    pub errors: FieldErrors,
}

impl LoginPage {
    /// What the browser fills into the field of the address.
    fn username(&self) -> &'static str {
        match self.passkey {
            Some(_) => "username webauthn",
            None => "username",
        }
    }
}

#[derive(Deserialize)]
pub struct NextQuery {
    #[serde(default)]
    next: String,
}

#[derive(Default, Deserialize)]
pub struct Form {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    remember_me: String,
    #[serde(default)]
    next: String,
}

impl Form {
    fn remembers(&self) -> bool {
        !self.remember_me.is_empty()
    }

    fn missing(&self) -> FieldErrors {
        let mut errors = FieldErrors::default();
        if self.email.trim().is_empty() {
            errors.add("email", EmailError::Empty.to_string());
        }
        if self.password.is_empty() {
            errors.add("password", copy::missing("your password"));
        }
        errors
    }
}

/// `GET /login`. A signed-in user is redirected at once.
pub async fn get(
    MaybeUser(who): MaybeUser,
    Query(NextQuery { next }): Query<NextQuery>,
    request: PageRequest,
) -> WebResult {
    if who.is_some() {
        let next = LocalPath::parse(&next);
        return Ok(see_other(next.as_ref().map_or(ACCOUNT, LocalPath::as_str)));
    }
    let form = Form {
        next,
        ..Form::default()
    };
    show(&request, form, Showing::first(), None).await
}

/// `POST /login`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let missing = form.missing();
    if !missing.is_empty() {
        return show(&request, form, Showing::invalid(missing), None).await;
    }
    let input = Input {
        email: form.email.clone(),
        password: form.password.clone(),
        remember_me: form.remembers(),
        replaces: who.and_then(|who| who.held_session()),
        device: request.client.device.clone(),
        agent: Agent::Browser,
    };
    let next = LocalPath::parse(&form.next);
    let outcome = sign_in::with_password(request.services(), input, &request.client).await?;
    request.state.count_sign_in(&outcome);
    let showing = match outcome {
        Outcome::SignedIn(pair) => {
            return Ok(signed_in(
                &request,
                &pair,
                &request.client.device,
                next.as_ref(),
            ));
        }
        Outcome::SecondFactorRequired(pending) => {
            return Ok(code_required(
                &request.session,
                &pending,
                form.remembers(),
                next.as_ref(),
            ));
        }
        Outcome::AccountDeleted(restorable) => {
            return Ok(account_deleted(
                &request.session,
                restorable,
                form.remembers(),
            ));
        }
        Outcome::Rejected => Showing::rejected(FieldErrors::of_form(copy::WRONG_EMAIL_OR_PASSWORD)),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, form, showing, None).await
}

/// The page again after a passkey was refused; `unknown` is the id of one that no account has.
pub(super) async fn show_again(
    request: &PageRequest,
    next: &str,
    remember_me: bool,
    showing: Showing,
    unknown: Option<String>,
) -> WebResult {
    let form = Form {
        next: next.to_owned(),
        remember_me: if remember_me { "true" } else { "" }.to_owned(),
        ..Form::default()
    };
    show(request, form, showing, unknown).await
}

async fn show(
    request: &PageRequest,
    form: Form,
    showing: Showing,
    unknown: Option<String>,
) -> WebResult {
    let passkey = passkey_request::to_sign_in(request, None).await?;
    let passkey = passkey.map(|asked| PasskeyRequest { unknown, ..asked });
    let required = request.state.services.policy.email_verification == EmailVerification::Required;
    let tells_of_link = required && showing.is_rejected();
    showing.answer(|errors| LoginPage {
        shell: request.shell(),
        remember_me: form.remembers(),
        next: LocalPath::parse(&form.next).map_or_else(String::new, |next| next.to_string()),
        email: form.email,
        may_register: request.state.services.policy.registration == Registration::Open,
        tells_of_link,
        passkey,
        errors,
    })
}
