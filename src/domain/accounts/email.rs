//! Mail addresses, parsed where they enter the service.

use std::fmt;

use idna::{
    AsciiDenyList,
    uts46::{DnsLength, Hyphens, Uts46},
};
use thiserror::Error;

use crate::domain::text;

/// A mail address with an ASCII local part and a domain in its ASCII form.
///
/// At most 254 bytes (RFC 5321, 4.5.3.1.3). Two addresses belong to the same account if their
/// [`canonical`](Self::canonical) forms are equal. Mail is sent to the form that was given.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress {
    stored: String,
    canonical: String,
}

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EmailError {
    /// The text is empty.
    #[error("Enter your email address.")]
    Empty,
    /// It has more than 254 bytes.
    #[error("This email address is too long. An address has at most 254 characters.")]
    TooLong,
    /// It does not have the form `name@example.org`.
    #[error("This is not an email address. It should look like name@example.org.")]
    Malformed,
    /// Letters before the `@` that are not ASCII (RFC 6531).
    #[error(
        "Email addresses with accents or letters of other alphabets before the @ are not supported. Use one with the letters a to z there."
    )]
    NonAsciiName,
    /// A quoted name before the `@` (RFC 5321, 4.1.2).
    #[error(
        "Email addresses with quotation marks before the @ are not supported. Use another one."
    )]
    QuotedName,
    /// A network address in brackets after the `@` (RFC 5321, 4.1.3).
    #[error(
        "Email addresses with a network address in brackets after the @ are not supported. Use one with a domain."
    )]
    AddressLiteral,
}

impl EmailAddress {
    /// Parses an address. Surrounding whitespace is dropped, since it is often pasted along. An
    /// internationalised domain is converted to its ASCII form (IDNA, UTS 46).
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        // IDNA can shorten a text, but never this much. The bound keeps the work small.
        if text.len() > 1024 {
            return Err(EmailError::TooLong);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::Malformed)?;
        if is_address_literal(domain) && is_dot_atom(local) {
            return Err(EmailError::AddressLiteral);
        }
        let domain = ascii_domain(domain).ok_or(EmailError::Malformed)?;
        if !is_dot_atom(local) {
            return Err(unsupported(local).unwrap_or(EmailError::Malformed));
        }
        let stored = format!("{local}@{domain}");
        if stored.len() > 254 || local.len() > 64 {
            return Err(EmailError::TooLong);
        }
        let canonical = stored.to_ascii_lowercase();
        Ok(Self { stored, canonical })
    }

    /// The address that mail is sent to.
    pub fn as_str(&self) -> &str {
        &self.stored
    }

    /// The address in lower case, which is used for comparisons.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.stored))
    }
}

/// A key for the mailbox of a canonical address, for caps only: without the tag after a plus sign and
/// without dots, since many servers deliver all these spellings to one mailbox. Different mailboxes may
/// share a key; different accounts are never merged by it.
pub fn mailbox_of(canonical: &str) -> String {
    let Some((local, domain)) = canonical.rsplit_once('@') else {
        return canonical.to_owned();
    };
    let base = local.split('+').find(|part| !part.is_empty());
    let base: String = base.unwrap_or(local).replace('.', "");
    format!("{base}@{domain}")
}

/// The address in the form for logs: `a***@example.org`.
pub fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            format!("{first}***@{}", domain.escape_debug())
        }
        None => "***".to_owned(),
    }
}

/// Whether it is a dot-atom (RFC 5322, 3.2.3): a local part that is not quoted.
fn is_dot_atom(local: &str) -> bool {
    let is_atom_byte = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    !local.is_empty()
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte))
}

/// The specific error of a local part that is not a dot-atom but that other servers would accept.
fn unsupported(local: &str) -> Option<EmailError> {
    let quoted = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    if quoted.is_some_and(|inner| !inner.is_empty() && !inner.contains(['"', '\r', '\n', '\0'])) {
        return Some(EmailError::QuotedName);
    }
    let written = |c: char| c.is_ascii() || !text::is_unseen(c);
    let narrowed: String = local
        .chars()
        .map(|c| if c.is_ascii() { c } else { 'a' })
        .collect();
    (local.chars().all(written) && is_dot_atom(&narrowed)).then_some(EmailError::NonAsciiName)
}

fn is_address_literal(domain: &str) -> bool {
    let inner = domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| {
        let v6 = inner
            .get(..5)
            .filter(|tag| tag.eq_ignore_ascii_case("IPv6:"));
        inner[v6.map_or(0, str::len)..]
            .parse::<std::net::IpAddr>()
            .is_ok()
    })
}

/// The domain in ASCII. Unlike the strict profile of IDNA, hyphens in the third and fourth position are
/// allowed, since registered names have them (`r3---sn`). Labels that begin with `xn--` are checked
/// nevertheless.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    let ascii = ascii.ok()?.into_owned();
    is_host_name(&ascii).then_some(ascii)
}

fn is_host_name(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.len() <= 253 && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_given_form_and_compares_in_lower_case() {
        let address = EmailAddress::parse(" Ada.L+x@Example.ORG ").unwrap();
        assert_eq!(address.as_str(), "Ada.L+x@example.org");
        assert_eq!(address.canonical(), "ada.l+x@example.org");
    }

    #[test]
    fn converts_internationalised_domains_to_ascii() {
        let address = EmailAddress::parse("ada@bücher.example").unwrap();
        assert_eq!(address.as_str(), "ada@xn--bcher-kva.example");
    }

    #[test]
    fn refuses_invalid_addresses() {
        for text in [
            "ada",
            "@example.org",
            "ada@",
            "a b@example.org",
            "a@b@example.org",
            ".a@example.org",
            "a..b@example.org",
            "a.@example.org",
            "ada@exa mple.org",
            "ada@-x.org",
            "ada@x..org",
            "ada@example.org.",
            "mike@ex\0ample.org",
            "a@example.org\r\nBcc: b@c.d",
            "a,b@example.org",
            "ada@[example.org]",
            "ada@xn--a.example",
            "ada@xn--.example",
            "ada@xn--ascii-.example",
            "m\u{131}ke@-x.org",
            "m\u{131}..ke@example.org",
            "m\u{131}\u{200b}@example.org",
            "\"a\r\nb\"@example.org",
            "a\n@example.org",
        ] {
            assert_eq!(
                EmailAddress::parse(text),
                Err(EmailError::Malformed),
                "{text:?}"
            );
        }
        assert_eq!(EmailAddress::parse("  "), Err(EmailError::Empty));
        let long = format!(
            "{}@{}.org",
            "a".repeat(64),
            "b".repeat(63) + "." + &"c".repeat(63) + "." + &"d".repeat(63)
        );
        assert_eq!(EmailAddress::parse(&long), Err(EmailError::TooLong));
        assert_eq!(
            EmailAddress::parse(&"x".repeat(1_000_000)),
            Err(EmailError::TooLong)
        );
    }

    #[test]
    fn names_unsupported_forms() {
        for (text, why) in [
            ("m\u{131}ke@example.org", EmailError::NonAsciiName),
            (
                "j\u{f6}rg.m\u{fc}ller@example.org",
                EmailError::NonAsciiName,
            ),
            (
                "\u{7528}\u{6237}@b\u{fc}cher.example",
                EmailError::NonAsciiName,
            ),
            ("\"a b\"@example.org", EmailError::QuotedName),
            ("ada@[127.0.0.1]", EmailError::AddressLiteral),
            ("ada@[IPv6:2001:db8::1]", EmailError::AddressLiteral),
        ] {
            assert_eq!(EmailAddress::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn hyphens_are_allowed_in_the_third_and_fourth_places() {
        for text in [
            "ada@ab--cd.example",
            "ada@r3---sn-4g5e.example.org",
            "ada@xn--bcher-kva.example",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_mailbox_has_many_spellings() {
        for spelling in [
            "annlee",
            "ann.lee",
            "a.n.n.l.e.e",
            "ann.lee+x",
            "annlee+",
            "+annlee+x",
        ] {
            assert_eq!(
                mailbox_of(&format!("{spelling}@example.org")),
                "annlee@example.org"
            );
        }
        assert_eq!(mailbox_of("ann-lee@example.org"), "ann-lee@example.org");
        assert_eq!(mailbox_of("+@example.org"), "+@example.org");
    }

    #[test]
    fn logs_show_only_the_first_letter() {
        let address = EmailAddress::parse("ada@example.org").unwrap();
        assert_eq!(format!("{address:?}"), "a***@example.org");
        assert_eq!(masked("@x\r\ny"), "***@x\\r\\ny");
        assert_eq!(masked("grace"), "***");
    }
}
