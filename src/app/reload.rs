//! What a running process reads again: the certificates that it trusts.

use super::StartError;
use crate::{
    config::Config,
    db::{DatabaseOptions, Db},
    mail::Transport,
};

/// The parts of the application that can be given new certificates.
pub struct Reloads {
    db: Db,
    transport: Transport,
}

impl Reloads {
    pub(super) fn new(db: &Db, transport: &Transport) -> Self {
        Self {
            db: db.clone(),
            transport: transport.clone(),
        }
    }

    /// Reads the certificates again, of the database and of the mail server. Returns what could not be used; there,
    /// the earlier certificates stay.
    pub fn certificates(&self, config: &Config, database: &DatabaseOptions) -> Vec<StartError> {
        let database = self.db.reload_certificates(database).err().map(Into::into);
        let mail = config.smtp.as_ref();
        let mail = mail.and_then(|smtp| self.transport.reload_certificates(smtp).err());
        [database, mail.map(Into::into)]
            .into_iter()
            .flatten()
            .collect()
    }
}
