//! Recognising files that are neither CSV nor JSON lines.

use serde_json::Value;

use crate::domain::import::COLUMNS;

/// The format of a file that is neither CSV nor JSON lines, if its beginning shows it, and what to do.
pub(super) fn other_format(begins: &[u8]) -> Option<&'static str> {
    let text = begins.strip_prefix("\u{feff}".as_bytes()).unwrap_or(begins);
    let text = text.trim_ascii_start();
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if begins.starts_with(b"\xff\xfe") || begins.starts_with(b"\xfe\xff") {
        Some("it is UTF-16; save it as UTF-8")
    } else if begins.starts_with(b"PK\x03\x04") {
        Some("it is a spreadsheet or an archive; save the sheet as CSV")
    } else if text.starts_with(b"[") {
        Some(
            "it is a JSON array; write JSON lines, one object a line without brackets or commas around it",
        )
    } else if text.starts_with(b"<") {
        Some("it is XML or HTML; an import takes CSV or JSON lines")
    } else if is_json_value(first_line) {
        Some("it is a single JSON value; write JSON lines, one object a line")
    } else if [b';', b'\t']
        .iter()
        .any(|separator| is_header(first_line, *separator))
    {
        Some("its columns are not separated by commas; save it as CSV with commas")
    } else {
        None
    }
}

/// A value other than an object. A quoted name alone may also be the only column of a CSV file.
fn is_json_value(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    !line.starts_with(b"\"")
        && serde_json::from_slice(line).is_ok_and(|value: Value| !value.is_object())
}

/// Whether a first line names a known column between separators other than commas.
fn is_header(line: &[u8], separator: u8) -> bool {
    let names = line.split(|byte| *byte == separator);
    let mut names = names.map(<[u8]>::trim_ascii);
    let known = |name: &[u8]| {
        let name = name
            .strip_prefix(b"\"")
            .and_then(|rest| rest.strip_suffix(b"\""))
            .unwrap_or(name);
        COLUMNS.iter().any(|column| column.as_bytes() == name)
    };
    line.contains(&separator) && names.any(known)
}
