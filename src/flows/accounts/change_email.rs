//! Asking for another address, and taking that back. The link in the mail to the new address confirms it
//! (`confirm_email`).
//!
//! ```text
//!   asked for ──link──> confirmed
//!       │
//!       └─ cancelled, asked for again, 24 h over, `rev` raised, or the session that asked ended ──> gone
//! ```

use chrono::{DateTime, Utc};

use crate::{
    db::{
        self, Transaction,
        accounts::{
            email_changes::{EmailChange, NewEmailChange},
            users::UserRecord,
        },
    },
    domain::{
        accounts::{
            email::{EmailAddress, masked},
            user::User,
        },
        audit::{Client, Event},
        sign_in::attempts::Pause,
        token::Purpose,
    },
    flows::{
        InputFaults, Result, Services,
        audit::{
            pace::too_soon,
            record::{record_anonymous, record_own, subject_of},
        },
        authenticators::proof::FactorProven,
        flood_limits::{Throttled, count_request},
        mail::{
            notify::notify,
            outbox::{Cause, Recipient, enqueue},
        },
        sessions::{authenticate::Authenticated, still_lives, tokens::email_change_token},
        sign_in::attempts::flood_key,
    },
    mail::Message,
    throttle::Route,
};

/// Requests of a user in an hour. The present address gets a notice of each.
pub const REQUESTS_AN_HOUR: i64 = 10;

#[derive(Debug)]
pub enum Outcome {
    /// A link is on its way. The same for a free and for a taken address.
    Requested(EmailAddress),
    /// The text cannot be the new address.
    Invalid(InputFaults),
    /// The account changed in the same moment: nothing was done.
    Overtaken,
    /// The account is frozen until then.
    Frozen(DateTime<Utc>),
    Throttled(Pause),
}

/// The change that waits for its link.
pub async fn pending(s: &Services, user: &User) -> Result<Option<EmailChange>> {
    let shared = s.db.shared().await?;
    Ok(db::accounts::email_changes::pending(&shared, user.id, s.now()).await?)
}

/// Mails a link to the new address, and a notice to the present one. An earlier link is dead.
pub async fn request(
    s: &Services,
    proven: &FactorProven,
    new_email: &str,
    client: &Client,
) -> Result<Outcome> {
    let who = proven.who();
    let user = who.user();
    if let Some(until) = user.frozen(s.now()) {
        return Ok(Outcome::Frozen(until));
    }
    let invalid =
        |why: &dyn std::fmt::Display| Ok(Outcome::Invalid(InputFaults::one("new_email", &why)));
    let new = match EmailAddress::parse(new_email) {
        Ok(new) if new.canonical() == user.email_canonical => {
            return invalid(&"This is the address that you have now. Enter another one.");
        }
        Ok(new) => new,
        Err(why) => return invalid(&why),
    };
    let flood_key = flood_key(s, new.canonical(), client);
    if let Some(Throttled(wait)) = count_request(s, Route::ForgotPassword, client, Some(&flood_key))
    {
        return Ok(Outcome::Throttled(wait));
    }
    let request = Request {
        s,
        who,
        new: &new,
        client,
    };
    s.db.transaction(async |tx| request.write(tx).await).await
}

struct Request<'a> {
    s: &'a Services,
    who: &'a Authenticated,
    new: &'a EmailAddress,
    client: &'a Client,
}

impl Request<'_> {
    async fn write(&self, tx: &Transaction<'_>) -> Result<Outcome> {
        let Self {
            s,
            who,
            new,
            client,
        } = *self;
        let user = who.user();
        if !still_lives(tx, who).await? {
            return Ok(Outcome::Overtaken);
        }
        let event = Event::EmailChangeRequested;
        if let Some(Throttled(wait)) = too_soon(s, tx, user.id, &event, REQUESTS_AN_HOUR).await? {
            return Ok(Outcome::Throttled(wait));
        }
        let (token, claims) = email_change_token(s, user, new.canonical())?;
        let change = NewEmailChange {
            user_id: user.id,
            new_email: new.as_str(),
            new_email_canonical: new.canonical(),
            token_id: &claims.token_id,
            rev: user.revocation_id,
            session_id: who.session_id,
            requested_at: s.now(),
            expires_at: claims.expires_at,
        };
        db::accounts::email_changes::replace(tx, &change).await?;
        record_own(s, tx, event, user.id, who.session_id, client).await?;
        let link = s.site.token_link("/confirm-email", &token);
        self.mail_new_address(tx, link).await?;
        notify(s, tx, user, client, |notice| {
            Message::EmailChangeRequested {
                notice,
                new_address: masked(new.as_str()),
            }
        })
        .await?;
        Ok(Outcome::Requested((*new).clone()))
    }

    /// The link. Where the address belongs to an account whose mailbox is proven, its owner learns of the
    /// attempt instead, and the caller does not.
    async fn mail_new_address(&self, tx: &Transaction<'_>, link: String) -> Result<()> {
        let Self {
            s,
            who,
            new,
            client,
        } = *self;
        let owner = db::accounts::users::find_by_email(tx, new.canonical()).await?;
        let holder = owner.map(|UserRecord { user, .. }| user);
        if let Some(holder) = &holder {
            let subject = subject_of(s, Some(holder.id), new.canonical());
            let event = Event::EmailChangeToTakenAddress;
            record_anonymous(s, tx, event, subject, client).await?;
        }
        let cause = Cause::Client(client);
        match holder {
            Some(holder) if !holder.never_verified() => {
                let message = Message::EmailChangeToTakenAddress {
                    sign_in_link: s.site.link("/login"),
                };
                let to = if holder.disabled_at.is_none() {
                    Recipient::User(&holder)
                } else {
                    Recipient::Decoy(new.as_str())
                };
                enqueue(s, tx, to, &message, cause).await
            }
            unproven => {
                let message = Message::ConfirmEmailChange {
                    link,
                    expires_in: s.tokens.policy().lifetime(Purpose::EmailChange),
                    replaces_account: unproven.is_some(),
                };
                let to = Recipient::NewAddress(who.user(), new.as_str());
                enqueue(s, tx, to, &message, cause).await
            }
        }
    }
}

/// Takes the change back; `false` where none waits. It takes no proof, since it changes nothing.
pub async fn cancel(s: &Services, who: &Authenticated, client: &Client) -> Result<bool> {
    let user = who.user();
    s.db.transaction(async |tx| {
        let is_cancelled = db::accounts::email_changes::cancel(tx, user.id, s.now()).await?;
        if is_cancelled {
            let event = Event::EmailChangeCancelled;
            record_own(s, tx, event, user.id, who.session_id, client).await?;
        }
        Ok(is_cancelled)
    })
    .await
}
