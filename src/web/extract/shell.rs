//! What a page reads from its request, and the shell around it.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use super::{ClientInfo, Identity};
use crate::{
    domain::{accounts::user::Role, audit::Client, authenticators::recovery::Recovery},
    flows::Services,
    web::{
        assets,
        error::WebError,
        middleware::RequestId,
        session::BrowserSession,
        state::State,
        view::{RecoveryNotice, Shell, SignedInAs},
    },
};

/// Stored in the request of a signed-in user: the token of this browser's forms.
#[derive(Clone)]
pub struct FormToken(pub String);

/// Stored in the request of a signed-in user whose second factor is to be removed.
#[derive(Clone)]
pub struct WaitingRecovery(pub Recovery);

/// The shell of a page, for a handler that may show one.
pub struct PageShell {
    session: BrowserSession,
    bare: Shell,
}

impl PageShell {
    /// A shell for an error page. The session is closed by then, so its token comes from [`FormToken`].
    pub fn of_failure(req: &HttpRequest) -> Shell {
        let token = req.extensions().get::<FormToken>().cloned();
        Shell {
            csrf_token: token.map_or_else(String::new, |FormToken(token)| token),
            ..Self::bare(req)
        }
    }

    fn bare(req: &HttpRequest) -> Shell {
        let signed_in = req.extensions().get::<Identity>().map(|found| {
            let user = found.0.user();
            SignedInAs {
                name: user.name().to_owned(),
                email: user.email.clone(),
                is_admin: user.role == Role::Admin,
            }
        });
        let state = req.app_data::<State>();
        Shell {
            csrf_token: String::new(),
            signed_in,
            recovery: req
                .extensions()
                .get::<WaitingRecovery>()
                .map(|WaitingRecovery(found)| RecoveryNotice::from(found)),
            flash: None,
            stylesheet: assets::stylesheet().path.as_str(),
            favicon: assets::favicon().path.as_str(),
            branding: state.map_or_else(Arc::default, |state| {
                Arc::clone(state.services.site.branding())
            }),
            own_files: state
                .map_or_else(Arc::default, |state| Arc::clone(&state.settings.own_files)),
            home: "/".to_owned(),
            request_id: RequestId::of(req),
        }
    }

    /// The shell with the message of the previous page, which is shown once.
    pub fn take(&self) -> Shell {
        Shell {
            csrf_token: self.session.csrf_token(),
            flash: self.session.take_flash(),
            ..self.bare.clone()
        }
    }
}

impl FromRequest for PageShell {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = match BrowserSession::from_request(req, payload).into_inner() {
            Ok(session) => session,
            Err(error) => return ready(Err(error)),
        };
        ready(Ok(Self {
            session,
            bare: Self::bare(req),
        }))
    }
}

/// What every page reads from its request.
pub struct PageRequest {
    pub state: State,
    pub session: BrowserSession,
    pub client: Client,
    shell: PageShell,
}

impl PageRequest {
    pub fn services(&self) -> &Services {
        &self.state.services
    }

    /// The shell around the page, with the message of the previous page.
    pub fn shell(&self) -> Shell {
        self.shell.take()
    }
}

impl FromRequest for PageRequest {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut read = || {
            let state = req.app_data::<State>().ok_or(WebError::Misconfigured)?;
            let shell = PageShell::from_request(req, payload).into_inner()?;
            Ok(Self {
                client: ClientInfo::of(req, &state.settings).0,
                session: shell.session.clone(),
                state: state.clone(),
                shell,
            })
        };
        ready(read())
    }
}
