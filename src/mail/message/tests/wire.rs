//! Every mail as its bytes go to the mail server.

use super::{RenderedMail, context, samples, sent};
use crate::mail::{MailContext, address::Sender, compose::compose};

/// The message as it is sent.
pub(super) fn raw(sender: &str, mail: &RenderedMail) -> String {
    let message = compose(&Sender::parse(sender).unwrap(), mail).unwrap();
    String::from_utf8(message.formatted()).expect("only ASCII")
}

/// The header lines of the message, unfolded.
fn headers(raw: &str) -> Vec<String> {
    let head = raw.split("\r\n\r\n").next().unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded.split("\r\n").map(str::to_owned).collect()
}

fn values<'a>(headers: &'a [String], name: &str) -> Vec<&'a str> {
    let split = headers.iter().filter_map(|line| line.split_once(": "));
    split
        .filter(|(named, _)| named.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .collect()
}

#[test]
fn every_mail_has_the_headers_of_an_automatic_one_and_of_no_list() {
    for sent in sent("Firefox on Linux") {
        let name = &sent.name;
        let headers = headers(&raw("Vestibule <no-reply@auth.example.com>", &sent.mail));
        let id = values(&headers, "Message-ID");
        assert!(
            id.len() == 1 && id[0].starts_with('<') && id[0].ends_with("@auth.example.com>"),
            "{name}: {id:?}"
        );
        assert_eq!(values(&headers, "Date").len(), 1, "{name}");
        assert_eq!(
            values(&headers, "Auto-Submitted"),
            ["auto-generated"],
            "{name}"
        );
        assert_eq!(values(&headers, "MIME-Version"), ["1.0"], "{name}");
        assert_eq!(values(&headers, "To"), ["grace@example.com"], "{name}");
        let is_of_a_list = |line: &&String| {
            let line = line.to_ascii_lowercase();
            line.starts_with("list-") || line.starts_with("precedence:")
        };
        assert_eq!(headers.iter().find(is_of_a_list), None, "{name}");
    }
}

#[test]
fn every_mail_is_ascii_in_short_lines_whatever_names_it_has() {
    let local = "a".repeat(64);
    let domain = format!("{0}.{0}.{0}.example", "xn--exmple-cua".repeat(4));
    let recipient = format!("{local}@{domain}");
    let sites = [
        context(),
        MailContext {
            branding: samples::branded(&format!("Größe & Söhne 株式会社 {}", "и".repeat(39))),
            site: "xn--gre-6ka8i.example:8443".to_owned(),
            ..context()
        },
    ];
    let senders = [
        "no-reply@auth.example.com".to_owned(),
        format!(
            "Größe & Söhne 株式会社 {} <no-reply@auth.example.com>",
            "и".repeat(200)
        ),
    ];
    for site in &sites {
        for sample in samples::all("Füchschen auf Линукс 😀") {
            let mail = sample.message.render_merged(&recipient, site, 7).unwrap();
            for sender in &senders {
                assert_plain(&sample.name, &raw(sender, &mail));
            }
        }
    }
}

/// RFC 5322, 2.1.1 and RFC 2045, 2.7.
fn assert_plain(name: &str, raw: &str) {
    assert!(raw.is_ascii(), "{name}");
    for line in raw.split("\r\n") {
        assert!(line.len() <= 998, "{name}: {} bytes", line.len());
        assert!(!line.contains(['\r', '\n', '\0']), "{name}: {line:?}");
    }
    let encodings = raw
        .lines()
        .filter_map(|line| line.strip_prefix("Content-Transfer-Encoding: "));
    let encodings: Vec<&str> = encodings.collect();
    assert_eq!(encodings.len(), 2, "{name}");
    for encoding in encodings {
        assert!(
            ["7bit", "quoted-printable", "base64"].contains(&encoding),
            "{name}: {encoding}"
        );
    }
}
