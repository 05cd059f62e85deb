//! The browser and system in a user agent, which clients choose freely. `patterns` maps words to names;
//! ua-parser matches them in time linear to the text.

mod patterns;
#[cfg(test)]
mod tests;

use std::{fmt, sync::LazyLock};

use ua_parser::{Error, os, user_agent};

use patterns::{APP, BROWSERS, PROGRAM, SYSTEMS};

/// Browser and system, as far as they are recognised. Both names come from our tables, so no text of the
/// client is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// The name of the browser, such as `Firefox`, or of an app that displays pages itself.
    pub browser: Option<String>,
    /// The name of the system without its version, such as `Linux`.
    pub system: Option<String>,
}

impl Device {
    /// Parses a user agent. Programs, robots and unknown clients have neither browser nor system.
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

/// The compiled patterns.
struct Tables {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
}

/// Compiled at first use, not at the start. If a table did not compile, which a test rules out, every
/// device would be unknown.
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

/// `Firefox on Linux`, for use in a sentence.
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
