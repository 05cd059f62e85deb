//! What stands around a page, read from the request.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use super::Identity;
use crate::{
    domain::user::Role,
    web::{
        assets,
        error::WebError,
        middleware::RequestId,
        session::BrowserSession,
        view::{Shell, SignedInAs},
    },
};

/// The shell of a page, for the handler that ends up showing one.
pub struct PageShell {
    session: BrowserSession,
    bare: Shell,
}

impl PageShell {
    /// A shell without a session, for error pages.
    pub fn bare(req: &HttpRequest) -> Shell {
        Shell {
            csrf_token: String::new(),
            signed_in: None,
            flash: None,
            stylesheet: assets::stylesheet().path.as_str(),
            favicon: assets::favicon().path.as_str(),
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
        let signed_in = req.extensions().get::<Identity>().map(|found| {
            let user = found.0.user();
            SignedInAs {
                name: user.name().to_owned(),
                email: user.email.clone(),
                is_admin: user.role == Role::Admin,
            }
        });
        let bare = Shell {
            signed_in,
            ..Self::bare(req)
        };
        ready(Ok(Self { session, bare }))
    }
}
