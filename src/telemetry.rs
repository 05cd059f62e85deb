//! Structured logs on standard error. Standard output is for the mails that are printed in development. Logs are
//! readable lines in development and JSON lines in production. Logged text cannot forge or colour a line.

mod line_buffer;
mod panics;

use std::fmt::{self, Write};
use std::io::{self, IsTerminal};
use std::sync::OnceLock;

use tracing::Subscriber;
use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

use crate::domain::text;
use line_buffer::LineBuffer;

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines for people at a terminal.
    Pretty,
    Json,
}

/// Why logs could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is invalid.
    #[error("RUST_LOG is not a log filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Another subscriber has been set up.
    #[error("logs are set up already: {0}")]
    Twice(#[from] tracing::subscriber::SetGlobalDefaultError),
    /// The thread that writes the lines cannot be started.
    #[error("logs cannot be written: {0}")]
    Thread(#[from] io::Error),
    /// The filter cannot be replaced.
    #[error("the log filter stays as it is: {0}")]
    Reload(#[from] tracing_subscriber::reload::Error),
}

type AnySubscriber = Box<dyn Subscriber + Send + Sync>;
/// Replaces the filter of a subscriber.
type SetFilter = Box<dyn Fn(EnvFilter) -> Result<(), TelemetryError> + Send + Sync>;

/// That of the process.
static SET_FILTER: OnceLock<SetFilter> = OnceLock::new();

/// Keep this until the process ends. When it is dropped, the waiting lines are written.
#[must_use]
pub struct Logs(LineBuffer<io::Stderr>);

impl Drop for Logs {
    fn drop(&mut self) {
        self.0.write_out();
    }
}

/// Sets up logging for the process; panics are logged, too. `filter` uses the syntax of `RUST_LOG`.
pub fn init(format: Format, filter: &str) -> Result<Logs, TelemetryError> {
    let colours = io::stderr().is_terminal();
    let buffer = LineBuffer::start(io::stderr())?;
    let (subscriber, set_filter) = with_filter(format, filter, colours, buffer.clone())?;
    tracing::subscriber::set_global_default(subscriber)?;
    SET_FILTER.get_or_init(|| set_filter);
    panics::become_lines();
    Ok(Logs(buffer))
}

/// Replaces the filter of the process, if [`init`] has set one up.
pub fn set_filter(filter: &str) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(filter)?;
    SET_FILTER.get().map_or(Ok(()), |set| set(filter))
}

/// Writes events as lines. `init` sets one up for the process; a test can make its own and read the lines.
pub fn subscriber<W>(
    format: Format,
    filter: &str,
    colours: bool,
    writer: W,
) -> Result<AnySubscriber, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    Ok(with_filter(format, filter, colours, writer)?.0)
}

fn with_filter<W>(
    format: Format,
    filter: &str,
    colours: bool,
    writer: W,
) -> Result<(AnySubscriber, SetFilter), TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter)?)
        .with_writer(writer);
    Ok(match format {
        Format::Pretty => {
            let builder = builder
                .with_ansi(colours)
                .fmt_fields(debug_fn(write_field).delimited(" "))
                .with_filter_reloading();
            let handle = builder.reload_handle();
            (
                Box::new(builder.finish()),
                Box::new(move |filter| Ok(handle.reload(filter)?)),
            )
        }
        Format::Json => {
            let builder = builder
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .with_filter_reloading();
            let handle = builder.reload_handle();
            (
                Box::new(builder.finish()),
                Box::new(move |filter| Ok(handle.reload(filter)?)),
            )
        }
    })
}

/// Writes one field of a readable line. The formatter of tracing-subscriber writes `Display` values unchanged, with
/// their line breaks; this one keeps each value on one line.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    match (field.name(), writer.has_ansi_escapes()) {
        ("message", _) => {}
        (name, true) => write!(writer, "\x1b[3m{name}\x1b[0m\x1b[2m=\x1b[0m")?,
        (name, false) => write!(writer, "{name}=")?,
    }
    write!(Inert(writer), "{value:?}")
}

/// Writes text with control characters and bidirectional controls escaped, because these could make a line look like
/// another one.
struct Inert<'a, W>(&'a mut W);

impl<W: Write> Write for Inert<'_, W> {
    fn write_str(&mut self, words: &str) -> fmt::Result {
        let inert = |b: u8| b == b' ' || b.is_ascii_graphic();
        if words.bytes().all(inert) {
            return self.0.write_str(words);
        }
        for c in words.chars() {
            if text::is_control(c) || text::turns_direction(c) {
                write!(self.0, "{}", c.escape_default())?;
            } else {
                self.0.write_char(c)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The log lines that `act` writes.
    pub(super) fn logged(format: Format, filter: &str, act: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(format, filter, false, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, act);
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    fn log_everywhere(value: &str) {
        let span = tracing::info_span!("request", agent = %value);
        let _inside = span.enter();
        tracing::info!(display = %value, debug = ?value, plain = value, "it says {value}");
    }

    const HOSTILE: &str = "a\r\nINFO forged\x1b[2J\u{9b}31m\u{202e}z";

    #[test]
    fn a_pretty_line_stays_one_line() {
        let text = logged(Format::Pretty, "info", || log_everywhere(HOSTILE));
        assert_eq!(text.matches('\n').count(), 1, "{text:?}");
        assert!(text.ends_with('\n'));
        assert!(
            !text
                .trim_end_matches('\n')
                .chars()
                .any(|c| c.is_control() || c == '\u{202e}'),
            "{text:?}"
        );
        assert!(
            text.contains(r"display=a\r\nINFO forged\u{1b}[2J\u{9b}31m\u{202e}z"),
            "{text}"
        );
        assert!(text.contains("it says a"), "{text}");
    }

    #[test]
    fn a_json_line_is_one_object_with_its_span() {
        let text = logged(Format::Json, "info", || log_everywhere(HOSTILE));
        assert_eq!(text.matches('\n').count(), 1, "{text:?}");
        assert!(!text.contains(['\r', '\x1b']));
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["display"], HOSTILE);
        assert_eq!(line["span"]["agent"], HOSTILE);
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn the_filter_decides() {
        let text = logged(Format::Pretty, "warn", || log_everywhere("quiet"));
        assert_eq!(text, "");
        let refused = subscriber(Format::Pretty, "vestibule=loud", false, io::sink);
        assert!(matches!(refused, Err(TelemetryError::Filter(_))));
    }

    #[test]
    fn the_filter_can_be_replaced() {
        for format in [Format::Pretty, Format::Json] {
            let lines = Lines::default();
            let writer = lines.clone();
            let (subscriber, set_filter) =
                with_filter(format, "warn", false, move || writer.clone()).unwrap();
            let written = || String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            tracing::subscriber::with_default(subscriber, || {
                log_everywhere("early");
                assert_eq!(written(), "");
                set_filter(EnvFilter::new("info")).unwrap();
                log_everywhere("late");
            });
            assert_eq!(written().matches('\n').count(), 1, "{}", written());
        }
    }

    proptest! {
        #[test]
        fn no_value_breaks_a_pretty_line(value in any::<String>()) {
            let text = logged(Format::Pretty, "info", || log_everywhere(&value));
            prop_assert_eq!(text.matches('\n').count(), 1);
            prop_assert!(!text.trim_end_matches('\n').chars().any(char::is_control));
        }
    }
}
