//! A setting is one declaration with its name, meaning, default and parser. The reader, `.env.example`,
//! `vestibule init` and the hints for unknown names are all based on it.

use super::value::Parsed;
use crate::domain::secrets::secret::SecretString;

/// The value of an unset setting.
#[derive(Debug, Clone, Copy)]
pub(super) enum Preset {
    /// This text, parsed like a value that an operator wrote.
    Fixed(&'static str),
    /// A value that depends on the machine or on other settings.
    Computed {
        how: &'static str,
        example: &'static str,
    },
    /// None: the feature is off.
    Unset { example: &'static str },
    /// A secret, which `vestibule init` fills in: `prefix` and 32 random bytes in base64.
    Secret {
        how: &'static str,
        prefix: &'static str,
    },
}

/// A setting without its type.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    /// What it does and why it has its default, in lines of at most 96 characters.
    pub(super) meaning: &'static [&'static str],
    pub(super) preset: Preset,
    /// Whether surrounding spaces are part of the value.
    pub(super) keeps_spaces: bool,
}

/// A setting with a default.
pub(super) struct Setting<T> {
    pub(super) row: Row,
    pub(super) default: &'static str,
    pub(super) parse: fn(&str) -> Parsed<T>,
}

/// A setting that may be unset.
pub(super) struct Optional<T> {
    pub(super) row: Row,
    pub(super) parse: fn(&str) -> Parsed<T>,
}

/// Any setting.
pub(super) trait Declared: Sync {
    fn row(&self) -> &Row;
    /// Whether a text is a valid value.
    fn check(&self, text: &str) -> Parsed<()>;
}

impl<T> Declared for Setting<T> {
    fn row(&self) -> &Row {
        &self.row
    }

    fn check(&self, text: &str) -> Parsed<()> {
        (self.parse)(text).map(drop)
    }
}

impl<T> Declared for Optional<T> {
    fn row(&self) -> &Row {
        &self.row
    }

    fn check(&self, text: &str) -> Parsed<()> {
        (self.parse)(text).map(drop)
    }
}

type Lines = &'static [&'static str];
type Parser<T> = fn(&str) -> Parsed<T>;

const fn row(name: &'static str, meaning: Lines, preset: Preset, keeps_spaces: bool) -> Row {
    Row {
        name,
        meaning,
        preset,
        keeps_spaces,
    }
}

impl<T> Setting<T> {
    pub(super) const fn fixed(
        name: &'static str,
        meaning: Lines,
        default: &'static str,
        parse: Parser<T>,
    ) -> Self {
        Self {
            row: row(name, meaning, Preset::Fixed(default), false),
            default,
            parse,
        }
    }
}

impl<T> Optional<T> {
    pub(super) const fn computed(
        name: &'static str,
        meaning: Lines,
        how: &'static str,
        example: &'static str,
        parse: Parser<T>,
    ) -> Self {
        let row = row(name, meaning, Preset::Computed { how, example }, false);
        Self { row, parse }
    }

    pub(super) const fn unset(
        name: &'static str,
        meaning: Lines,
        example: &'static str,
        parse: Parser<T>,
    ) -> Self {
        let row = row(name, meaning, Preset::Unset { example }, false);
        Self { row, parse }
    }

    pub(super) const fn secret(
        name: &'static str,
        meaning: Lines,
        how: &'static str,
        prefix: &'static str,
        parse: Parser<T>,
    ) -> Self {
        let row = row(name, meaning, Preset::Secret { how, prefix }, true);
        Self { row, parse }
    }
}

impl Optional<SecretString> {
    /// A setting whose value may be any text.
    pub(super) const fn password(name: &'static str, meaning: Lines) -> Self {
        let row = row(name, meaning, Preset::Unset { example: "" }, true);
        Self {
            row,
            parse: |text| Ok(SecretString::from(text)),
        }
    }
}

/// Settings with a common heading.
pub(super) struct Section {
    pub(super) title: &'static str,
    /// A text about all settings of the section; may be empty.
    pub(super) intro: Lines,
    pub(super) settings: &'static [&'static dyn Declared],
}

/// Declares a section: its title, and for each setting its meaning as a doc comment, its name, its type,
/// and a constructor above with further properties. So each setting is named once, and every setting is
/// listed.
macro_rules! settings {
    (
        $(#[doc = $intro:literal])*
        $title:literal;
        $(
            $(#[doc = $line:literal])*
            $name:ident: $type:ty = $kind:ident($($part:expr),* $(,)?);
        )*
    ) => {
        $(
            pub(in crate::config) static $name: $type =
                <$type>::$kind(stringify!($name), &[$($line),*] $(, $part)*);
        )*

        pub(in crate::config) static SECTION: $crate::config::setting::Section =
            $crate::config::setting::Section {
                title: $title,
                intro: &[$($intro),*],
                settings: &[$(&$name),*],
            };
    };
}

pub(super) use settings;
