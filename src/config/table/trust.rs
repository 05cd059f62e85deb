//! Settings that decide what is believed: secrets, tokens, sessions, cookies, origins and proxies.

use super::{Preset, Section, Setting};

pub(super) const SECRETS: Section = Section {
    title: "Secrets",
    intro: "`vestibule init` fills these in. In development on the embedded database, missing ones are made\n\
            once and kept in DATA_DIR/secrets.env. Keep a copy: without SEALING_KEYS every second factor is\n\
            lost. All nodes on one database need the same values.",
    settings: &[
        Setting {
            name: "JWT_SECRET_KEY",
            meaning: "Signs every token; the characters themselves are the key, at least 32 bytes of them. No\n\
                      comma and no surrounding spaces.",
            preset: Preset::Secret {
                how: "openssl rand -base64 32",
            },
        },
        Setting {
            name: "JWT_PREVIOUS_SECRET_KEYS",
            meaning: "Earlier values of JWT_SECRET_KEY, comma-separated, that still verify. To rotate: move the\n\
                      key here, set a new one above, and remove the old one after SESSION_MAX_DAYS.",
            preset: Preset::Unset { example: "" },
        },
        Setting {
            name: "COOKIE_KEY",
            meaning: "Encrypts the session cookie and hides unknown addresses in the audit log:\n\
                      base64 of exactly 32 bytes.",
            preset: Preset::Secret {
                how: "openssl rand -base64 32",
            },
        },
        Setting {
            name: "SEALING_KEYS",
            meaning: "Seals second-factor secrets and queued mails at rest: `id:base64` of 32 bytes each,\n\
                      comma-separated. The first seals, all open. To rotate, put a new one in front.",
            preset: Preset::Secret {
                how: "echo k1:$(openssl rand -base64 32)",
            },
        },
    ],
};

pub(super) const TOKENS: Section = Section {
    title: "Tokens and sessions",
    intro: "",
    settings: &[
        Setting {
            name: "JWT_AUDIENCE",
            meaning: "The `aud` of every token, required back where set. Name the services that accept them.",
            preset: Preset::Unset {
                example: "https://api.example.org",
            },
        },
        Setting {
            name: "JWT_LEEWAY_SECONDS",
            meaning: "Seconds for which an access token is still taken after its end, since nodes' clocks\n\
                      differ: 0 to 300.",
            preset: Preset::Fixed("60"),
        },
        Setting {
            name: "ACCESS_TOKEN_EXPIRE_MINUTES",
            meaning: "The life of an access token in minutes, 1 to 1440.",
            preset: Preset::Fixed("30"),
        },
        Setting {
            name: "REFRESH_TOKEN_EXPIRE_DAYS",
            meaning: "The life of a refresh token in days from each rotation, 1 to 365: how long a browser may\n\
                      stay away and still be signed in.",
            preset: Preset::Fixed("7"),
        },
        Setting {
            name: "REFRESH_GRACE_SECONDS",
            meaning: "Seconds in which the refresh token just replaced is answered with its successor again, for\n\
                      two tabs or a lost answer: 0 to 300. Later it counts as stolen.",
            preset: Preset::Fixed("30"),
        },
        Setting {
            name: "SESSION_MAX_DAYS",
            meaning: "The longest life of a session in days, however often it is refreshed: 1 to 365.",
            preset: Preset::Fixed("30"),
        },
        Setting {
            name: "SESSIONS_PER_USER",
            meaning: "The most sessions of one user that live at once, 1 to 1000. At a sign-in past that, the\n\
                      session that was unused longest ends.",
            preset: Preset::Fixed("100"),
        },
    ],
};

pub(super) const BROWSERS: Section = Section {
    title: "Browsers and proxies",
    intro: "",
    settings: &[
        Setting {
            name: "COOKIE_SECURE",
            meaning: "Whether cookies are Secure and named __Host-. `false` under an https BASE_URL is refused,\n\
                      and so is `true` under http, except on a loopback host, where most browsers allow it.",
            preset: Preset::Computed {
                how: "true with an https BASE_URL, else false",
                example: "true",
            },
        },
        Setting {
            name: "CORS_ORIGINS",
            meaning: "Origins whose pages may call the JSON API from a browser, cookies included, and read its\n\
                      answers: comma-separated and exact, no wildcard. Cookies only travel within one site.",
            preset: Preset::Unset {
                example: "https://app.example.org,https://shop.example.org",
            },
        },
        Setting {
            name: "TRUSTED_PROXIES",
            meaning: "Addresses or networks (CIDR) of your own proxies, comma-separated. Only from these is\n\
                      X-Forwarded-For believed; without it the peer's address is the client's.",
            preset: Preset::Unset {
                example: "10.0.0.0/8,2001:db8::/32",
            },
        },
    ],
};
