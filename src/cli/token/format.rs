//! An inspected token as text, and as JSON.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::{
    domain::token::{Inspection, SigningKey},
    flows::sessions::inspect_token::{Judged, Reason},
};

const TIMES: [&str; 4] = ["iat", "iat_ms", "nbf", "exp"];

/// The result of inspecting a token.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenView<'a> {
    pub(super) inspection: &'a Inspection,
    /// The verdict of the database, unless only the text was judged.
    pub(super) judged: Option<&'a Judged>,
    pub(super) now: DateTime<Utc>,
}

impl TokenView<'_> {
    /// The reason for a refusal; `None` if the token is accepted.
    pub(super) fn refusal(&self) -> Option<Reason> {
        match (&self.inspection.verdict, self.judged) {
            (Err(refusal), _) => Some((*refusal).into()),
            (Ok(_), Some(judged)) => judged.verdict.err(),
            (Ok(_), None) => None,
        }
    }

    /// Lines of text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.part(&mut text, "header", self.inspection.header.as_ref());
        self.part(&mut text, "claims", self.inspection.claims.as_ref());
        line(
            &mut text,
            "signature",
            &signature(self.inspection.signed_by.as_ref()),
        );
        if let Some(judged) = self.judged {
            for (name, what) in database_lines(judged) {
                line(&mut text, name, &what);
            }
        }
        let verdict = match (self.refusal(), self.judged) {
            (Some(reason), _) => format!("refused ({}): {reason}", reason.as_str()),
            (None, Some(_)) => "accepted".to_owned(),
            (None, None) => "accepted by its text; the database was not asked".to_owned(),
        };
        line(&mut text, "verdict", &verdict);
        ascii(&text)
    }

    fn part(&self, text: &mut String, name: &str, part: Option<&Map<String, Value>>) {
        let Some(part) = part else {
            return line(text, name, "no JSON object");
        };
        line(text, name, "");
        for (field, value) in part {
            let mut shown = value.to_string();
            let time =
                Some(field.as_str()).filter(|field| name == "claims" && TIMES.contains(field));
            if let Some(at) = time.and_then(|field| self.inspection.time(field)) {
                let _ = write!(shown, "  {}, {}", rfc3339(at), relative(at - self.now));
            }
            line(text, &format!("  {}", field.escape_debug()), &shown);
        }
    }

    /// One JSON object and a line feed.
    pub(super) fn json(&self) -> String {
        let refusal = self.refusal();
        let times = TIMES.iter().filter_map(|name| {
            let at = self.inspection.time(name)?;
            Some(((*name).to_owned(), json!(rfc3339(at))))
        });
        let issued = self
            .inspection
            .time("iat_ms")
            .or(self.inspection.time("iat"));
        let age = issued.map(|at| (self.now - at).num_seconds());
        let left = self
            .inspection
            .time("exp")
            .map(|at| (at - self.now).num_seconds());
        let key =
            self.inspection.signed_by.as_ref().map(
                |key| json!({ "kid": key.kid, "position": key.position, "purpose": key.purpose }),
            );
        let view = json!({
            "accepted": refusal.is_none(),
            "refusal": refusal.map(Reason::as_str),
            "reason": refusal.map(|reason| reason.to_string()),
            "header": self.inspection.header,
            "claims": self.inspection.claims,
            "times": times.collect::<Map<_, _>>(),
            "age_seconds": age,
            "expires_in_seconds": left,
            "key": key,
            "database": self.judged.map(database_json),
        });
        ascii(&format!("{view}\n"))
    }
}

fn line(text: &mut String, name: &str, what: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}", format!("{name:<12} {what}").trim_end());
}

fn signature(key: Option<&SigningKey>) -> String {
    let Some(SigningKey {
        kid,
        position,
        purpose,
    }) = key
    else {
        return "no configured key made it".to_owned();
    };
    let which = match position {
        0 => "JWT_SECRET_KEY".to_owned(),
        earlier => format!("number {earlier} of JWT_PREVIOUS_SECRET_KEYS"),
    };
    format!(
        "made by {which} (kid {kid}) for the purpose {}",
        purpose.as_str()
    )
}

fn database_lines(judged: &Judged) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    lines.push(match &judged.user {
        None => ("user", "none of this id".to_owned()),
        Some(user) => {
            let state = if user.disabled { "disabled" } else { "active" };
            let changed = user.password_changed_at.map_or_else(
                || "password never changed".to_owned(),
                |at| format!("password changed {}", rfc3339(at)),
            );
            (
                "user",
                format!("{state}, rev {}, {changed}", user.revocation_id),
            )
        }
    });
    if let Some(session) = &judged.session {
        let state = if session.revoked { "ended" } else { "living" };
        lines.push((
            "session",
            format!("{state}, until {}", rfc3339(session.expires_at)),
        ));
    }
    if judged.on_revocation_list {
        lines.push(("revoked", "its id is on the revocation list".to_owned()));
    }
    lines
}

fn database_json(judged: &Judged) -> Value {
    let user = judged.user.as_ref().map(|user| {
        json!({
            "disabled": user.disabled,
            "rev": user.revocation_id,
            "password_changed_at": user.password_changed_at.map(rfc3339),
        })
    });
    let session = judged.session.as_ref().map(
        |session| json!({ "revoked": session.revoked, "expires_at": rfc3339(session.expires_at) }),
    );
    json!({ "user": user, "session": session, "on_revocation_list": judged.on_revocation_list })
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The two largest units of a span: `2 h 5 min ago`, `in 14 d`.
fn relative(span: TimeDelta) -> String {
    let seconds = span.num_seconds().abs();
    let units = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let first = units.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    let shown: Vec<String> = units[first..]
        .iter()
        .take(2)
        .filter(|(count, _)| *count > 0 || first == 3)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    let shown = shown.join(" ");
    if span < TimeDelta::zero() {
        format!("{shown} ago")
    } else {
        format!("in {shown}")
    }
}

/// Escapes a text of a token, which anyone can choose: control characters and characters that reorder a
/// line. It uses JSON's escapes, because the text may be part of JSON.
fn ascii(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || (c.is_ascii() && !c.is_ascii_control()) {
            clean.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(clean, "\\u{unit:04x}");
            }
        }
    }
    clean
}

#[cfg(test)]
mod tests;
