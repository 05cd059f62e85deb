//! Moving an account to another address, by the link that was mailed there.
//!
//! The new address may contain a typing mistake, and then its mailbox belongs to another person. So the link
//! alone changes nothing: it takes a session of the account, or its password.

use chrono::{DateTime, Utc};

use crate::{
    db::{
        self, Transaction,
        accounts::{
            credentials::Raised,
            email_changes::{EmailChange, Moved},
            users::UserRecord,
        },
    },
    domain::{
        accounts::{email::masked, undo, user::User},
        audit::{Client, Event, Subject},
        secrets::secret::SecretString,
        session::EndReason,
        sign_in::attempts::Pause,
        token::{Claims, Purpose},
    },
    flows::{
        Result, Services, TokenPair, Undone,
        accounts::undo_points::before,
        audit::record::{Actor, record, record_anonymous},
        authenticators::password::{PasswordCheck, check_password},
        flood_limits::{Throttled, count_request},
        mail::{
            notify::{Happened, notify_of},
            outbox::Cause,
        },
        sessions::{authenticate::Authenticated, tokens::reissue},
        sign_in::mailed_link::user_of_mail_token,
    },
    mail::Message,
    throttle::Route,
};

#[derive(Debug, Clone)]
pub enum Proof {
    /// The caller is signed in as this user.
    SignedInAs(Box<Authenticated>),
    Password(SecretString),
}

#[derive(Debug)]
pub enum Outcome {
    /// The account has the new address. The session that confirmed it goes on with this pair, unless it
    /// ended in the same moment; all others ended.
    Changed(Option<TokenPair>),
    /// The link was used, cancelled or replaced, has expired, or the session that asked for it ended.
    LinkDead,
    /// The account needs a new password first.
    PasswordMustChange,
    /// The link is good, but belongs to another account than the one signed in.
    NotYours,
    /// Another account has the address by now.
    Taken,
    WrongPassword,
    /// The account is frozen until then.
    Frozen(DateTime<Utc>),
    Throttled(Pause),
}

/// What a living link would change.
#[derive(Debug)]
pub struct Change {
    pub user: User,
    pub new_email: String,
}

/// What a link would change; `None` where it is dead. Changes nothing.
pub async fn inspect(s: &Services, token: &SecretString) -> Result<Option<Change>> {
    let Some((claims, UserRecord { user, .. })) =
        user_of_mail_token(s, Purpose::EmailChange, token).await?
    else {
        return Ok(None);
    };
    let pending = pending(s, &claims).await?;
    Ok(pending.map(|change| Change {
        user,
        new_email: change.new_email,
    }))
}

/// The change that a link confirms.
async fn pending(s: &Services, claims: &Claims) -> Result<Option<EmailChange>> {
    let shared = s.db.shared().await?;
    let found = db::accounts::email_changes::pending(&shared, claims.user_id, s.now()).await?;
    Ok(found.filter(|change| change.token_id == claims.token_id))
}

/// Moves the account to the new address.
pub async fn confirm(
    s: &Services,
    token: &SecretString,
    proof: Proof,
    client: &Client,
) -> Result<Outcome> {
    if let Some(Throttled(wait)) = count_request(s, Route::Reset, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let Some((claims, record)) = user_of_mail_token(s, Purpose::EmailChange, token).await? else {
        return Ok(Outcome::LinkDead);
    };
    // A dead link takes no guesses at the password.
    if pending(s, &claims).await?.is_none() {
        return Ok(Outcome::LinkDead);
    }
    if record.user.password_must_change {
        return Ok(Outcome::PasswordMustChange);
    }
    if let Some(until) = record.user.frozen(s.now()) {
        return Ok(Outcome::Frozen(until));
    }
    let acting = match proof {
        Proof::SignedInAs(who) if who.user().id != record.user.id => return Ok(Outcome::NotYours),
        Proof::SignedInAs(who) => Some(*who),
        Proof::Password(password) => {
            match check_password(s, &record, &password, Actor::anonymous(client)).await? {
                PasswordCheck::Right => None,
                PasswordCheck::Wrong => return Ok(Outcome::WrongPassword),
                PasswordCheck::Throttled(Throttled(wait)) => return Ok(Outcome::Throttled(wait)),
            }
        }
    };
    let confirming = Confirming {
        s,
        claims: &claims,
        user: &record.user,
        acting: acting.as_ref(),
        client,
    };
    match s
        .db
        .transaction(async |tx| confirming.write(tx).await)
        .await
    {
        Ok(outcome) => Ok(outcome),
        Err(undone) => Ok(Undone::outcome(undone)?),
    }
}

struct Confirming<'a> {
    s: &'a Services,
    claims: &'a Claims,
    user: &'a User,
    /// The session that confirms, where one does.
    acting: Option<&'a Authenticated>,
    client: &'a Client,
}

impl Confirming<'_> {
    async fn write(&self, tx: &Transaction<'_>) -> Result<Outcome, Undone<Outcome>> {
        let Self {
            s, claims, user, ..
        } = *self;
        let now = s.now();
        let address = claims.extra.email.as_deref().unwrap_or_default();
        // The link names the address that it was mailed to, as its change does.
        db::accounts::email_changes::hold_both(tx, user.id, address).await?;
        let change = db::accounts::email_changes::take(tx, user.id, &claims.token_id, now).await?;
        let Some(change) = change else {
            return Ok(Outcome::LinkDead);
        };
        // Reading the mailbox wins over an account that never proved it could.
        for id in db::imports::erase_never_verified(tx, &[address]).await? {
            let event = Event::UnverifiedErased { why: "moved" };
            record_anonymous(s, tx, event, Subject::User(id), self.client).await?;
        }
        let rev = user.revocation_id;
        match db::accounts::email_changes::set_email(tx, user.id, rev, &change, now).await? {
            Moved::Done(raised) => Ok(Outcome::Changed(self.finish(tx, &change, raised).await?)),
            Moved::Overtaken => Err(Undone::As(Outcome::LinkDead)),
            Moved::Taken => Err(Undone::As(Outcome::Taken)),
        }
    }

    /// What the change ends, and who learns of it.
    async fn finish(
        &self,
        tx: &Transaction<'_>,
        change: &EmailChange,
        raised: Raised,
    ) -> Result<Option<TokenPair>> {
        let Self {
            s,
            user,
            acting,
            client,
            ..
        } = *self;
        let now = s.now();
        let session_id = acting.and_then(|who| who.session_id);
        db::accounts::email_changes::note_former(tx, user, now).await?;
        db::sessions::end_all(tx, user.id, session_id, EndReason::EmailChanged, now).await?;
        let actor = Actor {
            user_id: acting.map(|who| who.user().id),
            session_id,
            client,
        };
        record(s, tx, Event::EmailChanged, Subject::User(user.id), actor).await?;
        let moved = User {
            email: change.new_email.clone(),
            email_canonical: change.new_email_canonical.clone(),
            email_verified_at: Some(now),
            email_since: Some(now),
            verified_by_file: false,
            ..user.clone()
        };
        let event = Happened {
            before: &before(s, tx, user).await?,
            change: undo::Change::Address,
            cause: Cause::Client(client),
        };
        notify_of(s, tx, event, &[user, &moved], |notice, to| {
            Message::EmailChanged {
                notice,
                new_address: masked(&change.new_email),
                is_old: to.email == user.email,
            }
        })
        .await?;
        match session_id {
            Some(session_id) => reissue(s, tx, session_id, &moved, raised).await,
            None => Ok(None),
        }
    }
}
