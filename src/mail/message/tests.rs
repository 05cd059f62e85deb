//! The text of every message, and checks for all of them.

use chrono::TimeZone;

use super::*;
use crate::{domain::admin::ACTS, mail::RenderedMail};

fn context() -> MailContext {
    MailContext {
        product: "Vestibule".to_owned(),
        site: "auth.example.com".to_owned(),
        forgot_password_link: "https://auth.example.com/forgot-password".to_owned(),
    }
}

const VERIFY: &str =
    "https://auth.example.com/verify-email?token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.abc_DEF-123";
const RESET: &str = "https://auth.example.com/reset-password?token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.abc_DEF-456";

const UNLOCK: &str =
    "https://auth.example.com/unlock?token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.abc_DEF-789";

const INVITATION: &str =
    "https://auth.example.com/invitation?token=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

fn notice(browser: Option<&str>) -> Notice {
    Notice {
        at: Utc.with_ymd_and_hms(2026, 3, 9, 8, 5, 59).unwrap(),
        ip: Some("203.0.113.7".parse().unwrap()),
        browser: browser.map(str::to_owned),
    }
}

/// One message of every kind.
fn all(browser: &str) -> Vec<Message> {
    let notice = || notice(Some(browser));
    let at = notice().at;
    let by_admin = ACTS.iter().filter_map(|act| {
        let mail = act.mail.as_ref()?;
        let erased_at = (act.name() == "delete").then_some(at + Duration::days(30));
        Some(Message::ByAdmin {
            mail,
            at,
            erased_at,
        })
    });
    let mut all = vec![
        Message::VerifyEmail {
            link: VERIFY.to_owned(),
            expires_in: Duration::hours(24),
            deleted_after: Some(Duration::days(7)),
        },
        Message::ResetPassword {
            link: RESET.to_owned(),
            expires_in: Duration::minutes(30),
        },
        Message::PasswordChanged { notice: notice() },
        Message::PasswordBreached { notice: notice() },
        Message::TwoFactorEnabled { notice: notice() },
        Message::TwoFactorDisabled { notice: notice() },
        Message::BackupCodesReplaced { notice: notice() },
        Message::BrowserTrusted { notice: notice() },
        Message::DataExported { notice: notice() },
        Message::SessionsRevokedAfterReplay { notice: notice() },
        Message::SecondFactorFailed {
            notice: notice(),
            password_known: true,
        },
        Message::SignInBlocked {
            notice: notice(),
            password_known: false,
            link: UNLOCK.to_owned(),
            expires_in: Duration::hours(24),
        },
        Message::Invitation {
            link: INVITATION.to_owned(),
            as_admin: true,
            expires_in: Duration::days(7),
        },
        Message::Imported {
            link: VERIFY.to_owned(),
            expires_in: Duration::hours(24),
        },
        Message::ConfirmEmailChange {
            link: "https://auth.example.com/confirm-email?token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.abc_DEF-321".to_owned(),
            expires_in: Duration::hours(24),
            replaces_account: true,
        },
        Message::EmailChangeRequested {
            notice: notice(),
            new_address: "g***@example.org".to_owned(),
        },
        Message::EmailChanged {
            notice: notice(),
            new_address: "g***@example.org".to_owned(),
            is_old: false,
        },
        Message::EmailChangeToTakenAddress {
            sign_in_link: "https://auth.example.com/login".to_owned(),
        },
        Message::AccountDeleted {
            notice: notice(),
            sign_in_link: "https://auth.example.com/login".to_owned(),
            erased_at: at + Duration::days(30),
        },
        Message::AccountRestored { notice: notice() },
        Message::AddressAlreadyRegistered {
            sign_in_link: "https://auth.example.com/login".to_owned(),
            reset_link: "https://auth.example.com/forgot-password".to_owned(),
        },
    ];
    all.extend(by_admin);
    all
}

fn rendered(browser: &str) -> Vec<(Message, RenderedMail)> {
    let render = |m: Message| {
        m.render("grace@example.com", &context())
            .map(|mail| (m, mail))
    };
    all(browser)
        .into_iter()
        .map(render)
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn every_message_reads_like_this() {
    for (message, mail) in rendered("Firefox on Linux") {
        insta::assert_snapshot!(
            format!("{}.txt", message.kind()),
            format!("Subject: {}\n\n{}", mail.subject, mail.text)
        );
        insta::assert_snapshot!(format!("{}.html", message.kind()), mail.html);
    }
}

#[test]
fn unknown_details_are_left_out() {
    let message = Message::PasswordChanged {
        notice: Notice {
            ip: None,
            ..notice(None)
        },
    };
    let mail = message.render("grace@example.com", &context()).unwrap();
    assert!(
        mail.text
            .contains("\n\nWhen: 9 March 2026 at 08:05 UTC\n\n"),
        "{}",
        mail.text
    );
    assert!(
        mail.html.contains("<p>When: 9 March 2026 at 08:05 UTC</p>"),
        "{}",
        mail.html
    );
}

#[test]
fn a_browser_name_cannot_become_markup_or_lines() {
    for (message, mail) in rendered("<img src=x onerror=\"alert('1')\">\r\n\r\nCall 555-0100 & pay")
    {
        let both = [&mail.text, &mail.html];
        assert!(
            both.iter().all(|body| !body.contains("\nCall")),
            "{message:?}"
        );
        assert!(
            !mail.html.contains("<img") && !mail.html.contains("onerror=\""),
            "{}",
            mail.html
        );
        if mail.html.contains("Browser:") {
            let escaped = "Browser: &#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62; Call 555-0100 &#38; pay</p>";
            assert!(mail.html.contains(escaped), "{}", mail.html);
        }
    }
}

#[test]
fn a_link_cannot_leave_its_attribute() {
    let link = "https://auth.example.com/?a=\"><script>&b='".to_owned();
    let mail = Message::VerifyEmail {
        link,
        expires_in: Duration::hours(24),
        deleted_after: None,
    }
    .render("a@example.com", &context())
    .unwrap();
    assert!(!mail.html.contains("<script>"), "{}", mail.html);
    assert!(
        mail.html.contains(
            "<a href=\"https://auth.example.com/?a=&#34;&#62;&#60;script&#62;&#38;b=&#39;\""
        ),
        "{}",
        mail.html
    );
}

/// Whether the account can be used after the event. Mails about other accounts have no link.
fn is_active(message: &Message) -> bool {
    !matches!(message, Message::ByAdmin { mail, .. } if !mail.account_is_active)
}

#[test]
fn links_have_their_own_lines_and_are_in_the_html_twice() {
    for (message, mail) in rendered("Firefox on Linux") {
        let urls: Vec<_> = mail
            .text
            .lines()
            .filter(|line| line.contains("://"))
            .collect();
        assert_eq!(urls.is_empty(), !is_active(&message), "{message:?}");
        for url in urls {
            assert!(
                url.starts_with("https://auth.example.com/") && !url.contains(' '),
                "{message:?}: {url}"
            );
            let as_text = format!(">{url}</a>");
            let as_target = format!("<a href=\"{url}\"");
            assert!(
                mail.html.contains(&as_text) && mail.html.contains(&as_target),
                "{message:?}: {url}"
            );
        }
    }
}

#[test]
fn nothing_is_fetched_and_everything_has_a_language_and_a_preheader() {
    for (message, mail) in rendered("Firefox on Linux") {
        for remote in [
            "src=",
            "url(",
            "<img",
            "<link",
            "<script",
            "@import",
            "background=",
        ] {
            assert!(!mail.html.contains(remote), "{message:?}: {remote}");
        }
        assert!(
            mail.html.contains("<html lang=\"en\">")
                && mail.html.contains(message.declared().preheader),
            "{message:?}"
        );
        assert!(
            mail.html
                .contains("name=\"color-scheme\" content=\"light dark\""),
            "{message:?}"
        );
    }
}

#[test]
fn the_tone_is_calm_and_the_lines_are_short() {
    for (message, mail) in rendered("Firefox on Linux") {
        let words = mail.html.replace("<!doctype", "");
        assert!(
            !format!("{}{}{words}", mail.subject, mail.text).contains('!'),
            "{message:?}"
        );
        assert!(!mail.text.contains("\n\n\n"), "{message:?}: {}", mail.text);
        for line in mail.text.lines().filter(|line| !line.contains("://")) {
            assert!(line.len() <= 78, "{message:?}: {line}");
        }
    }
}

#[test]
fn security_notices_say_what_to_do_now() {
    for (message, mail) in rendered("Firefox on Linux") {
        let (when, asks) = match message {
            Message::ByAdmin { .. } => ("Changed on: ", "If you did not expect this"),
            _ => ("When: ", "This wasn't you?"),
        };
        let is_notice = mail.text.contains(when);
        assert_eq!(is_notice, mail.text.contains(asks), "{message:?}");
        assert_eq!(
            is_notice,
            message.kind() == "sign_in_blocked"
                || message.expires_in().is_none()
                    && ![
                        "address_already_registered",
                        "email_change_to_taken_address"
                    ]
                    .contains(&message.kind())
        );
        // A deleted account has no password to reset before it is restored.
        if is_notice && message.kind() != "account_deleted" {
            let offers_new_password = mail
                .text
                .contains("\nhttps://auth.example.com/forgot-password\n");
            assert_eq!(offers_new_password, is_active(&message), "{message:?}");
        }
    }
}

#[test]
fn a_notice_of_guessed_codes_says_that_the_password_is_known() {
    let message = Message::SignInBlocked {
        notice: notice(None),
        password_known: true,
        link: UNLOCK.to_owned(),
        expires_in: Duration::hours(24),
    };
    let mail = message.render("grace@example.com", &context()).unwrap();
    for body in [&mail.text, &mail.html] {
        assert!(body.contains("Then someone knows your password"), "{body}");
        assert!(!body.contains("None of these attempts succeeded"), "{body}");
    }
}

#[test]
fn kinds_are_distinct_and_debug_shows_no_link() {
    let messages = all("x");
    let kinds: std::collections::HashSet<_> = messages.iter().map(Message::kind).collect();
    assert_eq!(kinds.len(), messages.len());
    assert_eq!(format!("{:?}", messages[0]), "Message(verify_email)");
}
