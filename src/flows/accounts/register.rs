//! Creating an account.

use crate::{
    db::{
        self, Transaction,
        accounts::{credentials::PasswordHash, new_user::NewUser, users::UserRecord},
    },
    domain::{
        accounts::{display_name::DisplayName, email::EmailAddress, user::Role},
        audit::{Client, Event},
        password::OwnWords,
        secrets::{random, secret::SecretString},
        sign_in::attempts::Pause,
    },
    flows::{
        EmailVerification, InputFaults, Registration, Result, Services, TokenPair,
        accounts::new_password::{accept_password, hash_password},
        audit::record::{record_anonymous, record_own, subject_of},
        flood_limits::{Throttled, count_request},
        mail::{
            outbox::{Cause, Recipient, enqueue},
            requested::enqueue_verification,
        },
        sessions::{
            authenticate::HeldSession,
            tokens::{Beginning, begin_session},
        },
    },
    mail::Message,
    throttle::Route,
};

/// The input of the form or the call.
#[derive(Debug, Clone)]
pub struct Input {
    pub email: String,
    pub password: SecretString,
    /// The name; may be blank.
    pub display_name: String,
    /// The session in the browser, which the new one replaces.
    pub replaces: Option<HeldSession>,
}

#[derive(Debug)]
pub enum Outcome {
    /// The account was created and is signed in.
    SignedIn(TokenPair),
    /// A mail says how to continue, whether or not the address has an account.
    VerificationSent,
    /// The address has an account (reported only if verification is optional).
    EmailTaken,
    /// Some input is invalid.
    Invalid(InputFaults),
    /// This site allows no registration, or only that of invited users.
    Closed,
    Throttled(Pause),
}

struct Accepted {
    email: EmailAddress,
    display_name: Option<DisplayName>,
    password_hash: PasswordHash,
    replaces: Option<HeldSession>,
}

/// Registers an address.
///
/// If verification is required, free and taken addresses get the same answer after the same work: a hash,
/// a transaction, a mail.
pub async fn register(s: &Services, input: Input, client: &Client) -> Result<Outcome> {
    if s.policy.registration != Registration::Open {
        return Ok(Outcome::Closed);
    }
    let email = EmailAddress::parse(&input.email);
    let canonical = email.as_ref().ok().map(EmailAddress::canonical);
    if let Some(Throttled(wait)) = count_request(s, Route::Register, client, canonical) {
        return Ok(Outcome::Throttled(wait));
    }
    let mut faults = InputFaults::default();
    let display_name = faults
        .note("display_name", DisplayName::parse(&input.display_name))
        .flatten();
    let own_words = own_words(&input.email, display_name.as_ref());
    let password = accept_password(s, &input.password, own_words).await?;
    let password = faults.note("password", password);
    let (Some(email), Some(password), true) =
        (faults.note("email", email), password, faults.is_empty())
    else {
        return Ok(Outcome::Invalid(faults));
    };
    let password_hash = hash_password(s, password).await?;
    let accepted = Accepted {
        email,
        display_name,
        password_hash,
        replaces: input.replaces,
    };
    s.db.transaction(async |tx| write(s, tx, &accepted, client).await)
        .await
}

/// Words that others will know about the user and would try first.
pub(super) fn own_words(email: &str, name: Option<&DisplayName>) -> OwnWords {
    OwnWords::of(email, name.map_or("", DisplayName::as_str))
}

/// The name, if the text is a valid one.
pub(super) fn name_of(typed: &str) -> Option<DisplayName> {
    DisplayName::parse(typed).ok().flatten()
}

async fn write(
    s: &Services,
    tx: &Transaction<'_>,
    accepted: &Accepted,
    client: &Client,
) -> Result<Outcome> {
    let Accepted {
        email,
        display_name,
        password_hash,
        replaces,
    } = accepted;
    let new = NewUser {
        id: random::id(s.random.as_ref()),
        email: email.as_str(),
        email_canonical: email.canonical(),
        display_name: display_name.as_ref().map(DisplayName::as_str),
        password: password_hash,
        password_must_change: false,
        role: Role::User,
        email_verified_at: None,
        created_at: s.now(),
    };
    let Some(user) = db::accounts::new_user::insert(tx, &new).await? else {
        return taken(s, tx, email, client).await;
    };
    if s.policy.email_verification == EmailVerification::Required {
        // The same work as for a free address.
        db::accounts::users::find_by_email(tx, email.canonical()).await?;
    }
    record_own(s, tx, Event::Registered, user.id, None, client).await?;
    enqueue_verification(s, tx, &user, Cause::Client(client)).await?;
    match s.policy.email_verification {
        EmailVerification::Required => Ok(Outcome::VerificationSent),
        EmailVerification::Optional => {
            let beginning = Beginning::by_password(&user, *replaces, client);
            Ok(Outcome::SignedIn(begin_session(s, tx, beginning).await?))
        }
    }
}

async fn taken(
    s: &Services,
    tx: &Transaction<'_>,
    email: &EmailAddress,
    client: &Client,
) -> Result<Outcome> {
    let owner = db::accounts::users::find_by_email(tx, email.canonical()).await?;
    let subject = subject_of(s, owner.as_ref().map(|o| o.user.id), email.canonical());
    record_anonymous(s, tx, Event::RegistrationOfTakenAddress, subject, client).await?;
    if s.policy.email_verification == EmailVerification::Optional {
        return Ok(Outcome::EmailTaken);
    }
    match owner {
        Some(UserRecord { user, .. }) if user.email_verified() => {
            let message = Message::AddressAlreadyRegistered {
                sign_in_link: s.site.link("/login"),
                reset_link: s.site.link("/forgot-password"),
            };
            enqueue(
                s,
                tx,
                Recipient::User(&user),
                &message,
                Cause::Client(client),
            )
            .await?;
        }
        // The user who registered it first has not proven it; the owner of the mailbox can.
        Some(UserRecord { user, .. }) => {
            enqueue_verification(s, tx, &user, Cause::Client(client)).await?;
        }
        None => {}
    }
    Ok(Outcome::VerificationSent)
}
