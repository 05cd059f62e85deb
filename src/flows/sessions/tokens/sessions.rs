//! The tokens of a session: when it begins, when it continues after a change, and the claims of its next
//! token.

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use uuid::Uuid;

use super::{TokenPair, whole_seconds};
use crate::{
    db::{self, Transaction, accounts::credentials::Raised, sessions::NewSession},
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        secrets::random,
        session::{EndReason, include_factor, token_hash},
        token::{Claims, Purpose},
    },
    flows::{
        FlowError, Result, Services,
        audit::record::{Actor, record, record_own},
        authenticators::{contradiction::contradictory_factor, recovery::factor_used},
        sessions::{
            authenticate::HeldSession,
            tokens::{claims_after, new_claims, token_pair},
        },
    },
};

/// How many of the sessions that ended beyond the limit the audit log names.
const NAMED: usize = 10;

#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    pub user: &'a User,
    /// The `rev` that was read with the credentials, or that the flow has just raised.
    pub rev: i64,
    /// The methods of RFC 8176, and `device` for a trusted browser.
    pub methods: &'static [&'static str],
    /// When the credentials were checked, if that was before now.
    pub checked_at: Option<DateTime<Utc>>,
    pub remembered: bool,
    /// The session whose cookies the new one replaces: without its cookies, it could not be signed out any
    /// more.
    pub replaces: Option<HeldSession>,
    pub client: &'a Client,
}

impl<'a> Beginning<'a> {
    /// A session that begins with a password only, old or new.
    pub fn by_password(user: &'a User, replaces: Option<HeldSession>, client: &'a Client) -> Self {
        Self {
            user,
            rev: user.revocation_id,
            methods: &["pwd"],
            checked_at: None,
            remembered: false,
            replaces,
            client,
        }
    }
}

/// Begins a session, in a transaction that has locked the user's `rev`.
pub async fn begin_session(
    s: &Services,
    tx: &Transaction<'_>,
    beginning: Beginning<'_>,
) -> Result<TokenPair> {
    let Beginning { user, client, .. } = beginning;
    // Every flow refuses before it comes here; this catches one that does not.
    if contradictory_factor(user) {
        return Err(FlowError::Inconsistent(
            "users.two_factor and the authenticators disagree",
        ));
    }
    let id = random::id(s.random.as_ref());
    let now = s.now();
    let checked_at = beginning.checked_at.unwrap_or(now);
    let absolute = now + s.policy.sessions.max_lifetime;
    let end = SessionEnd {
        id,
        generation: 0,
        absolute,
    };
    let refresh = refresh_claims(s, user, beginning.rev, end);
    let token = s.tokens.encode(&refresh)?;
    let methods = beginning.methods.iter().copied();
    // A trusted browser replaces the code at sign-in. It does not count as reauthentication.
    let proofs: Vec<&str> = methods.filter(|method| *method != "device").collect();
    let session = NewSession {
        id,
        user_id: user.id,
        token_hash: &token_hash(token.expose()),
        jti: &refresh.token_id,
        issued_at: refresh.issued_at,
        expires_at: refresh.expires_at,
        absolute_expires_at: absolute,
        created_at: now,
        last_seen_at: now,
        remembered: beginning.remembered,
        ip: Some(IpNet::from(client.ip)),
        user_agent: client.user_agent.as_deref(),
        authenticated_at: checked_at,
        authentication_methods: beginning.methods,
        proven_at: checked_at,
        proof_methods: &proofs,
        factor_proven_at: include_factor(&proofs).then_some(checked_at),
    };
    db::sessions::insert(tx, &session).await?;
    let past_limit = past_limit(s, tx, user.id, id, beginning.replaces).await?;
    if let Some(held) = beginning.replaces {
        end_replaced(s, tx, held, user, client).await?;
    }
    end_past_limit(s, tx, &past_limit, user.id, id, client).await?;
    let signed_in = Event::SignedIn {
        methods: beginning.methods,
    };
    record_own(s, tx, signed_in, user.id, Some(id), client).await?;
    let recovery_ended =
        include_factor(&proofs) && factor_used::cancel(s, tx, user.id, Some(id), client).await?;
    let pair = token_pair(s, &refresh, token, beginning.remembered, user)?;
    Ok(TokenPair {
        recovery_ended,
        ..pair
    })
}

/// The sessions that exceed the limit with the new one, locked together with the one that it replaces.
async fn past_limit(
    s: &Services,
    tx: &Transaction<'_>,
    user_id: Uuid,
    new: Uuid,
    replaces: Option<HeldSession>,
) -> Result<Vec<Uuid>> {
    let before = replaces.map(|held| held.session_id);
    let kept: Vec<Uuid> = [Some(new), before].into_iter().flatten().collect();
    let others = s.policy.sessions.most_per_user - 1;
    let past = db::sessions::limit::past(tx, user_id, &kept, others, s.now()).await?;
    if !past.is_empty() {
        let ended: Vec<Uuid> = past.iter().copied().chain(before).collect();
        db::sessions::limit::hold(tx, &ended).await?;
    }
    Ok(past)
}

async fn end_past_limit(
    s: &Services,
    tx: &Transaction<'_>,
    past_limit: &[Uuid],
    user_id: Uuid,
    new: Uuid,
    client: &Client,
) -> Result<()> {
    if past_limit.is_empty() {
        return Ok(());
    }
    let mut sessions = db::sessions::limit::end(tx, past_limit, s.now()).await?;
    let count = sessions.len();
    if count == 0 {
        return Ok(());
    }
    sessions.truncate(NAMED);
    let event = Event::SessionLimitReached { sessions, count };
    record_own(s, tx, event, user_id, Some(new), client).await
}

/// Ends the session, of whichever user, that was active in the browser before.
async fn end_replaced(
    s: &Services,
    tx: &Transaction<'_>,
    held: HeldSession,
    by: &User,
    client: &Client,
) -> Result<()> {
    let (id, owner, now) = (held.session_id, held.user_id, s.now());
    if !db::sessions::end(tx, id, owner, EndReason::Replaced, now).await? {
        return Ok(());
    }
    let actor = Actor::user(by.id, Some(id), client);
    record(s, tx, Event::SessionReplaced, Subject::User(owner), actor).await
}

/// Gives the acting session a new pair after a change that ended every token. `None` if the session has
/// ended in the meantime.
pub async fn reissue(
    s: &Services,
    tx: &Transaction<'_>,
    session_id: Uuid,
    user: &User,
    raised: Raised,
) -> Result<Option<TokenPair>> {
    let Some(held) = db::sessions::hold(tx, session_id, user.id).await? else {
        return Ok(None);
    };
    let user = User {
        revocation_id: raised.revocation_id,
        password_changed_at: raised.password_changed_at,
        ..user.clone()
    };
    let end = SessionEnd {
        id: session_id,
        generation: held.generation + 1,
        absolute: held.absolute_expires_at,
    };
    let refresh = refresh_claims(s, &user, raised.revocation_id, end);
    let token = s.tokens.encode(&refresh)?;
    let reissue = db::sessions::Reissue {
        id: session_id,
        generation: end.generation,
        next_hash: &token_hash(token.expose()),
        next_jti: &refresh.token_id,
        issued_at: refresh.issued_at,
        expires_at: refresh.expires_at,
    };
    if !db::sessions::reissue(tx, &reissue).await? {
        return Ok(None);
    }
    token_pair(s, &refresh, token, held.remembered, &user).map(Some)
}

/// The claims of a session's next refresh token.
pub fn refresh_claims(s: &Services, user: &User, rev: i64, session: SessionEnd) -> Claims {
    let mut claims = new_claims(s, Purpose::Refresh, user, rev);
    claims.expires_at = claims.expires_at.min(whole_seconds(session.absolute));
    claims.session_id = Some(session.id);
    claims.extra.generation = Some(session.generation);
    claims
}

/// The claims of a refresh token's successor, if there can be one. The statement that writes it compares
/// it with the end of the session and the password.
pub fn successor_claims(s: &Services, presented: &Claims, rev: i64) -> Claims {
    let mut claims = claims_after(s, Purpose::Refresh, presented.user_id, None, rev);
    claims.session_id = presented.session_id;
    claims.extra.generation = presented.extra.generation.map(|generation| generation + 1);
    claims
}

/// The parts of a session that its next token needs.
#[derive(Debug, Clone, Copy)]
pub struct SessionEnd {
    pub id: Uuid,
    pub generation: i64,
    pub absolute: DateTime<Utc>,
}
