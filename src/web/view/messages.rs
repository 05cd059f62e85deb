//! The faults of a form, in sentences that may contain links.

use std::borrow::Cow;

/// A sentence in which some words are links to the page where its advice can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    text: Cow<'static, str>,
    links: &'static [Link],
    /// The whole seconds until what it asks to wait for.
    wait_seconds: Option<u64>,
}

/// Words of a [`Message`], and the path that they link to.
pub type Link = (&'static str, &'static str);

impl Message {
    /// `links` in the order in which their words appear in the text.
    pub const fn with_links(text: &'static str, links: &'static [Link]) -> Self {
        Self {
            text: Cow::Borrowed(text),
            links,
            wait_seconds: None,
        }
    }

    /// The same, which asks to wait for so many seconds.
    #[must_use]
    pub fn waiting(self, seconds: u64) -> Self {
        Self {
            wait_seconds: Some(seconds),
            ..self
        }
    }

    pub fn wait_seconds(&self) -> Option<u64> {
        self.wait_seconds
    }

    /// The sentence without links, for programs.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn has_links(&self) -> bool {
        !self.links.is_empty()
    }

    /// The sentence in pieces, each with the path that it links to; empty for plain text.
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
            wait_seconds: None,
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

/// The faults of a form, in the order in which they were found.
///
/// The key is the id of the input, which is the field's name unless two forms of one page have a field
/// with the same name. The empty key is the form as a whole.
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

    /// Whether there are no faults.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this field has a message.
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

    /// Every field with each of its messages, as pairs.
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

    /// The beginning of the page's title, so that tabs and screen readers announce a fault at once.
    pub fn title_prefix(&self) -> &'static str {
        if self.is_empty() { "" } else { "Error: " }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_keep_their_order_and_are_grouped_by_field() {
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
    fn a_message_is_split_at_its_links() {
        let message = Message::with_links("Sign in, or wait.", &[("Sign in", "/login")]);
        let parts = [("", ""), ("Sign in", "/login"), (", or wait.", "")];
        assert_eq!(message.parts(), parts);
        assert_eq!(Message::from("Wait.").parts(), [("Wait.", "")]);
    }
}
