//! Ending the sessions of a user.

use uuid::Uuid;

use super::act::{Acting, Outcome};
use crate::{
    db,
    domain::{accounts::user::User, audit::Event, session::EndReason},
    flows::Result,
};

impl Acting<'_> {
    /// Ends one session; its tokens are refused at once.
    pub async fn revoke_session(&self, user: &User, session_id: Uuid) -> Result<Outcome> {
        let Self { s, tx, .. } = self;
        if !db::sessions::end(tx, session_id, user.id, EndReason::ByAdmin, s.now()).await? {
            return Ok(Outcome::NotFound);
        }
        let event = Event::UserSessionRevoked {
            session: session_id,
        };
        self.audit(event, user.id).await?;
        Ok(Outcome::Done)
    }

    /// Ends every session and every other token. Trusted browsers are asked for codes again.
    pub async fn revoke_sessions(&self, user: &User) -> Result<Outcome> {
        let count = self.end_everything(user).await?;
        self.audit(Event::UserSessionsRevoked { count }, user.id)
            .await?;
        Ok(Outcome::Done)
    }
}
