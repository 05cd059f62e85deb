//! The browser's session cookie: data that a page leaves for the next one, before sign-in as well.
//!
//! It is encrypted, and deleted when the browser closes. It does not contain the signed-in user.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{
    error::WebError,
    state::State,
    view::{Flash, FlashKind},
};
use crate::{
    domain::secrets::{random, secret::SecretString},
    flows::accounts::deletion::Restorable,
};

const CSRF: &str = "csrf";
const FLASH: &str = "flash";
const PENDING: &str = "pending";
const KEPT_ACT: &str = "act";
const RESTORING: &str = "restoring";
const REMOVED_PASSKEY: &str = "removed_passkey";

/// A pending sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Pending {
    /// The `login_mfa` token.
    pub token: String,
    /// Whether the cookies are kept when the browser closes.
    pub remember_me: bool,
    pub next: Option<String>,
    /// Whether its code also sets a new password.
    #[serde(default)]
    pub resets: bool,
    /// What completes it.
    #[serde(default)]
    pub methods: Vec<String>,
}

/// A sign-in to an account that its owner has deleted.
#[derive(Clone, Serialize, Deserialize)]
pub struct Restoring {
    pub restorable: Restorable,
    /// Whether the cookies should outlive the browser.
    pub remember_me: bool,
}

/// A sensitive act that waits for reauthentication, with its input.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeptAct {
    /// The action of its form.
    pub path: String,
    /// The fields of the form, without secrets.
    pub fields: Vec<(String, String)>,
}

/// The session cookie with our types.
#[derive(Clone)]
pub struct BrowserSession {
    session: Session,
    state: State,
}

impl BrowserSession {
    pub fn of(req: &HttpRequest) -> Result<Self, WebError> {
        Self::from_request(req, &mut Payload::None).into_inner()
    }

    /// The token of every form of this browser.
    pub fn csrf_token(&self) -> String {
        self.known_csrf_token()
            .unwrap_or_else(|| self.fresh_csrf_token())
    }

    /// The same, if there is one already.
    pub fn known_csrf_token(&self) -> Option<String> {
        self.session.get(CSRF).ok().flatten()
    }

    fn fresh_csrf_token(&self) -> String {
        let token =
            BASE64URL_NOPAD.encode(&random::bytes::<32>(self.state.services.random.as_ref()));
        self.put(CSRF, &token);
        token
    }

    /// Whether a form's token belongs to this browser.
    pub fn knows_csrf_token(&self, presented: &SecretString) -> bool {
        self.known_csrf_token().is_some_and(|expected| {
            bool::from(expected.as_bytes().ct_eq(presented.expose().as_bytes()))
        })
    }

    /// Starts a new session: earlier content, which might have been planted, is dropped when signing in or
    /// out (ASVS 5.0, 7.2.4).
    pub fn renew(&self) {
        self.session.clear();
        self.session.renew();
        self.fresh_csrf_token();
    }

    /// Leaves a message for the next page.
    pub fn leave_flash(&self, flash: &Flash) {
        self.put(FLASH, &(flash.kind.class(), &flash.text));
    }

    /// Takes the message of the previous page.
    pub fn take_flash(&self) -> Option<Flash> {
        let (kind, text) = self.session.get::<(String, String)>(FLASH).ok().flatten()?;
        self.session.remove(FLASH);
        Some(Flash {
            kind: FlashKind::from_class(&kind)?,
            text,
        })
    }

    /// Leaves the credential id of a passkey that was just removed in this browser.
    pub fn leave_removed_passkey(&self, id: &str) {
        self.put(REMOVED_PASSKEY, &id);
    }

    /// Takes it.
    pub fn take_removed_passkey(&self) -> Option<String> {
        let id = self.session.get(REMOVED_PASSKEY).ok().flatten()?;
        self.session.remove(REMOVED_PASSKEY);
        Some(id)
    }

    /// Stores a pending sign-in.
    pub fn set_pending(&self, pending: &Pending) {
        self.put(PENDING, pending);
    }

    /// The pending sign-in.
    pub fn pending(&self) -> Option<Pending> {
        self.session.get(PENDING).ok().flatten()
    }

    /// Deletes the pending sign-in.
    pub fn forget_pending(&self) {
        self.session.remove(PENDING);
    }

    /// Keeps a sign-in to a deleted account.
    pub fn set_restoring(&self, restoring: &Restoring) {
        self.put(RESTORING, restoring);
    }

    /// The sign-in to a deleted account.
    pub fn restoring(&self) -> Option<Restoring> {
        self.session.get(RESTORING).ok().flatten()
    }

    /// Forgets it.
    pub fn forget_restoring(&self) {
        self.session.remove(RESTORING);
    }

    /// Stores an act that waits for reauthentication. It replaces an earlier one.
    pub fn keep_act(&self, act: &KeptAct) {
        self.put(KEPT_ACT, act);
    }

    /// Deletes the waiting act, if there is one.
    pub fn forget_act(&self) {
        self.session.remove(KEPT_ACT);
    }

    /// The waiting act with this path, if there is one.
    pub fn kept_act(&self, path: &str) -> Option<KeptAct> {
        let act: Option<KeptAct> = self.session.get(KEPT_ACT).ok().flatten();
        act.filter(|act| act.path == path)
    }

    fn put(&self, key: &str, value: &impl Serialize) {
        if let Err(error) = self.session.insert(key, value) {
            tracing::error!(%error, "the session cookie could not be written");
        }
    }
}

impl FromRequest for BrowserSession {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req
            .app_data::<State>()
            .cloned()
            .ok_or(WebError::Misconfigured);
        ready(state.map(|state| Self {
            session: req.get_session(),
            state,
        }))
    }
}
