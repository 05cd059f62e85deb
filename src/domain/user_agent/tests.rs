//! Browsers of 2025 and 2026 on their systems, clients that are no browsers, and texts that must never be
//! shown.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Blink, as every browser based on it reports itself.
const CHROME: &str = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0";
const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
const LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64)";
const CHROME_OS: &str = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)";
const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K)";
/// A phone and a tablet of Apple, on which every browser uses Apple's engine.
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const IPAD: &str =
    "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";

#[track_caller]
fn names(user_agent: &str, name: &str) {
    assert_eq!(short_name(user_agent), name, "{user_agent}");
}

#[test]
fn the_tables_compile() {
    assert!(Tables::compile().is_ok());
}

#[test]
fn browsers_on_blink_are_distinguished() {
    for (words, browser) in [
        ("Safari/537.36", "Chrome"),
        ("Safari/537.36 Edg/143.0.3650.66", "Edge"),
        ("Safari/537.36 OPR/125.0.0.0", "Opera"),
        ("Safari/537.36 OPR/125.0.0.0 (Edition GX)", "Opera"),
        ("Safari/537.36 Vivaldi/7.7.3851.52", "Vivaldi"),
        ("YaBrowser/25.10.0.0 Safari/537.36", "Yandex Browser"),
        ("Safari/537.36 Brave/1.85", "Brave"),
        ("Safari/537.36 DuckDuckGo/0.130", "DuckDuckGo"),
        ("Chromium/143.0.0.0 Safari/537.36", "Chromium"),
        ("Whale/4.34.340.19 Safari/537.36", "Whale"),
    ] {
        for (start, system) in [
            (WINDOWS, "Windows"),
            (MAC, "macOS"),
            (LINUX, "Linux"),
            (CHROME_OS, "ChromeOS"),
        ] {
            names(
                &format!("{start} {CHROME} {words}"),
                &format!("{browser} on {system}"),
            );
        }
    }
    for (words, browser) in [
        ("Mobile Safari/537.36", "Chrome"),
        ("Safari/537.36", "Chrome"),
        ("Mobile Safari/537.36 EdgA/143.0.3650.51", "Edge"),
        ("Mobile Safari/537.36 OPR/92.0.0.0", "Opera"),
        ("Mobile Safari/537.36 Vivaldi/7.7", "Vivaldi"),
        ("YaBrowser/25.10.1.0 Mobile Safari/537.36", "Yandex Browser"),
        (
            "Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.42",
            "Mi Browser",
        ),
    ] {
        names(
            &format!("{ANDROID} {CHROME} {words}"),
            &format!("{browser} on Android"),
        );
    }
}

#[test]
fn browsers_on_apples_telephones_and_tablets_are_distinguished() {
    for (words, browser) in [
        ("Version/26.1 Mobile/15E148 Safari/604.1", "Safari"),
        ("CriOS/143.0.7499.92 Mobile/15E148 Safari/604.1", "Chrome"),
        ("FxiOS/146.0 Mobile/15E148 Safari/605.1.15", "Firefox"),
        (
            "FxiOS/8.1.1 Mobile/15E148 Safari/605.1.15 Focus/146.0",
            "Firefox Focus",
        ),
        (
            "Version/18.0 EdgiOS/143.0.3650.71 Mobile/15E148 Safari/604.1",
            "Edge",
        ),
        ("Version/18.7 Mobile/15E148 Safari/604.1 OPT/6.2.1", "Opera"),
        (
            "OPiOS/16.0.15.124050 Mobile/15E148 Safari/9537.53",
            "Opera Mini",
        ),
        (
            "Version/18.7 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
            "DuckDuckGo",
        ),
        (
            "Version/26.1 Mobile/15E148 Safari/604.1 Ddg/26.1",
            "DuckDuckGo",
        ),
        (
            "Version/18.0 YaBrowser/25.10.3.600 Mobile/15E148 Safari/604.1",
            "Yandex Browser",
        ),
        (
            "GSA/395.0.837432370 Mobile/15E148 Safari/604.1",
            "Google app",
        ),
        ("Mobile/15E148", "an app"),
    ] {
        names(&format!("{IPHONE} {words}"), &format!("{browser} on iOS"));
        names(&format!("{IPAD} {words}"), &format!("{browser} on iPadOS"));
    }
    // An iPad that requests desktop pages.
    names(
        &format!(
            "{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/143 Version/11.1.1 Safari/605.1.15"
        ),
        "Chrome on iPadOS",
    );
}

#[test]
fn firefox_is_recognised_on_every_system() {
    for (user_agent, name) in [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (X11; FreeBSD amd64; rv:146.0) Gecko/20100101 Firefox/146.0",
            "Firefox on FreeBSD",
        ),
        (
            "Mozilla/5.0 (X11; OpenBSD amd64; rv:146.0) Gecko/20100101 Firefox/146.0",
            "Firefox on OpenBSD",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0",
            "Firefox on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:146.0) Gecko/20100101 Firefox/146.0",
            "Firefox on macOS",
        ),
        (
            "Mozilla/5.0 (Android 15; Mobile; rv:146.0) Gecko/146.0 Firefox/146.0",
            "Firefox on Android",
        ),
    ] {
        names(user_agent, name);
    }
}

#[test]
fn browsers_of_phones_with_texts_of_their_own_are_distinguished() {
    for (user_agent, name) in [
        (
            "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Focus/8.2 Chrome/120.0.0.0 Mobile Safari/537.36",
            "Firefox Focus on Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            "Mozilla/5.0 (Linux; U; Android 13; en-US; RMX3085) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.8.2.1324 Mobile Safari/537.36",
            "UC Browser on Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/143.0.0.0 Mobile DuckDuckGo/5 Safari/537.36",
            "DuckDuckGo on Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 9; KFMAWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/142.4.1 like Chrome/142.0.0.0 Safari/537.36",
            "Amazon Silk on Android",
        ),
        (
            "Opera/9.80 (Android; Opera Mini/89.0.2254/191.371; U; en) Presto/2.12.423 Version/12.16",
            "Opera Mini on Android",
        ),
        (
            "Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; rv:11.0; IEMobile/11.0; NOKIA; Lumia 520) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 (KHTML, like Gecko) Mobile Safari/537",
            "Internet Explorer on Windows Phone",
        ),
        (
            "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063",
            "Edge on Windows Phone",
        ),
    ] {
        names(user_agent, name);
    }
}

#[test]
fn browsers_of_desktops_and_consoles_with_texts_of_their_own_are_distinguished() {
    for (user_agent, name) in [
        (
            "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18",
            "Opera on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
            "Safari on macOS",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15 Ddg/26.1",
            "DuckDuckGo on macOS",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
            "Internet Explorer on Windows",
        ),
        (
            "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
            "Internet Explorer on Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763",
            "Edge on Windows",
        ),
        // Not Safari: WebKit of GTK, and a console.
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
            "an app on Linux",
        ),
        (
            "Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15",
            "an unknown app",
        ),
    ] {
        names(user_agent, name);
    }
}

#[test]
fn pages_inside_apps_have_the_name_of_a_known_app_or_none() {
    let view = "Mozilla/5.0 (Linux; Android 15; Pixel 9 Build/BP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/143.0.0.0 Mobile Safari/537.36";
    for (user_agent, name) in [
        (view.to_owned(), "an app on Android"),
        (view.replace("; wv", ""), "an app on Android"),
        (
            format!("{view} Instagram 409.0.0.48.170 Android"),
            "Instagram on Android",
        ),
        (
            format!("{view} [FB_IAB/FB4A;FBAV/540.0.0.48.78;]"),
            "Facebook on Android",
        ),
        (
            format!("{view} [FB_IAB/Orca-Android;FBAV/500.0.0.1;]"),
            "Messenger on Android",
        ),
        (format!("{view} MicroMessenger/8.0.60"), "WeChat on Android"),
        (
            format!("{view} musical_ly_2024 BytedanceWebview/d8a21c6"),
            "TikTok on Android",
        ),
        (format!("{view} Line/15.19.0/IAB"), "LINE on Android"),
        (
            format!("{IPHONE} Mobile/22H20 [FBAN/FBIOS;FBAV/540.0.0.30.96]"),
            "Facebook on iOS",
        ),
        (
            format!("{IPHONE} Mobile/15E148 Instagram 409.0 (iPhone17,1; iOS 18_7; en_US)"),
            "Instagram on iOS",
        ),
        (
            format!("{IPHONE} Mobile/15E148 [LinkedInApp]/9.31.5"),
            "LinkedIn on iOS",
        ),
        (
            format!("{WINDOWS} {CHROME} Electron/39.2.4 Safari/537.36"),
            "an app on Windows",
        ),
        (
            format!("{MAC} {CHROME} Slack/4.47.65 Electron/39.2.4 Safari/537.36"),
            "Slack on macOS",
        ),
        (
            "Dalvik/2.1.0 (Linux; U; Android 15; Pixel 9 Build/BP1A)".to_owned(),
            "an app on Android",
        ),
    ] {
        names(&user_agent, name);
    }
}

#[test]
fn a_browser_without_a_window_is_that_browser() {
    let headless = format!("{LINUX} {}", CHROME.replace("Chrome/", "HeadlessChrome/"));
    assert_eq!(short_name(&headless), "Chrome on Linux");
}

#[test]
fn programs_robots_and_jokes_are_an_unknown_app() {
    for user_agent in [
        "",
        "-",
        "curl/8.5.0",
        "Wget/1.24.5 (x86_64; Linux)",
        "python-requests/2.32",
        "Python/3.14 aiohttp/3.13.2",
        "Go-http-client/2.0",
        "okhttp/4.12.0",
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)",
        "visit https://evil.example now",
        "UNKNOWN",
        PROGRAM,
        APP,
    ] {
        names(user_agent, "an unknown app");
    }
    // A phone whose name ends like a robot's.
    names(
        "Mozilla/5.0 (Linux; Android 13; Cubot X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36",
        "Chrome on Android",
    );
}

/// A capturing group or `$1` could copy the client's text into a name.
#[test]
fn no_name_contains_text_of_the_client() {
    for (pattern, name) in BROWSERS.iter().chain(SYSTEMS) {
        let plain = pattern.replace("(?:", "").replace(r"\(", "");
        assert!(!plain.contains('('), "{pattern}");
        assert!(
            name.chars().all(|c| c.is_ascii_alphabetic() || c == ' ') && !name.is_empty(),
            "{name}"
        );
    }
}

proptest! {
    /// Any text gives names from the tables, or none.
    #[test]
    fn any_text_gives_a_name_from_the_tables(
        words in prop::collection::vec(
            prop_oneof![
                "\\PC{0,20}",
                "(Mozilla/5.0|Windows NT |Windows Phone |iPhone;|CPU OS 1_|Mac OS X |like Mac OS X|Android|Chrome/|Safari/|MSIE 7;|Trident/7;|rv:1|Opera/|OPR/|Version/|SamsungBrowser/|Macintosh|Linux|CriOS/|Instagram |Electron/|DoCoMo/|Nintendo |HttpClient|bot|GSA/|wv\\)|\\(|\\)|;|/|\\$1)",
            ],
            0..12,
        ),
    ) {
        let device = Device::of(&words.join(" "));
        let browsers: BTreeSet<&str> = BROWSERS.iter().map(|(_, name)| *name).collect();
        let systems: BTreeSet<&str> = SYSTEMS.iter().map(|(_, name)| *name).collect();
        for (found, table) in [(&device.browser, browsers), (&device.system, systems)] {
            if let Some(name) = found {
                prop_assert!(table.contains(name.as_str()), "{name}");
                prop_assert!(name != APP && name != PROGRAM, "{name}");
            }
        }
        prop_assert!(device.to_string().len() < 60, "{device}");
    }
}
