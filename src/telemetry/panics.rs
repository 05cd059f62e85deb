//! Panics as lines of the log, with the id of the request in which they happened.

use std::panic::{self, PanicHookInfo};

/// Makes each panic a line of the log, instead of free text on standard error.
pub(super) fn become_lines() {
    panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let cause = panic.payload_as_str().unwrap_or("no words");
    let at = panic.location().map(tracing::field::display);
    tracing::error!(%cause, at, "a panic: this is a defect of Vestibule");
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use super::super::{Format, tests::logged};
    use super::*;

    #[test]
    fn a_panic_is_one_line_with_its_request() {
        let text = logged(Format::Pretty, "info", || {
            let before = panic::take_hook();
            panic::set_hook(Box::new(log));
            let span = tracing::info_span!("request", id = "4711");
            let act = AssertUnwindSafe(|| span.in_scope(|| panic!("first\nsecond\x1b[2J")));
            let caught = panic::catch_unwind(act);
            panic::set_hook(before);
            assert!(caught.is_err());
        });
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        for part in ["id=\"4711\"", r"cause=first\nsecond\u{1b}[2J", "panics.rs:"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
