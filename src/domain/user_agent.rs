//! What a user agent tells of a device: browser and system, from a text that clients choose freely.

use std::fmt;

use woothee::parser::Parser;

/// Browser and system, as far as they can be told. Both come from the lists of the parser, so that
/// nothing of the client's own text is shown to anybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// The name of the browser, such as `Firefox`.
    pub browser: Option<String>,
    /// The name of the system without its version, such as `Linux`.
    pub system: Option<String>,
}

/// What the parser says where it cannot tell.
const UNKNOWN: &str = "UNKNOWN";

impl Device {
    /// Reads a user agent. Programs, robots and what is unknown have neither browser nor system.
    pub fn of(user_agent: &str) -> Self {
        let Some(found) = Parser::new().parse(user_agent) else {
            return Self::default();
        };
        if matches!(found.category, "crawler" | "misc") {
            return Self::default();
        }
        Self {
            browser: browser(found.name).map(str::to_owned),
            system: system(found.os).map(str::to_owned),
        }
    }
}

/// The name that people know. A web view is whatever app shows it.
fn browser(name: &str) -> Option<&str> {
    match name {
        UNKNOWN | "Webview" => None,
        "SamsungBrowser" => Some("Samsung Internet"),
        known => Some(known),
    }
}

/// The system's own name. Browsers no longer tell its version truthfully.
fn system(name: &str) -> Option<&str> {
    match name {
        UNKNOWN => None,
        "iPhone" | "iPod" => Some("iOS"),
        "iPad" => Some("iPadOS"),
        "Mac OSX" => Some("macOS"),
        known if known.starts_with("Windows Phone") => Some("Windows Phone"),
        known if known.starts_with("Windows") => Some("Windows"),
        known => Some(known),
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

/// `Firefox on Linux`, as far as it can be told.
pub fn short_name(user_agent: &str) -> String {
    Device::of(user_agent).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn browsers_of_today_are_told_apart() {
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
        let android = "Mozilla/5.0 (Linux; Android 10; K)";
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
                "Firefox on Linux",
            ),
            (
                format!("{windows} {chrome} Safari/537.36"),
                "Chrome on Windows",
            ),
            (
                format!("{windows} {chrome} Safari/537.36 Edg/140.0.0.0"),
                "Edge on Windows",
            ),
            (
                format!("{windows} {chrome} Safari/537.36 OPR/124.0.0.0"),
                "Opera on Windows",
            ),
            (
                format!("{windows} {chrome} Safari/537.36 Vivaldi/7.5"),
                "Vivaldi on Windows",
            ),
            (
                format!("{android} {chrome} Mobile Safari/537.36"),
                "Chrome on Android",
            ),
            (
                format!("{android} {chrome} Mobile Safari/537.36 EdgA/140.0.0.0"),
                "Edge on Android",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36".to_owned(),
                "Samsung Internet on Android",
            ),
            (
                "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0".to_owned(),
                "Firefox on Android",
            ),
            (
                format!("{iphone} Version/18.6 Mobile/15E148 Safari/604.1"),
                "Safari on iOS",
            ),
            (
                format!("{iphone} FxiOS/140.0 Mobile/15E148 Safari/605.1.15"),
                "Firefox on iOS",
            ),
            (
                format!("{iphone} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1"),
                "Chrome on iOS",
            ),
            (format!("{iphone} Mobile/15E148"), "an app on iOS"),
            (
                "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1".to_owned(),
                "Safari on iPadOS",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15".to_owned(),
                "Safari on macOS",
            ),
            (
                format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {chrome} Safari/537.36"),
                "Chrome on ChromeOS",
            ),
        ] {
            assert_eq!(short_name(&user_agent), name, "{user_agent}");
        }
    }

    #[test]
    fn programs_robots_and_jokes_are_an_unknown_app() {
        for user_agent in [
            "",
            "-",
            "curl/8.5.0",
            "python-requests/2.32",
            "okhttp/4.12.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "visit https://evil.example now",
            "UNKNOWN",
        ] {
            assert_eq!(short_name(user_agent), "an unknown app", "{user_agent}");
        }
    }

    proptest! {
        /// Whatever is sent gives a name, and none of its own words but those of a known product.
        #[test]
        fn any_text_gives_a_short_plain_name(
            words in prop::collection::vec(
                prop_oneof![
                    "\\PC{0,20}",
                    "(Mozilla/5.0|Windows NT |Windows Phone |iPhone;|CPU OS 1_|Mac OS X |like Mac OS X|Android|Chrome/|Safari/|MSIE 7;|Trident/7;|rv:1|Opera/|OPR/|Version/|SamsungBrowser/|DoCoMo/|KDDI-|SoftBank/|Nintendo |PSP \\(|BlackBerry|HttpClient|bot|GSA/|FOMA;|\\(|\\)|;|/)",
                ],
                0..12,
            ),
        ) {
            let name = short_name(&words.join(" "));
            prop_assert!(!name.is_empty() && name.len() < 60, "{name}");
            prop_assert!(!name.contains(UNKNOWN), "{name}");
        }
    }
}
