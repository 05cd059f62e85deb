//! Which words of a user agent mean which browser and which system. Rows are `(pattern, name)`, and
//! the first row that matches counts: most browsers name those before them that they resemble.
//!
//! A pattern has no group that captures, so that a name is never taken from the client's text. All
//! but a few are alternatives of plain words, which need no automaton.

/// In place of a name: a program or robot, which has neither browser nor system.
pub(super) const PROGRAM: &str = "PROGRAM";

/// In place of a name: an app that shows pages and tells nothing of itself.
pub(super) const APP: &str = "APP";

/// Programs, browsers, and apps that show pages themselves.
pub(super) const BROWSERS: &[(&str, &str)] = &[
    // Robots mostly follow the custom of `+https://...`, many within the text of a real browser.
    // With its sign behind, `bot` is not the end of the telephones called Cubot.
    (
        r"\+https?://|[Bb]ot[/;)\-]|[Bb]ot\.htm|[Ss]pider|[Cc]rawl|Slurp|Mediapartners-Google|Google-InspectionTool|Lighthouse",
        PROGRAM,
    ),
    (r"PhantomJS|PowerShell/", PROGRAM),
    (
        r"^(?:curl|[Ww]get|python|Python|Go-http|okhttp|Apache-HttpClient|Java|PostmanRuntime)",
        PROGRAM,
    ),
    // Apps that open a link within themselves and say so.
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
    // Browsers on the engine of another, which they name as well.
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
    // Internet Explorer of Windows Phone names Safari, Android and the iPhone.
    (r"MSIE |Trident/", "Internet Explorer"),
    // Android's view of the web within an app: Chrome, with a mark since Android 5.
    (r"; wv\)|Version/4\.0 Chrome/", APP),
    (r"Chromium/", "Chromium"),
    (r"Chrome/", "Chrome"),
    // Apps and consoles show pages with the same engine, but only Safari tells its version on a
    // system of Apple.
    (
        r"\((?:Macintosh|iPhone|iPad|iPod).* Version/[0-9].* Safari/",
        "Safari",
    ),
];

/// Systems, by the names that people know. Browsers no longer tell versions truthfully.
pub(super) const SYSTEMS: &[(&str, &str)] = &[
    // Names Android and the iPhone as well.
    (r"Windows Phone", "Windows Phone"),
    (r"Windows NT|Windows 9", "Windows"),
    (r"\(iPad", "iPadOS"),
    (r"\(iPhone|\(iPod|; iOS [0-9]", "iOS"),
    // An iPad asks for the pages of a computer. Its Safari then says what a Mac says, but others
    // keep the names that they have there only.
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
