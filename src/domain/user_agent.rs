//! What a user agent tells of a device: browser and system, from a text that clients choose freely.
//! What the words mean stands in `patterns`; ua-parser finds them in time linear to the text.

mod patterns;
#[cfg(test)]
mod tests;

use std::{fmt, sync::LazyLock};

use ua_parser::{Error, os, user_agent};

use patterns::{APP, BROWSERS, PROGRAM, SYSTEMS};

/// Browser and system, as far as they are recognised. Both come from our own tables, so that
/// none of the client's own text is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// The name of the browser, such as `Firefox`, or of an app that shows pages itself.
    pub browser: Option<String>,
    /// The name of the system without its version, such as `Linux`.
    pub system: Option<String>,
}

impl Device {
    /// Reads a user agent. Programs, robots and what is unknown have neither browser nor system.
    pub fn of(user_agent: &str) -> Self {
        let Some(tables) = TABLES.as_ref() else {
            return Self::default();
        };
        let browser = tables.browsers.extract(user_agent).map(|is| is.family);
        if browser.as_deref() == Some(PROGRAM) {
            return Self::default();
        }
        let system = tables.systems.extract(user_agent).map(|is| is.os);
        Self {
            browser: browser.filter(|name| name != APP).map(Into::into),
            system: system.map(Into::into),
        }
    }
}

/// The patterns, ready to be searched for.
struct Tables {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
}

/// Compiled where first needed, not at the start. A table that does not compile, which a test rules
/// out, would make every device an unknown one.
static TABLES: LazyLock<Option<Tables>> = LazyLock::new(|| Tables::compile().ok());

impl Tables {
    fn compile() -> Result<Self, Error> {
        let browsers = BROWSERS.iter().map(|&(regex, name)| user_agent::Parser {
            regex: regex.into(),
            family_replacement: Some(name.into()),
            ..Default::default()
        });
        let systems = SYSTEMS.iter().map(|&(regex, name)| os::Parser {
            regex: regex.into(),
            os_replacement: Some(name.into()),
            ..Default::default()
        });
        Ok(Self {
            browsers: user_agent::Builder::new().push_all(browsers)?.build()?,
            systems: os::Builder::new().push_all(systems)?.build()?,
        })
    }
}

/// `Firefox on Linux`, to stand within a sentence.
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.browser, &self.system) {
            (Some(browser), Some(system)) => write!(f, "{browser} on {system}"),
            (Some(browser), None) => f.write_str(browser),
            (None, Some(system)) => write!(f, "an app on {system}"),
            (None, None) => f.write_str("an unknown app"),
        }
    }
}

/// `Firefox on Linux`, as far as it is recognised.
pub fn short_name(user_agent: &str) -> String {
    Device::of(user_agent).to_string()
}
