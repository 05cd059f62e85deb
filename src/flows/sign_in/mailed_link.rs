//! The user of a mailed link.

use crate::{
    db::{self, accounts::users::UserRecord},
    domain::{
        secrets::secret::SecretString,
        token::{Claims, Purpose, judge},
    },
    flows::{Result, Services, authenticators::contradiction::contradictory_factor},
};

/// The user of a token from a mail, if the token is valid; otherwise `None`.
pub async fn user_of_mail_token(
    s: &Services,
    purpose: Purpose,
    token: &SecretString,
) -> Result<Option<(Claims, UserRecord)>> {
    let Ok(claims) = s.tokens.decode_ahead(purpose, token.expose(), s.now()) else {
        return Ok(None);
    };
    let Some(status) = db::sessions::token_status::find(&s.db, &claims).await? else {
        return Ok(None);
    };
    let living = judge(&claims, &status.user_status(), &status, s.now()).is_ok()
        && !contradictory_factor(&status.user.user);
    Ok(living.then_some((claims, status.user)))
}
