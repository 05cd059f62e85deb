//! Splits a stream of Postgres messages (protocol 3.0), whatever the pieces in which it arrives. It reads
//! types and lengths, and the SQLSTATE of errors.

/// A type byte, and the length of the rest, which includes the length itself.
const HEAD: usize = 5;
/// Longer errors are not parsed.
const LONGEST_ERROR: usize = 16 * 1024;

#[derive(Debug, Default)]
pub(super) struct Requests {
    /// Whether the first message, which has no type, has begun.
    has_begun: bool,
    frames: Frames,
}

impl Requests {
    /// How many messages begin in these bytes that will be answered with `ReadyForQuery`.
    pub(super) fn begun_in(&mut self, bytes: &[u8]) -> u32 {
        let mut begun = 0;
        let mut bytes = bytes;
        if !self.has_begun && !bytes.is_empty() {
            self.has_begun = true;
            // The start-up message, treated like one with the type of a query.
            self.frames.head.push(b'Q');
        }
        while let Some((kind, rest)) = self.frames.next_head(bytes) {
            begun += u32::from(matches!(kind, b'Q' | b'S' | b'F'));
            bytes = rest;
        }
        begun
    }
}

#[derive(Debug, Default)]
pub(super) struct Answers {
    frames: Frames,
    error: Option<Vec<u8>>,
}

/// A message from the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It is ready for the next request.
    Ready,
    /// A statement failed, with this SQLSTATE.
    Failed([u8; 5]),
}

impl Answers {
    /// Reports the messages in these bytes.
    pub(super) fn said_in(&mut self, bytes: &[u8], mut say: impl FnMut(Said)) {
        let mut bytes = bytes;
        loop {
            if let Some(error) = &mut self.error {
                let taken = self.frames.left.min(bytes.len());
                error.extend_from_slice(&bytes[..taken]);
                self.frames.left -= taken;
                bytes = &bytes[taken..];
                if self.frames.left > 0 {
                    return;
                }
                if let Some(state) = self.error.take().and_then(|error| state_of(&error)) {
                    say(Said::Failed(state));
                }
            }
            let Some((kind, rest)) = self.frames.next_head(bytes) else {
                return;
            };
            bytes = rest;
            match kind {
                b'Z' => say(Said::Ready),
                b'E' if self.frames.left <= LONGEST_ERROR => {
                    self.error = Some(Vec::with_capacity(self.frames.left));
                }
                _ => {}
            }
        }
    }
}

/// The field `C` of an error.
fn state_of(error: &[u8]) -> Option<[u8; 5]> {
    let fields = error.split(|byte| *byte == 0);
    let mut codes = fields.filter_map(|field| field.strip_prefix(b"C"));
    codes.find_map(|code| code.try_into().ok())
}

#[derive(Debug, Default)]
struct Frames {
    /// The part of the next head that has arrived.
    head: Vec<u8>,
    /// Bytes that belong to the last message.
    left: usize,
}

impl Frames {
    /// Skips the rest of a message. Returns the type of the next one, and the bytes after its head.
    fn next_head<'a>(&mut self, bytes: &'a [u8]) -> Option<(u8, &'a [u8])> {
        let skipped = self.left.min(bytes.len());
        self.left -= skipped;
        let bytes = &bytes[skipped..];
        if self.left > 0 {
            return None;
        }
        let missing = (HEAD - self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        let [kind, length @ ..] = <[u8; HEAD]>::try_from(self.head.as_slice()).ok()?;
        self.head.clear();
        self.left = (u32::from_be_bytes(length) as usize).saturating_sub(HEAD - 1);
        Some((kind, &bytes[missing..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind][..], &length.to_be_bytes(), body].concat()
    }

    #[test]
    fn requests_are_counted_however_they_are_split() {
        let start = &message(0, b"\0\x03\0\0user\0x\0\0")[1..];
        let rest = [
            message(b'Q', b"SELECT 'SSS'\0"),
            message(b'P', b"s1\0SELECT $1\0\0\0"),
            message(b'B', &[b'S'; 300]),
            message(b'E', b"\0\0\0\0\0"),
            message(b'S', b""),
            message(b'X', b""),
        ];
        let all = [start, &rest.concat()].concat();
        for size in 1..all.len() {
            let mut requests = Requests::default();
            let begun: u32 = all.chunks(size).map(|piece| requests.begun_in(piece)).sum();
            assert_eq!(begun, 3, "in pieces of {size}");
        }
    }

    #[test]
    fn answers_are_read_however_they_are_split() {
        let error = message(b'E', b"SFEHLER\0VERROR\0C25006\0Mes geht nicht\0\0");
        let all = [
            message(b'R', &[0; 4]),
            message(b'Z', b"I"),
            message(b'D', &[b'Z'; 400]),
            error,
            message(b'Z', b"E"),
        ]
        .concat();
        for size in 1..all.len() {
            let mut answers = Answers::default();
            let mut said = Vec::new();
            for piece in all.chunks(size) {
                answers.said_in(piece, |one| said.push(one));
            }
            assert_eq!(said, [Said::Ready, Said::Failed(*b"25006"), Said::Ready]);
        }
    }
}
