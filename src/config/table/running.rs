//! Settings of the process itself and of its database.

use super::{Preset, Section, Setting};

pub(super) const SERVER: Section = Section {
    title: "The server",
    intro: "",
    settings: &[
        Setting {
            name: "ENVIRONMENT",
            meaning: "`development` or `production`. Production refuses to start on a missing or short secret,\n\
                      an http BASE_URL, or no mail server, and logs JSON lines.",
            preset: Preset::Fixed("development"),
        },
        Setting {
            name: "BASE_URL",
            meaning: "The address that browsers use: scheme, host and port, without a path. Links in mails are\n\
                      built from it, tokens carry it as issuer, requests for another host are refused, and its\n\
                      scheme decides how cookies are set. Changing it signs everybody out.",
            preset: Preset::Computed {
                how: "in development http:// and LISTEN_ADDR; production has none",
                example: "http://127.0.0.1:8080",
            },
        },
        Setting {
            name: "LISTEN_ADDR",
            meaning: "The socket address to serve on; port 0 takes a free one. Put a proxy that ends TLS before it.",
            preset: Preset::Fixed("127.0.0.1:8080"),
        },
        Setting {
            name: "METRICS_ADDR",
            meaning: "The socket address of a second listener, which serves /metrics for Prometheus and nothing\n\
                      else: numbers without names, to anybody who can reach it. docs/metrics.md lists them.",
            preset: Preset::Unset {
                example: "127.0.0.1:9090",
            },
        },
        Setting {
            name: "MAX_CONNECTIONS",
            meaning: "Connections at the same time, 1 to 1000000; more wait to be taken. Each holds 32 KiB, and up to\n\
                      128 KiB where somebody sends headers without end. Open files are raised as far as allowed.",
            preset: Preset::Fixed("10000"),
        },
        Setting {
            name: "KEEP_ALIVE_SECONDS",
            meaning: "Seconds for which a connection stays open and is served without a request, 1 to 3600. More than\n\
                      a proxy or balancer in front keeps its own idle, or a request meets a closed connection.",
            preset: Preset::Fixed("75"),
        },
        Setting {
            name: "DATA_DIR",
            meaning: "The folder of the embedded database and of the secrets made in development.",
            preset: Preset::Computed {
                how: "/var/lib/vestibule for root, else $XDG_DATA_HOME/vestibule, else ~/.local/share/vestibule",
                example: "/var/lib/vestibule",
            },
        },
        Setting {
            name: "RUST_LOG",
            meaning: "What to log: a level (error, warn, info, debug, trace) or a list of `target=level`.\n\
                      actix_http would log each malformed request of strangers as an error of ours.",
            preset: Preset::Fixed("info,actix_http=off"),
        },
    ],
};

pub(super) const DATABASE: Section = Section {
    title: "The database",
    intro: "Without DATABASE_URL, Vestibule runs a private Postgres of its own in DATA_DIR.",
    settings: &[
        Setting {
            name: "DATABASE_URL",
            meaning: "The Postgres to use, as postgres://user:password@host:port/database?sslmode=verify-full.\n\
                      Percent-encode what is special in the password; separate several hosts by commas.\n\
                      docs/database.md has all options, and says which poolers work. Several nodes may share\n\
                      one database; all secrets below must then be set, alike on every node.",
            preset: Preset::Unset {
                example: "'postgres://vestibule:password@db.example.org/vestibule'",
            },
        },
        Setting {
            name: "DATABASE_POOL_SIZE",
            meaning: "Connections in the pool, from 1 to 1000; two more for each core look up and refresh sessions,\n\
                      and up to four work in the background.\n\
                      Ten serve thousands of users; more only move the queue into Postgres.",
            preset: Preset::Fixed("10"),
        },
        Setting {
            name: "DATABASE_CA_FILE",
            meaning: "Certificates (PEM) to trust for the database besides the system's roots.",
            preset: Preset::Unset {
                example: "/etc/vestibule/database-ca.pem",
            },
        },
        Setting {
            name: "PG_BIN_DIR",
            meaning: "The folder of `initdb` and `postgres` for the embedded database.",
            preset: Preset::Computed {
                how: "searched on PATH, by `pg_config --bindir`, and in the folders of Debian and Homebrew",
                example: "/usr/lib/postgresql/17/bin",
            },
        },
    ],
};
