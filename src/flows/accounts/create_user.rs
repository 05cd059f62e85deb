//! Accounts that are made for someone: the first admin of a new service, and those an operator
//! adds. The password is a start only: nothing is possible before it is changed.

use super::new_password::AcceptedPassword;
use crate::{
    db::{self, accounts::users::NewUser},
    domain::{
        accounts::{email::EmailAddress, user::Role},
        audit::{Client, Event, Subject},
        password::OwnWords,
        secrets::{random, secret::SecretString},
    },
    flows::{
        InputFaults, Result, Services,
        accounts::new_password::{accept_password, hash_password},
        audit::record::record_anonymous,
    },
};

#[derive(Debug, Clone)]
pub struct Input {
    /// The address. The operator who makes the account vouches for it.
    pub email: EmailAddress,
    /// The password to start with.
    pub password: SecretString,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Created,
    /// There is an admin already, so none was made.
    NotNeeded,
    /// The address has an account, which stays as it is.
    EmailTaken,
    /// The password cannot be used.
    Invalid(InputFaults),
}

pub async fn create(s: &Services, input: &Input, client: &Client) -> Result<Outcome> {
    write(s, input, client, false).await
}

/// Makes the first admin, where there is none: of nodes that start at once one makes it, and a later
/// start changes nothing. An account that has the address is never promoted.
pub async fn first_admin(s: &Services, input: &Input, client: &Client) -> Result<Outcome> {
    let shared = s.db.shared().await?;
    if db::admin::admins::any(&shared).await? {
        return Ok(Outcome::NotNeeded);
    }
    write(s, input, client, true).await
}

async fn write(s: &Services, input: &Input, client: &Client, first: bool) -> Result<Outcome> {
    let accepted =
        accept_password(s, &input.password, OwnWords::of(input.email.as_str(), "")).await?;
    let accepted: AcceptedPassword = match accepted {
        Ok(accepted) => accepted,
        Err(why) => return Ok(Outcome::Invalid(InputFaults::one("password", &why))),
    };
    let hash = hash_password(s, accepted).await?;
    let now = s.now();
    let new = NewUser {
        id: random::id(s.random.as_ref()),
        email: input.email.as_str(),
        email_canonical: input.email.canonical(),
        display_name: None,
        password: &hash,
        password_must_change: true,
        role: input.role,
        email_verified_at: Some(now),
        created_at: now,
    };
    s.db.transaction(async |tx| {
        db::admin::admins::lock(tx).await?;
        if first && db::admin::admins::any(tx).await? {
            return Ok(Outcome::NotNeeded);
        }
        let Some(user) = db::accounts::users::insert(tx, &new).await? else {
            return Ok(Outcome::EmailTaken);
        };
        let event = Event::UserCreated { role: user.role };
        record_anonymous(s, tx, event, Subject::User(user.id), client).await?;
        Ok(Outcome::Created)
    })
    .await
}
