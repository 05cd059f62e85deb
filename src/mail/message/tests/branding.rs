//! Every mail with a name and links of the operator's.

use super::{MailContext, RenderedMail, context, samples};
use crate::mail::test_mail;

const HOSTILE: &str = "<b>Acme</b> & \"Söhne\", {product}: a";

/// Every mail of a service with this name.
fn mails(name: &str) -> Vec<RenderedMail> {
    let site = MailContext {
        branding: samples::branded(name),
        ..context()
    };
    let to = "grace@example.com";
    let all = samples::all("Firefox").into_iter();
    let mut mails: Vec<_> = all
        .map(|sample| sample.message.render(to, &site).unwrap())
        .collect();
    mails.push(test_mail(to, &site, samples::at()).unwrap());
    mails
}

#[test]
fn every_mail_has_the_name_of_the_operator_and_no_other() {
    for mail in mails("Blue Harbour") {
        for part in [&mail.subject, &mail.text, &mail.html] {
            assert!(!part.contains("Vestibule"), "{part}");
        }
        assert!(
            mail.text.contains("Blue Harbour at auth.example.com"),
            "{}",
            mail.text
        );
        assert!(
            mail.html.contains("Blue Harbour at auth.example.com"),
            "{}",
            mail.html
        );
    }
    for mail in mails("Blue Harbour") {
        let html = &mail.html;
        assert!(
            !html.contains("#0f5c52") && !html.contains("#84d6c4"),
            "{html}"
        );
        assert!(html.contains("a { color: #0b5394; }"), "{html}");
        assert!(html.contains("a { color: #9fc5e8; }"), "{html}");
    }
    let subjects = mails("Blue Harbour").into_iter().map(|mail| mail.subject);
    let named = subjects.filter(|subject| subject.contains("Blue Harbour"));
    assert!(named.count() > 20);
}

#[test]
fn every_mail_to_an_account_has_the_links_in_its_footer() {
    let mut mails = mails("Blue Harbour");
    mails.pop();
    let privacy = "https://example.org/privacy?a=1&b=2";
    for mail in mails {
        let footer = mail.text.split("\n-- \n").nth(1).unwrap();
        let lines = format!("\nHelp: help@example.org\nPrivacy: {privacy}\n");
        assert!(
            footer.ends_with(lines.trim_end()) || footer.ends_with(&lines),
            "{footer}"
        );
        let footer = mail.html.split("<hr").nth(1).unwrap();
        assert!(
            footer.contains("Help: <a href=\"mailto:help@example.org\">help@example.org</a>"),
            "{footer}"
        );
        assert!(footer.contains("?a=1&#38;b=2\">"), "{footer}");
        for (part, told) in [
            (&mail.text, "auth.example.com\n(help@example.org)"),
            (
                &mail.html,
                "auth.example.com (<a href=\"mailto:help@example.org\">help@example.org</a>)",
            ),
        ] {
            let advised = part.contains("contact the administrators");
            assert_eq!(part.contains(told), advised, "{part}");
        }
    }
}

#[test]
fn a_name_is_neither_markup_nor_a_header_nor_a_placeholder() {
    for mail in mails(HOSTILE) {
        assert!(!mail.html.contains("<b>"), "{}", mail.html);
        assert!(mail.text.contains(HOSTILE), "{}", mail.text);
        assert!(!mail.subject.contains('\n'), "{}", mail.subject);
        let raw = super::wire::raw("no-reply@auth.example.com", &mail);
        let head = raw.split("\r\n\r\n").next().unwrap();
        assert_eq!(
            head.matches("\r\nSubject: ").count() + usize::from(head.starts_with("Subject: ")),
            1,
            "{head}"
        );
        assert!(head.is_ascii(), "{head}");
        let is_encoded = head.contains("=?utf-8?b?");
        assert_eq!(is_encoded, mail.subject.contains("Söhne"), "{head}");
    }
}
