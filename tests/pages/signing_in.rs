//! Signing in, the second step, and recovery.

use std::time::Duration;

use vestibule::internals::domain::accounts::email::EmailError;
use vestibule::internals::domain::password::PasswordRefusal;
use vestibule::internals::domain::sign_in::attempts::Pause;
use vestibule::internals::web::copy;
use vestibule::internals::web::pages::{
    ForgotPasswordPage, ForgotPasswordSentPage, LoginPage, LoginVerifyPage, LostFactorPage,
    LostFactorStep, RecoverLinkInvalidPage, RecoverPage, ResetLinkInvalidPage, ResetPasswordPage,
    UnlockLinkInvalidPage, UnlockPage,
};
use vestibule::internals::web::view::{FieldErrors, Flash, Message, Shell};

use crate::sample::{
    EMAIL, HOSTILE, Rendered, anonymous, fine, html, passkey, seconds_ago, with_flash, wrong,
};

fn login(shell: Shell, email: &str, next: &str, errors: FieldErrors) -> String {
    html(&LoginPage {
        shell,
        email: email.to_owned(),
        remember_me: !next.is_empty(),
        next: next.to_owned(),
        may_register: true,
        tells_of_link: !errors.is_empty(),
        passkey: Some(passkey()),
        errors,
    })
}

fn login_refused(message: impl Into<Message>) -> String {
    login(anonymous(), EMAIL, "", FieldErrors::of_form(message))
}

fn login_verify(errors: FieldErrors) -> String {
    login_verify_by(true, false, errors)
}

fn login_verify_by(app: bool, phone: bool, errors: FieldErrors) -> String {
    html(&LoginVerifyPage {
        shell: anonymous(),
        can_recover: true,
        app,
        phone,
        passkey: (!phone).then(passkey),
        remember_me: true,
        next: HOSTILE.to_owned(),
        errors,
    })
}

fn forgot_password(email: &str, errors: FieldErrors) -> String {
    html(&ForgotPasswordPage {
        shell: anonymous(),
        email: email.to_owned(),
        errors,
    })
}

fn reset_password(second_factor: bool, errors: FieldErrors) -> String {
    html(&ResetPasswordPage {
        shell: anonymous(),
        token: HOSTILE.to_owned(),
        email: EMAIL.to_owned(),
        second_factor,
        password_min_length: 15,
        errors,
    })
}

fn unlock(errors: FieldErrors) -> String {
    html(&UnlockPage {
        shell: anonymous(),
        token: HOSTILE.to_owned(),
        email: EMAIL.to_owned(),
        errors,
    })
}

fn lost_factor(step: LostFactorStep, errors: FieldErrors) -> String {
    html(&LostFactorPage {
        shell: anonymous(),
        step,
        errors,
    })
}

fn recover(errors: FieldErrors) -> String {
    html(&RecoverPage {
        shell: anonymous(),
        token: HOSTILE.to_owned(),
        email: EMAIL.to_owned(),
        password_min_length: 15,
        errors,
    })
}

fn recovery_pages() -> Vec<Rendered> {
    vec![
        (
            "lost-factor",
            lost_factor(LostFactorStep::Ask { hours: 72 }, fine()),
        ),
        (
            "lost-factor-wait",
            lost_factor(
                LostFactorStep::Wait {
                    until: seconds_ago(-86_400),
                },
                fine(),
            ),
        ),
        (
            "lost-factor-open-link",
            lost_factor(
                LostFactorStep::OpenLink {
                    until: seconds_ago(-86_400),
                },
                fine(),
            ),
        ),
        (
            "lost-factor-unavailable",
            lost_factor(LostFactorStep::Unavailable, fine()),
        ),
        (
            "lost-factor-throttled",
            lost_factor(
                LostFactorStep::Ask { hours: 1 },
                FieldErrors::of_form(copy::too_many_attempts(Pause::For(Duration::from_mins(1)))),
            ),
        ),
        ("recover", recover(fine())),
        (
            "recover-errors",
            recover(wrong("new_password", PasswordRefusal::Common.to_string())),
        ),
        (
            "recover-link-invalid",
            html(&RecoverLinkInvalidPage { shell: anonymous() }),
        ),
    ]
}

pub(crate) fn pages() -> Vec<Rendered> {
    let greeted = |flash| with_flash(anonymous(), flash);
    let code = |message: String| login_verify(wrong("code", message));
    let backup = wrong("backup-code", copy::BACKUP_CODE_NOT_RIGHT);
    let hostile = greeted(Flash::error(HOSTILE));
    let sent = ForgotPasswordSentPage {
        shell: anonymous(),
        email: EMAIL.to_owned(),
    };
    let wait = copy::too_many_attempts(Pause::For(Duration::from_mins(4)));
    let mut pages = vec![
        ("login", login(anonymous(), "", "", fine())),
        (
            "login-signed-out",
            login(
                greeted(Flash::success(copy::SIGNED_OUT)),
                "",
                "/account",
                fine(),
            ),
        ),
        (
            "login-expired",
            login(
                greeted(Flash::warning(copy::SIGN_IN_EXPIRED)),
                "",
                "",
                fine(),
            ),
        ),
        (
            "login-rejected",
            login_refused(copy::WRONG_EMAIL_OR_PASSWORD),
        ),
        ("login-throttled", login_refused(wait)),
        ("login-blocked", login_refused(copy::SIGN_IN_BLOCKED)),
        (
            "login-hostile",
            login(hostile, HOSTILE, HOSTILE, wrong("email", HOSTILE)),
        ),
        ("login-verify", login_verify(fine())),
        ("login-verify-phone", login_verify_by(false, true, fine())),
        ("login-verify-both", login_verify_by(true, true, fine())),
        (
            "login-verify-passkey",
            login_verify_by(false, false, fine()),
        ),
        ("login-verify-wrong", code(copy::CODE_NOT_RIGHT.to_owned())),
        ("login-verify-used", code(copy::CODE_USED.to_owned())),
        ("login-verify-clock", code(copy::phone_clock_is_off(-210))),
        ("login-verify-backup-wrong", login_verify(backup)),
        ("forgot-password", forgot_password("", fine())),
        (
            "forgot-password-errors",
            forgot_password(HOSTILE, wrong("email", EmailError::Malformed.to_string())),
        ),
        ("forgot-password-sent", html(&sent)),
        ("reset-password", reset_password(true, fine())),
        (
            "reset-password-errors",
            reset_password(
                false,
                wrong("new_password", PasswordRefusal::Common.to_string()),
            ),
        ),
        (
            "reset-link-invalid",
            html(&ResetLinkInvalidPage { shell: anonymous() }),
        ),
        ("unlock", unlock(fine())),
        (
            "unlock-throttled",
            unlock(FieldErrors::of_form(copy::too_many_attempts(Pause::For(
                Duration::from_mins(15),
            )))),
        ),
        (
            "unlock-link-invalid",
            html(&UnlockLinkInvalidPage { shell: anonymous() }),
        ),
    ];
    pages.extend(recovery_pages());
    pages
}
