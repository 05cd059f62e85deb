//! "This wasn't me": the link of a security mail. Opening it changes nothing; its button does.

use actix_web::{http::StatusCode, web::Query};
use askama::Template;
use serde::Deserialize;

use super::mail_link::LinkToken;
use crate::{
    domain::{accounts::undo::Freeze, secrets::secret::SecretString},
    flows::accounts::not_me::{self, Input, Outcome, Shown},
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, PageRequest},
        pages::answer::{Showing, see_other_with},
        paths::LOGIN,
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/not-me?token=` with a link that still works.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/not_me.html")]
pub struct NotMePage {
    pub shell: Shell,
    pub token: String,
    /// What the link is about.
    pub link: Shown,
    /// What is wrong, by `password` and `code`.
    pub errors: FieldErrors,
}

impl NotMePage {
    /// Whether a password would put something back.
    pub fn takes_password(&self) -> bool {
        self.link.address.is_some() || self.link.factor
    }

    /// Whether the button alone would freeze the account.
    pub fn freezes(&self) -> bool {
        matches!(self.link.freeze, Freeze::Changes | Freeze::ChangesAndSignIn)
    }

    /// Whether no one would sign in then, as long as nothing is proven.
    pub fn freezes_sign_in(&self) -> bool {
        self.link.freeze == Freeze::ChangesAndSignIn
    }

    /// Whether the address that the account would get back is the one that the link was mailed to.
    pub fn closes_password_then(&self) -> bool {
        let back = self.link.address.as_deref();
        back.is_some_and(|back| back.eq_ignore_ascii_case(&self.link.recipient))
    }

    /// Whether a code would prove something.
    pub fn takes_code(&self) -> bool {
        self.link.takes_code && (self.takes_password() || self.link.frozen_until.is_some())
    }
}

/// `/not-me` with a link that has expired, was used, or is invalid.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/not_me_link_invalid.html")]
pub struct NotMeLinkInvalidPage {
    pub shell: Shell,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    token: SecretString,
    password: Option<SecretString>,
    code: Option<SecretString>,
}

/// `GET /not-me?token=`. Changes nothing, because mail scanners open links.
pub async fn get(Query(LinkToken { token }): Query<LinkToken>, request: PageRequest) -> WebResult {
    show(&request, &token, Showing::first()).await
}

/// `POST /not-me`. Signs no one in.
pub async fn post(CsrfForm(form): CsrfForm<Form>, request: PageRequest) -> WebResult {
    let filled_in = |field: Option<SecretString>| field.filter(|text| !text.is_empty());
    let input = Input {
        token: form.token,
        password: filled_in(form.password),
        code: filled_in(form.code),
    };
    let of_code = |message: String| FieldErrors::of_field("code", message);
    let showing = match not_me::report(request.services(), &input, &request.client).await? {
        Outcome::Done(done) => {
            let flash = Flash::success(copy::reported_not_me(&done));
            return Ok(see_other_with(&request.session, LOGIN, &flash));
        }
        Outcome::LinkDead => Showing::invalid(FieldErrors::of_form(copy::LINK_USED_PROVE)),
        Outcome::WrongPassword => Showing::rejected(FieldErrors::of_field(
            "password",
            copy::WRONG_EARLIER_PASSWORD,
        )),
        Outcome::WrongCode(fault) => Showing::invalid(of_code(copy::app_code_refused(fault))),
        Outcome::CodeMissing => Showing::invalid(of_code(copy::missing("a code"))),
        Outcome::NoSecondFactor => Showing::invalid(FieldErrors::of_form(copy::NO_EARLIER_FACTOR)),
        Outcome::AddressTaken => Showing::again(
            StatusCode::CONFLICT,
            FieldErrors::of_form(copy::EARLIER_ADDRESS_TAKEN),
        ),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, &input.token, showing).await
}

async fn show(request: &PageRequest, token: &SecretString, showing: Showing) -> WebResult {
    let Some(link) = not_me::inspect(request.services(), token).await? else {
        return dead(request, showing);
    };
    let page = NotMePage {
        shell: request.shell(),
        token: token.expose().to_owned(),
        link,
        errors: FieldErrors::default(),
    };
    if page.link.is_used && !page.takes_password() && !page.takes_code() {
        return dead(request, showing);
    }
    showing.answer(|errors| NotMePage { errors, ..page })
}

fn dead(request: &PageRequest, showing: Showing) -> WebResult {
    showing.of_dead_link().answer(|_| NotMeLinkInvalidPage {
        shell: request.shell(),
    })
}
