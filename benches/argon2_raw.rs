//! The raw rate of the `argon2` crate: hashes per second on as many threads as there are cores,
//! each hash in fresh memory, with the default parameters of Vestibule. `script/bench sign-in`
//! compares sign-ins with it.
//!
//! One argument: the seconds to run. Prints the rate.

#![expect(clippy::print_stdout, reason = "the rate is the output")]

use std::{
    error::Error,
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Params, Version};

/// `ARGON2_MEMORY_KIB`, `ARGON2_ITERATIONS` and `ARGON2_PARALLELISM` by default.
const COSTS: (u32, u32, u32) = (19_456, 2, 1);

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let seconds = std::env::args().nth(1).ok_or("how many seconds?")?;
    let span = Duration::from_secs(seconds.parse()?);
    let threads = thread::available_parallelism()?.get();
    let began = Instant::now();
    let running: Vec<_> = (0..threads)
        .map(|_| thread::spawn(move || count_until(began + span)))
        .collect();
    let mut hashes = 0;
    for thread in running {
        hashes += thread.join().map_err(|_| "a hashing thread panicked")??;
    }
    println!("{:.1}", f64::from(hashes) / began.elapsed().as_secs_f64());
    Ok(())
}

fn count_until(end: Instant) -> Result<u32, argon2::Error> {
    let (memory, iterations, parallelism) = COSTS;
    let params = Params::new(memory, iterations, parallelism, Some(32))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut output = [0; 32];
    let mut hashes = 0;
    while Instant::now() < end {
        argon2.hash_password_into(b"an ordinary passphrase", b"sixteen bytes ..", &mut output)?;
        hashes += 1;
    }
    Ok(hashes)
}
