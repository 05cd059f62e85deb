//! What stands around a page, read from the request.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use super::Identity;
use crate::web::{
    assets,
    error::WebError,
    middleware::RequestId,
    session::BrowserSession,
    view::{Shell, SignedInAs},
};

/// The shell of a page. Taking it takes the flash that the page before left.
pub struct PageShell(pub Shell);

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
            }
        });
        ready(Ok(Self(Shell {
            csrf_token: session.csrf_token(),
            signed_in,
            flash: session.take_flash(),
            ..Self::bare(req)
        })))
    }
}
