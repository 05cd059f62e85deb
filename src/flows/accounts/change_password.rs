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
            undo_points::before,
        },
        audit::record::record_own,
        authenticators::password::{PasswordCheck, check_password},
        flood_limits::Throttled,
        sessions::{authenticate::Authenticated, tokens::reissue},
    },
};

/// The input of the form or the call.
#[derive(Debug, Clone)]
pub struct Input {
    /// The current password.
    pub current_password: SecretString,
    /// The new password.
    pub new_password: SecretString,
}

#[derive(Debug)]
pub enum Outcome {
    /// The password was changed. This session continues with a new pair; all others ended.
    Changed(TokenPair),
    /// The password was changed, but this session has ended in the meantime.
    ChangedAndSignedOut,
    /// The current password is wrong.
    WrongPassword,
    /// The new password is refused.
    Invalid(InputFaults),
    /// Another request changed the credentials at the same moment: nothing was done.
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
        let earlier = before(s, tx, user).await?;
        // `rev` was read with the hash that the current password was compared with, so a reset that was
        // faster is not overwritten.
        let raised =
            db::accounts::credentials::set_password(tx, user.id, user.revocation_id, &hash, now)
                .await?;
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
        enqueue_password_changed(s, tx, user, &earlier, client).await?;
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
