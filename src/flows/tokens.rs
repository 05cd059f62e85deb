//! Minting: new sessions, new pairs, and the tokens that travel by mail.

use crate::db::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use ipnet::IpNet;
use uuid::Uuid;

use super::{Result, Services, authenticate::HeldSession};
use crate::{
    db::{self, sessions::NewSession, users::Raised},
    domain::{
        audit::{Client, Event, Subject},
        random,
        secret::SecretString,
        session::{EndReason, token_hash},
        token::{Claims, Extra, Purpose},
        user::User,
    },
};

/// A session's tokens, and whom they stand for.
#[derive(Debug, Clone)]
pub struct TokenPair {
    /// The session.
    pub session_id: Uuid,
    /// Authenticates requests.
    pub access_token: SecretString,
    /// Buys the next pair.
    pub refresh_token: SecretString,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Seconds until the refresh token expires.
    pub refresh_expires_in: i64,
    /// Whether the cookies outlive the browser.
    pub remembered: bool,
    /// The user.
    pub user: User,
}

/// The state between the password and the second factor.
#[derive(Debug, Clone)]
pub struct PendingSignIn {
    /// A `login_mfa` token.
    pub token: SecretString,
    /// Seconds until it expires.
    pub expires_in: i64,
}

/// How a session begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beginning<'a> {
    pub(super) user: &'a User,
    /// The `rev` that came with the proof, or that the proof has just raised.
    pub(super) rev: i64,
    /// In the words of RFC 8176, and `device` for a trusted browser.
    pub(super) methods: &'static [&'static str],
    pub(super) remembered: bool,
    /// The session whose cookies the new one takes over: nobody could sign out of it any more.
    pub(super) replaces: Option<HeldSession>,
    pub(super) client: &'a Client,
}

impl Services {
    /// When a token that is minted now counts as issued: never at or before the cutoff.
    fn issue_time(&self, password_changed_at: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let now = self.now();
        password_changed_at.map_or(now, |cutoff| now.max(cutoff + TimeDelta::milliseconds(1)))
    }

    fn claims(&self, purpose: Purpose, user: &User, rev: i64) -> Claims {
        self.claims_after(purpose, user.id, user.password_changed_at, rev)
    }

    fn claims_after(
        &self,
        purpose: Purpose,
        user_id: Uuid,
        password_changed_at: Option<DateTime<Utc>>,
        rev: i64,
    ) -> Claims {
        let issued_at = self.issue_time(password_changed_at);
        Claims {
            purpose,
            user_id,
            token_id: random::token_id(self.random.as_ref()),
            issued_at,
            expires_at: whole_seconds(issued_at + self.tokens.policy().lifetime(purpose)),
            rev: Some(rev),
            session_id: None,
            extra: Extra::default(),
        }
    }

    /// A token for a mail, with its lifetime.
    pub(super) fn mail_token(
        &self,
        purpose: Purpose,
        user: &User,
    ) -> Result<(SecretString, TimeDelta)> {
        let mut claims = self.claims(purpose, user, user.revocation_id);
        if purpose == Purpose::VerifyEmail {
            claims.extra.email = Some(user.email_canonical.clone());
        }
        Ok((
            self.tokens.encode(&claims)?,
            self.tokens.policy().lifetime(purpose),
        ))
    }

    /// The token that stands between the password and the second factor.
    pub(super) fn pending_sign_in(&self, user: &User, rev: i64) -> Result<PendingSignIn> {
        let claims = self.claims(Purpose::LoginMfa, user, rev);
        let expires_in = seconds_between(claims.issued_at, claims.expires_at);
        Ok(PendingSignIn {
            token: self.tokens.encode(&claims)?,
            expires_in,
        })
    }

    /// Begins a session within a transaction that holds the user's `rev`.
    pub(super) async fn begin_session(
        &self,
        tx: &Tx,
        beginning: Beginning<'_>,
    ) -> Result<TokenPair> {
        let Beginning {
            user,
            rev,
            methods,
            remembered,
            replaces,
            client,
        } = beginning;
        let id = random::id(self.random.as_ref());
        let issued_at = self.issue_time(user.password_changed_at);
        let absolute = issued_at + self.policy.sessions.max_lifetime;
        let refresh = self.refresh_claims(
            user,
            rev,
            SessionEnd {
                id,
                generation: 0,
                absolute,
            },
        );
        let token = self.tokens.encode(&refresh)?;
        // A trusted browser stands in for a code at the door. It proves nothing.
        let proofs: Vec<&str> = methods.iter().copied().filter(|m| *m != "device").collect();
        let session = NewSession {
            id,
            user_id: user.id,
            token_hash: &token_hash(token.expose()),
            jti: &refresh.token_id,
            issued_at: refresh.issued_at,
            expires_at: refresh.expires_at,
            absolute_expires_at: absolute,
            created_at: issued_at,
            last_seen_at: issued_at,
            remembered,
            ip: Some(IpNet::from(client.ip)),
            user_agent: client.user_agent.as_deref(),
            authenticated_at: issued_at,
            authentication_methods: methods,
            proven_at: issued_at,
            proof_methods: &proofs,
        };
        db::sessions::insert(tx, &session).await?;
        if let Some(held) = replaces {
            self.end_replaced(tx, held, user, client).await?;
        }
        self.audit_own(tx, Event::SignedIn { methods }, user.id, Some(id), client)
            .await?;
        self.pair(&refresh, token, remembered, user)
    }

    /// Ends the session, of whichever user, that lived in the browser before.
    async fn end_replaced(
        &self,
        tx: &Tx,
        held: HeldSession,
        by: &User,
        client: &Client,
    ) -> Result<()> {
        let (id, owner, now) = (held.session_id, held.user_id, self.now());
        if !db::sessions::end(tx, id, owner, EndReason::Replaced, now).await? {
            return Ok(());
        }
        let record = db::audit::Record {
            event: Event::SessionReplaced,
            actor: Some(by.id),
            subject: Subject::User(owner),
            session_id: Some(id),
            client,
            at: now,
        };
        Ok(db::audit::insert(tx, &record).await?)
    }

    /// Gives the acting session a new pair after a change that ended every token. `None` where the
    /// session has ended meanwhile.
    pub(super) async fn reissue(
        &self,
        tx: &Tx,
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
        let refresh = self.refresh_claims(&user, raised.revocation_id, end);
        let token = self.tokens.encode(&refresh)?;
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
        self.pair(&refresh, token, held.remembered, &user).map(Some)
    }

    /// The claims of a session's next refresh token.
    pub(super) fn refresh_claims(&self, user: &User, rev: i64, session: SessionEnd) -> Claims {
        let mut claims = self.claims(Purpose::Refresh, user, rev);
        claims.expires_at = claims.expires_at.min(whole_seconds(session.absolute));
        claims.session_id = Some(session.id);
        claims.extra.generation = Some(session.generation);
        claims
    }

    /// The claims of a refresh token's successor, if nothing stands in its way: that it outlives
    /// neither session nor password is for the statement that writes it to compare.
    pub(super) fn successor_claims(&self, presented: &Claims, rev: i64) -> Claims {
        let mut claims = self.claims_after(Purpose::Refresh, presented.user_id, None, rev);
        claims.session_id = presented.session_id;
        claims.extra.generation = presented.extra.generation.map(|generation| generation + 1);
        claims
    }

    /// A refresh token with a fresh access token beside it.
    pub(super) fn pair(
        &self,
        refresh: &Claims,
        refresh_token: SecretString,
        remembered: bool,
        user: &User,
    ) -> Result<TokenPair> {
        let mut access = self.claims(
            Purpose::Access,
            user,
            refresh.rev.unwrap_or(user.revocation_id),
        );
        access.session_id = refresh.session_id;
        Ok(TokenPair {
            session_id: refresh.session_id.unwrap_or_default(),
            access_token: self.tokens.encode(&access)?,
            refresh_token,
            expires_in: seconds_between(access.issued_at, access.expires_at),
            refresh_expires_in: seconds_between(self.now(), refresh.expires_at),
            remembered,
            user: user.clone(),
        })
    }
}

/// A session as far as its next token is concerned.
#[derive(Debug, Clone, Copy)]
pub(super) struct SessionEnd {
    pub(super) id: Uuid,
    pub(super) generation: i64,
    pub(super) absolute: DateTime<Utc>,
}

/// As a reader of `iat` and `exp` would count: in whole seconds of each.
fn seconds_between(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    (to.timestamp() - from.timestamp()).max(0)
}

/// `exp` has whole seconds; the row keeps exactly what the token says.
fn whole_seconds(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}
