//! `vestibule init`: writes a settings file with new secrets, and never overwrites an existing one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::config::{env_file, fill_from_system, fresh_secrets};

/// Write a settings file with fresh secrets
///
/// The file lists every setting with its default and meaning, readable by you alone. An existing
/// file is never touched. Keep a copy of the secrets in a safe place: without the sealing
/// keys no second factor can ever be opened again.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Examples:\n  vestibule init\n  vestibule init --production --path /etc/vestibule/.env"
)]
pub(super) struct InitArgs {
    /// Write a file for a public site: every line that only you know is marked, and the service
    /// refuses to start until those are filled in
    #[arg(long)]
    pub production: bool,

    /// The file to write; the service reads `.env` in the folder that it is started from, and another
    /// one with --env-file
    #[arg(long, value_name = "FILE", default_value = ".env")]
    pub path: PathBuf,
}

/// Why no settings file was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum InitError {
    /// The file exists already.
    #[error(
        "{0} exists already and was left as it is. Move it away first, or name another file with --path."
    )]
    Exists(PathBuf),
    /// The file could not be written.
    #[error("{0} cannot be written: {1}")]
    Unwritable(PathBuf, #[source] io::Error),
    /// The file was written, but standard output is closed.
    #[error("standard output cannot be written: {0}")]
    Output(#[source] io::Error),
}

/// Writes the file, and prints what to do next.
pub(super) fn run(args: &InitArgs) -> Result<(), InitError> {
    write_settings(args, &fill_from_system)?;
    io::stdout()
        .write_all(next_steps(args).as_bytes())
        .map_err(InitError::Output)
}

fn write_settings(args: &InitArgs, fill: &dyn Fn(&mut [u8])) -> Result<(), InitError> {
    let unwritable = |error| InitError::Unwritable(args.path.clone(), error);
    let mut target = match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&args.path)
    {
        Ok(created) => created,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(InitError::Exists(args.path.clone()));
        }
        Err(error) => return Err(unwritable(error)),
    };
    let text = env_file(args.production, &fresh_secrets(fill));
    target
        .write_all(text.as_bytes())
        .and_then(|()| target.sync_all())
        .map_err(|error| {
            remove_half(&args.path);
            unwritable(error)
        })
}

/// Removes a partly written file, so that the next attempt is not refused because of it.
fn remove_half(path: &Path) {
    // The first error is the one to report.
    let _ = fs::remove_file(path);
}

fn next_steps(args: &InitArgs) -> String {
    let path = args.path.display();
    // Without `--env-file`, only `.env` in the working folder is read.
    let is_found = args.path == Path::new(".env") || args.path == Path::new("./.env");
    let (with, place) = if is_found {
        (String::new(), " in this folder")
    } else {
        (format!(" --env-file {}", shell_word(&args.path)), "")
    };
    let next = if args.production {
        format!(
            "Fill in the lines marked with >>>. `vestibule doctor{with}` says what is still wrong; \
             then start `vestibule serve{with}`{place}."
        )
    } else {
        format!(
            "Start `vestibule serve{with}`{place}; everything else has a default. \
             `vestibule doctor{with}` looks at the whole setup."
        )
    };
    format!("Wrote {path} with fresh secrets, readable by you alone.\n{next}\n")
}

/// A path in a form that can be pasted into a shell.
fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder that is removed with its content.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("vestibule-init-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn counted(bytes: &mut [u8]) {
        bytes.fill(7);
    }

    #[test]
    fn the_file_is_for_its_owner_alone() {
        let folder = Folder::new("mode");
        let args = InitArgs {
            production: false,
            path: folder.0.join(".env"),
        };
        write_settings(&args, &counted).unwrap();
        assert_eq!(
            fs::metadata(&args.path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(
            fs::read_to_string(&args.path)
                .unwrap()
                .contains("\nCOOKIE_KEY=BwcH")
        );
    }

    #[test]
    fn an_existing_file_is_never_touched() {
        let folder = Folder::new("exists");
        let args = InitArgs {
            production: true,
            path: folder.0.join(".env"),
        };
        fs::write(&args.path, "precious").unwrap();
        let error = write_settings(&args, &counted).unwrap_err();
        assert!(matches!(error, InitError::Exists(_)));
        assert_eq!(fs::read_to_string(&args.path).unwrap(), "precious");

        let link = InitArgs {
            production: false,
            path: folder.0.join("link"),
        };
        std::os::unix::fs::symlink(folder.0.join("elsewhere"), &link.path).unwrap();
        assert!(matches!(
            write_settings(&link, &counted),
            Err(InitError::Exists(_))
        ));
        assert!(!folder.0.join("elsewhere").exists());
    }

    #[test]
    fn the_next_steps_name_the_file_that_was_written() {
        let steps = |path: &str, production| {
            next_steps(&InitArgs {
                production,
                path: PathBuf::from(path),
            })
        };
        for production in [false, true] {
            assert!(steps(".env", production).contains("`vestibule doctor`"));
            assert!(!steps(".env", production).contains("--env-file"));
            let elsewhere = steps("/etc/it's here/.env", production);
            let with = r"--env-file '/etc/it'\''s here/.env'`";
            assert!(
                elsewhere.contains(&format!("`vestibule serve {with}")),
                "{elsewhere}"
            );
            assert!(
                elsewhere.contains(&format!("`vestibule doctor {with}")),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn the_arguments_are_well_formed() {
        <InitArgs as clap::Args>::augment_args(clap::Command::new("init")).debug_assert();
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let args = InitArgs {
            production: false,
            path: PathBuf::from("/nonexistent/.env"),
        };
        let message = write_settings(&args, &counted).unwrap_err().to_string();
        assert!(
            message.starts_with("/nonexistent/.env cannot be written: "),
            "{message}"
        );
    }
}
