//! Replies of a mail server (RFC 5321, 4.2): one line or several, judged by their codes.

use std::{fmt, io};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The most bytes of a reply, as in Postfix.
const MOST: u64 = 100_000;

/// A reply: its code, and the text of each line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

impl Reply {
    /// Reads a reply. A line ends with CRLF or LF. Its text and the space before it may be missing. The
    /// code of the last line counts.
    pub(super) async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Self> {
        let mut stream = stream.take(MOST);
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            stream.read_until(b'\n', &mut line).await?;
            if line.last() != Some(&b'\n') {
                let why = if stream.limit() == 0 {
                    "the mail server's reply is too long"
                } else {
                    "the mail server hung up"
                };
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
            }
            let (code, more, text) = parse(&line).ok_or_else(|| {
                let what = String::from_utf8_lossy(&line);
                io::Error::other(format!("this is no reply of a mail server: {what}"))
            })?;
            lines.push(text);
            if !more {
                return Ok(Self { code, lines });
            }
        }
    }

    /// Whether the request succeeded.
    pub(super) const fn is_done(&self) -> bool {
        self.code / 100 == 2
    }

    /// Subject and detail of the enhanced code (RFC 3463), if the text begins with one that is consistent
    /// with the code.
    fn enhanced(&self) -> Option<(u16, u16)> {
        let word = self.lines.first()?.split_whitespace().next()?;
        let mut parts = word.split('.').map(str::parse::<u16>);
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        let (class, pair) = (class.ok()?, (subject.ok()?, detail.ok()?));
        (class == self.code / 100 && parts.next().is_none()).then_some(pair)
    }

    /// Whether a reply to RCPT refuses this recipient for good, and not the service. The sender's address,
    /// relaying, authentication and policy are for the operator to fix, and 552 means "too many" (RFC
    /// 5321, 4.5.3.1.10).
    pub(super) fn refuses_recipient(&self) -> bool {
        match (self.code, self.enhanced()) {
            (500..=599, Some((1, _))) => self.knows_no_recipient(),
            (500..=599, Some((2, _))) => true,
            (550 | 551 | 553 | 556, None) => !self.text_names_us(),
            _ => false,
        }
    }

    /// Whether the reply to the message itself says that its recipient does not exist. Of the address
    /// codes, X.1.7 and X.1.8 concern the sender, and X.1.0 may concern either (RFC 3463, 3.2).
    pub(super) fn knows_no_recipient(&self) -> bool {
        match (self.code, self.enhanced()) {
            (500..=599, Some((1, 7 | 8))) => false,
            (500..=599, Some((1, 0))) => !self.text_names_us(),
            (500..=599, Some((1, _))) => true,
            _ => false,
        }
    }

    /// Whether the text outside the addresses in angle brackets mentions the sender, relaying or
    /// authentication. Only used if the enhanced code is not conclusive.
    fn text_names_us(&self) -> bool {
        let text = self.lines.join(" ").to_ascii_lowercase();
        let mut parts = text.split('<');
        let mut words = parts.next().unwrap_or_default().to_owned();
        words.extend(parts.map(|part| part.split_once('>').map_or(part, |(_, after)| after)));
        // Postfix names the table in which it did not find the recipient.
        let words = words.replace("relay recipient table", "");
        ["sender", "relay", "authenticat"]
            .iter()
            .any(|about_us| words.contains(about_us))
    }
}

/// The code of a line, whether another line follows, and its text.
fn parse(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = line.trim_ascii_end();
    let (code, rest) = line.split_at_checked(3)?;
    if !code.iter().all(u8::is_ascii_digit) || !(b'2'..=b'5').contains(&code[0]) {
        return None;
    }
    let code = std::str::from_utf8(code).ok()?.parse().ok()?;
    let (more, text) = match rest {
        [] => (false, rest),
        [b'-', text @ ..] => (true, text),
        [b' ' | b'\t', text @ ..] => (false, text),
        _ => return None,
    };
    let text = String::from_utf8_lossy(text).trim().to_owned();
    Some((code, more, text))
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.lines.join(" ");
        write!(f, "{} {}", self.code, text.trim())
    }
}

/// The features of a server according to its reply to EHLO. Keywords are case-insensitive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) starttls: bool,
    pub(super) plain: bool,
    pub(super) login: bool,
}

impl Features {
    pub(super) fn of(reply: &Reply) -> Self {
        let mut features = Self::default();
        for line in reply.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            // Older servers write `AUTH=LOGIN`.
            let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("STARTTLS") => features.starttls = true,
                Some("AUTH") => {
                    for word in words {
                        features.plain |= word == "PLAIN";
                        features.login |= word == "LOGIN";
                    }
                }
                _ => {}
            }
        }
        features
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &str) -> io::Result<Reply> {
        Reply::read(&mut bytes.as_bytes()).await
    }

    #[tokio::test]
    async fn a_reply_is_judged_by_its_code() {
        for bytes in [
            "250\r\n",
            "250 \r\n",
            "250\n",
            "250 OK\r\n",
            "250-a\r\n250\r\n",
            "250 caf\u{e9}\r\n",
        ] {
            let reply = read(bytes).await.unwrap();
            assert!(reply.is_done() && reply.code == 250, "{bytes:?}");
        }
        let reply = read("250-one\r\n250-\r\n250 three\r\n").await.unwrap();
        assert_eq!(reply.lines, ["one", "", "three"]);
        assert_eq!(reply.to_string(), "250 one  three");
        for bytes in [
            "",
            "25\r\n",
            "250",
            "abc hello\r\n",
            "2500\r\n",
            "150 x\r\n",
            "\r\n",
        ] {
            assert!(read(bytes).await.is_err(), "{bytes:?}");
        }
        assert!(read(&"250-more\r\n".repeat(20_000)).await.is_err());
    }

    #[tokio::test]
    async fn keywords_are_case_insensitive() {
        let reply =
            read("250-host\r\n250-StartTLS\r\n250-auth=login\r\n250 Auth plain CRAM-MD5\r\n");
        let features = Features::of(&reply.await.unwrap());
        assert_eq!(
            features,
            Features {
                starttls: true,
                plain: true,
                login: true
            }
        );
        let none = read("250 starttls\r\n").await.unwrap();
        assert_eq!(Features::of(&none), Features::default(), "a host's name");
    }

    #[tokio::test]
    async fn only_a_refusal_of_the_recipient_is_final() {
        let refuses = async |line: &str| {
            read(&format!("{line}\r\n"))
                .await
                .unwrap()
                .refuses_recipient()
        };
        for line in [
            "550",
            "550 no such user",
            "550 5.1.1 unknown",
            "553 5.1.3 bad",
            "550 5.2.1 off",
            "501 5.1.3 bad",
            "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in relay recipient table",
            "550 <x@example.org>: Recipient address rejected: User unknown in relay recipient table",
            "550 5.1.1 <relayuser@example.org>: User unknown",
            "550 5.1.0 <sender@example.org>: Recipient address rejected",
            "550 5.2.1 this sender's mailbox is disabled",
            "556 5.1.10 no mail here",
        ] {
            assert!(refuses(line).await, "{line}");
        }
        for line in [
            "450 4.1.1 later",
            "550 5.7.1 relaying denied",
            "550 Relay not permitted",
            "554 5.7.1 policy",
            "530 5.7.0 authentication required",
            "550 authentication required",
            "503 bad sequence",
            "552 too many recipients",
            "554 no",
            "550 5.1.8 <no-reply@example.com>: Sender address rejected: Domain not found",
            "553 5.1.7 <no-reply@example.com>: Sender address rejected",
            "550 5.1.0 <no-reply@example.com>: Sender address rejected: User unknown",
            "550 Sender verify failed",
            "550 > relaying < denied",
        ] {
            assert!(!refuses(line).await, "{line}");
        }
    }
}
