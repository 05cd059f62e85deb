//! Where a user may be redirected after signing in: only to paths of this site.

use std::fmt;

/// A path on this site, safe to redirect to (CWE-601).
///
/// One leading `/` that is followed by neither `/` nor `\`; no `//`, backslashes or control characters,
/// before and after percent-decoding. At most 512 bytes, because it is stored in a cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// Parses a path; `None` if it could lead to another site.
    pub fn parse(text: &str) -> Option<Self> {
        let acceptable = |bytes: &[u8]| {
            bytes.first() == Some(&b'/')
                && !bytes.windows(2).any(|pair| pair == b"//")
                && !bytes.iter().any(|b| b.is_ascii_control() || *b == b'\\')
        };
        let fits = text.len() <= 512
            && text
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"\"<>".contains(&b));
        (fits && acceptable(text.as_bytes()) && acceptable(&percent_decoded(text)))
            .then(|| Self(text.to_owned()))
    }

    /// The path with its query.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    percent_encoding::percent_decode_str(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_site_pass() {
        for path in ["/", "/account", "/account/sessions?x=1", "/a%20b"] {
            assert_eq!(LocalPath::parse(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn everything_else_is_ignored() {
        for path in [
            "",
            "account",
            "//e",
            "/\\e",
            "/%09/e",
            "/%2F/e",
            "/%5Ce",
            "https:e",
            "javascript:x",
            "/a\r\nb",
            "/%0d%0ab",
            "/a//b",
            "https://user@e/",
            "/a b",
            "/é",
            "/%2fe",
            "/a\"b",
            "/<a>",
        ] {
            assert_eq!(LocalPath::parse(path), None, "{path:?}");
        }
        assert_eq!(LocalPath::parse(&"/a".repeat(257)), None);
    }
}
