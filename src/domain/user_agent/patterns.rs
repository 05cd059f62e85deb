//! Which words in a user agent identify which browser and system. Rows are `(pattern, name)`, and the
//! first match counts: most browsers also name those that they imitate.
//!
//! No pattern has a capturing group, so that a name is never taken from the client's text. All but a few
//! are alternatives of plain words, which need no automaton.

/// Instead of a name: a program or robot, which has neither browser nor system.
pub(super) const PROGRAM: &str = "PROGRAM";

/// Instead of a name: an app that displays pages without naming itself.
pub(super) const APP: &str = "APP";

/// Programs, browsers, and apps that display pages themselves.
pub(super) const BROWSERS: &[(&str, &str)] = &[
    // Most robots follow the convention of `+https://...`, many within the text of a real browser. With
    // its separator, `bot` does not match phones named Cubot.
    (
        r"\+https?://|[Bb]ot[/;)\-]|[Bb]ot\.htm|[Ss]pider|[Cc]rawl|Slurp|Mediapartners-Google|Google-InspectionTool|Lighthouse",
        PROGRAM,
    ),
    (r"PhantomJS|PowerShell/", PROGRAM),
    (
        r"^(?:curl|[Ww]get|python|Python|Go-http|okhttp|Apache-HttpClient|Java|PostmanRuntime)",
        PROGRAM,
    ),
    // Apps that open links inside themselves and name themselves.
    (
        r"FBAN/Messenger|FB_IAB/MESSENGER|FB_IAB/Orca-Android",
        "Messenger",
    ),
    (r"FBAN/|FBAV/|FB_IAB/", "Facebook"),
    (r"Instagram ", "Instagram"),
    (r"LinkedInApp", "LinkedIn"),
    (r"\[Pinterest/", "Pinterest"),
    (r"Snapchat/| Snapchat ", "Snapchat"),
    (r"musical_ly|BytedanceWebview|trill_", "TikTok"),
    (r"MicroMessenger/", "WeChat"),
    (r" Line/", "LINE"),
    (r" GSA/", "Google app"),
    (r"Teams/", "Microsoft Teams"),
    (r"Slack/|Slack_SSB/", "Slack"),
    (r"discord/|Discord/", "Discord"),
    (r"Electron/", APP),
    // Browsers with another browser's engine, which they also name.
    (r"Edg/|EdgA/|EdgiOS/|Edge/", "Edge"),
    (r"Opera Mini/|OPiOS/", "Opera Mini"),
    (r" OPR/| OPT/| OPX/|Opera/|Opera ", "Opera"),
    (r"Vivaldi/", "Vivaldi"),
    (r" Brave/| Brave Chrome/", "Brave"),
    (r"DuckDuckGo/| Ddg/", "DuckDuckGo"),
    (r"YaBrowser/", "Yandex Browser"),
    (r"UCBrowser/|UBrowser/|UCWEB/", "UC Browser"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"MiuiBrowser/", "Mi Browser"),
    (r"HuaweiBrowser/", "Huawei Browser"),
    (r" Silk/", "Amazon Silk"),
    (r" Whale/", "Whale"),
    (r"QQBrowser/", "QQ Browser"),
    (r"Epiphany/", "GNOME Web"),
    (r" Focus/| Klar/", "Firefox Focus"),
    (r"SeaMonkey/", "SeaMonkey"),
    (r"PaleMoon/", "Pale Moon"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"CriOS/", "Chrome"),
    // Internet Explorer on Windows Phone names Safari, Android and the iPhone.
    (r"MSIE |Trident/", "Internet Explorer"),
    // Android's web view inside an app: Chrome, with a mark since Android 5.
    (r"; wv\)|Version/4\.0 Chrome/", APP),
    (r"Chromium/", "Chromium"),
    (r"Chrome/", "Chrome"),
    // Apps and consoles use the same engine, but only Safari gives its version on Apple's systems.
    (
        r"\((?:Macintosh|iPhone|iPad|iPod).* Version/[0-9].* Safari/",
        "Safari",
    ),
];

/// Systems, by their common names. Browsers no longer report true versions.
pub(super) const SYSTEMS: &[(&str, &str)] = &[
    // It also names Android and the iPhone.
    (r"Windows Phone", "Windows Phone"),
    (r"Windows NT|Windows 9", "Windows"),
    (r"\(iPad", "iPadOS"),
    (r"\(iPhone|\(iPod|; iOS [0-9]", "iOS"),
    // An iPad requests desktop pages. Its Safari then sends the same text as on a Mac, but other browsers
    // keep names that they use only there.
    (
        r"\(Macintosh.*(?:CriOS/|FxiOS/|EdgiOS/|OPT/|OPX/|GSA/|Mobile/)",
        "iPadOS",
    ),
    (r"\(Macintosh", "macOS"),
    (r"\(Android|; Android", "Android"),
    (r"; CrOS ", "ChromeOS"),
    (r"; FreeBSD", "FreeBSD"),
    (r"; OpenBSD", "OpenBSD"),
    (r"; Linux|\(Linux|X11; Ubuntu|X11; Fedora", "Linux"),
];
