//! Addresses in headers and envelopes, used exactly as given or refused. One text is one address: no
//! comma, quote, bracket or line break can turn it into a second recipient or another header.

use lettre::Address;
use lettre::message::Mailbox;

/// Why an address or a sender cannot be used in a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not `local@domain` in ASCII without quotes.
    #[error("is not an address like name@example.com")]
    Malformed,
    /// Line breaks or other control characters in the display name.
    #[error("has a line break or another control character in its display name")]
    ControlCharacter,
}

/// The sender of a mail: an address, and optionally a display name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    /// Parses `name@example.com` or `Display Name <name@example.com>`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let Some((name, rest)) = text.rsplit_once('<') else {
            return Ok(Self(Mailbox::new(None, exact(text)?)));
        };
        let address = rest.strip_suffix('>').ok_or(AddressError::Malformed)?;
        let name = name.trim();
        let name = name
            .strip_prefix('"')
            .and_then(|n| n.strip_suffix('"'))
            .unwrap_or(name);
        if name.chars().any(char::is_control) {
            return Err(AddressError::ControlCharacter);
        }
        if name.contains(['<', '>', '@', '"']) {
            return Err(AddressError::Malformed);
        }
        let name = (!name.is_empty()).then(|| name.to_owned());
        Ok(Self(Mailbox::new(name, exact(address)?)))
    }

    pub(super) const fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

/// Parses a bare address, `local@domain`: a dot-atom (RFC 5322, 3.2.3) and a host name in ASCII, of at
/// most 64 and 253 bytes. Quoted local parts, comments and address literals are refused.
pub(super) fn exact(text: &str) -> Result<Address, AddressError> {
    let (local, domain) = text.split_once('@').ok_or(AddressError::Malformed)?;
    if !is_dot_atom(local) || !is_host_name(domain) {
        return Err(AddressError::Malformed);
    }
    Address::new(local, domain).map_err(|_| AddressError::Malformed)
}

fn is_dot_atom(local: &str) -> bool {
    let in_atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    let atom_fits = |atom: &str| !atom.is_empty() && atom.bytes().all(in_atom);
    local.len() <= 64 && local.split('.').all(atom_fits)
}

fn is_host_name(domain: &str) -> bool {
    let in_label = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let label_fits = |l: &str| (1..=63).contains(&l.len()) && l.bytes().all(in_label);
    domain.len() <= 253 && domain.split('.').all(label_fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTEMPTS: &[&str] = &[
        "",
        "a",
        "@example.com",
        "a@",
        "a@b@example.com",
        "a@example.com,b@example.com",
        "a@example.com, b@example.com",
        "a@example.com;b@example.com",
        "a@example.com b@example.com",
        "a,b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a\r\nBcc: b@example.com",
        "a\nRCPT TO:<b@example.com>@example.com",
        "\"a\r\nBcc: b\"@example.com",
        "\"a, b\"@example.com",
        "<a@example.com>",
        "A <a@example.com>",
        "group: a@example.com;",
        "a(comment)@example.com",
        "a@[127.0.0.1]",
        "a@example.com\0",
        "a@exam ple.com",
        " a@example.com",
        "a@example.com ",
        "é@example.com",
        "a@exämple.com",
        ".a@example.com",
        "a..b@example.com",
        "a@example..com",
        "a@.example.com",
    ];

    #[test]
    fn one_string_is_one_address() {
        for attempt in ATTEMPTS {
            assert_eq!(exact(attempt), Err(AddressError::Malformed), "{attempt:?}");
        }
    }

    #[test]
    fn usual_and_odd_addresses_are_kept_unchanged() {
        for address in [
            "a@example.com",
            "a.b+c@example.com",
            "o'neil@xn--exmple-cua.com",
            "a@localhost",
            "A!#$%&'*/=?^_`{|}~@b.c",
        ] {
            assert_eq!(
                exact(address).map(|a| a.to_string()).as_deref(),
                Ok(address)
            );
        }
    }

    #[test]
    fn a_sender_may_have_a_name() {
        let read = |text| Sender::parse(text).map(|s| (s.0.name.clone(), s.0.email.to_string()));
        let address = "no-reply@example.com".to_owned();
        assert_eq!(read("no-reply@example.com"), Ok((None, address.clone())));
        assert_eq!(read("<no-reply@example.com>"), Ok((None, address.clone())));
        assert_eq!(
            read("The Example, Inc. <no-reply@example.com>"),
            Ok((Some("The Example, Inc.".into()), address.clone()))
        );
        assert_eq!(
            read("\"Example\" <no-reply@example.com>"),
            Ok((Some("Example".into()), address))
        );
        assert_eq!(
            read("A <b@example.com>, C <d@example.com>"),
            Err(AddressError::Malformed)
        );
        assert_eq!(
            read("b@example.com, C <d@example.com>"),
            Err(AddressError::Malformed)
        );
        assert_eq!(
            read("A\r\nBcc: b@example.com <a@example.com>"),
            Err(AddressError::ControlCharacter)
        );
        assert_eq!(read("A <a@example.com> b"), Err(AddressError::Malformed));
        assert_eq!(read("A <a@example.com"), Err(AddressError::Malformed));
        assert_eq!(read("Example"), Err(AddressError::Malformed));
    }
}
