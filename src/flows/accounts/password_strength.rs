//! The verdict on a new password that its form would get, while the user is still typing it.
//!
//! The rules and the words of the owner are those of the form itself; only what is known of breaches
//! is left out, so that no half-typed password leaves the machine. Nothing is kept.

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

/// What is typed so far, and what tells whose password it will be.
#[derive(Debug, Clone)]
pub struct Input {
    pub password: SecretString,
    /// The token of a link, where the form came from one: the password will be its owner's.
    pub token: Option<SecretString>,
    /// The address of an account that is being made.
    pub email: Option<String>,
    /// The name of that account, may be blank.
    pub display_name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Judged(Strength),
    Throttled(Pause),
}

/// Judges what is typed. `signed_in` is whose password it will be where neither a token nor an
/// address says so.
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

/// Whose link it is, of either kind that a new password comes with.
async fn owner(s: &Services, token: &SecretString) -> Result<Option<User>> {
    match recover::inspect(s, token).await? {
        Some(user) => Ok(Some(user)),
        None => verify_email::inspect(s, token).await,
    }
}
