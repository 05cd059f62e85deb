//! The proof of who acts, on the form itself: where the act ends in a file or in signing out, no page comes after
//! `/reauthenticate` to which it could be sent on.

use crate::{
    domain::secrets::secret::SecretString,
    flows::{
        authenticators::proof::{self, Outcome, Presented, Proven},
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::PageRequest,
        pages::answer::Showing,
        view::{FieldErrors, Flash},
    },
};

/// The proof by the password that the form brings, else a recent one. `Err` is how the form is shown again, with
/// the fault at `password`.
pub(super) async fn prove(
    request: &PageRequest,
    who: &Authenticated,
    password: SecretString,
) -> WebResult<Result<Proven, Showing>> {
    let of_password = |why: String| FieldErrors::of_field("password", why);
    if password.is_empty() {
        return Ok(proof::recent(request.services(), who)
            .ok_or_else(|| Showing::invalid(of_password(copy::missing("your password")))));
    }
    let presented = Presented::Password(password);
    let outcome = proof::present(request.services(), who, &presented, &request.client).await?;
    Ok(match outcome {
        Outcome::Proven { proven, .. } => Ok(*proven),
        Outcome::Throttled(wait) => Err(Showing::throttled(wait)),
        Outcome::Overtaken => return Err(session_ended(request)),
        Outcome::WrongPassword | Outcome::WrongCode(_) | Outcome::NoSecondFactor => Err(
            Showing::rejected(of_password(copy::WRONG_PASSWORD.to_owned())),
        ),
    })
}

/// To the sign-in page, which says why.
pub(super) fn session_ended(request: &PageRequest) -> WebError {
    let flash = Flash::info(copy::SESSION_ENDED);
    request.session.leave_flash(&flash);
    WebError::SignInRequired(None)
}
