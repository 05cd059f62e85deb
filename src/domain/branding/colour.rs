//! Colours, and the contrast between them (WCAG 2.2).

use std::fmt;

/// A colour in sRGB: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    pub const BLACK: Self = Self([0; 3]);
    pub const WHITE: Self = Self([255; 3]);

    /// The colour of these numbers, such as `0x0f5c52`.
    pub const fn of(rgb: u32) -> Self {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Self([red, green, blue])
    }

    /// Parses `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let is_hex = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        is_hex.then_some(())?;
        u32::from_str_radix(digits, 16).ok().map(Self::of)
    }

    /// The contrast with another colour, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The relative luminance, from 0 to 1.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// This colour with `percent` of another one in it.
    pub fn mixed(self, other: Self, percent: u8) -> Self {
        let percent = u32::from(percent.min(100));
        let channel = |at: usize| {
            let (own, others) = (u32::from(self.0[at]), u32::from(other.0[at]));
            let sum = own * (100 - percent) + others * percent;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self([channel(0), channel(1), channel(2)])
    }
}

/// `#rrggbb`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_hexadecimal_digits_are_a_colour() {
        assert_eq!(Colour::parse("#0F5c52"), Some(Colour::of(0x000f_5c52)));
        assert_eq!(Colour::of(0x000f_5c52).to_string(), "#0f5c52");
        for text in [
            "0f5c52",
            "#0f5",
            "#0f5c5g",
            "#+f5c52",
            "teal",
            "#0f5c52ff",
            "",
        ] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let contrast = |a, b| Colour::of(a).contrast(Colour::of(b));
        assert!((contrast(0, 0x00ff_ffff) - 21.0).abs() < 1e-9);
        assert!((contrast(0x0077_7777, 0x00ff_ffff) - 4.478).abs() < 1e-3);
        assert!((contrast(0x0012_3456, 0x0012_3456) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_mixture_is_between_its_parts() {
        let teal = Colour::of(0x000f_5c52);
        assert_eq!(teal.mixed(Colour::WHITE, 0), teal);
        assert_eq!(teal.mixed(Colour::WHITE, 100), Colour::WHITE);
        assert_eq!(
            Colour::BLACK.mixed(Colour::WHITE, 50),
            Colour::of(0x0080_8080)
        );
    }
}
