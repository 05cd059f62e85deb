//! What a request needs to know of a token's user and session, in one statement.

use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::{revoked_tokens, sessions, totp_authenticators as totp, users};
use super::users::{UserRecord, UserRow};
use crate::domain::token::{Claims, RevocationChecker, SessionStanding, UserStanding};

/// A user, the session of the token, and whether the token is on the revocation list.
#[derive(Debug)]
pub struct Standing {
    /// The user.
    pub user: UserRecord,
    /// The session, where the token names one of this user's.
    pub session: Option<SessionStanding>,
    /// When the user last proved who they are in this session.
    pub proven_at: Option<DateTime<Utc>>,
    token_revoked: bool,
}

impl Standing {
    /// The part that judges tokens.
    pub fn user_standing(&self) -> UserStanding {
        UserStanding {
            revocation_id: self.user.user.revocation_id,
            password_changed_at: self.user.user.password_changed_at,
            disabled: self.user.user.disabled_at.is_some(),
        }
    }
}

/// Answers for the one token that it was loaded for.
impl RevocationChecker for Standing {
    fn is_revoked(&self, _token_id: &str) -> bool {
        self.token_revoked
    }
}

type SessionColumns = (DateTime<Utc>, Option<DateTime<Utc>>, DateTime<Utc>);

/// The standing of a token's claims; `None` where the user is gone.
pub async fn find(mut conn: &AsyncPgConnection, claims: &Claims) -> QueryResult<Option<Standing>> {
    let on_the_list =
        exists(revoked_tokens::table.filter(revoked_tokens::token_id.eq(&claims.token_id)));
    let session_id = claims.session_id.unwrap_or_default();
    let found = users::table
        .left_join(totp::table)
        .left_join(
            sessions::table.on(sessions::id
                .eq(session_id)
                .and(sessions::user_id.eq(users::id))),
        )
        .filter(users::id.eq(claims.user_id))
        .select((
            UserRow::as_select(),
            totp::confirmed_at.nullable(),
            (
                sessions::expires_at,
                sessions::revoked_at,
                sessions::proven_at,
            )
                .nullable(),
            on_the_list,
        ))
        .get_result::<(UserRow, Option<DateTime<Utc>>, Option<SessionColumns>, bool)>(&mut conn)
        .await
        .optional()?;
    Ok(found.map(
        |(user, totp_confirmed_at, session, token_revoked)| Standing {
            user: user.with_totp(totp_confirmed_at),
            session: session.map(|(expires_at, revoked_at, _)| SessionStanding {
                revoked: revoked_at.is_some(),
                expires_at,
            }),
            proven_at: session.map(|(_, _, proven_at)| proven_at),
            token_revoked,
        },
    ))
}
