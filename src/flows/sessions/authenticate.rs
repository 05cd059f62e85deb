//! The user of a request: the access token, judged against the database in one query.

use uuid::Uuid;

use chrono::{DateTime, Utc};

use crate::{
    db::{self, accounts::users::UserRecord},
    domain::{
        audit::Client,
        token::{Claims, Purpose, judge_bound},
    },
    flows::{Result, Services, audit::record::Actor},
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::authenticate";

/// A user with a valid access token.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// The user, with the hash for checking the password again.
    pub record: UserRecord,
    /// The session; older tokens may name none.
    pub session_id: Option<Uuid>,
    /// When the user last reauthenticated in this session.
    pub proven_at: Option<DateTime<Utc>>,
    /// When the user last gave a second factor in this session.
    pub factor_proven_at: Option<DateTime<Utc>>,
    /// When a request of this session was last recorded.
    pub last_seen_at: Option<DateTime<Utc>>,
    pub claims: Claims,
}

impl Authenticated {
    pub fn user(&self) -> &crate::domain::accounts::user::User {
        &self.record.user
    }

    /// This user in this session, as the audit log names an actor.
    pub(in crate::flows) fn actor<'a>(&self, client: &'a Client) -> Actor<'a> {
        Actor::user(self.user().id, self.session_id, client)
    }

    /// The session that a browser replaces by signing in again.
    pub fn held_session(&self) -> Option<HeldSession> {
        let session_id = self.session_id?;
        let user_id = self.user().id;
        Some(HeldSession {
            user_id,
            session_id,
        })
    }
}

/// An active session whose tokens a browser has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldSession {
    pub(in crate::flows) user_id: Uuid,
    pub(in crate::flows) session_id: Uuid,
}

/// Judges an access token; `None` if it is refused, without the reason.
pub async fn with_access_token(s: &Services, token: &str) -> Result<Option<Authenticated>> {
    let now = s.now();
    let claims = match s.tokens.decode_ahead(Purpose::Access, token, now) {
        Ok(claims) => claims,
        Err(refusal) => {
            tracing::debug!(target: LOG, %refusal, "access token refused");
            return Ok(None);
        }
    };
    let Some(status) = db::sessions::token_status::find(&s.db, &claims).await? else {
        return Ok(None);
    };
    let verdict = judge_bound(
        &claims,
        &status.user_status(),
        status.session.as_ref(),
        &status,
        now,
    );
    if let Err(refusal) = verdict {
        tracing::debug!(target: LOG, %refusal, sub = %claims.user_id, "access token refused");
        return Ok(None);
    }
    let session_id = claims.session_id;
    Ok(Some(Authenticated {
        record: status.user,
        session_id,
        proven_at: status.proven_at,
        factor_proven_at: status.factor_proven_at,
        last_seen_at: status.last_seen_at,
        claims,
    }))
}
