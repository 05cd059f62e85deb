//! Signing out.

use super::authenticate::Authenticated;
use crate::{
    db::{self, Transaction},
    domain::{
        audit::{Client, Event},
        session::EndReason,
        token::{Purpose, judge_bound},
    },
    flows::{Result, Services, audit::record::record_own},
};
use uuid::Uuid;

/// Ends the session of an access token, and revokes the token.
pub async fn this_session(s: &Services, who: &Authenticated, client: &Client) -> Result<()> {
    s.db.transaction(async |tx| {
        db::sessions::revoked_tokens::insert(tx, &who.claims).await?;
        match who.session_id {
            Some(session_id) => end(s, tx, who.user().id, session_id, client).await,
            None => Ok(()),
        }
    })
    .await
}

/// Ends the session of a refresh token; an invalid token ends nothing.
pub async fn by_refresh_token(s: &Services, token: &str, client: &Client) -> Result<()> {
    let now = s.now();
    let Ok(claims) = s.tokens.decode_ahead(Purpose::Refresh, token, now) else {
        return Ok(());
    };
    let Some(status) = db::sessions::token_status::find(&s.db, &claims).await? else {
        return Ok(());
    };
    let (user, session) = (status.user_status(), status.session.as_ref());
    let living = judge_bound(&claims, &user, session, &status, now).is_ok();
    let (Some(session_id), true) = (claims.session_id, living) else {
        return Ok(());
    };
    s.db.transaction(async |tx| end(s, tx, claims.user_id, session_id, client).await)
        .await
}

/// Ends every session of the user, and revokes all earlier tokens.
pub async fn everywhere(s: &Services, who: &Authenticated, client: &Client) -> Result<()> {
    let user_id = who.user().id;
    s.db.transaction(async |tx| {
        // If the credentials changed since this request was authenticated, its tokens are invalid already
        // and there is nothing left to end.
        let raised =
            db::accounts::credentials::raise_revocation_id(tx, user_id, who.user().revocation_id)
                .await?;
        if raised.is_none() {
            return Ok(());
        }
        db::sessions::end_all(tx, user_id, None, EndReason::SignedOutEverywhere, s.now()).await?;
        record_own(
            s,
            tx,
            Event::SignedOutEverywhere,
            user_id,
            who.session_id,
            client,
        )
        .await
    })
    .await
}

async fn end(
    s: &Services,
    tx: &Transaction<'_>,
    user_id: Uuid,
    session_id: Uuid,
    client: &Client,
) -> Result<()> {
    if db::sessions::end(tx, session_id, user_id, EndReason::SignedOut, s.now()).await? {
        record_own(s, tx, Event::SignedOut, user_id, Some(session_id), client).await?;
    }
    Ok(())
}
