//! Creating an account and verifying its address.

use vestibule::internals::domain::accounts::display_name::DisplayNameError;
use vestibule::internals::domain::accounts::email::EmailError;
use vestibule::internals::domain::password::PasswordRefusal;
use vestibule::internals::web::copy;
use vestibule::internals::web::pages::{
    AlreadyVerifiedPage, CheckMailPage, CheckMailReason, InvitationInvalidPage, InvitationPage,
    NoUse, RegisterPage, VerifyEmailPage, VerifyLinkInvalidPage, VerifyProof,
};
use vestibule::internals::web::view::{FieldErrors, Shell};

use crate::sample::{
    EMAIL, HOSTILE, NAME, Rendered, anonymous, fine, html, seconds_ago, signed_in, wrong,
};

fn register(email: &str, display_name: &str, errors: FieldErrors) -> String {
    html(&RegisterPage {
        shell: anonymous(),
        email: email.to_owned(),
        display_name: display_name.to_owned(),
        password_min_length: 15,
        errors,
    })
}

fn invitation(shell: Shell, as_admin: bool, name: &str, errors: FieldErrors) -> String {
    html(&InvitationPage {
        shell,
        token: HOSTILE.to_owned(),
        email: EMAIL.to_owned(),
        as_admin,
        display_name: name.to_owned(),
        password_min_length: 15,
        errors,
    })
}

fn no_use(why: NoUse) -> String {
    html(&InvitationInvalidPage {
        shell: anonymous(),
        why,
    })
}

fn check_mail(email: &str, reason: CheckMailReason) -> String {
    html(&CheckMailPage {
        shell: anonymous(),
        email: email.to_owned(),
        reason,
    })
}

fn verify(shell: Shell, proof: VerifyProof, errors: FieldErrors) -> String {
    html(&VerifyEmailPage {
        shell,
        token: HOSTILE.to_owned(),
        email: EMAIL.to_owned(),
        proof,
        password_min_length: 15,
        errors,
    })
}

fn verify_signed_out(errors: FieldErrors) -> String {
    verify(anonymous(), VerifyProof::Password, errors)
}

fn invalid_link(email: &str, errors: FieldErrors) -> String {
    html(&VerifyLinkInvalidPage {
        shell: anonymous(),
        email: email.to_owned(),
        followed: email.is_empty(),
        errors,
    })
}

fn short(given: usize) -> String {
    PasswordRefusal::TooShort {
        given,
        required: 15,
    }
    .to_string()
}

pub(crate) fn pages() -> Vec<Rendered> {
    let mut everything = wrong("email", EmailError::Malformed.to_string());
    everything.add("password", short(8));
    everything.add("password", PasswordRefusal::AboutYou.to_string());
    everything.add("display_name", DisplayNameError::TooLong.to_string());
    let too_short = wrong("new_password", short(3));
    let not_its_password = wrong("password", copy::WRONG_PASSWORD_OF_ACCOUNT);
    vec![
        ("invitation", invitation(anonymous(), false, "", fine())),
        (
            "invitation-admin",
            invitation(signed_in(NAME), true, HOSTILE, wrong("password", short(8))),
        ),
        ("invitation-dead", no_use(NoUse::Dead)),
        ("invitation-taken", no_use(NoUse::EmailTaken)),
        ("invitation-closed", no_use(NoUse::Closed)),
        ("register", register("", "", fine())),
        ("register-errors", register("robin", "Robin", everything)),
        (
            "register-taken",
            register(EMAIL, "", wrong("email", copy::EMAIL_TAKEN)),
        ),
        (
            "register-hostile",
            register(HOSTILE, HOSTILE, FieldErrors::of_form(HOSTILE)),
        ),
        ("check-mail", check_mail(EMAIL, CheckMailReason::Registered)),
        (
            "check-mail-again",
            check_mail(HOSTILE, CheckMailReason::LinkRequested(seconds_ago(5))),
        ),
        (
            "verify-email-signed-in",
            verify(signed_in(NAME), VerifyProof::SignedIn, fine()),
        ),
        ("verify-email", verify_signed_out(fine())),
        ("verify-email-wrong", verify_signed_out(not_its_password)),
        ("verify-email-short", verify_signed_out(too_short)),
        ("verify-link-invalid", invalid_link("", fine())),
        (
            "verify-link-invalid-errors",
            invalid_link("robin", wrong("email", EmailError::Malformed.to_string())),
        ),
        (
            "already-verified",
            html(&AlreadyVerifiedPage { shell: anonymous() }),
        ),
        (
            "already-verified-signed-in",
            html(&AlreadyVerifiedPage {
                shell: signed_in(NAME),
            }),
        ),
    ]
}
