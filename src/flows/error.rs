//! Faults of the service. Clients learn only that there was one.

use thiserror::Error;

use crate::{
    db::DbError, domain::secrets::sealing::SealError, hashing::HashingError, judging::JudgingError,
    webauthn::WebauthnFault,
};

/// Why a flow failed.
#[derive(Debug, Error)]
pub enum FlowError {
    #[error(transparent)]
    Db(DbError),
    /// The database cannot be reached, or has no free connection.
    #[error("no database: {0}")]
    Unavailable(String),
    /// Too many passwords are being checked or judged, or files sent; the client should try again in a moment.
    #[error("overloaded: too many passwords are being checked or judged, or files sent")]
    Overloaded,
    /// The receiver of what was being sent has lost the right to it.
    #[error("the receiver is signed out, or is no admin any more")]
    NoLongerAllowed,
    #[error(transparent)]
    Hashing(HashingError),
    /// Checking a new password failed.
    #[error(transparent)]
    Judging(JudgingError),
    /// A stored secret cannot be unsealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A token could not be signed.
    #[error("signing a token: {0}")]
    Token(#[from] jsonwebtoken::errors::Error),
    /// A mail could not be rendered.
    #[error("rendering a mail: {0}")]
    Mail(#[from] askama::Error),
    /// A passkey's options could not be written, or a stored passkey not be read.
    #[error(transparent)]
    Webauthn(#[from] WebauthnFault),
    /// Stored data is inconsistent.
    #[error("stored data is inconsistent: {0}")]
    Inconsistent(&'static str),
}

impl From<DbError> for FlowError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(why) => Self::Unavailable(why),
            DbError::Query(_) => Self::Db(error),
        }
    }
}

impl From<crate::db::QueryError> for FlowError {
    fn from(error: crate::db::QueryError) -> Self {
        DbError::from(error).into()
    }
}

impl From<JudgingError> for FlowError {
    fn from(error: JudgingError) -> Self {
        match error {
            JudgingError::Busy => Self::Overloaded,
            JudgingError::Interrupted => Self::Judging(error),
        }
    }
}

impl From<HashingError> for FlowError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Overloaded,
            other => Self::Hashing(other),
        }
    }
}

/// Why a transaction was rolled back.
pub(super) enum Undone<O> {
    /// The flow ends with this outcome.
    As(O),
    Fault(FlowError),
}

impl<O, E: Into<FlowError>> From<E> for Undone<O> {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl<O> Undone<O> {
    /// The outcome, or the fault.
    pub(super) fn outcome(self) -> Result<O, FlowError> {
        match self {
            Self::As(outcome) => Ok(outcome),
            Self::Fault(fault) => Err(fault),
        }
    }
}
