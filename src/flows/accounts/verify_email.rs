//! Verifying that an address belongs to the account's owner.
//!
//! The user who registered an address need not own it, and mail scanners open links. So a link alone
//! changes nothing: a user who is signed in to that account confirms it, or enters its password, or claims
//! the account with a new password, which ends everything that was there before.

use super::new_password::own_words;
use crate::{
    db::{self, Transaction, accounts::users::UserRecord},
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        secrets::secret::SecretString,
        session::EndReason,
        sign_in::attempts::Pause,
        token::{Claims, NothingRevoked, Purpose, RevocationChecker, judge},
    },
    flows::{
        InputFaults, Result, Services, TokenPair,
        accounts::{
            new_password::{accept_password, hash_password},
            set_password::{NewPassword, set_password_by_mail},
        },
        audit::record::{Actor, record},
        authenticators::password::{PasswordCheck, check_password},
        flood_limits::{Throttled, count_request},
        mail::requested::{MailRequest, RequestOutcome, request_mail},
        sessions::{
            authenticate::HeldSession,
            tokens::{Beginning, begin_session},
        },
        sign_in::mailed_link::user_of_mail_token,
    },
    throttle::Route,
};
use uuid::Uuid;

#[derive(Debug, Clone)]
pub enum Proof {
    /// The caller is signed in as this user.
    SignedInAs(Uuid),
    /// The caller knows the account's password: the same user on another device.
    Password(SecretString),
    /// The caller reads the mailbox, and claims the account with this password.
    NewPassword(SecretString),
}

/// Whether proving password and mailbox together begins a session.
#[derive(Debug, Clone, Copy)]
pub enum Then {
    /// Yes, on a page. The new session replaces the one in the browser.
    SignIn(Option<HeldSession>),
    /// No, for a program.
    Nothing,
}

#[derive(Debug)]
pub enum Outcome {
    Verified,
    /// The address was verified, and a session began.
    SignedIn(TokenPair),
    /// It was verified before; nothing changed.
    AlreadyVerified,
    /// The link was used, has expired, or was mailed to another address.
    LinkDead,
    /// The link is valid, but belongs to another account than the one signed in.
    NotYours,
    WrongPassword,
    /// The new password is refused.
    Invalid(InputFaults),
    Throttled(Pause),
}

/// Requests another link. The answer is the same for every address.
pub async fn resend(s: &Services, email: &str, client: &Client) -> Result<RequestOutcome> {
    request_mail(s, MailRequest::Verification, email, client).await
}

/// The user whose address a link would verify or has verified; `None` if the link is invalid. Changes
/// nothing.
pub async fn inspect(s: &Services, token: &SecretString) -> Result<Option<User>> {
    let Ok(claims) = s
        .tokens
        .decode_ahead(Purpose::VerifyEmail, token.expose(), s.now())
    else {
        return Ok(None);
    };
    let Some(status) = db::sessions::token_status::find(&s.db, &claims).await? else {
        return Ok(None);
    };
    // A second use of the link may learn that the first one worked.
    let used_up = status.is_revoked(&claims.token_id) && !status.user.user.mailbox_proven();
    let dead = used_up || judge(&claims, &status.user_status(), &NothingRevoked, s.now()).is_err();
    let user = status.user.user;
    Ok((!dead && is_of_address(&claims, &user)).then_some(user))
}

/// A token verifies the address to which it was mailed, even if the account has another one now.
pub(in crate::flows) fn is_of_address(claims: &Claims, user: &User) -> bool {
    claims.extra.email.as_deref() == Some(user.email_canonical.as_str())
}

async fn find(s: &Services, token: &SecretString) -> Result<Option<(Claims, UserRecord)>> {
    let found = user_of_mail_token(s, Purpose::VerifyEmail, token).await?;
    Ok(found.filter(|(claims, record)| is_of_address(claims, &record.user)))
}

/// Verifies an address with a token from a mail.
pub async fn verify(
    s: &Services,
    token: &SecretString,
    proof: Proof,
    then: Then,
    client: &Client,
) -> Result<Outcome> {
    if let Some(Throttled(wait)) = count_request(s, Route::Reset, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let Some((claims, record)) = find(s, token).await? else {
        return Ok(Outcome::LinkDead);
    };
    if record.user.mailbox_proven() {
        return Ok(Outcome::AlreadyVerified);
    }
    let proving = Proving {
        s,
        claims: &claims,
        user: &record.user,
        then,
        client,
    };
    match proof {
        Proof::SignedInAs(id) if id != record.user.id => Ok(Outcome::NotYours),
        Proof::SignedInAs(id) => {
            let then = Then::Nothing;
            Proving { then, ..proving }.confirm(Some(id)).await
        }
        Proof::Password(password) => proving.with_password(&record, &password).await,
        Proof::NewPassword(password) => proving.claim(&password).await,
    }
}

/// A verification: the link, and the proof.
struct Proving<'a> {
    s: &'a Services,
    claims: &'a Claims,
    user: &'a User,
    then: Then,
    client: &'a Client,
}

impl Proving<'_> {
    async fn with_password(&self, record: &UserRecord, password: &SecretString) -> Result<Outcome> {
        let actor = Actor::anonymous(self.client);
        match check_password(self.s, record, password, actor).await? {
            PasswordCheck::Right => self.confirm(None).await,
            PasswordCheck::Wrong => Ok(Outcome::WrongPassword),
            PasswordCheck::Throttled(Throttled(wait)) => Ok(Outcome::Throttled(wait)),
        }
    }

    /// Verifies the address and changes nothing else.
    async fn confirm(&self, actor: Option<Uuid>) -> Result<Outcome> {
        let Self {
            s,
            claims,
            user,
            client,
            ..
        } = *self;
        s.db.transaction(async |tx| {
            // The proof was given under this `rev`: a claim that came first has invalidated it.
            if !db::accounts::credentials::hold(tx, user.id, user.revocation_id).await?
                || !use_up(tx, claims).await?
            {
                return Ok(Outcome::LinkDead);
            }
            let now = s.now();
            if !db::accounts::verification::verify_email(tx, user.id, &user.email_canonical, now)
                .await?
            {
                return Ok(Outcome::LinkDead);
            }
            let actor = Actor {
                user_id: actor,
                ..Actor::anonymous(client)
            };
            let subject = Subject::User(user.id);
            record(s, tx, Event::EmailVerified, subject, actor).await?;
            let verified = User {
                email_verified_at: Some(now),
                verified_by_file: false,
                ..user.clone()
            };
            self.go_on(tx, &verified).await
        })
        .await
    }

    /// Gives the account to the owner of the mailbox: the credentials and sessions of its first holder
    /// end.
    async fn claim(&self, password: &SecretString) -> Result<Outcome> {
        let Self {
            s,
            claims,
            user,
            client,
            ..
        } = *self;
        let password = match accept_password(s, password, own_words(user)).await? {
            Ok(password) => password,
            Err(why) => return Ok(Outcome::Invalid(InputFaults::one("new_password", &why))),
        };
        let hash = hash_password(s, password).await?;
        s.db.transaction(async |tx| {
            // The user is locked first: if the credentials changed while the hash was computed, the link
            // stays valid.
            if !db::accounts::credentials::hold(tx, user.id, user.revocation_id).await?
                || !use_up(tx, claims).await?
            {
                return Ok(Outcome::LinkDead);
            }
            let change = NewPassword {
                user,
                hash: &hash,
                reason: EndReason::AddressClaimed,
                client,
            };
            match set_password_by_mail(s, tx, change).await? {
                Some(user) => self.go_on(tx, &user).await,
                None => Ok(Outcome::LinkDead),
            }
        })
        .await
    }

    /// Begins a session if one is wanted. A second factor requires its code at the sign-in. An account has
    /// one here only if it is older than the rule that the address must be verified first.
    async fn go_on(&self, tx: &Transaction<'_>, user: &User) -> Result<Outcome> {
        let Then::SignIn(replaces) = self.then else {
            return Ok(Outcome::Verified);
        };
        if user.two_factor_enabled() {
            return Ok(Outcome::Verified);
        }
        let beginning = Beginning::by_password(user, replaces, self.client);
        Ok(Outcome::SignedIn(
            begin_session(self.s, tx, beginning).await?,
        ))
    }
}

async fn use_up(tx: &Transaction<'_>, claims: &Claims) -> Result<bool> {
    Ok(db::sessions::revoked_tokens::insert(tx, claims).await?)
}
