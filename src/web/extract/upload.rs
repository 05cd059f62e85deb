//! A file from an admin: `multipart/form-data` (RFC 7578), within its bounds.
//!
//! The form's token has to come before the file, so that nothing of a forged form is kept. Where
//! such a request is refused, its body is still read to its end: a browser that is cut off while it
//! sends shows a broken connection, and not the page that says why.

use std::{cell::Cell, future::Future, pin::Pin, rc::Rc, time::Duration};

use actix_multipart::{Field, Multipart};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, dev::Payload, error::PayloadError, web::Bytes,
};
use futures_util::{Stream, StreamExt};
use tokio::{sync::Semaphore, time::timeout};

use super::{AdminUser, body::form_bytes};
use crate::{
    domain::{import::MAX_FILE, local_path::LocalPath, secret::SecretString},
    flows::proof::{self, Proven},
    web::{
        copy, error::WebError, problem::codes, session::BrowserSession, state::State, view::Flash,
    },
};

/// Bytes of a form beside its file.
const BESIDE: usize = 16 * 1024;
/// The longest that a file may take to arrive, and the longest that is listened to one that is
/// refused.
const ARRIVAL: Duration = Duration::from_mins(2);
/// The most bytes that are read of what is refused.
const DISCARDED: usize = 64 * 1024 * 1024;
/// How many files arrive at once in this process. Each takes its size in memory.
static ARRIVING: Semaphore = Semaphore::const_new(2);

/// A file from an admin who has proved lately who they are. Anybody else is sent to
/// `/reauthenticate` and back to the form: a file cannot be kept for them.
pub struct AdminUpload {
    /// Who.
    pub proven: Proven,
    /// The file, or why there is none.
    pub file: Result<Uploaded, UploadFault>,
}

/// A file as it came.
pub struct Uploaded {
    /// What the browser calls it; anything.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why there is no file, where the form is otherwise in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadFault {
    /// None was chosen.
    Missing,
    /// It is larger than may be.
    TooLarge,
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
                return Err(LocalPath::parse(req.path())
                    .map_or_else(WebError::form_expired, WebError::ReauthenticationRequired));
            };
            let fault = |fault| {
                Ok(Self {
                    proven: proven.clone(),
                    file: Err(fault),
                })
            };
            let is = |media_type: &str| req.content_type().eq_ignore_ascii_case(media_type);
            if !is("multipart/form-data") {
                // Sent without a file, or by what is no form of ours.
                form_bytes(&req, &mut payload).await?;
                return fault(UploadFault::Missing);
            }
            let media_type = req.mime_type().ok().flatten();
            if media_type.is_none_or(|it| it.get_param("boundary").is_none()) {
                // `Multipart` tells of this once, and panics where it is asked for more.
                discard(payload).await;
                return Err(unreadable());
            }
            if announced(&req).is_some_and(|length| length > MAX_FILE + BESIDE) {
                discard(payload).await;
                return fault(UploadFault::TooLarge);
            }
            let Ok(_turn) = ARRIVING.acquire().await else {
                return Err(WebError::Misconfigured);
            };
            match timeout(ARRIVAL, read(&req, &session, &mut payload)).await {
                Ok(Ok(file)) => Ok(Self {
                    proven,
                    file: Ok(file),
                }),
                Ok(Err(Refused::As(why))) => fault(why),
                Ok(Err(Refused::Error(error))) => Err(error),
                Err(_) => {
                    let detail = "The file did not arrive in time. Send it again.";
                    Err(WebError::refused(codes::REQUEST_TIMEOUT, detail))
                }
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

impl From<WebError> for Refused {
    fn from(error: WebError) -> Self {
        Self::Error(error)
    }
}

/// Reads the form to its end, whatever is found in it.
async fn read(
    req: &HttpRequest,
    session: &BrowserSession,
    payload: &mut Payload,
) -> Result<Uploaded, Refused> {
    let taken = Rc::new(Cell::new(0_usize));
    let whole = counted(payload.take(), Rc::clone(&taken));
    let mut form = Multipart::new(req.headers(), whole);
    let mut reading = Reading {
        session,
        taken: &taken,
        token: false,
        file: None,
    };
    let outcome = reading.fields(&mut form).await;
    if outcome.is_err() {
        while taken.get() <= DISCARDED && matches!(form.next().await, Some(Ok(_))) {}
    }
    outcome?;
    reading.file.ok_or(Refused::As(UploadFault::Missing))
}

/// The body, and how much of it came.
fn counted(
    payload: Payload,
    taken: Rc<Cell<usize>>,
) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    payload.map(move |chunk| {
        let length = chunk.as_ref().map_or(0, Bytes::len);
        taken.set(taken.get() + length);
        if taken.get() > DISCARDED {
            return Err(PayloadError::Overflow);
        }
        chunk
    })
}

struct Reading<'a> {
    session: &'a BrowserSession,
    taken: &'a Cell<usize>,
    token: bool,
    file: Option<Uploaded>,
}

impl Reading<'_> {
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
                        return Err(WebError::form_expired().into());
                    }
                    self.token = true;
                }
                _ if !self.token => return Err(WebError::form_expired().into()),
                Some("file") if self.file.is_none() => self.file = self.file(&mut field).await?,
                Some("file") => return Err(unreadable().into()),
                _ => {
                    bytes(&mut field, BESIDE).await?;
                }
            }
            if self.taken.get() > MAX_FILE + BESIDE {
                return Err(Refused::As(UploadFault::TooLarge));
            }
        }
        if self.token {
            return Ok(());
        }
        Err(WebError::form_expired().into())
    }

    /// A field for a file that nobody chose has neither a name nor bytes.
    async fn file(&self, field: &mut Field) -> Result<Option<Uploaded>, Refused> {
        let given = field.content_disposition().and_then(|it| it.get_filename());
        let name = given.unwrap_or_default().to_owned();
        let bytes = bytes(field, MAX_FILE).await?;
        let chosen = !name.is_empty() || !bytes.is_empty();
        Ok(chosen.then_some(Uploaded { name, bytes }))
    }
}

/// The bytes of a field, at most so many; what is over is read and forgotten.
async fn bytes(field: &mut Field, limit: usize) -> Result<Vec<u8>, Refused> {
    match field.bytes(limit).await {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(_)) => Err(unreadable().into()),
        Err(_) => Err(Refused::As(UploadFault::TooLarge)),
    }
}

fn unreadable() -> WebError {
    WebError::refused(codes::MALFORMED_FORM, "The form cannot be read.")
}

async fn discard(mut payload: Payload) {
    let whole = async {
        let mut taken = 0;
        while let Some(Ok(chunk)) = payload.next().await {
            taken += chunk.len();
            if taken > DISCARDED {
                return;
            }
        }
    };
    // Whoever is slower than this is let go.
    let _ = timeout(ARRIVAL, whole).await;
}
