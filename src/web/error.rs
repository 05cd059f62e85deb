//! A failure as a page or as problem+json (RFC 9457). A 500 never contains the cause.

use std::{fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};

use qrcode::types::QrError;

use super::{
    copy,
    paths::{CHANGE_PASSWORD, LOGIN, REAUTHENTICATE},
    problem::codes::Code,
};
use crate::{
    domain::{clock::whole_seconds, local_path::LocalPath, sign_in::attempts::Pause},
    flows::FlowError,
};

/// When to retry if the service is busy, or without its database.
pub const BUSY: Duration = Duration::from_secs(2);

/// What handlers and extractors return.
pub type WebResult<T = HttpResponse> = Result<T, WebError>;

/// Why there is no ordinary answer.
#[derive(Debug)]
pub enum WebError {
    /// A fault of ours.
    Flow(FlowError),
    /// A page could not be rendered.
    Template(askama::Error),
    /// A QR code could not be drawn.
    Qr(QrError),
    /// The description of the API could not be written.
    Description(serde_json::Error),
    /// The application is wired wrongly.
    Misconfigured,
    /// The page requires a signed-in user: redirects to the sign-in page, and back afterwards.
    SignInRequired(Option<LocalPath>),
    /// Nothing is allowed before the password is changed: redirects to the page that changes it, and back
    /// afterwards.
    PasswordChangeRequired(Option<LocalPath>),
    /// The act requires recent reauthentication: redirects to that page, and back afterwards.
    ReauthenticationRequired(LocalPath),
    /// The API call requires a valid access token.
    Unauthorized,
    /// A refusal, as the API words it.
    Refused(Refusal),
    /// Too many attempts.
    Throttled(Pause),
}

/// A refusal that a page and a problem document can show.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Its status and its code.
    pub code: Code,
    /// What happened and what to do next.
    pub detail: String,
    /// The faults of each field.
    pub fields: Vec<(&'static str, Vec<String>)>,
}

impl Refusal {
    /// A refusal without fields.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            fields: Vec::new(),
        }
    }
}

/// Stored in an answer for the middleware that writes its body.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The code, if the failure has a specific one.
    pub code: Option<Code>,
    /// What happened, if the status is not specific enough.
    pub detail: Option<String>,
    /// The faults of each field.
    pub fields: Vec<(&'static str, Vec<String>)>,
    /// How long to wait.
    pub retry_after: Option<Duration>,
}

impl WebError {
    /// A refusal without fields, with a more specific text than that of its code.
    pub fn refused(code: Code, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(code, detail))
    }
}

/// A refusal without fields.
impl From<Code> for WebError {
    fn from(code: Code) -> Self {
        Self::refused(code, code.says)
    }
}

impl From<FlowError> for WebError {
    fn from(error: FlowError) -> Self {
        Self::Flow(error)
    }
}

impl From<askama::Error> for WebError {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

impl From<serde_json::Error> for WebError {
    fn from(error: serde_json::Error) -> Self {
        Self::Description(error)
    }
}

impl From<QrError> for WebError {
    fn from(error: QrError) -> Self {
        Self::Qr(error)
    }
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status_code())
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Flow(FlowError::Overloaded | FlowError::Unavailable(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Flow(_)
            | Self::Template(_)
            | Self::Qr(_)
            | Self::Description(_)
            | Self::Misconfigured => StatusCode::INTERNAL_SERVER_ERROR,
            Self::SignInRequired(_)
            | Self::PasswordChangeRequired(_)
            | Self::ReauthenticationRequired(_) => StatusCode::SEE_OTHER,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Refused(refusal) => refusal.code.status,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        let mut failure = Failure {
            code: None,
            detail: None,
            fields: Vec::new(),
            retry_after: None,
        };
        match self {
            Self::Flow(FlowError::Overloaded) => failure.retry_after = Some(BUSY),
            Self::Flow(error @ FlowError::Unavailable(_)) => {
                tracing::error!(%error, "cannot serve");
                failure.retry_after = Some(BUSY);
            }
            Self::Flow(error) => tracing::error!(%error, "a flow failed"),
            Self::Template(error) => tracing::error!(%error, "a page could not be rendered"),
            Self::Qr(error) => tracing::error!(%error, "a QR code could not be drawn"),
            Self::Description(error) => {
                tracing::error!(%error, "the API could not be described");
            }
            Self::Misconfigured => tracing::error!("the application lacks its state"),
            Self::SignInRequired(next) => {
                let path = way_over(LOGIN, next.as_ref());
                response.insert_header((header::LOCATION, path));
                return response.finish();
            }
            Self::PasswordChangeRequired(next) => {
                let path = way_over(CHANGE_PASSWORD, next.as_ref());
                response.insert_header((header::LOCATION, path));
                return response.finish();
            }
            Self::ReauthenticationRequired(next) => {
                let path = way_over(REAUTHENTICATE, Some(next));
                response.insert_header((header::LOCATION, path));
                return response.finish();
            }
            Self::Unauthorized => {}
            Self::Refused(refusal) => {
                failure.code = Some(refusal.code);
                failure.detail = Some(refusal.detail.clone());
                failure.fields.clone_from(&refusal.fields);
            }
            Self::Throttled(pause) => {
                failure.retry_after = Some(pause.retry_after());
                if *pause == Pause::UntilUnlocked {
                    failure.detail = Some(copy::SIGN_IN_BLOCKED.into());
                }
            }
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            // RFC 9110, 15.5.2: a 401 names a way to authenticate.
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(wait) = failure.retry_after {
            response.insert_header((header::RETRY_AFTER, whole_seconds(wait)));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(failure);
        response
    }
}

/// A redirect to a page that continues to another one.
pub fn way_over(page: &str, next: Option<&LocalPath>) -> String {
    next.map_or_else(
        || page.to_owned(),
        |next| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("next", next.as_str())
                .finish();
            format!("{page}?{query}")
        },
    )
}
