//! Changing the password with the current one.

use super::new_password::own_words;
use crate::{
    db,
    domain::{
        audit::{Client, Event},
        secrets::secret::SecretString,
        session::EndReason,
        sign_in::attempts::Pause,
    },
    flows::{
        InputFaults, Result, Services, TokenPair,
        accounts::{
            new_password::{accept_password, hash_password},
            set_password::enqueue_password_changed,
        },
        audit::record::record_own,
        authenticators::password::{PasswordCheck, check_password},
        flood_limits::Throttled,
        sessions::{authenticate::Authenticated, tokens::reissue},
    },
};

/// What the form or the call brings.
#[derive(Debug, Clone)]
pub struct Input {
    /// The password until now.
    pub current_password: SecretString,
    /// The password from now on.
    pub new_password: SecretString,
}

#[derive(Debug)]
pub enum Outcome {
    /// The password is changed. This session goes on with a new pair; all others ended.
    Changed(TokenPair),
    /// The password is changed, but this session ended meanwhile.
    ChangedAndSignedOut,
    /// The current password is wrong.
    WrongPassword,
    /// The new password cannot be used.
    Invalid(InputFaults),
    /// The credentials were changed by another request at the same moment: nothing was done.
    Overtaken,
    Throttled(Pause),
}

pub async fn change(
    s: &Services,
    who: &Authenticated,
    input: Input,
    client: &Client,
) -> Result<Outcome> {
    match check_password(s, &who.record, &input.current_password, who.actor(client)).await? {
        PasswordCheck::Right => {}
        PasswordCheck::Throttled(Throttled(wait)) => return Ok(Outcome::Throttled(wait)),
        PasswordCheck::Wrong => return Ok(Outcome::WrongPassword),
    }
    if input.new_password == input.current_password {
        let same = "This is your current password. Choose one that you have not used here.";
        return Ok(Outcome::Invalid(InputFaults::one("new_password", &same)));
    }
    let user = who.user();
    let password = match accept_password(s, &input.new_password, own_words(user)).await? {
        Ok(password) => password,
        Err(why) => return Ok(Outcome::Invalid(InputFaults::one("new_password", &why))),
    };
    let hash = hash_password(s, password).await?;
    let now = s.now();
    s.db.transaction(async |tx| {
        // `rev` came with the hash that the current password was compared with: a reset that was
        // quicker is not overwritten.
        let raised =
            db::accounts::users::set_password(tx, user.id, user.revocation_id, &hash, now).await?;
        let Some(raised) = raised else {
            return Ok(Outcome::Overtaken);
        };
        db::sessions::end_all(tx, user.id, who.session_id, EndReason::PasswordChanged, now).await?;
        record_own(
            s,
            tx,
            Event::PasswordChanged,
            user.id,
            who.session_id,
            client,
        )
        .await?;
        enqueue_password_changed(s, tx, user, client).await?;
        let user = crate::domain::accounts::user::User {
            password_must_change: false,
            ..user.clone()
        };
        let Some(session_id) = who.session_id else {
            return Ok(Outcome::ChangedAndSignedOut);
        };
        db::sessions::prove(tx, session_id, &["pwd"], now).await?;
        let pair = reissue(s, tx, session_id, &user, raised).await?;
        Ok(pair.map_or(Outcome::ChangedAndSignedOut, Outcome::Changed))
    })
    .await
}
