//! What every page shares: the shell around it, the errors of its form, and how times read.
//!
//! Plain values that templates print. Nothing here knows of requests, sessions or flows.

use std::{borrow::Cow, time::Duration};

use chrono::{DateTime, Utc};

/// What stands around every page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The hidden token of every form on the page, bound to the session cookie.
    pub csrf_token: String,
    /// Who is signed in, where somebody is.
    pub signed_in: Option<SignedInAs>,
    /// A message from the page before, shown once.
    pub flash: Option<Flash>,
    /// The URL of the stylesheet, with its content's hash in the name.
    pub stylesheet: &'static str,
    /// The URL of the icon, with its content's hash in the name.
    pub favicon: &'static str,
    /// Where the name of the service leads.
    pub home: String,
    /// The id of this request, printed on error pages so that an operator can find it in the logs.
    pub request_id: String,
}

/// The signed-in person, as the header names them.
#[derive(Clone, Debug)]
pub struct SignedInAs {
    /// The display name, or the address where there is none.
    pub name: String,
    /// The address.
    pub email: String,
    /// Whether they manage other people's accounts.
    pub is_admin: bool,
}

/// A message that a page leaves for the next one.
#[derive(Clone, Debug)]
pub struct Flash {
    /// Its weight, which decides its colour and how a screen reader announces it.
    pub kind: FlashKind,
    /// One or two plain sentences.
    pub text: String,
}

impl Flash {
    /// Something was done.
    pub fn success(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Success,
            text: text.into(),
        }
    }

    /// Something to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Info,
            text: text.into(),
        }
    }

    /// Something to mind.
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Warning,
            text: text.into(),
        }
    }

    /// Something was not done.
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Error,
            text: text.into(),
        }
    }
}

/// The weight of a [`Flash`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashKind {
    /// Something was done.
    Success,
    /// Something to know.
    Info,
    /// Something to mind.
    Warning,
    /// Something was not done.
    Error,
}

impl FlashKind {
    /// The word for it, as the stylesheet and the session cookie spell it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The kind that [`FlashKind::class`] spells so.
    pub fn from_class(word: &str) -> Option<Self> {
        [Self::Success, Self::Info, Self::Warning, Self::Error]
            .into_iter()
            .find(|kind| kind.class() == word)
    }

    /// The ARIA role: an error interrupts, the others wait for a pause.
    pub fn role(self) -> &'static str {
        if self == Self::Error {
            "alert"
        } else {
            "status"
        }
    }
}

/// A sentence in which some words are links to where its advice is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    text: Cow<'static, str>,
    links: &'static [Link],
}

/// Words of a [`Message`], and the path that they lead to.
pub type Link = (&'static str, &'static str);

impl Message {
    /// `links` in the order in which their words stand in the text.
    pub const fn with_links(text: &'static str, links: &'static [Link]) -> Self {
        Self {
            text: Cow::Borrowed(text),
            links,
        }
    }

    /// The sentence without links, as programs read it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it has links.
    pub fn has_links(&self) -> bool {
        !self.links.is_empty()
    }

    /// The sentence in pieces, each with the path that it leads to; empty for plain text.
    pub fn parts(&self) -> Vec<(&str, &'static str)> {
        let mut parts = Vec::new();
        let mut rest = self.text();
        for (words, path) in self.links {
            if let Some((before, after)) = rest.split_once(words) {
                parts.extend([(before, ""), (*words, *path)]);
                rest = after;
            }
        }
        parts.push((rest, ""));
        parts
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self {
            text: Cow::Owned(text),
            links: &[],
        }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Message {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

/// Without links, for programs.
impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.text.into_owned()
    }
}

/// What is wrong with a form, in the order in which it was found.
///
/// The key is the id of the input, which is the field's name except where two forms of one page
/// have a field of the same name. The empty key is the form as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, Vec<Message>)>);

impl FieldErrors {
    /// One message at one field.
    pub fn of_field(field: &'static str, message: impl Into<Message>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// One message about the form as a whole.
    pub fn of_form(message: impl Into<Message>) -> Self {
        Self::of_field("", message)
    }

    /// Adds a message at a field.
    pub fn add(&mut self, field: &'static str, message: impl Into<Message>) -> &mut Self {
        match self.0.iter_mut().find(|(key, _)| *key == field) {
            Some((_, messages)) => messages.push(message.into()),
            None => self.0.push((field, vec![message.into()])),
        }
        self
    }

    /// True where nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True where this field has a message.
    pub fn has(&self, field: &str) -> bool {
        self.first(field).is_some()
    }

    /// The first message at this field.
    pub fn first(&self, field: &str) -> Option<&str> {
        self.of(field).first().map(Message::text)
    }

    /// Every message at this field.
    pub fn of(&self, field: &str) -> &[Message] {
        self.0
            .iter()
            .find(|(key, _)| *key == field)
            .map_or(&[], |(_, messages)| messages)
    }

    /// Every field with every one of its messages, a pair a message.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Message)> {
        self.0
            .iter()
            .flat_map(|(field, messages)| messages.iter().map(move |message| (*field, message)))
    }

    /// The heading over the list of messages.
    pub fn headline(&self) -> &'static str {
        if self.iter().nth(1).is_none() {
            "There is a problem"
        } else {
            "There are some problems"
        }
    }

    /// What the title of the page starts with, so that a tab or a screen reader tells at once.
    pub fn title_prefix(&self) -> &'static str {
        if self.is_empty() { "" } else { "Error: " }
    }
}

/// A moment as a page prints it: `3 March 2026, 14:05 UTC`.
pub fn moment(at: &DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// The day of a moment, where a column has many: `2026-03-03`.
pub fn day(at: &DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// A moment to the second, where the order of moments matters: `3 March 2026, 14:05:09 UTC`.
pub fn exact_moment(at: &DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M:%S UTC").to_string()
}

/// A moment as the `datetime` attribute wants it (RFC 3339, seconds).
pub fn machine_moment(at: &DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A wait in words, rounded up so that waiting this long is always enough: `40 seconds`, `2 minutes`.
pub fn wait_in_words(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match seconds {
        0..=1 => "1 second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        91..=5400 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_keep_their_order_and_gather_by_field() {
        let mut errors = FieldErrors::default();
        errors
            .add("email", "one")
            .add("password", "two")
            .add("email", "three");
        assert_eq!(errors.first("email"), Some("one"));
        assert_eq!(errors.first("name"), None);
        let all: Vec<_> = errors
            .iter()
            .map(|(key, message)| (key, message.text()))
            .collect();
        assert_eq!(
            all,
            [("email", "one"), ("email", "three"), ("password", "two")]
        );
    }

    #[test]
    fn the_words_of_a_link_stand_in_its_sentence() {
        let message = Message::with_links("Sign in, or wait.", &[("Sign in", "/login")]);
        let parts = [("", ""), ("Sign in", "/login"), (", or wait.", "")];
        assert_eq!(message.parts(), parts);
        assert_eq!(Message::from("Wait.").parts(), [("Wait.", "")]);
    }

    #[test]
    fn a_wait_is_never_told_shorter_than_it_is() {
        for (millis, words) in [
            (0, "1 second"),
            (1_001, "2 seconds"),
            (90_000, "90 seconds"),
            (90_001, "2 minutes"),
            (121_000, "3 minutes"),
            (900_000, "15 minutes"),
            (5_401_000, "2 hours"),
        ] {
            assert_eq!(wait_in_words(Duration::from_millis(millis)), words);
        }
    }

    #[test]
    fn times_read_plainly() {
        let at = DateTime::from_timestamp(1_772_546_700, 0).unwrap();
        assert_eq!(moment(&at), "3 March 2026, 14:05 UTC");
        assert_eq!(exact_moment(&at), "3 March 2026, 14:05:00 UTC");
        assert_eq!(machine_moment(&at), "2026-03-03T14:05:00Z");
    }
}
