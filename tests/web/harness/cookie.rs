//! A strict parser of `Set-Cookie`, and a jar that forgets what a browser would forget.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

/// One `Set-Cookie` header (RFC 6265).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SetCookie {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) max_age: Option<i64>,
    pub(crate) path: Option<String>,
    pub(crate) same_site: Option<String>,
    pub(crate) http_only: bool,
    pub(crate) secure: bool,
}

impl SetCookie {
    /// Parses a header. Panics for an attribute that we never set.
    pub(crate) fn parse(header: &str) -> Self {
        let mut parts = header.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            ..Self::default()
        };
        for part in parts {
            match part.split_once('=').unwrap_or((part, "")) {
                ("Max-Age", seconds) => cookie.max_age = Some(seconds.parse().unwrap()),
                ("Path", path) => cookie.path = Some(path.to_owned()),
                ("SameSite", word) => cookie.same_site = Some(word.to_owned()),
                ("HttpOnly", "") => cookie.http_only = true,
                ("Secure", "") => cookie.secure = true,
                _ => panic!("an unexpected attribute {part:?} in {header:?}"),
            }
        }
        cookie
    }

    /// Asserts the attributes that all our cookies have (ASVS 5.0, 3.3).
    pub(crate) fn assert_bound(&self) {
        assert!(self.http_only, "{self:?} can be read by scripts");
        assert_eq!(self.same_site.as_deref(), Some("Lax"), "{self:?}");
        assert_eq!(self.path.as_deref(), Some("/"), "{self:?}");
        assert_eq!(self.secure, self.name.starts_with("__Host-"), "{self:?}");
    }
}

/// The cookies that a browser keeps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Jar(BTreeMap<String, (String, Option<DateTime<Utc>>)>);

impl Jar {
    /// Keeps a cookie, or deletes it if the header says so.
    pub(crate) fn keep(&mut self, cookie: &SetCookie, now: DateTime<Utc>) {
        match cookie.max_age {
            Some(seconds) if seconds <= 0 => {
                self.0.remove(&cookie.name);
            }
            max_age => {
                let until = max_age.map(|seconds| now + TimeDelta::seconds(seconds));
                self.0
                    .insert(cookie.name.clone(), (cookie.value.clone(), until));
            }
        }
    }

    /// The `Cookie` header.
    pub(crate) fn header(&self, now: DateTime<Utc>) -> Option<String> {
        let living: Vec<String> = self
            .0
            .iter()
            .filter(|(_, (_, until))| until.is_none_or(|until| until > now))
            .map(|(name, (value, _))| format!("{name}={value}"))
            .collect();
        (!living.is_empty()).then(|| living.join("; "))
    }

    /// A cookie's value.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|(value, _)| value.as_str())
    }

    /// Every cookie's value.
    pub(crate) fn values(&self) -> BTreeMap<String, String> {
        let all = self.0.iter();
        all.map(|(name, (value, _))| (name.clone(), value.clone()))
            .collect()
    }

    /// Adds the cookies of another jar.
    pub(crate) fn put(&mut self, values: &BTreeMap<String, String>) {
        let without_age = |(name, value): (&String, &String)| (name.clone(), (value.clone(), None));
        self.0.extend(values.iter().map(without_age));
    }

    /// Deletes one cookie.
    pub(crate) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Closes the browser: cookies without an expiry are deleted.
    pub(crate) fn close(&mut self) {
        self.0.retain(|_, (_, until)| until.is_some());
    }
}
