//! Every page in every variant, rendered from sample data: what must hold for all of them, and a
//! gallery in `target/pages` to look at in a browser.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use askama::Template;
use chrono::{DateTime, Utc};
use qrcode::QrCode;
use qrcode::render::svg;
use scraper::{ElementRef, Html, Selector};
use vestibule::web::copy;
use vestibule::web::pages::{
    AccountPage, ActivityItem, AlreadyVerifiedPage, BackupCodesPage, BackupCodesReason,
    ChangePasswordPage, CheckMailPage, CheckMailReason, ErrorPage, ForgotPasswordPage,
    ForgotPasswordSentPage, LoginPage, LoginVerifyPage, RegisterPage, ResetLinkInvalidPage,
    ResetPasswordPage, SecondFactorState, TwoFactorPage, TwoFactorState, VerifyEmailPage,
    VerifyLinkInvalidPage, VerifyProof,
};
use vestibule::web::view::{FieldErrors, Flash, Shell, SignedInAs};

const EMAIL: &str = "person@example.com";
const HOSTILE: &str = r#""><script>alert('1')</script><b x='"#;

fn anonymous() -> Shell {
    Shell {
        csrf_token: "sample-csrf-token".to_owned(),
        signed_in: None,
        flash: None,
        stylesheet: "../../static/vestibule.css",
        favicon: "../../static/favicon.svg",
        request_id: "0198c1f2-7a44-7d10-9c3e-5b1f0a6c2e71".to_owned(),
    }
}

fn signed_in(name: &str) -> Shell {
    Shell {
        signed_in: Some(SignedInAs {
            name: name.to_owned(),
            email: EMAIL.to_owned(),
        }),
        ..anonymous()
    }
}

fn with_flash(shell: Shell, flash: Flash) -> Shell {
    Shell {
        flash: Some(flash),
        ..shell
    }
}

fn at(seconds_ago: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_546_700 - seconds_ago, 0).unwrap()
}

fn html(page: &impl Template) -> String {
    page.render().unwrap()
}

fn register(email: &str, display_name: &str, errors: FieldErrors) -> String {
    html(&RegisterPage {
        shell: anonymous(),
        email: email.to_owned(),
        display_name: display_name.to_owned(),
        password_min_length: 15,
        errors,
    })
}

fn login(shell: Shell, email: &str, next: &str, errors: FieldErrors) -> String {
    html(&LoginPage {
        shell,
        email: email.to_owned(),
        remember_me: !next.is_empty(),
        next: next.to_owned(),
        may_register: true,
        errors,
    })
}

fn verify_email(shell: Shell, proof: VerifyProof, errors: FieldErrors) -> String {
    html(&VerifyEmailPage {
        shell,
        token: "sample-token".to_owned(),
        email: EMAIL.to_owned(),
        proof,
        password_min_length: 15,
        errors,
    })
}

fn account(
    shell: Shell,
    name: Option<&str>,
    email_verified: bool,
    second_factor: SecondFactorState,
) -> String {
    let activity = if email_verified {
        vec![
            (
                "You signed in with your password and a code.",
                "Firefox on Linux, 203.0.113.7",
                60,
            ),
            (
                "Your password was changed.",
                "Firefox on Linux, 203.0.113.7",
                86_400,
            ),
            ("Two-step sign-in was turned on.", "", 900_000),
        ]
    } else {
        vec![]
    };
    html(&AccountPage {
        shell,
        email: EMAIL.to_owned(),
        display_name: name.map(str::to_owned),
        email_verified,
        created_at: at(9_000_000),
        password_changed_at: email_verified.then(|| at(86_400)),
        second_factor,
        activity: activity
            .into_iter()
            .map(|(sentence, from, ago)| ActivityItem {
                sentence: sentence.to_owned(),
                from: from.to_owned(),
                at: at(ago),
            })
            .collect(),
    })
}

fn change_password(must_change: bool, errors: FieldErrors) -> String {
    html(&ChangePasswordPage {
        shell: signed_in("Robin Example"),
        email: EMAIL.to_owned(),
        must_change,
        password_min_length: 15,
        errors,
    })
}

fn two_factor(state: TwoFactorState, errors: FieldErrors) -> String {
    html(&TwoFactorPage {
        shell: signed_in("Robin Example"),
        email: EMAIL.to_owned(),
        state,
        errors,
    })
}

fn pending() -> TwoFactorState {
    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let otpauth_uri = format!("otpauth://totp/Vestibule:{EMAIL}?secret={secret}&issuer=Vestibule");
    let qr_svg = QrCode::new(&otpauth_uri)
        .unwrap()
        .render::<svg::Color<'_>>()
        .module_dimensions(6, 6)
        .build();
    TwoFactorState::Pending {
        qr_svg,
        secret: secret.to_owned(),
        otpauth_uri,
    }
}

fn backup_codes(reason: BackupCodesReason) -> String {
    let codes = (0..10)
        .map(|n| format!("7K{n}M-9QXD-2VHT-R8W{n}"))
        .collect();
    html(&BackupCodesPage {
        shell: signed_in("Robin Example"),
        email: EMAIL.to_owned(),
        codes,
        reason,
    })
}

fn error(status: u16, retry_after: Option<u64>) -> String {
    html(&ErrorPage::for_status(
        anonymous(),
        status,
        retry_after.map(Duration::from_secs),
    ))
}

/// Every page in every variant, by the name of its file in the gallery.
fn gallery() -> Vec<(&'static str, String)> {
    let fine = FieldErrors::default;
    let mut register_errors = FieldErrors::of_field("email", copy::EMAIL_NOT_VALID);
    register_errors.add("password", copy::password_too_short(15, 8));
    register_errors.add("password", copy::PASSWORD_CONTAINS_IDENTITY);
    register_errors.add("display_name", copy::display_name_too_long(100));
    let mut change_errors = FieldErrors::of_field("current_password", copy::WRONG_PASSWORD);
    change_errors.add("new_password", copy::PASSWORD_TOO_EASY);
    let on = |codes_left| TwoFactorState::On {
        since: at(900_000),
        codes_left,
    };
    let summary_on = |codes_left| SecondFactorState::On {
        since: at(900_000),
        codes_left,
    };
    let robin = || signed_in("Robin Example");
    vec![
        ("register", register("", "", fine())),
        (
            "register-errors",
            register("robin", "Robin", register_errors),
        ),
        (
            "register-taken",
            register(EMAIL, "", FieldErrors::of_field("email", copy::EMAIL_TAKEN)),
        ),
        (
            "register-hostile",
            register(HOSTILE, HOSTILE, FieldErrors::of_form(HOSTILE)),
        ),
        (
            "check-mail",
            html(&CheckMailPage {
                shell: anonymous(),
                email: EMAIL.to_owned(),
                reason: CheckMailReason::Registered,
            }),
        ),
        (
            "check-mail-again",
            html(&CheckMailPage {
                shell: anonymous(),
                email: HOSTILE.to_owned(),
                reason: CheckMailReason::LinkRequested,
            }),
        ),
        (
            "verify-email-signed-in",
            verify_email(robin(), VerifyProof::SignedIn, fine()),
        ),
        (
            "verify-email",
            verify_email(anonymous(), VerifyProof::Password, fine()),
        ),
        (
            "verify-email-wrong",
            verify_email(
                anonymous(),
                VerifyProof::Password,
                FieldErrors::of_field("password", copy::WRONG_PASSWORD_OF_ACCOUNT),
            ),
        ),
        (
            "verify-email-short",
            verify_email(
                anonymous(),
                VerifyProof::Password,
                FieldErrors::of_field("new_password", copy::password_too_short(15, 3)),
            ),
        ),
        (
            "verify-link-invalid",
            html(&VerifyLinkInvalidPage {
                shell: anonymous(),
                email: String::new(),
                errors: fine(),
            }),
        ),
        (
            "verify-link-invalid-errors",
            html(&VerifyLinkInvalidPage {
                shell: anonymous(),
                email: "robin".to_owned(),
                errors: FieldErrors::of_field("email", copy::EMAIL_NOT_VALID),
            }),
        ),
        (
            "already-verified",
            html(&AlreadyVerifiedPage { shell: anonymous() }),
        ),
        (
            "already-verified-signed-in",
            html(&AlreadyVerifiedPage { shell: robin() }),
        ),
        ("login", login(anonymous(), "", "", fine())),
        (
            "login-signed-out",
            login(
                with_flash(anonymous(), Flash::success(copy::SIGNED_OUT)),
                "",
                "/account/password",
                fine(),
            ),
        ),
        (
            "login-rejected",
            login(
                anonymous(),
                EMAIL,
                "",
                FieldErrors::of_form(copy::WRONG_EMAIL_OR_PASSWORD),
            ),
        ),
        (
            "login-throttled",
            login(
                anonymous(),
                EMAIL,
                "",
                FieldErrors::of_form(copy::too_many_attempts(Duration::from_secs(240))),
            ),
        ),
        (
            "login-expired",
            login(
                with_flash(anonymous(), Flash::warning(copy::SIGN_IN_EXPIRED)),
                "",
                "",
                fine(),
            ),
        ),
        (
            "login-hostile",
            login(
                with_flash(anonymous(), Flash::error(HOSTILE)),
                HOSTILE,
                HOSTILE,
                FieldErrors::of_field("email", HOSTILE),
            ),
        ),
        (
            "login-verify",
            html(&LoginVerifyPage {
                shell: anonymous(),
                errors: fine(),
            }),
        ),
        (
            "login-verify-wrong",
            html(&LoginVerifyPage {
                shell: anonymous(),
                errors: FieldErrors::of_field(LoginVerifyPage::CODE, copy::CODE_NOT_RIGHT),
            }),
        ),
        (
            "login-verify-clock",
            html(&LoginVerifyPage {
                shell: anonymous(),
                errors: FieldErrors::of_field(
                    LoginVerifyPage::CODE,
                    copy::phone_clock_is_off(-210),
                ),
            }),
        ),
        (
            "login-verify-backup-wrong",
            html(&LoginVerifyPage {
                shell: anonymous(),
                errors: FieldErrors::of_field(
                    LoginVerifyPage::BACKUP_CODE,
                    copy::BACKUP_CODE_NOT_RIGHT,
                ),
            }),
        ),
        (
            "forgot-password",
            html(&ForgotPasswordPage {
                shell: anonymous(),
                email: String::new(),
                errors: fine(),
            }),
        ),
        (
            "forgot-password-errors",
            html(&ForgotPasswordPage {
                shell: anonymous(),
                email: HOSTILE.to_owned(),
                errors: FieldErrors::of_field("email", copy::EMAIL_NOT_VALID),
            }),
        ),
        (
            "forgot-password-sent",
            html(&ForgotPasswordSentPage {
                shell: anonymous(),
                email: EMAIL.to_owned(),
            }),
        ),
        (
            "reset-password",
            html(&ResetPasswordPage {
                shell: anonymous(),
                token: "t".to_owned(),
                email: EMAIL.to_owned(),
                second_factor: true,
                password_min_length: 15,
                errors: fine(),
            }),
        ),
        (
            "reset-password-errors",
            html(&ResetPasswordPage {
                shell: anonymous(),
                token: HOSTILE.to_owned(),
                email: EMAIL.to_owned(),
                second_factor: false,
                password_min_length: 15,
                errors: FieldErrors::of_field("new_password", copy::PASSWORD_TOO_COMMON),
            }),
        ),
        (
            "reset-link-invalid",
            html(&ResetLinkInvalidPage { shell: anonymous() }),
        ),
        (
            "account",
            account(
                with_flash(robin(), Flash::success(copy::PASSWORD_CHANGED)),
                Some("Robin Example"),
                true,
                summary_on(8),
            ),
        ),
        (
            "account-few-codes",
            account(robin(), Some("Robin Example"), true, summary_on(1)),
        ),
        (
            "account-unverified",
            account(
                with_flash(signed_in(EMAIL), Flash::info(copy::REGISTERED)),
                None,
                false,
                SecondFactorState::Off,
            ),
        ),
        (
            "account-hostile",
            account(
                signed_in(HOSTILE),
                Some(HOSTILE),
                true,
                SecondFactorState::Off,
            ),
        ),
        ("change-password", change_password(false, fine())),
        ("change-password-must", change_password(true, fine())),
        (
            "change-password-errors",
            change_password(false, change_errors),
        ),
        (
            "two-factor-off",
            two_factor(
                TwoFactorState::Off {
                    email_verified: true,
                },
                fine(),
            ),
        ),
        (
            "two-factor-unverified",
            two_factor(
                TwoFactorState::Off {
                    email_verified: false,
                },
                fine(),
            ),
        ),
        ("two-factor-pending", two_factor(pending(), fine())),
        (
            "two-factor-pending-wrong",
            two_factor(
                pending(),
                FieldErrors::of_field("code", copy::CODE_NOT_RIGHT),
            ),
        ),
        ("two-factor-on", two_factor(on(10), fine())),
        (
            "two-factor-on-few",
            two_factor(
                on(3),
                FieldErrors::of_field(TwoFactorPage::FRESH_CODES_PASSWORD, copy::WRONG_PASSWORD),
            ),
        ),
        (
            "two-factor-on-none",
            two_factor(
                on(0),
                FieldErrors::of_field(TwoFactorPage::DISABLE_PASSWORD, copy::WRONG_PASSWORD),
            ),
        ),
        ("backup-codes", backup_codes(BackupCodesReason::Enrolled)),
        (
            "backup-codes-fresh",
            backup_codes(BackupCodesReason::Replaced),
        ),
        ("error-400", error(400, None)),
        ("error-403", error(403, None)),
        (
            "error-form-expired",
            html(&ErrorPage::form_expired(robin())),
        ),
        ("error-404", error(404, None)),
        ("error-405", error(405, None)),
        ("error-413", error(413, None)),
        ("error-421", error(421, None)),
        ("error-429", error(429, Some(600))),
        ("error-500", error(500, None)),
        ("error-503", error(503, Some(2))),
    ]
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

#[test]
fn every_page_has_one_heading_and_says_what_it_is() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        assert_eq!(all(&page, "h1").len(), 1, "{name}");
        assert_eq!(all(&page, "html[lang=en]").len(), 1, "{name}");
        assert_eq!(all(&page, "meta[name=viewport]").len(), 1, "{name}");
        let title: String = all(&page, "title")[0].text().collect();
        let heading: String = all(&page, "h1")[0].text().collect();
        let wrong = !all(&page, ".summary").is_empty();
        assert_eq!(title.starts_with("Error: "), wrong, "{name}: {title}");
        assert!(title.ends_with(" · Vestibule"), "{name}: {title}");
        assert!(
            wrong || title.starts_with(&heading) || name.starts_with("two-factor-pending"),
            "{name}: the title {title:?} starts with the heading {heading:?}"
        );
    }
}

#[test]
fn every_form_posts_with_its_token_and_every_field_has_its_label() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        for form in all(&page, "form") {
            assert_eq!(form.attr("method"), Some("post"), "{name}");
            assert!(
                form.attr("action")
                    .is_some_and(|path| path.starts_with('/')),
                "{name}"
            );
            let token =
                Selector::parse("input[type=hidden][name=csrf_token][value=sample-csrf-token]")
                    .unwrap();
            assert_eq!(form.select(&token).count(), 1, "{name}");
        }
        let ids: Vec<_> = all(&page, "[id]")
            .iter()
            .filter_map(|element| element.attr("id"))
            .collect();
        assert_eq!(
            ids.iter().collect::<HashSet<_>>().len(),
            ids.len(),
            "{name}: an id stands twice in {ids:?}"
        );
        for input in all(&page, "input:not([type=hidden]):not([hidden])") {
            let id = input
                .attr("id")
                .unwrap_or_else(|| panic!("{name}: an input without an id"));
            assert_eq!(
                all(&page, &format!("label[for='{id}']")).len(),
                1,
                "{name}: {id}"
            );
        }
        for input in all(
            &page,
            "input[type=password], input[type=email], input[type=text]",
        ) {
            assert!(input.attr("autocomplete").is_some(), "{name}: autocomplete");
        }
        for element in all(&page, "[aria-describedby], [aria-labelledby]") {
            let references = element
                .attr("aria-describedby")
                .or(element.attr("aria-labelledby"))
                .unwrap_or_default();
            for id in references.split(' ') {
                assert!(ids.contains(&id), "{name}: nothing has the id {id}");
            }
        }
    }
}

#[test]
fn every_error_stands_in_the_summary_and_beside_its_field() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        for link in all(&page, ".summary a") {
            let id = link.attr("href").unwrap().trim_start_matches('#');
            let message: String = link.text().collect();
            let field = &all(&page, &format!("input[id='{id}'][aria-invalid=true]"))[..];
            assert_eq!(field.len(), 1, "{name}: {id}");
            let beside: String = all(&page, &format!("[id='{id}-error']"))[0]
                .text()
                .collect();
            assert!(beside.contains(&message), "{name}: {message}");
        }
    }
}

#[test]
fn no_page_carries_code_or_style_and_hostile_text_stays_text() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        assert_eq!(
            all(&page, "script, style, [style], iframe, object, embed, base").len(),
            0,
            "{name}"
        );
        for element in all(&page, "*") {
            for (attribute, value) in element.value().attrs() {
                assert!(!attribute.starts_with("on"), "{name}: {attribute}");
                assert!(
                    !value.trim_start().starts_with("javascript:"),
                    "{name}: {value}"
                );
            }
        }
        assert!(
            !text.contains("<script") && !text.contains("style="),
            "{name}"
        );
        assert_eq!(
            text.contains("&#60;script&#62;"),
            name.contains("hostile") || text.contains("alert("),
            "{name}"
        );
    }
}

#[test]
fn no_page_shows_a_password_or_code_again() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        assert_eq!(
            all(
                &page,
                "input[type=password][value], input[name=code][value]"
            )
            .len(),
            0,
            "{name}"
        );
    }
}

#[test]
fn the_secret_and_the_codes_read_as_other_programs_read_them() {
    let page = Html::parse_document(&two_factor(pending(), FieldErrors::default()));
    let secret: String = all(&page, ".totp-secret")[0].text().collect();
    assert_eq!(secret, "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP");
    assert_eq!(all(&page, ".qr[role=img][aria-label] > svg").len(), 1);

    let page = Html::parse_document(&backup_codes(BackupCodesReason::Enrolled));
    let codes: Vec<String> = all(&page, ".backup-codes li")
        .iter()
        .map(|li| li.text().collect::<String>())
        .collect();
    assert_eq!(codes.len(), 10);
    let link = all(&page, "a[download]")[0].attr("href").unwrap();
    assert!(
        link.starts_with("data:text/plain;charset=utf-8,Vestibule%20backup"),
        "{link}"
    );
    for code in codes {
        assert_eq!(code.trim().len(), 19);
        assert!(link.contains(code.trim()), "{code}");
    }
}

#[test]
fn the_gallery_is_written_for_a_look_in_a_browser() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages");
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in gallery() {
        fs::write(folder.join(format!("{name}.html")), text).unwrap();
    }
}

/// The relative luminance of `#rrggbb` (WCAG 2.2).
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[test]
fn the_colours_keep_their_contrast_in_light_and_in_dark() {
    let text = include_str!("../static/vestibule.css");
    let (light, rest) = text
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    let dark = rest.split_once("}\n}").unwrap().0;
    let on_surfaces = ["surface", "ground", "step-1", "step-2"];
    let mut pairs: Vec<(&str, &str, f64)> = vec![
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-deep", 4.5),
        ("accent-deep", "accent-soft", 4.5),
        ("accent", "accent-soft", 4.5),
        ("ink", "field", 4.5),
        ("field-line", "field", 3.0),
        ("good", "good-soft", 4.5),
        ("bad", "bad-soft", 4.5),
        ("warn", "warn-soft", 4.5),
    ];
    for behind in ["good-soft", "bad-soft", "warn-soft", "accent-soft"] {
        pairs.push(("ink", behind, 4.5));
    }
    for behind in on_surfaces {
        pairs.extend([
            ("ink", behind, 4.5),
            ("soft", behind, 4.5),
            ("accent", behind, 4.5),
            ("accent-deep", behind, 4.5),
        ]);
        pairs.extend([
            ("field-line", behind, 3.0),
            ("focus", behind, 3.0),
            ("bad", behind, 4.5),
            ("good", behind, 4.5),
        ]);
    }
    for (scheme, block) in [("light", light), ("dark", dark)] {
        let colour = |name: &str| {
            let start = block
                .find(&format!("--{name}: #"))
                .unwrap_or_else(|| panic!("{scheme}: --{name}"));
            luminance(&block[start + name.len() + 4..][..7])
        };
        for (front, behind, least) in &pairs {
            let (a, b) = (colour(front), colour(behind));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(
                contrast >= *least,
                "{scheme}: {front} on {behind} is {contrast:.2}, not {least}"
            );
        }
    }
}
