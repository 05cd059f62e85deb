//! Asking for another link to verify an address. The answer is the same for every address.

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
        extract::{ClientInfo, CsrfForm, MaybeUser, PageShell},
        pages::answer::{Showing, field_errors, see_other_with},
        paths::ACCOUNT,
        session::BrowserSession,
        state::State,
        view::Flash,
    },
};

/// Where the link should go.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    email: String,
}

/// `POST /verify-email/resend`, from several pages.
pub async fn post(
    CsrfForm(Form { email }): CsrfForm<Form>,
    MaybeUser(who): MaybeUser,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    match verify_email::resend(&state.services, &email, &client).await? {
        RequestOutcome::Accepted => {
            let own = who.as_ref().map(Authenticated::user);
            match own.filter(|user| user.email == email) {
                Some(user) => Ok(see_other_with(&session, ACCOUNT, &told_owner(user))),
                None => check_mail(
                    shell,
                    email,
                    CheckMailReason::LinkRequested(state.services.now()),
                ),
            }
        }
        RequestOutcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["email"]))
            .answer(|errors| VerifyLinkInvalidPage {
                shell: shell.take(),
                email,
                followed: false,
                errors,
            }),
        RequestOutcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

/// Somebody who asks for the own address may know how it stands.
fn told_owner(user: &User) -> Flash {
    Flash::success(if user.mailbox_proven() {
        copy::ADDRESS_VERIFIED
    } else {
        copy::VERIFICATION_SENT
    })
}
