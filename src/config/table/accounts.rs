//! Settings of mail, registration and passwords.

use super::{Preset, Section, Setting};

pub(super) const MAIL: Section = Section {
    title: "Mail",
    intro: "Without SMTP_HOST mails are printed to standard output, in development only.",
    settings: &[
        Setting {
            name: "SMTP_HOST",
            meaning: "The mail server that takes our mails: a host name or an address, without a port.",
            preset: Preset::Unset {
                example: "smtp.example.org",
            },
        },
        Setting {
            name: "SMTP_PORT",
            meaning: "The port of the mail server.",
            preset: Preset::Computed {
                how: "587 with starttls, 465 with tls, 25 with none",
                example: "587",
            },
        },
        Setting {
            name: "SMTP_TLS",
            meaning: "`starttls`, `tls`, or `none`. Certificates are always verified. Production takes `none`\n\
                      for a loopback SMTP_HOST only: mails carry links that open accounts.",
            preset: Preset::Fixed("starttls"),
        },
        Setting {
            name: "SMTP_USERNAME",
            meaning: "The account at the mail server; goes with SMTP_PASSWORD.",
            preset: Preset::Unset {
                example: "vestibule",
            },
        },
        Setting {
            name: "SMTP_PASSWORD",
            meaning: "The password of that account.",
            preset: Preset::Unset { example: "" },
        },
        Setting {
            name: "SMTP_FROM",
            meaning: "The sender of every mail: an address, or `Name <address>`.",
            preset: Preset::Computed {
                how: "Vestibule <no-reply@...> at BASE_URL's host",
                example: "'Example <no-reply@example.org>'",
            },
        },
        Setting {
            name: "SMTP_CA_FILE",
            meaning: "Certificates (PEM) to trust for the mail server besides the system's roots: of the authority\n\
                      that signed its certificate, or that certificate itself.",
            preset: Preset::Unset {
                example: "/etc/vestibule/mail-ca.pem",
            },
        },
        Setting {
            name: "SMTP_TIMEOUT_SECONDS",
            meaning: "How long the mail server may take for one answer (1 to 3600). Filters judge a mail before they\n\
                      answer its end; giving up earlier sends it twice (RFC 5321, 4.5.3.2 asks for minutes).",
            preset: Preset::Fixed("300"),
        },
    ],
};

pub(super) const ACCOUNTS: Section = Section {
    title: "Accounts",
    intro: "",
    settings: &[
        Setting {
            name: "REGISTRATION",
            meaning: "Who may register: `open` to everybody, `invite` to whom an admin invites, `closed` to nobody.",
            preset: Preset::Fixed("open"),
        },
        Setting {
            name: "EMAIL_VERIFICATION",
            meaning: "`optional`: registering signs in at once, and a taken address is told. `required`: nobody\n\
                      signs in before following the mailed link, and answers never tell who has an account.",
            preset: Preset::Fixed("optional"),
        },
        Setting {
            name: "UNVERIFIED_DAYS",
            meaning: "Days after which an account that somebody registered and never verified is deleted, at most\n\
                      3650; 0 keeps them. Accounts of admins, imported ones and those that an operator made stay.",
            preset: Preset::Fixed("7"),
        },
        Setting {
            name: "ADMIN_EMAIL",
            meaning: "The first admin, made at a start where there is no admin yet; goes with ADMIN_PASSWORD. An\n\
                      account that has the address is not promoted: `vestibule user promote` does that.",
            preset: Preset::Unset {
                example: "admin@example.org",
            },
        },
        Setting {
            name: "ADMIN_PASSWORD",
            meaning: "The password that the first admin starts with, and has to change at the first sign-in.\n\
                      Take both out once that is done.",
            preset: Preset::Unset { example: "" },
        },
    ],
};

pub(super) const PASSWORDS: Section = Section {
    title: "Passwords",
    intro: "Argon2id at OWASP's first recommendation. A password hashed with other parameters is rehashed at\n\
            its owner's next sign-in.",
    settings: &[
        Setting {
            name: "PASSWORD_MIN_LENGTH",
            meaning: "The fewest characters of a new password, 8 to 128. NIST SP 800-63B-4 asks for 15 where the\n\
                      password alone signs in, and for 8 beside a second factor.",
            preset: Preset::Fixed("15"),
        },
        Setting {
            name: "HIBP_ENABLED",
            meaning: "`true` refuses passwords that Have I Been Pwned knows from data breaches. Five digits of a\n\
                      SHA-1 leave the machine, never the password. Where the service does not answer within a\n\
                      second the password passes, and is looked up again at its owner's next sign-in.\n\
                      Development and tests do without, so that they need no network.",
            preset: Preset::Computed {
                how: "true in production, false in development",
                example: "true",
            },
        },
        Setting {
            name: "HIBP_API_URL",
            meaning: "Where `/range/` is asked: the service itself, or a mirror. https, or http on this machine.",
            preset: Preset::Fixed("https://api.pwnedpasswords.com"),
        },
        Setting {
            name: "ARGON2_MEMORY_KIB",
            meaning: "Memory of one hash in KiB: at least 8 for each lane of ARGON2_PARALLELISM, at most 1048576.",
            preset: Preset::Fixed("19456"),
        },
        Setting {
            name: "ARGON2_ITERATIONS",
            meaning: "Passes over that memory, 1 to 64.",
            preset: Preset::Fixed("2"),
        },
        Setting {
            name: "ARGON2_PARALLELISM",
            meaning: "Lanes of one hash, 1 to 16.",
            preset: Preset::Fixed("1"),
        },
        Setting {
            name: "HASHING_CONCURRENCY",
            meaning: "Hashes at the same time, 1 to 256; each holds its memory. More than cores gains nothing.",
            preset: Preset::Computed {
                how: "the number of cores",
                example: "4",
            },
        },
    ],
};

pub(super) const AUDIT: Section = Section {
    title: "The audit log",
    intro: "",
    settings: &[Setting {
        name: "AUDIT_RETENTION_DAYS",
        meaning: "Days after which audit events are deleted, 1 to 36500; unset, they are kept for ever. Their\n\
                  seals stay, so that the rest still verifies.",
        preset: Preset::Unset { example: "730" },
    }],
};
