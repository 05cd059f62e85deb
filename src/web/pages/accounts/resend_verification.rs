//! Requesting another link to verify an address. The answer is the same for every address.

use serde::Deserialize;

use super::{
    register::{CheckMailReason, check_mail},
    verify_email::VerifyLinkInvalidPage,
};
use crate::{
    domain::accounts::user::User,
    flows::{
        accounts::verify_email, mail::requested::RequestOutcome,
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::{Showing, field_errors, see_other_with},
        paths::ACCOUNT,
        view::Flash,
    },
};

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    email: String,
}

/// `POST /verify-email/resend`, from several pages.
pub async fn post(
    CsrfForm(Form { email }): CsrfForm<Form>,
    MaybeUser(who): MaybeUser,
    request: PageRequest,
) -> WebResult {
    match verify_email::resend(request.services(), &email, &request.client).await? {
        RequestOutcome::Accepted => {
            let own = who.as_ref().map(Authenticated::user);
            match own.filter(|user| user.email == email) {
                Some(user) => Ok(see_other_with(
                    &request.session,
                    ACCOUNT,
                    &owner_flash(user),
                )),
                None => check_mail(
                    &request,
                    email,
                    CheckMailReason::LinkRequested(request.state.services.now()),
                ),
            }
        }
        RequestOutcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["email"]))
            .answer(|errors| VerifyLinkInvalidPage {
                shell: request.shell(),
                email,
                followed: false,
                errors,
            }),
        RequestOutcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

/// The message for the owner of the address, who may know whether it is verified.
fn owner_flash(user: &User) -> Flash {
    Flash::success(if user.mailbox_proven() {
        copy::ADDRESS_VERIFIED
    } else {
        copy::VERIFICATION_SENT
    })
}
