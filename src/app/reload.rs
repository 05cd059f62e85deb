//! What a running process reads again: its certificate, and those that it trusts.

use std::sync::Arc;

use super::{Identity, StartError};
use crate::{
    config::Config,
    db::{DatabaseOptions, Db},
    mail::Transport,
};

/// The parts of the application that can be given new certificates.
pub struct Reloads {
    db: Db,
    transport: Transport,
    identity: Option<Arc<Identity>>,
}

impl Reloads {
    pub(super) fn new(db: &Db, transport: &Transport, identity: Option<&Arc<Identity>>) -> Self {
        Self {
            db: db.clone(),
            transport: transport.clone(),
            identity: identity.cloned(),
        }
    }

    /// Reads the certificates again: that of the service, and those to trust for the database and the mail server.
    /// Returns what could not be used; there, the earlier certificates stay.
    pub fn certificates(&self, config: &Config, database: &DatabaseOptions) -> Vec<StartError> {
        let database = self.db.reload_certificates(database).err().map(Into::into);
        let mail = config.smtp.as_ref();
        let mail = mail.and_then(|smtp| self.transport.reload_certificates(smtp).err());
        let own = self.identity.as_ref();
        let own = own.and_then(|identity| identity.reload().err());
        [database, mail.map(Into::into), own.map(Into::into)]
            .into_iter()
            .flatten()
            .collect()
    }
}
