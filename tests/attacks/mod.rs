//! The attack suite: one test a case, named for what it tries, against the page and the API where
//! both exist. `docs/security.md` has the table of all cases, also of those that other modules of
//! these tests cover; ids such as "ASVS 6.3.1" are of OWASP ASVS 5.0.

mod enumeration;
mod faults;
mod forms;
mod guessing;
mod hash_time;
mod hygiene;
mod index;
mod lockout;
mod mailed;
mod matrix;
mod resets;
mod second_factor;
mod tokens_and_names;
mod wire;
