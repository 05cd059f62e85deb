//! Settings of the flood limits, each with the reason for its default.

use super::{Preset, Section, Setting};

/// One limit by name, with its default.
macro_rules! limit {
    ($name:literal, $default:literal, $meaning:literal) => {
        Setting {
            name: $name,
            meaning: $meaning,
            preset: Preset::Fixed($default),
        }
    };
}

pub(super) const RATE_LIMITS: Section = Section {
    title: "Rate limits",
    intro: "Each reads `count/time` (s, m or h): that many at once, refilled evenly over that time. 30/1m is\n\
            a burst of 30 and then one every 2 s. A node counts for itself, by client address (IPv6 by\n\
            /64), by the email address of the form, and by both together; past a limit it answers 429.\n\
            `off` turns one off. docs/limits.md has all of them in a table, and what they cost.\n\
            The address limits leave room for an office behind one address; the email limits stop guessing\n\
            at one account from many machines; the limit by both is the tightest, since it cannot lock\n\
            anybody else out.",
    settings: &[
        limit!(
            "RATE_LIMIT_SCALE",
            "1",
            "Multiplies every limit and threshold here: above 0, up to 1000000. Raise it for load tests\n\
             and for large sites behind one address."
        ),
        Setting {
            name: "RATE_LIMIT_EXEMPT",
            meaning: "Addresses or networks (CIDR), comma-separated, that none of these limits holds: a monitor that\n\
                      signs in, a load test. Judged by the client's address, behind TRUSTED_PROXIES by what they say.\n\
                      Whoever can send from there may guess as fast as they like. Never name your own proxies\n\
                      here. /healthz and /readyz are free anyway.",
            preset: Preset::Unset {
                example: "192.0.2.10,2001:db8:0:1::/64",
            },
        },
        limit!(
            "RATE_LIMIT_LOGIN_IP",
            "60/1m",
            "Sign-ins from one client address: an office that starts its day, yet no password spraying."
        ),
        limit!(
            "RATE_LIMIT_LOGIN_EMAIL",
            "20/5m",
            "Sign-ins to one email address from anywhere: several devices of one person."
        ),
        limit!(
            "RATE_LIMIT_LOGIN_EMAIL_IP",
            "10/5m",
            "Sign-ins to one email address from one client address: more typing errors than people make."
        ),
        limit!(
            "RATE_LIMIT_SECOND_FACTOR_IP",
            "60/1m",
            "Second-factor codes from one client address; follows sign-ins."
        ),
        limit!(
            "RATE_LIMIT_SECOND_FACTOR_EMAIL",
            "10/5m",
            "Second-factor codes for one account: three of a million codes are right at a time, so an\n\
             attacker who has the password still needs months."
        ),
        limit!(
            "RATE_LIMIT_REGISTER_IP",
            "30/10m",
            "Registrations from one client address: a class that signs up together, yet no mass sign-up."
        ),
        limit!(
            "RATE_LIMIT_REGISTER_EMAIL",
            "10/1h",
            "Registrations of one email address, corrected forms included; each can mail its owner."
        ),
        limit!(
            "RATE_LIMIT_REGISTER_EMAIL_IP",
            "6/15m",
            "Registrations of one email address from one client address."
        ),
        limit!(
            "RATE_LIMIT_FORGOT_PASSWORD_IP",
            "30/10m",
            "Requests for a reset or verification mail from one client address."
        ),
        limit!(
            "RATE_LIMIT_FORGOT_PASSWORD_EMAIL",
            "5/1h",
            "Requests for such a mail to one email address, so that nobody's mailbox is flooded."
        ),
        limit!(
            "RATE_LIMIT_FORGOT_PASSWORD_EMAIL_IP",
            "4/15m",
            "The same from one client address: the first mail, and more tries after a look at the spam."
        ),
        limit!(
            "RATE_LIMIT_RESET_IP",
            "30/10m",
            "Uses of a reset or verification link from one client address; its token cannot be guessed, so\n\
             this only spares the database."
        ),
        limit!(
            "RATE_LIMIT_PASSWORD_STRENGTH_IP",
            "120/1m",
            "Questions how strong a password is that is being typed, from one client address: one for each\n\
             pause in typing of a few people. Most cost a millisecond, the worst some sixty."
        ),
    ],
};
