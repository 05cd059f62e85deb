//! The accent colour of links and buttons, on light and on dark pages, with the shades that pages need of it.

use thiserror::Error;

use super::colour::Colour;

/// The least contrast of text (WCAG 2.2, 1.4.3).
const LEAST: f64 = 4.5;

/// The colours that the accent has to stand out from. They are those of `static/vestibule.css`.
#[derive(Debug, PartialEq, Eq)]
struct Scheme {
    name: &'static str,
    /// What is behind links: `--surface`, `--ground`, `--step-1`, `--step-2`.
    backgrounds: [Colour; 4],
    /// The text on buttons.
    on_accent: Colour,
    /// What the accent is mixed with to stand out more.
    stronger: Colour,
    /// How much of it makes the shade of a button under the pointer, in percent.
    deep: u8,
    /// How much of the accent is in a tinted background, in percent.
    soft: u8,
}

static LIGHT: Scheme = Scheme {
    name: "light",
    backgrounds: [
        Colour::WHITE,
        Colour::of(0x00e9_eeea),
        Colour::of(0x00f1_f5f1),
        Colour::of(0x00ed_f1ed),
    ],
    on_accent: Colour::WHITE,
    stronger: Colour::BLACK,
    deep: 25,
    soft: 8,
};

static DARK: Scheme = Scheme {
    name: "dark",
    backgrounds: [
        Colour::of(0x0017_201d),
        Colour::of(0x000c_1311),
        Colour::of(0x0012_1a17),
        Colour::of(0x000f_1614),
    ],
    on_accent: Colour::of(0x000c_1311),
    stronger: Colour::WHITE,
    deep: 35,
    soft: 12,
};

/// The shades of an accent on pages of one scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shades {
    pub accent: Colour,
    /// Of a button under the pointer, and of text on `soft`.
    pub deep: Colour,
    /// The text on a button.
    pub on_accent: Colour,
    /// A tinted background.
    pub soft: Colour,
}

/// An accent whose contrast is enough everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    pub light: Shades,
    pub dark: Shades,
}

/// Why a text cannot be the accent. The texts continue the name of the setting.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AccentError {
    #[error("is not a colour, nor two colours with a comma between them")]
    Malformed,
    #[error(
        "has {colour}, whose contrast with {behind} on {scheme} pages is {:.2}; text needs 4.5",
        (.ratio * 100.0).floor() / 100.0
    )]
    LowContrast {
        scheme: &'static str,
        colour: Colour,
        behind: Colour,
        ratio: f64,
        /// The nearest mixture with black or with white that stands out enough.
        usable: Option<Colour>,
    },
}

impl Accent {
    /// Parses `#rrggbb`, or `#rrggbb,#rrggbb` for light and for dark pages. Without the second, dark pages get the
    /// first one, made lighter until it stands out.
    pub fn parse(text: &str) -> Result<Self, AccentError> {
        let colour = |text: &str| Colour::parse(text.trim()).ok_or(AccentError::Malformed);
        let (light, dark) = match text.split_once(',') {
            Some((light, dark)) => (colour(light)?, Some(colour(dark)?)),
            None => (colour(text)?, None),
        };
        let dark = match dark {
            Some(dark) => dark,
            None => DARK.nearest(light).ok_or(AccentError::Malformed)?,
        };
        Ok(Self {
            light: LIGHT.checked(light)?,
            dark: DARK.checked(dark)?,
        })
    }
}

impl Scheme {
    fn shades(&self, accent: Colour) -> Shades {
        Shades {
            accent,
            deep: accent.mixed(self.stronger, self.deep),
            on_accent: self.on_accent,
            soft: self.backgrounds[0].mixed(accent, self.soft),
        }
    }

    /// The two colours of the least contrast.
    fn weakest(&self, shades: &Shades) -> (Colour, Colour, f64) {
        let behind = self.backgrounds.iter().chain([&shades.soft]);
        let on_pages = behind.flat_map(|behind| [(shades.accent, *behind), (shades.deep, *behind)]);
        let on_buttons = [
            (shades.accent, shades.on_accent),
            (shades.deep, shades.on_accent),
        ];
        let start = (shades.accent, shades.accent, f64::INFINITY);
        on_pages
            .chain(on_buttons)
            .map(|(front, behind)| (front, behind, front.contrast(behind)))
            .fold(
                start,
                |least, next| if next.2 < least.2 { next } else { least },
            )
    }

    fn nearest(&self, accent: Colour) -> Option<Colour> {
        let mixtures = (0..=100).map(|percent| accent.mixed(self.stronger, percent));
        let mut usable = mixtures.filter(|mixture| self.weakest(&self.shades(*mixture)).2 >= LEAST);
        usable.next()
    }

    fn checked(&self, accent: Colour) -> Result<Shades, AccentError> {
        let shades = self.shades(accent);
        let (colour, behind, ratio) = self.weakest(&shades);
        if ratio >= LEAST {
            return Ok(shades);
        }
        Err(AccentError::LowContrast {
            scheme: self.name,
            colour,
            behind,
            ratio,
            usable: self.nearest(accent),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the stylesheet's tokens, in the light and in the dark scheme.
    fn tokens(name: &str) -> [Colour; 2] {
        let text = include_str!("../../../static/vestibule.css");
        let (light, rest) = text
            .split_once("@media (prefers-color-scheme: dark)")
            .unwrap();
        [light, rest].map(|block| {
            let value = block.split_once(&format!("--{name}: ")).unwrap().1;
            Colour::parse(value.split_once(';').unwrap().0).unwrap()
        })
    }

    #[test]
    fn the_backgrounds_are_those_of_the_stylesheet() {
        for (at, name) in ["surface", "ground", "step-1", "step-2"]
            .into_iter()
            .enumerate()
        {
            assert_eq!(
                [LIGHT.backgrounds[at], DARK.backgrounds[at]],
                tokens(name),
                "{name}"
            );
        }
    }

    #[test]
    fn the_colours_of_the_stylesheet_are_accents_of_their_own() {
        let [light, dark] = tokens("accent");
        let accent = Accent::parse(&format!("{light}, {dark}")).unwrap();
        assert_eq!([accent.light.accent, accent.dark.accent], [light, dark]);
        assert_eq!(
            [
                super::super::DEFAULT_ACCENT,
                super::super::DEFAULT_DARK_ACCENT
            ],
            [light, dark]
        );
    }

    #[test]
    fn a_colour_that_does_not_stand_out_is_refused_with_its_ratio_and_one_that_does() {
        for (text, on, told) in [
            ("#e9a936", "light", "1."),
            ("#008080", "light", "4."),
            ("#0f5c52,#0f5c52", "dark", "1."),
        ] {
            let error = Accent::parse(text).unwrap_err();
            let AccentError::LowContrast {
                scheme,
                ratio,
                usable,
                ..
            } = &error
            else {
                panic!("{error}")
            };
            assert_eq!(*scheme, on);
            assert!(
                *ratio < LEAST && error.to_string().contains(&format!("is {told}")),
                "{error}"
            );
            let usable = usable.unwrap();
            let again = match *scheme {
                "light" => usable.to_string(),
                _ => format!("#0f5c52,{usable}"),
            };
            assert!(Accent::parse(&again).is_ok(), "{again}");
        }
        for text in [
            "teal",
            "#0f5c52,",
            "#0f5c52,#84d6c4,#000000",
            "#0f5c52;}",
            "",
        ] {
            assert_eq!(Accent::parse(text), Err(AccentError::Malformed), "{text}");
        }
    }

    #[test]
    fn every_accepted_accent_keeps_its_contrast_on_all_pages() {
        let mut accepted = 0;
        for rgb in (0..0x0100_0000).step_by(0x0001_2345) {
            let text = Colour::of(rgb).to_string();
            let Ok(accent) = Accent::parse(&text) else {
                continue;
            };
            accepted += 1;
            for (shades, scheme) in [(accent.light, &LIGHT), (accent.dark, &DARK)] {
                for behind in scheme.backgrounds.iter().chain([&shades.soft]) {
                    assert!(shades.accent.contrast(*behind) >= LEAST, "{text}");
                    assert!(shades.deep.contrast(*behind) >= LEAST, "{text}");
                }
                assert!(shades.on_accent.contrast(shades.accent) >= LEAST, "{text}");
                assert!(shades.on_accent.contrast(shades.deep) >= LEAST, "{text}");
            }
        }
        assert!(accepted > 50, "{accepted}");
    }
}
