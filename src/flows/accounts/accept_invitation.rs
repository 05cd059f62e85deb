//! Accepting an invitation: the owner of the invited address chooses name and password, and gets an
//! account with a verified address.

use super::register::own_words;
use crate::{
    db::{
        self, Connection, Transaction,
        accounts::{credentials::PasswordHash, new_user::NewUser, users::UserRecord},
    },
    domain::{
        accounts::{display_name::DisplayName, invitation::Invitation, user::User},
        audit::{Client, Event, Subject},
        secrets::{link, random, secret::SecretString},
        session::EndReason,
        sign_in::attempts::Pause,
    },
    flows::{
        InputFaults, Registration, Result, Services, TokenPair,
        accounts::{
            new_password::{accept_password, hash_password},
            set_password::{NewPassword, set_password_by_mail},
        },
        audit::record::{record_anonymous, subject_of},
        flood_limits::{Throttled, count_request},
        sessions::{
            authenticate::HeldSession,
            tokens::{Beginning, begin_session},
        },
    },
    throttle::Route,
};

/// The input of the form or the call.
#[derive(Debug, Clone)]
pub struct Input {
    pub token: SecretString,
    /// The password of the account.
    pub password: SecretString,
    /// The name; may be blank.
    pub display_name: String,
    /// The session in the browser, which the new one replaces.
    pub replaces: Option<HeldSession>,
}

/// Whether a link can be used, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Good(Invitation),
    /// It was used, revoked, sent again or has expired, or its sender is no longer an admin.
    Dead,
    /// The address has an account.
    EmailTaken,
    /// No one can register here, invited or not.
    Closed,
}

#[derive(Debug)]
pub enum Outcome {
    /// The account was created and is signed in.
    SignedIn(TokenPair),
    /// See [`Link::Dead`].
    LinkDead,
    /// The address got an account in another way, which stays as it is.
    EmailTaken,
    /// No one can register here, invited or not.
    Closed,
    /// Some input is invalid. The link is not used up.
    Invalid(InputFaults),
    Throttled(Pause),
}

/// Whether a link can be used. Changes nothing.
pub async fn inspect(s: &Services, token: &SecretString) -> Result<Link> {
    if s.policy.registration == Registration::Closed {
        return Ok(Link::Closed);
    }
    let shared = s.db.shared().await?;
    let hash = link::hash(token);
    let Some(found) = db::accounts::invitations::find_living(&shared, &hash, s.now()).await? else {
        return Ok(Link::Dead);
    };
    if db::accounts::invitations::is_taken(&shared, &found.email_canonical).await? {
        return Ok(Link::EmailTaken);
    }
    if !has_its_inviter(&shared, &found).await? {
        return Ok(Link::Dead);
    }
    Ok(Link::Good(found))
}

async fn has_its_inviter(conn: &Connection, invitation: &Invitation) -> Result<bool> {
    match invitation.invited_by {
        Some(inviter) => Ok(db::admin::admins::is_active(conn, inviter).await?),
        None => Ok(false),
    }
}

/// Creates the account. Reading the mail with the link proves the address.
pub async fn accept(s: &Services, input: &Input, client: &Client) -> Result<Outcome> {
    if let Some(Throttled(wait)) = count_request(s, Route::Reset, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let invitation = match inspect(s, &input.token).await? {
        Link::Good(invitation) => invitation,
        Link::Dead => return Ok(Outcome::LinkDead),
        Link::EmailTaken => return Ok(Outcome::EmailTaken),
        Link::Closed => return Ok(Outcome::Closed),
    };
    let mut faults = InputFaults::default();
    let name = faults
        .note("display_name", DisplayName::parse(&input.display_name))
        .flatten();
    let own_words = own_words(&invitation.email, name.as_ref());
    let password = accept_password(s, &input.password, own_words).await?;
    let password = faults.note("password", password);
    let (Some(password), true) = (password, faults.is_empty()) else {
        return Ok(Outcome::Invalid(faults));
    };
    let accepted = Accepted {
        token_hash: link::hash(&input.token),
        password: hash_password(s, password).await?,
        invitation,
        name,
        replaces: input.replaces,
    };
    s.db.transaction(async |tx| accepted.write(s, tx, client).await)
        .await
}

struct Accepted {
    invitation: Invitation,
    token_hash: [u8; 32],
    name: Option<DisplayName>,
    password: PasswordHash,
    replaces: Option<HeldSession>,
}

impl Accepted {
    /// Under the lock of admins, so that the sender stays an admin until the commit.
    async fn write(&self, s: &Services, tx: &Transaction<'_>, client: &Client) -> Result<Outcome> {
        let invitation = &self.invitation;
        db::admin::admins::lock(tx).await?;
        // Sending an invitation again changes the hash, so the inviter belongs to this hash.
        if !has_its_inviter(tx, invitation).await?
            || !db::accounts::invitations::accept(tx, invitation.id, &self.token_hash, s.now())
                .await?
        {
            return Ok(Outcome::LinkDead);
        }
        let user = match self.make(s, tx, client).await? {
            Some(user) => Some(user),
            None => self.take_over(s, tx, client).await?,
        };
        let Some(user) = user else {
            db::accounts::invitations::void(tx, invitation.id, s.now()).await?;
            let owner = db::admin::managed::id_of(tx, &invitation.email_canonical).await?;
            let subject = subject_of(s, owner, &invitation.email_canonical);
            record_anonymous(s, tx, Event::RegistrationOfTakenAddress, subject, client).await?;
            return Ok(Outcome::EmailTaken);
        };
        let event = Event::InvitationAccepted {
            invitation: invitation.id,
            role: user.role,
        };
        record_anonymous(s, tx, event, Subject::User(user.id), client).await?;
        let beginning = Beginning::by_password(&user, self.replaces, client);
        Ok(Outcome::SignedIn(begin_session(s, tx, beginning).await?))
    }

    /// Creates the account; `None` if the address has one. An account that was registered and never
    /// verified is replaced: the mail with the link proves the mailbox.
    async fn make(
        &self,
        s: &Services,
        tx: &Transaction<'_>,
        client: &Client,
    ) -> Result<Option<User>> {
        let Self {
            invitation, name, ..
        } = self;
        let address = [invitation.email_canonical.as_str()];
        for id in db::imports::erase_never_verified(tx, &address).await? {
            let event = Event::UnverifiedErased { why: "invited" };
            record_anonymous(s, tx, event, Subject::User(id), client).await?;
        }
        let new = NewUser {
            id: random::id(s.random.as_ref()),
            email: &invitation.email,
            email_canonical: &invitation.email_canonical,
            display_name: name.as_ref().map(DisplayName::as_str),
            password: &self.password,
            password_must_change: false,
            role: invitation.role,
            email_verified_at: Some(s.now()),
            created_at: s.now(),
        };
        Ok(db::accounts::new_user::insert(tx, &new).await?)
    }

    /// Takes over an imported account whose mailbox was never proven; `None` if it is not one. The account
    /// stays, because other systems may know its id, and its earlier credentials and sessions end.
    async fn take_over(
        &self,
        s: &Services,
        tx: &Transaction<'_>,
        client: &Client,
    ) -> Result<Option<User>> {
        let address = &self.invitation.email_canonical;
        let found = db::accounts::users::find_by_email(tx, address).await?;
        let Some(UserRecord { user, .. }) = found else {
            return Ok(None);
        };
        if db::accounts::invitations::is_taken(tx, address).await?
            || !db::accounts::credentials::hold(tx, user.id, user.revocation_id).await?
        {
            return Ok(None);
        }
        let change = NewPassword {
            user: &user,
            hash: &self.password,
            reason: EndReason::AddressClaimed,
            client,
        };
        let Some(mut user) = set_password_by_mail(s, tx, change).await? else {
            return Ok(None);
        };
        let role = self.invitation.role;
        if role != user.role {
            db::admin::managed::set_role(tx, user.id, role).await?;
            user.role = role;
        }
        if let Some(name) = &self.name {
            db::accounts::users::rename(tx, user.id, Some(name.as_str())).await?;
            user.display_name = Some(name.as_str().to_owned());
        }
        Ok(Some(user))
    }
}
