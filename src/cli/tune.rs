//! `vestibule tune-argon2`: measures this machine, and proposes the `ARGON2_*` settings that make a
//! hash take a given time.

use std::{
    fmt::Write as _,
    io::Write as _,
    num::NonZero,
    thread,
    time::{Duration, Instant},
};

use clap::Args;

use super::setup::Failure;
use crate::domain::password::{Argon2Settings, HashError, Hasher, Memory, Password};

/// OWASP's recommendation and our default. Nothing cheaper is proposed.
const LEAST: Argon2Settings = Argon2Settings {
    memory_kib: 19_456,
    iterations: 2,
    parallelism: 1,
};
/// The upper limits of the settings.
const MOST_ITERATIONS: u32 = 64;
/// Hashes of one measurement; the median counts.
const RUNS: usize = 5;
/// Memory is proposed in whole MiB.
const STEP_KIB: u32 = 1024;

/// Propose `ARGON2_*` settings for this machine
///
/// Hashes as many passwords at once as the service would, since they share the bandwidth of memory, and
/// looks for the costs that make each take the given time. Memory grows first, as RFC 9106 and OWASP
/// advise: hardware that guesses passwords lacks it. Passes are added where memory may not grow further.
///
/// Run it on the machine that serves, while it is otherwise idle. The lines go into .env; people are
/// rehashed as they sign in.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  vestibule tune-argon2 --target-ms 50\n  \
    vestibule tune-argon2 --target-ms 250 --max-memory-mib 128 --concurrency 4")]
pub(super) struct TuneArgs {
    /// How long one hash should take, in milliseconds; a sign-in takes this much longer
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    target_ms: u64,

    /// The most memory of one hash, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(19..=1024))]
    max_memory_mib: u32,

    /// Hashes at once, as in `HASHING_CONCURRENCY`; by default the number of cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: Option<u16>,
}

/// Measures and prints.
pub(super) fn run(args: &TuneArgs) -> Result<(), Failure> {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let concurrency = args.concurrency.map_or_else(cores, usize::from);
    let target = Duration::from_millis(args.target_ms);
    let most = (args.max_memory_mib * 1024).max(LEAST.memory_kib);
    let chosen = choose(target, most, &mut |settings| measure(settings, concurrency))?;
    std::io::stdout().write_all(output(&chosen, target, concurrency).as_bytes())?;
    Ok(())
}

/// Costs, and the time that they take on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Measured {
    settings: Argon2Settings,
    time: Duration,
}

/// Looks for the highest costs within the target: memory up to `most` first, then passes.
fn choose(
    target: Duration,
    most: u32,
    measure: &mut dyn FnMut(Argon2Settings) -> Result<Duration, HashError>,
) -> Result<Measured, HashError> {
    let mut at = |settings| measure(settings).map(|time| Measured { settings, time });
    let mut best = at(LEAST)?;
    if best.time >= target {
        return Ok(best);
    }
    // Time grows with memory, slightly faster than linearly once caches are too small. The estimate is
    // measured, and reduced until it is within the target.
    let mut memory = scaled(best, target).min(most);
    while memory > LEAST.memory_kib {
        let found = at(Argon2Settings {
            memory_kib: memory,
            ..LEAST
        })?;
        if found.time <= target {
            best = found;
            break;
        }
        memory = scaled(found, target).min(memory - STEP_KIB);
    }
    while best.settings.memory_kib == most && best.settings.iterations < MOST_ITERATIONS {
        let iterations = best.settings.iterations + 1;
        let found = at(Argon2Settings {
            iterations,
            ..best.settings
        })?;
        if found.time > target {
            break;
        }
        best = found;
    }
    Ok(best)
}

/// The memory that would take the target time if time grew linearly, in whole MiB.
fn scaled(measured: Measured, target: Duration) -> u32 {
    let memory = u128::from(measured.settings.memory_kib);
    let nanos = measured.time.as_nanos().max(1);
    let scaled = u32::try_from(memory * target.as_nanos() / nanos).unwrap_or(u32::MAX);
    scaled / STEP_KIB * STEP_KIB
}

/// The median of some runs, with as many hashes at once as the service would make.
fn measure(settings: Argon2Settings, concurrency: usize) -> Result<Duration, HashError> {
    let hasher = Hasher::new(settings)?;
    let runs = || -> Result<Vec<Duration>, HashError> {
        let password =
            Password::parse(&"a password to measure with".into()).ok_or(HashError::Malformed)?;
        let mut memory = Memory::default();
        // The first one also allocates the memory, which the service does once only.
        hasher.verify(&password, None, &mut memory)?;
        (0..RUNS)
            .map(|_| {
                let begun = Instant::now();
                hasher.verify(&password, None, &mut memory)?;
                Ok(begun.elapsed())
            })
            .collect()
    };
    let all: Result<Vec<_>, HashError> = thread::scope(|scope| {
        let threads: Vec<_> = (0..concurrency).map(|_| scope.spawn(runs)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Err(HashError::Malformed)))
            .collect()
    });
    let mut times = all?.concat();
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

fn output(chosen: &Measured, target: Duration, concurrency: usize) -> String {
    let Measured { settings, time } = chosen;
    let milliseconds = time.as_secs_f64() * 1000.0;
    let memory = u64::from(settings.memory_kib) * concurrency as u64 / 1024;
    let mut text = format!(
        "# A hash takes {milliseconds:.0} ms here with {concurrency} at once, which hold {memory} MiB together.\n"
    );
    if *time > target {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "# That is over the {} ms asked for, and is OWASP's recommendation: less is not proposed.",
            target.as_millis()
        );
    }
    let Argon2Settings {
        memory_kib,
        iterations,
        parallelism,
    } = settings;
    text + &format!(
        "ARGON2_MEMORY_KIB={memory_kib}\nARGON2_ITERATIONS={iterations}\nARGON2_PARALLELISM={parallelism}\nHASHING_CONCURRENCY={concurrency}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine that takes half a millisecond for a MiB.
    fn chosen(target_ms: u64, most_mib: u32) -> Measured {
        let mut machine = |settings: Argon2Settings| {
            let work = u64::from(settings.memory_kib) * u64::from(settings.iterations);
            Ok(Duration::from_micros(work * 500 / 1024))
        };
        let target = Duration::from_millis(target_ms);
        choose(target, most_mib * 1024, &mut machine).unwrap()
    }

    #[test]
    fn memory_grows_first_and_passes_after_it() {
        let costs = |target_ms, most_mib| {
            let settings = chosen(target_ms, most_mib).settings;
            (settings.memory_kib / 1024, settings.iterations)
        };
        assert_eq!(costs(50, 64), (50, 2));
        assert_eq!(costs(64, 64), (64, 2));
        assert_eq!(costs(200, 64), (64, 6));
        assert_eq!(costs(200, 1024), (200, 2));
        assert_eq!(costs(10_000, 64), (64, MOST_ITERATIONS));
    }

    #[test]
    fn nothing_weaker_than_the_recommendation_is_proposed() {
        let slow = chosen(5, 64);
        assert_eq!(slow.settings, LEAST);
        let text = output(&slow, Duration::from_millis(5), 2);
        assert!(text.contains("over the 5 ms"), "{text}");
        assert!(
            text.contains("\nARGON2_MEMORY_KIB=19456\nARGON2_ITERATIONS=2\n"),
            "{text}"
        );
    }

    #[test]
    fn this_machine_is_measured() {
        let cheap = Argon2Settings {
            memory_kib: 64,
            iterations: 1,
            parallelism: 1,
        };
        assert!(measure(cheap, 2).unwrap() > Duration::ZERO);
    }
}
