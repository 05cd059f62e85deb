//! The verdict that a form would give on a new password, while the user is still typing it.
//!
//! The rules and the owner's words are those of the form itself. Only the look-up among breached passwords
//! is left out, so that no half-typed password leaves the machine. Nothing is stored.

use super::{new_password::own_words, register, verify_email};
use crate::{
    domain::{
        accounts::user::User,
        audit::Client,
        password::{OwnWords, Strength},
        secrets::secret::SecretString,
        sign_in::attempts::Pause,
    },
    flows::{
        Result, Services,
        flood_limits::{Throttled, count_request},
        sign_in::recover,
    },
    judging::Occasion,
    throttle::Route,
};

/// The password so far, and the data that determine its owner.
#[derive(Debug, Clone)]
pub struct Input {
    pub password: SecretString,
    /// The token of a mailed link, if the form came from one: the password is for its owner.
    pub token: Option<SecretString>,
    /// The address of an account that is being created.
    pub email: Option<String>,
    /// The name of that account; may be blank.
    pub display_name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Judged(Strength),
    Throttled(Pause),
}

/// Checks the typed password. It is for the user `signed_in` unless a token or an address says otherwise.
pub async fn judge(
    s: &Services,
    signed_in: Option<&User>,
    input: Input,
    client: &Client,
) -> Result<Outcome> {
    if let Some(Throttled(wait)) = count_request(s, Route::PasswordStrength, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let words = whose_words(s, signed_in, &input).await?;
    let (policy, password) = (s.policy.passwords, input.password);
    let judge = move || policy.strength(&password, &words);
    Ok(Outcome::Judged(
        s.judging.run(Occasion::Typing, judge).await?,
    ))
}

async fn whose_words(s: &Services, signed_in: Option<&User>, input: &Input) -> Result<OwnWords> {
    if let Some(token) = &input.token {
        return Ok(words_of(owner(s, token).await?.as_ref()));
    }
    let Some(email) = &input.email else {
        return Ok(words_of(signed_in));
    };
    let name = register::name_of(&input.display_name);
    Ok(register::own_words(email, name.as_ref()))
}

fn words_of(user: Option<&User>) -> OwnWords {
    user.map_or_else(|| OwnWords::of("", ""), own_words)
}

/// The user of a link that leads to a form with a new password.
async fn owner(s: &Services, token: &SecretString) -> Result<Option<User>> {
    match recover::inspect(s, token).await? {
        Some(user) => Ok(Some(user)),
        None => verify_email::inspect(s, token).await,
    }
}
