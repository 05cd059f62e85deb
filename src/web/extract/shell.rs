//! What stands around a page, read from the request.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use super::Identity;
use crate::{
    domain::accounts::user::Role,
    web::{
        assets,
        error::WebError,
        middleware::RequestId,
        session::BrowserSession,
        view::{Shell, SignedInAs},
    },
};

/// Left in the request of a signed-in person: the token of this browser's forms.
#[derive(Clone)]
pub struct FormToken(pub String);

/// The shell of a page, for the handler that ends up showing one.
pub struct PageShell {
    session: BrowserSession,
    bare: Shell,
}

impl PageShell {
    /// A shell for an error page. The session is closed by then: its token is what [`FormToken`] kept.
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
        Shell {
            csrf_token: String::new(),
            signed_in,
            flash: None,
            stylesheet: assets::stylesheet().path.as_str(),
            favicon: assets::favicon().path.as_str(),
            home: "/".to_owned(),
            request_id: RequestId::of(req),
        }
    }

    /// The shell, with the message that the page before left: it is shown once.
    pub fn take(self) -> Shell {
        Shell {
            csrf_token: self.session.csrf_token(),
            flash: self.session.take_flash(),
            ..self.bare
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
