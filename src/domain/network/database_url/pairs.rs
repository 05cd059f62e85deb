//! Both forms of a connection string, split into keys and values (libpq, 34.1.1).

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::{Malformed, ON_OFF};

const TAKEN: &[&str] = &[
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssencmode",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "load_balance_hosts",
    "options",
    "password",
    "port",
    "ssl",
    "sslcompression",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];
/// Further options of libpq.
const UNSUPPORTED: &[&str] = &[
    "gssdelegation",
    "gsslib",
    "krbsrvname",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "passfile",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "service",
    "servicefile",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "sslpassword",
];

/// The last value of each key. An empty value counts as unset, as in libpq.
pub(super) struct Pairs(BTreeMap<String, String>);

impl Pairs {
    pub(super) fn read(text: &str) -> Result<Self, Malformed> {
        let mut pairs = Self(BTreeMap::new());
        let url = (text.strip_prefix("postgres://")).or_else(|| text.strip_prefix("postgresql://"));
        match url {
            Some(rest) => pairs.read_url(rest)?,
            None if text.contains("://") || !text.contains('=') => return Err(Malformed::Neither),
            None => pairs.read_words(text)?,
        }
        Ok(pairs)
    }

    /// `user:password@host:port,host:port/database?key=value&...`, without its scheme.
    fn read_url(&mut self, rest: &str) -> Result<(), Malformed> {
        let mut rest = rest;
        // As in libpq: an `@` before any slash ends the user, whatever comes before it.
        if let Some(at) = rest
            .find(['@', '/'])
            .filter(|at| rest[*at..].starts_with('@'))
        {
            let (user, password) = (rest[..at].split_once(':')).unwrap_or((&rest[..at], ""));
            self.set_escaped("user", user)?;
            self.set_escaped("password", password)?;
            rest = &rest[at + 1..];
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (mut hosts, mut ports) = (Vec::new(), Vec::new());
        if end > 0 {
            for server in rest[..end].split(',') {
                let (host, port) = host_and_port(server);
                hosts.push(decoded("host", host)?);
                ports.push(decoded("port", port)?);
            }
        }
        self.set("host", hosts.join(","))?;
        self.set("port", ports.join(",").trim_matches(',').to_owned())?;
        if ports.iter().any(String::is_empty) && ports.len() > 1 {
            let each = ports.iter().map(|port| match port.as_str() {
                "" => "5432",
                port => port,
            });
            self.set("port", each.collect::<Vec<_>>().join(","))?;
        }
        let (path, query) = rest[end..].split_once('?').unwrap_or((&rest[end..], ""));
        self.set_escaped("dbname", path.strip_prefix('/').unwrap_or(path))?;
        let mut before = "?".to_owned();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or(Malformed::NoPair(before))?;
            let key = decoded("options", key)?;
            self.set_escaped(&key, value)?;
            before = key;
        }
        Ok(())
    }

    /// `key=value key = 'it\'s one'`.
    fn read_words(&mut self, text: &str) -> Result<(), Malformed> {
        let mut chars = text.chars().peekable();
        let mut before = String::new();
        loop {
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
            if chars.peek().is_none() {
                return Ok(());
            }
            let mut key = String::new();
            while let Some(c) = chars.next_if(|c| !c.is_whitespace() && *c != '=') {
                key.push(c);
            }
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
            if chars.next() != Some('=') || !is_word(&key) {
                return Err(Malformed::NoPair(before));
            }
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
            let is_quoted = chars.next_if_eq(&'\'').is_some();
            let mut value = String::new();
            loop {
                match chars.next() {
                    Some('\\') => value.extend(chars.next()),
                    Some('\'') if is_quoted => break,
                    Some(c) if !is_quoted && c.is_whitespace() => break,
                    Some(c) => value.push(c),
                    None if is_quoted => return Err(Malformed::NoPair(before)),
                    None => break,
                }
            }
            self.set(&key, value)?;
            before = key;
        }
    }

    fn set_escaped(&mut self, key: &str, value: &str) -> Result<(), Malformed> {
        let value = decoded(key, value)?;
        self.set(key, value)
    }

    fn set(&mut self, key: &str, value: String) -> Result<(), Malformed> {
        if let Some(known) = UNSUPPORTED.iter().find(|known| **known == key) {
            return Err(Malformed::Unsupported(known));
        }
        if !TAKEN.contains(&key) {
            // A password that contains `&` must not be shown as the name of an option.
            let shown = if is_word(key) { key } else { "..." };
            return Err(Malformed::Unknown(shown.to_owned()));
        }
        if !value.is_empty() {
            self.0.insert(key.to_owned(), value);
        }
        Ok(())
    }

    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        self.0.get(key).cloned()
    }

    pub(super) fn list(&self, key: &'static str) -> Vec<String> {
        let items = self.0.get(key).map(|text| text.split(','));
        items.into_iter().flatten().map(str::to_owned).collect()
    }

    /// The value of a name; without one, the first in the list.
    pub(super) fn word<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Result<T, Malformed> {
        let said = self.0.get(key);
        let meant = words
            .iter()
            .find(|(word, _)| said.is_none_or(|said| said == word));
        meant
            .map(|(_, meaning)| *meaning)
            .ok_or(Malformed::Value(key, words_of(key)))
    }

    /// A number; none and 0 mean our default, as in libpq.
    pub(super) fn number(
        &self,
        key: &'static str,
        what: &'static str,
    ) -> Result<Option<u64>, Malformed> {
        let Some(text) = self.0.get(key) else {
            return Ok(None);
        };
        match text.trim().parse::<i64>() {
            Ok(number) => Ok(u64::try_from(number).ok().filter(|number| *number > 0)),
            Err(_) => Err(Malformed::Value(key, what)),
        }
    }
}

fn words_of(key: &str) -> &'static str {
    match key {
        "sslmode" => "disable, allow, prefer, require, verify-ca, verify-full",
        "ssl" => "true",
        "sslnegotiation" => "postgres, direct",
        "channel_binding" => "disable, prefer, require",
        "load_balance_hosts" => "disable, random",
        "target_session_attrs" => "any, read-write, primary, since Vestibule writes",
        "gssencmode" => "disable, prefer",
        "client_encoding" => "UTF8, auto",
        "sslsni" => "1",
        _ => ON_OFF,
    }
}

/// `host`, `host:port`, `[::1]:port`.
fn host_and_port(server: &str) -> (&str, &str) {
    if let Some((address, port)) = (server.strip_prefix('[')).and_then(|rest| rest.split_once(']'))
    {
        return (address, port.strip_prefix(':').unwrap_or(port));
    }
    server.rsplit_once(':').unwrap_or((server, ""))
}

fn is_word(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn decoded(part: &str, text: &str) -> Result<String, Malformed> {
    let part = if is_word(part) { part } else { "options" };
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return Err(Malformed::Escape(part.to_owned()));
    }
    match percent_decode_str(text).decode_utf8() {
        Ok(plain) if !plain.contains('\0') => Ok(plain.into_owned()),
        _ => Err(Malformed::Escape(part.to_owned())),
    }
}
