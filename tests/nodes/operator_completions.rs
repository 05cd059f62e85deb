//! Shell completions and manual pages.

use std::process::Command;

use crate::cluster::Folder;
use crate::node::vestibule;
use crate::operator::Ran;

fn ran(folder: &Folder, words: &[&str]) -> Ran {
    Ran::of(vestibule(folder.path()).args(words))
}

#[test]
fn shells_complete_every_command() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = ran(&folder, &["completions", shell]).well();
        for word in ["reset-two-factor", "tune-argon2", "doctor", "--reason"] {
            let word = if shell == "fish" {
                word.trim_start_matches('-')
            } else {
                word
            };
            assert!(script.contains(word), "{word} for {shell}");
        }
        let file = folder.path().join(shell);
        std::fs::write(&file, script).unwrap();
        if shell == "bash" {
            assert!(
                Command::new(shell)
                    .arg("-n")
                    .arg(&file)
                    .status()
                    .unwrap()
                    .success()
            );
        }
    }
    ran(&folder, &["completions", "cmd"]).refused("invalid value");
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = Folder::new();
    let said = ran(&folder, &["man", "pages/man1"]).well();
    assert!(said.contains("pages/man1"), "{said}");
    for name in [
        "vestibule",
        "vestibule-doctor",
        "vestibule-user-reset-two-factor",
        "vestibule-mail-test",
    ] {
        let page = folder.path().join(format!("pages/man1/{name}.1"));
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(
            text.contains(".TH") && text.contains(".SH SYNOPSIS"),
            "{name}"
        );
    }
    std::fs::write(folder.path().join("taken"), "").unwrap();
    ran(&folder, &["man", "taken"]).refused("cannot be written to");
}
