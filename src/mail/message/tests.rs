//! The text of every message, and checks for all of them.

mod branding;
mod documents;
mod same_words;
mod samples;
mod spam;
mod wire;

use super::*;
use crate::mail::{RenderedMail, test_mail};
use samples::{Sample, context, link, notice};

/// A mail as it is sent.
struct Sent {
    name: String,
    /// What happened when it is sent.
    when: String,
    rule: Rule,
    expires_in: Option<Duration>,
    mail: RenderedMail,
}

/// Every mail to an account, and what happened in a browser of this name.
fn rendered(browser: &str) -> Vec<(Sample, RenderedMail)> {
    let render = |sample: Sample| {
        let mail = sample.message.render("grace@example.com", &context());
        mail.map(|mail| (sample, mail))
    };
    let samples = samples::all(browser).into_iter().map(render);
    samples.collect::<Result<_, _>>().unwrap()
}

/// Every mail that there is.
fn sent(browser: &str) -> Vec<Sent> {
    let of_accounts = rendered(browser).into_iter().map(|(sample, mail)| Sent {
        rule: sample.message.rule(),
        expires_in: sample.message.expires_in(),
        name: sample.name,
        when: sample.when,
        mail,
    });
    let test = Sent {
        name: "test".to_owned(),
        when: "the operator calls `vestibule mail test`".to_owned(),
        rule: Rule::Free,
        expires_in: None,
        mail: test_mail("grace@example.com", &context(), samples::at()).unwrap(),
    };
    of_accounts.chain([test]).collect()
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
    for (Sample { message, .. }, mail) in
        rendered("<img src=x onerror=\"alert('1')\">\r\n\r\nCall 555-0100 & pay")
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

#[test]
fn links_have_their_own_lines_and_are_in_the_html_twice() {
    for (Sample { name, message, .. }, mail) in rendered("Firefox on Linux") {
        let urls: Vec<_> = mail
            .text
            .lines()
            .filter(|line| line.contains("://"))
            .collect();
        let has_no_link = message.kind() == "reported_not_me";
        assert_eq!(urls.is_empty(), has_no_link, "{name}");
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
    for (Sample { message, .. }, mail) in rendered("Firefox on Linux") {
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
    for (Sample { message, .. }, mail) in rendered("Firefox on Linux") {
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
    for (Sample { message, .. }, mail) in rendered("Firefox on Linux") {
        let (when, asks) = match message {
            Message::ByAdmin { .. } => ("Changed on: ", "If you did not expect this"),
            Message::ReportedNotMe { .. } => ("When: ", "If this was not you"),
            _ => ("When: ", "This wasn't you?"),
        };
        let is_notice = mail.text.contains(when);
        assert_eq!(is_notice, mail.text.contains(asks), "{message:?}");
        assert_eq!(
            is_notice,
            ["sign_in_blocked", "recovery_link"].contains(&message.kind())
                || message.expires_in().is_none()
                    && ![
                        "address_already_registered",
                        "email_change_to_taken_address"
                    ]
                    .contains(&message.kind())
        );
        let link = "\nhttps://auth.example.com/not-me?token=";
        let is_reported = message.kind() == "reported_not_me";
        assert_eq!(
            is_notice && !is_reported,
            mail.text.contains(link),
            "{message:?}"
        );
    }
}

#[test]
fn a_notice_of_guessed_codes_says_that_the_password_is_known() {
    let message = Message::SignInBlocked {
        notice: notice(None),
        password_known: true,
        link: link("/unlock"),
        expires_in: Duration::hours(24),
    };
    let mail = message.render("grace@example.com", &context()).unwrap();
    for body in [&mail.text, &mail.html] {
        assert!(body.contains("Then someone knows your password"), "{body}");
        assert!(!body.contains("None of these attempts succeeded"), "{body}");
    }
}

#[test]
fn names_are_distinct_and_debug_shows_no_link() {
    let samples = samples::all("x");
    let names: std::collections::HashSet<_> = samples.iter().map(|sample| &sample.name).collect();
    assert_eq!(names.len(), samples.len());
    assert_eq!(format!("{:?}", samples[0].message), "Message(verify_email)");
}
