//! Accepting a new password. Registering, resetting, changing a password and claiming an account all use
//! this, so that no page or call has weaker rules than another.

use crate::{
    breach::Finding,
    db::accounts::credentials::PasswordHash,
    domain::{
        accounts::user::User,
        password::{BreachDigest, OwnWords, Password, PasswordRefusal},
        secrets::secret::SecretString,
    },
    flows::{Result, Services},
    judging::Occasion,
};

/// A password that passed every rule.
pub struct AcceptedPassword {
    password: Password,
    /// Whether it was looked up among breached ones.
    looked_up: bool,
}

/// Checks a new password: first by the rules, then against known breaches. If that look-up gets no answer,
/// the password is accepted, and is looked up again at the next sign-in.
pub async fn accept_password(
    s: &Services,
    typed: &SecretString,
    own_words: OwnWords,
) -> Result<Result<AcceptedPassword, PasswordRefusal>> {
    let (policy, typed) = (s.policy.passwords, typed.clone());
    let own_words = own_words.with_site(&s.site.branding().name);
    let judge = move || policy.accept(&typed, &own_words);
    let password = match s.judging.run(Occasion::Sent, judge).await? {
        Ok(password) => password,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let digest = BreachDigest::of(&password);
    Ok(match look_up_breach(s, &digest).await {
        Finding::Seen => Err(PasswordRefusal::Breached),
        found => Ok(AcceptedPassword {
            password,
            looked_up: found == Finding::Unseen,
        }),
    })
}

/// Looks a password up among breached ones, if the check is on.
pub async fn look_up_breach(s: &Services, digest: &BreachDigest) -> Finding {
    let found = s.breaches.look_up(digest).await;
    if s.breaches.are_looked_up() {
        s.metrics.breach_lookups.add(match found {
            Finding::Seen => "seen",
            Finding::Unseen => "unseen",
            Finding::Unknown => "failed",
        });
    }
    found
}

/// Hashes an accepted password when its turn among new passwords has come. However many there are, they
/// use at most half of the permits for hashing.
pub async fn hash_password(s: &Services, accepted: AcceptedPassword) -> Result<PasswordHash> {
    let AcceptedPassword {
        password,
        looked_up,
    } = accepted;
    let _turn = s.judging.turn_to_hash().await?;
    Ok(PasswordHash {
        phc: s.hashing.hash(password, s.random.as_ref()).await?,
        breach_checked_at: looked_up.then(|| s.now()),
    })
}

/// Words that others know about the user and would try first.
pub fn own_words(user: &User) -> OwnWords {
    OwnWords::of(
        &user.email,
        user.display_name.as_deref().unwrap_or_default(),
    )
}
