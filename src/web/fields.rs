//! The fields of a body. All missing or invalid fields are reported together.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use serde_json::Value;

use super::{error::WebResult, problem::refusals};
use crate::{domain::secrets::secret::SecretString, flows::InputFaults};

/// A text field as it was sent. Every text is treated as a secret until a flow takes it.
#[derive(Debug, Default)]
pub enum Field {
    /// Absent, or `null`.
    #[default]
    Missing,
    /// A number, a list, an object, or a boolean.
    NotText,
    /// A text; may be blank.
    Text(SecretString),
}

impl Field {
    /// Whether it was sent with a value other than `null`.
    pub(super) fn is_given(&self) -> bool {
        !matches!(self, Self::Missing)
    }
}

/// Reads fields into the input of a flow. If there are faults, refuses with 422 and all of them.
pub(super) fn read<T>(build: impl FnOnce(&mut Reader) -> T) -> WebResult<T> {
    let mut reader = Reader(InputFaults::default());
    let input = build(&mut reader);
    if reader.0.is_empty() {
        Ok(input)
    } else {
        Err(refusals::invalid(&reader.0))
    }
}

/// Collects faults while fields are read.
pub(super) struct Reader(InputFaults);

impl Reader {
    /// A required secret. It is not trimmed: spaces are part of a password.
    pub(super) fn secret(&mut self, name: &'static str, field: Field) -> SecretString {
        let given = self.optional(name, field);
        match given {
            Some(text) if !text.is_empty() => return text,
            Some(_) => self.0.add(name, &"This field is blank."),
            None if self.0.iter().any(|(faulty, _)| faulty == name) => {}
            None => self.0.add(name, &"This field is missing."),
        }
        SecretString::default()
    }

    /// A required text that must not be blank.
    pub(super) fn text(&mut self, name: &'static str, field: Field) -> String {
        let text = self.secret(name, field).expose().to_owned();
        if !text.is_empty() && text.trim().is_empty() {
            self.0.add(name, &"This field is blank.");
        }
        text
    }

    /// An optional text.
    pub(super) fn optional(&mut self, name: &'static str, field: Field) -> Option<SecretString> {
        match field {
            Field::Missing => None,
            Field::Text(text) => Some(text),
            Field::NotText => {
                self.0.add(name, &"This field must be a text.");
                None
            }
        }
    }

    /// An optional text; if missing, it is empty.
    pub(super) fn text_or_empty(&mut self, name: &'static str, field: Field) -> String {
        let given = self.optional(name, field);
        given.map_or_else(String::new, |text| text.expose().to_owned())
    }

    /// A required object, as it was sent; an absent one is null.
    pub(super) fn object(&mut self, name: &'static str, value: Value) -> Value {
        match value {
            Value::Object(_) => {}
            Value::Null => self.0.add(name, &"This field is missing."),
            _ => self.0.add(name, &"This field must be an object."),
        }
        value
    }

    /// Records a fault that concerns several fields.
    pub(super) fn fault(&mut self, name: &'static str, message: &str) {
        self.0.add(name, &message);
    }
}

/// Reads a member of a change, with `#[serde(default)]`: an absent one is `None`, and changes nothing.
pub(super) fn member<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Field>, D::Error> {
    Field::deserialize(d).map(Some)
}

/// Read as an option, so that serde accepts an absent field.
impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Optional;
        impl<'de> Visitor<'de> for Optional {
            type Value = Field;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or null")
            }

            fn visit_none<E: Error>(self) -> Result<Field, E> {
                Ok(Field::Missing)
            }

            fn visit_unit<E: Error>(self) -> Result<Field, E> {
                Ok(Field::Missing)
            }

            fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Field, D::Error> {
                value.deserialize_any(AnyValue)
            }
        }
        deserializer.deserialize_option(Optional)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Field, E> {
        Ok(Field::Text(text.into()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Field, E> {
        Ok(Field::Text(text.into()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Field, E> {
        Ok(Field::NotText)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Field, E> {
        Ok(Field::NotText)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Field, E> {
        Ok(Field::NotText)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Field, E> {
        Ok(Field::NotText)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Field, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Field::NotText)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Field, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::NotText)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::error::WebError;

    fn faults(json: &str) -> Vec<String> {
        let field: Field = serde_json::from_str(json).unwrap();
        match read(|r| r.text("email", field)) {
            Err(WebError::Refused(refusal)) => refusal.fields[0].1.clone(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn absent_and_null_are_equal() {
        #[derive(Deserialize)]
        struct Body {
            email: Field,
        }
        for json in ["{}", r#"{"email":null}"#] {
            let body: Body = serde_json::from_str(json).unwrap();
            assert!(!body.email.is_given(), "{json}");
        }
    }

    #[test]
    fn a_change_tells_an_absent_member_from_null() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default, deserialize_with = "member")]
            name: Option<Field>,
        }
        let name = |json| serde_json::from_str::<Body>(json).unwrap().name;
        assert!(name("{}").is_none());
        assert!(matches!(name(r#"{"name":null}"#), Some(Field::Missing)));
        assert!(matches!(name(r#"{"name":""}"#), Some(Field::Text(_))));
    }

    #[test]
    fn a_fault_is_reported_once_by_its_kind() {
        assert_eq!(faults("null"), ["This field is missing."]);
        for blank in [r#""""#, r#"" \n""#] {
            assert_eq!(faults(blank), ["This field is blank."], "{blank}");
        }
        for wrong in ["1", "-1", "1.5", "true", "[[1]]", r#"{"a":{}}"#] {
            assert_eq!(faults(wrong), ["This field must be a text."], "{wrong}");
        }
        assert_eq!(faults(r#""a@example.com""#), Vec::<String>::new());
    }
}
