//! Judges a new password while the user is still typing it, by the rules of its form, including the words of the
//! user's own name and address.
//!
//! Breaches are not looked up, so that nothing about an unfinished password leaves the server. Nothing is stored.

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

/// The password typed so far, and the data that say which user it will belong to.
#[derive(Debug, Clone)]
pub struct Input {
    pub password: SecretString,
    /// The token of a link, if the form was opened with one. The password is for the owner of the link.
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

/// Judges the typed password. It is for the user `signed_in` if the input has neither a token nor an address.
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
    let words = words.with_site(&s.site.branding().name);
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

/// The owner of the link. Links to reset a password and links to verify an address can set a new password.
async fn owner(s: &Services, token: &SecretString) -> Result<Option<User>> {
    match recover::inspect(s, token).await? {
        Some(user) => Ok(Some(user)),
        None => verify_email::inspect(s, token).await,
    }
}
