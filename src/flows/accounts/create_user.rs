//! Accounts that are created for someone: the first admin of a new service, and those that an operator
//! adds. The password is temporary: nothing else is allowed until it is changed.

use super::new_password::AcceptedPassword;
use crate::{
    db::{self, accounts::new_user::NewUser},
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
    /// The address. The operator who creates the account vouches for it.
    pub email: EmailAddress,
    /// The initial password.
    pub password: SecretString,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Created,
    /// There is an admin already, so none was created.
    NotNeeded,
    /// The address has an account, which stays as it is.
    EmailTaken,
    /// The password is refused.
    Invalid(InputFaults),
}

pub async fn create(s: &Services, input: &Input, client: &Client) -> Result<Outcome> {
    write(s, input, client, false).await
}

/// Creates the first admin if there is none. Of nodes that start at the same time one creates it, and a
/// later start changes nothing. An existing account with the address is never promoted.
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
        let Some(user) = db::accounts::new_user::insert(tx, &new).await? else {
            return Ok(Outcome::EmailTaken);
        };
        let event = Event::UserCreated { role: user.role };
        record_anonymous(s, tx, event, Subject::User(user.id), client).await?;
        Ok(Outcome::Created)
    })
    .await
}
