//! The attack suite: one test per case, named after what it checks, against the page and the API where
//! both exist. `docs/security.md` lists all cases, including those that other modules of these tests
//! cover. Ids such as "ASVS 6.3.1" refer to OWASP ASVS 5.0.

mod email_changes;
mod enumeration;
mod faults;
mod forms;
mod guessing;
mod hash_time;
mod hygiene;
mod index;
mod lockout;
mod lost_factor;
mod mailed;
mod matrix;
mod not_me;
mod open_routes;
mod passkeys;
mod personal_data;
mod phones;
mod resets;
mod scanner;
mod second_factor;
mod tokens_and_names;
mod wire;
