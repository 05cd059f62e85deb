//! Proving that an address belongs to the account's owner.
//!
//! The person who registered an address need not own it, and mail scanners open links. So a link alone
//! changes nothing: a user signed in to that account confirms it, or enters its password, or
//! claims the account with a new password, which ends all that was there before.

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
    /// The caller knows the account's password: the same person on another device.
    Password(SecretString),
    /// The caller reads the mailbox and claims the account with this password.
    NewPassword(SecretString),
}

/// Whether proving password and mailbox together begins a session.
#[derive(Debug, Clone, Copy)]
pub enum Then {
    /// It does, on a page, and takes the place of the one that lives in the browser.
    SignIn(Option<HeldSession>),
    /// It does not, for a program.
    Nothing,
}

#[derive(Debug)]
pub enum Outcome {
    Verified,
    /// The address is proven, and a session began.
    SignedIn(TokenPair),
    /// It was proven before; nothing changed.
    AlreadyVerified,
    /// The link was used, has expired, or was mailed to another address.
    LinkDead,
    /// The link is good, but belongs to another account than the one signed in.
    NotYours,
    WrongPassword,
    /// The new password cannot be used.
    Invalid(InputFaults),
    Throttled(Pause),
}

/// Asks for another link. The same for every address.
pub async fn resend(s: &Services, email: &str, client: &Client) -> Result<RequestOutcome> {
    request_mail(s, MailRequest::Verification, email, client).await
}

/// Whose address a link would prove, or has proven; `None` where the link is dead. Changes nothing.
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

/// A token proves the address it was mailed to, not one that the account moved to since.
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

/// Who proves what, with which link.
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

    /// Proves the address and changes nothing else.
    async fn confirm(&self, actor: Option<Uuid>) -> Result<Outcome> {
        let Self {
            s,
            claims,
            user,
            client,
            ..
        } = *self;
        s.db.transaction(async |tx| {
            // The proof was made under this `rev`: a claim that came first has ended it.
            if !db::accounts::users::hold(tx, user.id, user.revocation_id).await?
                || !use_up(tx, claims).await?
            {
                return Ok(Outcome::LinkDead);
            }
            let now = s.now();
            if !db::accounts::users::verify_email(tx, user.id, &user.email_canonical, now).await? {
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

    /// Takes the account over for the owner of the mailbox: what its first holder had is worth
    /// nothing.
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
            // Held first: where the credentials changed while the hash was made, the link stays good.
            if !db::accounts::users::hold(tx, user.id, user.revocation_id).await?
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

    /// Begins a session where one is to begin. A second factor asks for its code at the sign-in; an
    /// account has one here only where it is older than the rule that proof comes first.
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
