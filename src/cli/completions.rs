//! `vestibule completions` and `vestibule man`: shell completions and manual pages, made from the descriptions that
//! `--help` shows.

use std::{fs, path::PathBuf, process::ExitCode};

use clap::{Args, Command, ValueEnum};
use clap_complete::{aot, generate};

use super::setup::{Failure, print};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Print the completion script of a shell
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  \
    vestibule completions bash >/usr/share/bash-completion/completions/vestibule\n  \
    vestibule completions zsh >~/.zfunc/_vestibule\n  \
    vestibule completions fish >~/.config/fish/completions/vestibule.fish")]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Write a manual page for each command
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  vestibule man /usr/local/share/man/man1")]
pub(super) struct ManArgs {
    /// The folder; made if it is not there
    dir: PathBuf,
}

/// Prints the completions of `command`.
pub(super) fn completions(
    mut command: Command,
    args: &CompletionsArgs,
) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    match args.shell {
        Shell::Bash => generate(aot::Bash, &mut command, name, &mut script),
        Shell::Zsh => generate(aot::Zsh, &mut command, name, &mut script),
        Shell::Fish => generate(aot::Fish, &mut command, name, &mut script),
    }
    print(&String::from_utf8(script)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the manual pages of `command`.
pub(super) fn man(command: Command, args: &ManArgs) -> Result<ExitCode, Failure> {
    let written =
        fs::create_dir_all(&args.dir).and_then(|()| clap_mangen::generate_to(command, &args.dir));
    let shown = args.dir.display();
    written.map_err(|error| format!("{shown} cannot be written to: {error}"))?;
    print(&format!(
        "Wrote the manual pages to {shown}; `man -l {shown}/vestibule.1` shows the first.\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}
