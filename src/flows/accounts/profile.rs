//! The profile of the account: the name that its owner is called by.

use crate::{
    db,
    domain::{
        accounts::{display_name::DisplayName, user::User},
        audit::{Client, Event},
        sign_in::attempts::Pause,
    },
    flows::{
        InputFaults, Result, Services,
        audit::{pace::too_soon, record::record_own},
        flood_limits::Throttled,
        sessions::{authenticate::Authenticated, still_lives},
    },
};

/// Changes of the name in an hour. Each is a row of the audit log.
pub const RENAMES_AN_HOUR: i64 = 20;

#[derive(Debug)]
pub enum Outcome {
    /// The user, with the name.
    Saved(User),
    Invalid(InputFaults),
    /// The session of the request ended at the same moment. Nothing was done.
    Overtaken,
    Throttled(Pause),
}

/// Changes the name; blank removes it. It takes no recent proof: a name opens nothing, and is not sent in any mail.
pub async fn rename(
    s: &Services,
    who: &Authenticated,
    typed: &str,
    client: &Client,
) -> Result<Outcome> {
    let name = match DisplayName::parse(typed) {
        Ok(name) => name,
        Err(why) => return Ok(Outcome::Invalid(InputFaults::one("display_name", &why))),
    };
    let name = name.as_ref().map(DisplayName::as_str);
    let user = who.user();
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Outcome::Overtaken);
        }
        let event = Event::ProfileChanged;
        if let Some(Throttled(wait)) = too_soon(s, tx, user.id, &event, RENAMES_AN_HOUR).await? {
            return Ok(Outcome::Throttled(wait));
        }
        if db::accounts::users::rename(tx, user.id, name).await? {
            record_own(s, tx, event, user.id, who.session_id, client).await?;
        }
        Ok(Outcome::Saved(User {
            display_name: name.map(str::to_owned),
            ..user.clone()
        }))
    })
    .await
}
