//! A file from an admin: `multipart/form-data` (RFC 7578), within limits.
//!
//! The form's token must come before the file, so that nothing of a forged form is stored. The file is
//! stored in parts as it arrives, so that a slow upload does not delay others. The body of a refused
//! request is still read to its end: otherwise the browser would report a broken connection instead of
//! showing the page with the reason.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use actix_multipart::{Field, Multipart};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::{AdminUser, form::form_bytes, paced::Pace};
use crate::{
    domain::{import::MAX_FILE, local_path::LocalPath, secrets::secret::SecretString},
    flows::{
        Services,
        authenticators::proof::{self, Proven},
        imports::arrivals::{Arrival, Replaced},
    },
    web::{
        copy, error::WebError, problem::codes, session::BrowserSession, state::State, view::Flash,
    },
};

/// The bytes of a form in addition to its file.
const BESIDE: usize = 16 * 1024;
/// The longest that a file may take to arrive, at any speed, and the longest that a refused one is read.
const ARRIVAL: Duration = Duration::from_mins(2);

/// A file from an admin who has reauthenticated recently. Other admins are redirected to `/reauthenticate`
/// and back to the form, because a file cannot be kept for them.
pub struct AdminUpload {
    pub proven: Proven,
    /// The file, or the reason why there is none.
    pub file: Result<Uploaded, UploadFault>,
}

/// A file as it was sent.
pub struct Uploaded {
    /// Its name, which the client chooses freely.
    pub name: String,
    /// Its bytes; `None` if there are none.
    pub arrival: Option<Arrival>,
}

/// Why there is no file in an otherwise valid form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadFault {
    /// None was chosen.
    Missing,
    /// It is too large.
    TooLarge,
    /// A later upload of the same admin replaced it.
    Replaced,
}

impl FromRequest for AdminUpload {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let admin = AdminUser::from_request(req, &mut Payload::None).into_inner();
        let session = BrowserSession::of(req);
        let mut payload = payload.take();
        let req = req.clone();
        Box::pin(async move {
            let AdminUser(who) = admin?;
            let session = session?;
            let state = req.app_data::<State>().ok_or(WebError::Misconfigured)?;
            let Some(proven) = proof::recent(&state.services, &who) else {
                discard(payload).await;
                session.leave_flash(&Flash::info(copy::FILE_NOT_KEPT));
                return Err(LocalPath::parse(req.path()).map_or_else(
                    || codes::FORM_EXPIRED.into(),
                    WebError::ReauthenticationRequired,
                ));
            };
            let fault = |fault| {
                Ok(Self {
                    proven: proven.clone(),
                    file: Err(fault),
                })
            };
            let is = |media_type: &str| req.content_type().eq_ignore_ascii_case(media_type);
            if !is("multipart/form-data") {
                // Sent without a file, or by another form.
                form_bytes(&req, &mut payload).await?;
                return fault(UploadFault::Missing);
            }
            let media_type = req.mime_type().ok().flatten();
            if media_type.is_none_or(|it| it.get_param("boundary").is_none()) {
                // `Multipart` reports this once, and panics if it is polled again.
                discard(payload).await;
                return Err(unreadable());
            }
            if announced(&req).is_some_and(|length| length > MAX_FILE + BESIDE) {
                discard(payload).await;
                return fault(UploadFault::TooLarge);
            }
            let reading = Reading {
                s: &state.services,
                session: &session,
                proven: &proven,
                pace: Pace::default(),
                token: false,
                file: None,
            };
            match timeout(ARRIVAL, reading.whole(&req, payload)).await {
                Ok(Ok(file)) => Ok(Self {
                    proven: proven.clone(),
                    file: Ok(file),
                }),
                Ok(Err(Refused::As(why))) => fault(why),
                Ok(Err(Refused::Error(error))) => Err(error),
                Err(_) => Err(too_slow()),
            }
        })
    }
}

fn announced(req: &HttpRequest) -> Option<usize> {
    let length = req.headers().get("content-length")?;
    length.to_str().ok()?.parse().ok()
}

enum Refused {
    As(UploadFault),
    Error(WebError),
}

impl<E: Into<WebError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

struct Reading<'a> {
    s: &'a Arc<Services>,
    session: &'a BrowserSession,
    proven: &'a Proven,
    pace: Pace,
    token: bool,
    file: Option<Uploaded>,
}

impl Reading<'_> {
    /// Reads the form to its end, whatever it contains.
    async fn whole(mut self, req: &HttpRequest, payload: Payload) -> Result<Uploaded, Refused> {
        let mut form = Multipart::new(req.headers(), self.pace.of(payload));
        let outcome = self.fields(&mut form).await;
        let kept = self.file.take();
        let Err(refused) = outcome else {
            return kept.ok_or(Refused::As(UploadFault::Missing));
        };
        if let Some(arrival) = kept.and_then(|file| file.arrival) {
            arrival.forget().await?;
        }
        while !self.pace.is_over() && matches!(form.next().await, Some(Ok(_))) {}
        if self.pace.was_too_slow() {
            return Err(too_slow().into());
        }
        Err(refused)
    }

    async fn fields(&mut self, form: &mut Multipart) -> Result<(), Refused> {
        while let Some(field) = form.next().await {
            let mut field = field.map_err(|_| unreadable())?;
            match field.name() {
                Some("csrf_token") => {
                    let token = bytes(&mut field, 1024).await?;
                    let token = String::from_utf8(token).map_err(|_| unreadable())?;
                    if !self
                        .session
                        .knows_csrf_token(&SecretString::from(token.as_str()))
                    {
                        return Err(WebError::from(codes::FORM_EXPIRED).into());
                    }
                    self.token = true;
                }
                _ if !self.token => return Err(WebError::from(codes::FORM_EXPIRED).into()),
                Some("file") if self.file.is_none() => self.file(&mut field).await?,
                Some("file") => return Err(unreadable().into()),
                _ => {
                    bytes(&mut field, BESIDE).await?;
                }
            }
            if self.pace.taken() > MAX_FILE + BESIDE {
                return Err(Refused::As(UploadFault::TooLarge));
            }
        }
        if self.token {
            return Ok(());
        }
        Err(WebError::from(codes::FORM_EXPIRED).into())
    }

    /// Reads the file. If none was chosen, the field has neither a name nor bytes.
    async fn file(&mut self, field: &mut Field) -> Result<(), Refused> {
        let given = field.content_disposition().and_then(|it| it.get_filename());
        let name = given.unwrap_or_default().to_owned();
        let mut length = 0;
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|_| unreadable())?;
            length += chunk.len();
            if length > MAX_FILE {
                return Err(Refused::As(UploadFault::TooLarge));
            }
            if chunk.is_empty() {
                continue;
            }
            let file = self.file.get_or_insert_with(|| Uploaded {
                name: name.clone(),
                arrival: None,
            });
            let arrival = match &mut file.arrival {
                Some(arrival) => arrival,
                none => none.insert(Arrival::begin(self.s, self.proven).await?),
            };
            if arrival.take(&chunk).await? == Err(Replaced) {
                return Err(Refused::As(UploadFault::Replaced));
            }
        }
        if self.file.is_none() && !name.is_empty() {
            self.file = Some(Uploaded {
                name,
                arrival: None,
            });
        }
        Ok(())
    }
}

/// The bytes of a field, at most this many; the rest is read and dropped.
async fn bytes(field: &mut Field, limit: usize) -> Result<Vec<u8>, Refused> {
    match field.bytes(limit).await {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(_)) => Err(unreadable().into()),
        Err(_) => Err(Refused::As(UploadFault::TooLarge)),
    }
}

fn unreadable() -> WebError {
    WebError::from(codes::MALFORMED_FORM)
}

fn too_slow() -> WebError {
    let detail = "The file did not arrive in time. Send it again.";
    WebError::refused(codes::REQUEST_TIMEOUT, detail)
}

async fn discard(payload: Payload) {
    let mut whole = Box::pin(Pace::default().of(payload));
    let whole = async { while matches!(whole.next().await, Some(Ok(_))) {} };
    // A slower client is disconnected.
    let _ = timeout(ARRIVAL, whole).await;
}
