//! Passwords: which ones are accepted, and how they are hashed.

use url::Url;

use crate::{
    config::{
        address::service_url,
        faults::Refusal,
        reader::{Read, Reader},
        setting::{Optional, Setting, settings},
        value::{truth, whole},
    },
    domain::password::{Argon2Settings, PasswordPolicy},
};

settings! {
    /// Argon2id at OWASP's first recommendation. A password hashed with other parameters is rehashed at
    /// its owner's next sign-in.
    "Passwords";

    /// The fewest characters of a new password, 8 to 128. NIST SP 800-63B-4 asks for 15 where the
    /// password alone signs in, and for 8 beside a second factor.
    PASSWORD_MIN_LENGTH: Setting<usize> = fixed("15", |text| whole(text, 8..=128));

    /// `true` refuses passwords that Have I Been Pwned knows from data breaches. Five digits of a
    /// SHA-1 leave the machine, never the password. Where the service does not answer within a
    /// second the password passes, and is looked up again at its owner's next sign-in.
    /// Off in development and tests, so that they need no network.
    HIBP_ENABLED: Optional<bool> = computed(
        "true in production, false in development",
        "true",
        truth,
    );

    /// The server to ask for `/range/`: the service itself, or a mirror. https, or http on this
    /// machine.
    HIBP_API_URL: Setting<Url> = fixed("https://api.pwnedpasswords.com", service_url);

    /// Memory of one hash in KiB: at least 8 for each lane of ARGON2_PARALLELISM, at most 1048576.
    ARGON2_MEMORY_KIB: Setting<u32> = fixed("19456", |text| whole(text, 8..=1_048_576));

    /// Passes over that memory, 1 to 64.
    ARGON2_ITERATIONS: Setting<u32> = fixed("2", |text| whole(text, 1..=64));

    /// Lanes of one hash, 1 to 16.
    ARGON2_PARALLELISM: Setting<u32> = fixed("1", |text| whole(text, 1..=16));

    /// Hashes at the same time, 1 to 256; each holds its memory. More than cores gains nothing.
    HASHING_CONCURRENCY: Optional<usize> = computed(
        "the number of cores",
        "4",
        |text| whole(text, 1..=256),
    );
}

/// The server to look passwords up at, if breached ones are refused.
pub(in crate::config) fn breach_check(
    reader: &mut Reader<'_>,
    production: bool,
) -> Read<Option<Url>> {
    let enabled = reader.optional(&HIBP_ENABLED)?.unwrap_or(production);
    Ok(enabled.then_some(reader.value(&HIBP_API_URL)?))
}

/// The rules for a new password.
pub(in crate::config) fn policy(reader: &mut Reader<'_>) -> Read<PasswordPolicy> {
    Ok(PasswordPolicy {
        min_length: reader.value(&PASSWORD_MIN_LENGTH)?,
    })
}

/// The cost of a hash.
pub(in crate::config) fn argon2(reader: &mut Reader<'_>, production: bool) -> Read<Argon2Settings> {
    let settings = Argon2Settings {
        memory_kib: reader.value(&ARGON2_MEMORY_KIB)?,
        iterations: reader.value(&ARGON2_ITERATIONS)?,
        parallelism: reader.value(&ARGON2_PARALLELISM)?,
    };
    let least = 8 * settings.parallelism;
    if settings.memory_kib < least {
        let problem = format!("is below 8 KiB for each of {} lanes", settings.parallelism);
        let remedy = format!("Set it to {least} or more (RFC 9106), better to its default.");
        return Err(reader.refuse(&ARGON2_MEMORY_KIB, Refusal::new(problem, remedy)));
    }
    // OWASP's weakest choice is 7168 KiB with five passes; all its choices cost about the same.
    let work = u64::from(settings.memory_kib) * u64::from(settings.iterations);
    if production && (settings.memory_kib < 7168 || work < 7168 * 5) {
        reader.warn("ARGON2_MEMORY_KIB and ARGON2_ITERATIONS are weaker than OWASP recommends.");
    }
    Ok(settings)
}

/// How many hashes run at the same time.
pub(in crate::config) fn hashing_concurrency(reader: &mut Reader<'_>) -> Read<usize> {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    Ok(reader.optional(&HASHING_CONCURRENCY)?.unwrap_or_else(cores))
}
