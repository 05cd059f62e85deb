//! Buffers log lines: the lines of 20 ms are written at once, so that a busy server does not make a system
//! call for each. A warning or an error is written at once, together with the waiting lines.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits for others; too short to be noticed by a reader.
const MOMENT: Duration = Duration::from_millis(20);
/// A buffer of this size is written at once, by the thread that filled it.
const FULL_BYTES: usize = 64 * 1024;

/// Clones share the buffer and the destination.
pub(super) struct LineBuffer<W>(Arc<Shared<W>>);

struct Shared<W> {
    waiting: Mutex<Vec<u8>>,
    some: Condvar,
    /// Locked while it is written to, always before `waiting`, so that lines keep their order.
    destination: Mutex<W>,
}

impl<W> Clone for LineBuffer<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Write + Send + 'static> LineBuffer<W> {
    /// Starts the writing thread. It ends with the process.
    pub(super) fn start(destination: W) -> io::Result<Self> {
        let buffer = Self(Arc::new(Shared {
            waiting: Mutex::default(),
            some: Condvar::new(),
            destination: Mutex::new(destination),
        }));
        let writer = buffer.clone();
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                loop {
                    writer.until_something_waits();
                    thread::sleep(MOMENT);
                    writer.write_out();
                }
            })?;
        Ok(buffer)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        lock(&self.0.waiting)
    }

    fn until_something_waits(&self) {
        let waiting = self.waiting();
        let waited = self.0.some.wait_while(waiting, |lines| lines.is_empty());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Writes the waiting lines. An error is ignored, because there is no other place to report it.
    pub(super) fn write_out(&self) {
        let mut destination = lock(&self.0.destination);
        let lines = mem::take(&mut *self.waiting());
        let _ = destination.write_all(&lines);
        let _ = destination.flush();
    }

    fn add(&self, line: &[u8]) -> bool {
        let mut waiting = self.waiting();
        if waiting.is_empty() {
            self.0.some.notify_one();
        }
        waiting.extend_from_slice(line);
        waiting.len() >= FULL_BYTES
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes the lines of one event.
pub(super) struct Line<W> {
    buffer: LineBuffer<W>,
    urgent: bool,
}

impl<W: Write + Send + 'static> Write for Line<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.buffer.add(line) || self.urgent {
            self.buffer.write_out();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.buffer.write_out();
        Ok(())
    }
}

impl<W: Write + Send + 'static> MakeWriter<'_> for LineBuffer<W> {
    type Writer = Line<W>;

    fn make_writer(&self) -> Line<W> {
        Line {
            buffer: self.clone(),
            urgent: true,
        }
    }

    fn make_writer_for(&self, event: &Metadata<'_>) -> Line<W> {
        Line {
            buffer: self.clone(),
            urgent: *event.level() <= Level::WARN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts writes and stores what was written.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if !bytes.is_empty() {
                lock(&self.0).push(bytes.to_vec());
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(buffer: &LineBuffer<Kept>, urgent: bool, text: &str) {
        let buffer = buffer.clone();
        Line { buffer, urgent }.write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn lines_of_one_moment_are_written_together_in_order() {
        let kept = Kept::default();
        let buffer = LineBuffer::start(kept.clone()).unwrap();
        let lines: Vec<String> = (0..100).map(|n| format!("{n}\n")).collect();
        for text in &lines {
            line(&buffer, false, text);
        }
        while lock(&kept.0).concat().len() < lines.concat().len() {
            thread::sleep(Duration::from_millis(1));
        }
        let written = lock(&kept.0).clone();
        assert!(written.len() < 10, "{} writes", written.len());
        assert_eq!(written.concat(), lines.concat().as_bytes());
    }

    #[test]
    fn a_warning_is_written_at_once_with_the_waiting_lines() {
        let kept = Kept::default();
        let buffer = LineBuffer::start(kept.clone()).unwrap();
        line(&buffer, false, "quiet\n");
        line(&buffer, true, "loud\n");
        assert_eq!(lock(&kept.0).concat(), b"quiet\nloud\n");
    }

    #[test]
    fn memory_is_bounded_without_the_thread() {
        let kept = Kept::default();
        let buffer = LineBuffer::start(kept.clone()).unwrap();
        let text = "x".repeat(1024);
        for _ in 0..1024 {
            line(&buffer, false, &text);
        }
        assert!(buffer.waiting().capacity() < 2 * FULL_BYTES);
        buffer.write_out();
        assert_eq!(lock(&kept.0).concat().len(), 1024 * 1024);
    }
}
