//! Exchanging a refresh token for the next pair.

use super::tokens::SessionEnd;
use crate::{
    db::{
        self, Transaction,
        sessions::{
            RefreshRecord,
            rotation::{Rotated, Rotation},
        },
    },
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        secrets::secret::SecretString,
        session::{EndReason, RefreshVerdict, Repeat, judge_refresh, token_hash},
        token::{Claims, Extra, Purpose},
    },
    flows::{
        FlowError, Result, Services, TokenPair,
        audit::record::{Actor, record},
        mail::notify::notify,
        sessions::tokens::{refresh_claims, successor_claims, token_pair},
    },
    mail::Message,
};
use ipnet::IpNet;

#[derive(Debug)]
pub enum Outcome {
    /// The next pair: newly issued, or the one that a faster request got.
    Refreshed(TokenPair),
    /// Refused, without a reason. No cookie is cleared, because another request may have succeeded.
    Dead,
}

/// How often a lost race is retried: in each round, another request has rotated.
const ROUNDS: usize = 3;

pub async fn refresh(s: &Services, token: &str, client: &Client) -> Result<Outcome> {
    let Ok(claims) = s.tokens.decode_ahead(Purpose::Refresh, token, s.now()) else {
        return Ok(Outcome::Dead);
    };
    let hash = token_hash(token);
    // Nearly always it is the current token of a session with time left, which one statement decides. If
    // its issue time is in the future, it is first compared with its user's cutoff.
    if let Some(rev) = claims.rev
        && claims.issued_at <= s.now()
    {
        let next = successor_claims(s, &claims, rev);
        if let Some((rotation, token)) = rotation(s, &claims, hash, &next, client)?
            && let Some(rotated) =
                db::sessions::rotation::rotate_unless_locked(&s.db, rotation).await?
        {
            return pair(s, &next, token, &rotated).map(Outcome::Refreshed);
        }
    }
    for _ in 0..ROUNDS {
        let Some(record) = find(s, &claims).await? else {
            return Ok(Outcome::Dead);
        };
        match judge_refresh(&claims, &hash, &record.state, s.now()) {
            RefreshVerdict::Current => {
                let next = successor(s, &record);
                if let Some((rotation, token)) = rotation(s, &claims, hash, &next, client)?
                    && let Some(rotated) = rotate(s, &rotation).await?
                {
                    return pair(s, &next, token, &rotated).map(Outcome::Refreshed);
                }
            }
            RefreshVerdict::Predecessor => return repeat(s, &record, &claims, client).await,
            RefreshVerdict::Replay => return replayed(s, &record, &claims, client).await,
            RefreshVerdict::Dead => return Ok(Outcome::Dead),
        }
    }
    Ok(Outcome::Dead)
}

pub async fn find(s: &Services, claims: &Claims) -> Result<Option<RefreshRecord>> {
    let Some(session_id) = claims.session_id else {
        return Ok(None);
    };
    let shared = s.db.shared().await?;
    let grace = s.policy.sessions.refresh_grace;
    Ok(db::sessions::find_for_refresh(&shared, session_id, claims.user_id, grace).await?)
}

fn successor(s: &Services, record: &RefreshRecord) -> Claims {
    let end = SessionEnd {
        id: record.state.id,
        generation: record.state.generation + 1,
        absolute: record.absolute_expires_at,
    };
    let user = &record.user.user;
    refresh_claims(s, user, user.revocation_id, end)
}

/// The rotation to the next token, and that token; `None` if one of the two lacks a claim.
fn rotation(
    s: &Services,
    presented: &Claims,
    presented_hash: [u8; 32],
    next: &Claims,
    client: &Client,
) -> Result<Option<(Rotation, SecretString)>> {
    let (Some(id), Some(generation), Some(rev)) =
        (presented.session_id, presented.extra.generation, next.rev)
    else {
        return Ok(None);
    };
    let token = s.tokens.encode(next)?;
    let rotation = Rotation {
        id,
        user_id: presented.user_id,
        generation,
        token_hash: presented_hash,
        presented_issued_at: presented.issued_at,
        rev,
        next_hash: token_hash(token.expose()),
        next_jti: next.token_id.clone(),
        issued_at: next.issued_at,
        expires_at: next.expires_at,
        ip: Some(IpNet::from(client.ip)),
        user_agent: client.user_agent.clone(),
    };
    Ok(Some((rotation, token)))
}

async fn rotate(s: &Services, rotation: &Rotation) -> Result<Option<Rotated>> {
    let conn = s.db.connection().await?;
    Ok(db::sessions::rotation::rotate(&conn, rotation).await?)
}

fn pair(s: &Services, next: &Claims, token: SecretString, rotated: &Rotated) -> Result<TokenPair> {
    token_pair(s, next, token, rotated.remembered, &rotated.user.user)
}

/// Gives the successor again to the client that has it already. From any other client this is a replay.
async fn repeat(
    s: &Services,
    record: &RefreshRecord,
    claims: &Claims,
    client: &Client,
) -> Result<Outcome> {
    match record.state.rotated_by.repeats_to(client) {
        Repeat::SameClient => {}
        Repeat::OtherNetwork => note_other_network(s, record, client).await?,
        Repeat::Replay => return replayed(s, record, claims, client).await,
    }
    successor_again(s, record).map(Outcome::Refreshed)
}

async fn note_other_network(s: &Services, found: &RefreshRecord, client: &Client) -> Result<()> {
    let event = Event::RefreshTokenRepeatedElsewhere;
    let subject = Subject::User(found.user.user.id);
    let actor = Actor::unknown_in(Some(found.state.id), client);
    s.db.transaction(async |tx| record(s, tx, event, subject, actor).await)
        .await
}

async fn replayed(
    s: &Services,
    record: &RefreshRecord,
    claims: &Claims,
    client: &Client,
) -> Result<Outcome> {
    revoke_everything(s, &record.user.user, claims, client).await?;
    Ok(Outcome::Dead)
}

/// The successor that was issued before, made again from the row: no plain token is ever stored.
fn successor_again(s: &Services, record: &RefreshRecord) -> Result<TokenPair> {
    let user = &record.user.user;
    let claims = Claims {
        purpose: Purpose::Refresh,
        user_id: user.id,
        token_id: record.jti.clone(),
        issued_at: record.issued_at,
        expires_at: record.state.expires_at,
        rev: Some(user.revocation_id),
        session_id: Some(record.state.id),
        extra: Extra {
            generation: Some(record.state.generation),
            ..Extra::default()
        },
    };
    let is_the_one = |token: &str| token_hash(token).as_slice() == record.state.token_hash;
    let token = s
        .tokens
        .encode_again(&claims, is_the_one)
        .ok_or(FlowError::Inconsistent(
            "a session's refresh token cannot be written again",
        ))?;
    token_pair(s, &claims, token, record.remembered, user)
}

/// A used token was presented: the holder of its successor may not be the owner.
async fn revoke_everything(
    s: &Services,
    user: &User,
    claims: &Claims,
    client: &Client,
) -> Result<()> {
    s.db.transaction(async |tx| write_revocation(s, tx, user, claims, client).await)
        .await
}

async fn write_revocation(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    claims: &Claims,
    client: &Client,
) -> Result<()> {
    // Of two replays at once, one ends the sessions and tells the owner.
    if db::accounts::credentials::raise_revocation_id(tx, user.id, user.revocation_id)
        .await?
        .is_none()
    {
        return Ok(());
    }
    db::sessions::end_all(tx, user.id, None, EndReason::Replay, s.now()).await?;
    let actor = Actor::unknown_in(claims.session_id, client);
    let event = Event::RefreshTokenReplayed;
    record(s, tx, event, Subject::User(user.id), actor).await?;
    notify(s, tx, user, client, |notice| {
        Message::SessionsRevokedAfterReplay { notice }
    })
    .await
}
