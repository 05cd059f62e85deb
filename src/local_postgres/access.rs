//! Who may connect to the cluster (`pg_hba.conf`): any process that reaches the private socket, and no one
//! over TCP, whatever `listen_addresses` says.

use std::io;

use tracing::warn;

use super::account::Account;
use super::error::{At, IoError};
use super::files;
use super::layout::Layout;

/// Stands before a line that would admit a TCP connection, and makes it a comment.
const DISABLED: &[u8] = b"# Disabled by Vestibule, which refuses TCP: ";
/// The first matching line decides, and no other line for TCP is left.
const REFUSE_TCP: &[u8] = b"\
# Vestibule uses the private Unix socket alone; TCP connections are refused.
host    all             all             all                     reject
host    replication     all             all                     reject
";

/// Disables every line of `pg_hba.conf` that admits a TCP connection; returns whether the file
/// changed. The cluster may have been made by a version that trusted TCP from this machine. Must
/// be called behind the gate.
pub(super) fn refuse_tcp(layout: &Layout, account: &Account) -> Result<bool, IoError> {
    let path = layout.cluster.join("pg_hba.conf");
    let text = match files::read(&path) {
        // Postgres names what is missing when it starts.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        read => read.at("read", &path)?,
    };
    let Some(Rewritten { text, disabled }) = rewritten(&text) else {
        return Ok(false);
    };
    // Written beside the cluster and moved in, for root must not write where another user could
    // have put a link.
    let fresh = layout.data_dir.join("pg_hba.conf.new");
    files::replace(&path, &fresh, &text, 0o600, Some(account))?;
    if disabled > 0 {
        warn!(
            file = %path.display(),
            lines = disabled,
            "disabled lines that let TCP connections into the local Postgres"
        );
    }
    Ok(true)
}

struct Rewritten {
    text: Vec<u8>,
    /// How many lines were disabled.
    disabled: usize,
}

/// The file with only local lines and refusals; `None` where it is that already.
fn rewritten(text: &[u8]) -> Option<Rewritten> {
    let mut kept = Vec::with_capacity(text.len() + 256);
    let mut disabled = 0;
    for record in records(text) {
        if !admits_only_locally(record) {
            kept.extend_from_slice(DISABLED);
            disabled += 1;
        }
        kept.extend_from_slice(record);
    }
    let refuses = contains(text, REFUSE_TCP);
    if disabled == 0 && refuses {
        return None;
    }
    if !refuses {
        if kept.last().is_some_and(|last| *last != b'\n') {
            kept.push(b'\n');
        }
        kept.extend_from_slice(REFUSE_TCP);
    }
    Some(Rewritten {
        text: kept,
        disabled,
    })
}

/// The lines with their ends; one that ends with a backslash goes on in the next one.
fn records(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut continues = false;
    text.split_inclusive(move |byte| {
        let ends = *byte == b'\n' && !continues;
        if *byte != b'\r' {
            continues = *byte == b'\\';
        }
        ends
    })
}

/// A comment, a line for the socket, or a refusal. An unrecognised line is none of them, such as the
/// inclusion of another file.
fn admits_only_locally(record: &[u8]) -> bool {
    let mut words = record
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let Some(first) = words.next() else {
        return true;
    };
    // A comment behind the line may say anything.
    let refuses = words.next_back() == Some(b"reject") && !record.contains(&b'#');
    first.starts_with(b"#") || first == b"local" || refuses
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewrite(text: &str) -> Option<String> {
        rewritten(text.as_bytes()).map(|mended| String::from_utf8(mended.text).unwrap())
    }

    #[test]
    fn only_the_socket_and_refusals_are_left() {
        let before =
            "# host all all all trust\n\nlocal all all trust\nlocal replication all \\\n trust\n";
        let admitting = [
            "host all all 127.0.0.1/32 trust\n",
            "host\tall all ::1/128 trust\r\n",
            "  hostssl all all 0.0.0.0 0.0.0.0 trust\n",
            "hostnossl replication all samenet trust # reject\n",
            "hostgssenc all all all gss map=x\n",
            "\"host\" all all all trust\n",
            "host all all all \\\n   trust\n",
            "host all all all scram-sha-256\n",
            "include other.conf\n",
            "include_if_exists other.conf\n",
        ];
        let text = before.to_owned() + &admitting.concat() + "host all all 10.0.0.0/8 reject";
        let mended = rewrite(&text).unwrap();
        assert!(mended.starts_with(before), "{mended}");
        for line in admitting {
            let disabled = format!("\n# Disabled by Vestibule, which refuses TCP: {line}");
            assert!(mended.contains(&disabled), "{line}\n{mended}");
        }
        assert!(mended.contains("\nhost all all 10.0.0.0/8 reject\n"));
        assert!(mended.ends_with("reject\n"));
        assert_eq!(rewrite(&mended), None, "it is mended once");
    }

    #[test]
    fn what_is_disabled_stays_one_comment() {
        let mended = rewrite("host all all all \\\r\n trust\n").unwrap();
        let first: Vec<&[u8]> = records(mended.as_bytes()).collect();
        assert!(first[0].starts_with(b"#") && first[0].ends_with(b"trust\n"));
    }
}
