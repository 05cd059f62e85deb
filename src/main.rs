//! The `vestibule` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    vestibule::cli::run()
}
