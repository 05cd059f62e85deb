//! Accounts: who may have one, and the first admin.

use chrono::TimeDelta;

use crate::{
    config::{
        FirstAdmin,
        faults::Refusal,
        reader::{Read, Reader},
        setting::{Optional, Setting, settings},
        value::{Parsed, whole, word},
    },
    domain::{
        accounts::email::EmailAddress,
        authenticators::recovery::LONGEST_DELAY,
        policy::{EmailVerification, Registration},
        secrets::secret::SecretString,
    },
};

settings! {
    "Accounts";

    /// Who may register: with `open` everyone, with `invite` only invited people, with `closed` no one.
    REGISTRATION: Setting<Registration> = fixed("open", registration);

    /// `optional`: registering signs in at once, and a taken address is reported. `required`: no one
    /// signs in before following the mailed link, and no answer shows who has an account.
    EMAIL_VERIFICATION: Setting<EmailVerification> = fixed("optional", email_verification);

    /// Days after which an account that was registered and never verified is deleted, at most
    /// 3650; 0 keeps them. Accounts of admins, imported ones and those that an operator made stay.
    UNVERIFIED_DAYS: Setting<Option<TimeDelta>> = fixed("7", days_or_never);

    /// Days until a deleted account is erased, 1 to 365. Until then it can be restored, by its owner or
    /// by an admin, whichever deleted it.
    DELETION_GRACE_DAYS: Setting<TimeDelta> = fixed(
        "30",
        |text| whole(text, 1..=365).map(TimeDelta::days),
    );

    /// Hours until an owner who knows the password, and has lost the second factor, gets a mailed
    /// link that removes it, at most 336; 0 turns this off, also for those who wait. The owner is
    /// told at the start, half way and at the end, and can cancel it in every signed-in browser.
    RECOVERY_DELAY_HOURS: Setting<Option<TimeDelta>> = fixed("72", hours_or_never);

    /// The first admin, made at a start where there is no admin yet; goes with ADMIN_PASSWORD. An
    /// existing account with the address is not promoted: `vestibule user promote` does that.
    ADMIN_EMAIL: Optional<EmailAddress> = unset("admin@example.org", email);

    /// The password that the first admin starts with, and has to change at the first sign-in.
    /// Remove both settings after that.
    ADMIN_PASSWORD: Optional<SecretString> = password();
}

fn registration(text: &str) -> Parsed<Registration> {
    let words = [
        ("open", Registration::Open),
        ("invite", Registration::Invite),
        ("closed", Registration::Closed),
    ];
    word(text, &words)
}

fn email_verification(text: &str) -> Parsed<EmailVerification> {
    let words = [
        ("optional", EmailVerification::Optional),
        ("required", EmailVerification::Required),
    ];
    word(text, &words)
}

fn days_or_never(text: &str) -> Parsed<Option<TimeDelta>> {
    let days = whole(text, 0..=3650)?;
    Ok((days > 0).then(|| TimeDelta::days(days)))
}

fn hours_or_never(text: &str) -> Parsed<Option<TimeDelta>> {
    let hours = whole(text, 0..=LONGEST_DELAY.num_hours())?;
    Ok((hours > 0).then(|| TimeDelta::hours(hours)))
}

fn email(text: &str) -> Parsed<EmailAddress> {
    EmailAddress::parse(text).map_err(|_| {
        Refusal::new(
            "is not an email address",
            "Set it to one: name@example.org.",
        )
    })
}

/// `ADMIN_EMAIL` and `ADMIN_PASSWORD`: both, or neither.
pub(in crate::config) fn first_admin(reader: &mut Reader<'_>) -> Read<Option<FirstAdmin>> {
    let remedy = "Set both to make the first admin, or neither.";
    match (
        reader.optional(&ADMIN_EMAIL)?,
        reader.optional(&ADMIN_PASSWORD)?,
    ) {
        (Some(email), Some(password)) => Ok(Some(FirstAdmin { email, password })),
        (None, None) => Ok(None),
        (Some(_), None) => {
            let problem = "is not set, and ADMIN_EMAIL is";
            Err(reader.refuse(&ADMIN_PASSWORD, Refusal::new(problem, remedy)))
        }
        (None, Some(_)) => {
            let problem = "is not set, and ADMIN_PASSWORD is";
            Err(reader.refuse(&ADMIN_EMAIL, Refusal::new(problem, remedy)))
        }
    }
}
