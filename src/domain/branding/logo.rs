//! The logo: a PNG, or an SVG that does nothing but draw.

mod svg;

use std::fmt;

use thiserror::Error;

/// The most bytes of the file.
pub const MAX_LOGO_BYTES: usize = 256 * 1024;
/// The most pixels of a side.
const MAX_PIXELS: u32 = 2048;

const PNG_START: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
const PNG_END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoKind {
    Png,
    Svg,
}

/// A checked file.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    pub kind: LogoKind,
    pub bytes: Vec<u8>,
}

/// Why a file cannot be the logo. The texts continue the name of the setting.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogoError {
    #[error("has more than 256 KiB")]
    TooLarge,
    #[error("is neither a PNG nor an SVG")]
    Unknown,
    #[error("is a PNG that is cut off or has something after its end")]
    BrokenPng,
    #[error("is {width} by {height} pixels large; a side has 1 to 2048")]
    Pixels { width: u32, height: u32 },
    #[error("is no well-formed SVG: {0}")]
    NotWellFormed(String),
    #[error("has a document type (DTD), which can declare entities")]
    DocumentType,
    #[error("has a processing instruction")]
    Instruction,
    #[error("has a script")]
    Script,
    #[error("has the event handler {0:?}")]
    EventHandler(String),
    #[error("has foreign objects (HTML)")]
    ForeignObject,
    #[error("refers to something outside of itself: {0:?}")]
    OutsideReference(String),
    #[error("has the element {0:?}, which is not for drawing")]
    Element(String),
}

impl Logo {
    /// Checks the content of a file.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, LogoError> {
        if bytes.len() > MAX_LOGO_BYTES {
            return Err(LogoError::TooLarge);
        }
        let kind = if bytes.starts_with(&PNG_START[..8]) {
            check_png(&bytes)?;
            LogoKind::Png
        } else {
            let text = std::str::from_utf8(&bytes).map_err(|_| LogoError::Unknown)?;
            svg::check(text)?;
            LogoKind::Svg
        };
        Ok(Self { kind, bytes })
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

/// Checks the beginning, the size of the picture and the end. The browser decodes the rest.
fn check_png(bytes: &[u8]) -> Result<(), LogoError> {
    let size = bytes
        .strip_prefix(PNG_START)
        .and_then(<[u8]>::first_chunk::<8>);
    let (Some(size), true) = (size, bytes.ends_with(PNG_END)) else {
        return Err(LogoError::BrokenPng);
    };
    let pixels =
        |at: usize| u32::from_be_bytes([size[at], size[at + 1], size[at + 2], size[at + 3]]);
    let (width, height) = (pixels(0), pixels(4));
    let fits = |side| (1..=MAX_PIXELS).contains(&side);
    if fits(width) && fits(height) {
        Ok(())
    } else {
        Err(LogoError::Pixels { width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough of a PNG for the check.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
        [PNG_START, &sides, b"\x08\x06\0\0\0....", PNG_END].concat()
    }

    #[test]
    fn a_png_has_a_bounded_size_and_nothing_after_its_end() {
        assert_eq!(Logo::parse(png(64, 2048)).unwrap().kind, LogoKind::Png);
        for (width, height) in [(0, 1), (1, 2049), (u32::MAX, 1)] {
            let refused = Logo::parse(png(width, height));
            assert_eq!(refused, Err(LogoError::Pixels { width, height }));
        }
        let trailing = [png(1, 1), b"<script>".to_vec()].concat();
        assert_eq!(Logo::parse(trailing), Err(LogoError::BrokenPng));
        assert_eq!(
            Logo::parse(png(1, 1)[..20].to_vec()),
            Err(LogoError::BrokenPng)
        );
    }

    #[test]
    fn other_files_and_large_ones_are_refused() {
        assert_eq!(Logo::parse(b"GIF89a\xff".to_vec()), Err(LogoError::Unknown));
        assert_eq!(
            Logo::parse(vec![b'a'; MAX_LOGO_BYTES + 1]),
            Err(LogoError::TooLarge)
        );
    }
}
