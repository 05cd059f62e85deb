//! The query of the log in the URL.

use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::{domain::audit::query, flows::audit::log};

/// The path of the log.
pub(super) const AUDIT: &str = "/admin/audit";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    pub actor: String,
    pub subject: String,
    pub event: String,
    pub from: String,
    pub to: String,
    pub cursor: String,
    pub format: String,
}

impl AuditQuery {
    pub(super) fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("actor", self.actor.as_str()),
            ("subject", &self.subject),
            ("event", &self.event),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// The same filters at a path.
    pub(super) fn link(&self, path: &str, more: &[(&str, &str)]) -> String {
        let given = self.pairs();
        let given = given.iter().filter(|(_, value)| !value.is_empty());
        let query = Serializer::new(String::new())
            .extend_pairs(given)
            .extend_pairs(more)
            .finish();
        match query.as_str() {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// A time in the only format that the field of the form accepts.
    fn field(time: &str) -> String {
        match query::time(time) {
            Ok(time) => time.format("%Y-%m-%dT%H:%M:%S").to_string(),
            Err(_) => time.to_owned(),
        }
    }

    pub(super) fn begins(&self) -> String {
        Self::field(&self.from)
    }

    pub(super) fn ends(&self) -> String {
        Self::field(&self.to)
    }
}

impl From<&AuditQuery> for log::Query {
    fn from(query: &AuditQuery) -> Self {
        let query = query.clone();
        Self {
            actor: query.actor,
            subject: query.subject,
            event: query.event,
            from: query.from,
            to: query.to,
            cursor: query.cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_the_filters() {
        let query = AuditQuery {
            actor: "a+b@example.org".to_owned(),
            cursor: "7".to_owned(),
            ..AuditQuery::default()
        };
        assert_eq!(
            query.link(AUDIT, &[("format", "csv")]),
            "/admin/audit?actor=a%2Bb%40example.org&format=csv"
        );
        assert_eq!(AuditQuery::default().link(AUDIT, &[]), AUDIT);
        assert_eq!(AuditQuery::field("2026-03-01"), "2026-03-01T00:00:00");
        assert_eq!(AuditQuery::field("soon"), "soon");
    }
}
