//! The contrast of the stylesheet's colours, computed as WCAG 2.2 defines it.

/// The relative luminance of `#rrggbb` (WCAG 2.2).
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/// The contrast of two colours, `#rrggbb` each.
pub(crate) fn contrast(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn the_colours_keep_their_contrast_in_light_and_in_dark() {
    let text = include_str!("../../static/vestibule.css");
    let (light, rest) = text
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    let dark = rest.split_once("}\n}").unwrap().0;
    let on_surfaces = ["surface", "ground", "step-1", "step-2"];
    let mut pairs: Vec<(&str, &str, f64)> = vec![
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-deep", 4.5),
        ("accent-deep", "accent-soft", 4.5),
        ("accent", "accent-soft", 4.5),
        ("ink", "field", 4.5),
        ("field-line", "field", 3.0),
        ("good", "good-soft", 4.5),
        ("bad", "bad-soft", 4.5),
        ("warn", "warn-soft", 4.5),
    ];
    for behind in ["good-soft", "bad-soft", "warn-soft", "accent-soft"] {
        pairs.push(("ink", behind, 4.5));
    }
    for behind in on_surfaces {
        pairs.extend([
            ("ink", behind, 4.5),
            ("soft", behind, 4.5),
            ("accent", behind, 4.5),
            ("accent-deep", behind, 4.5),
        ]);
        pairs.extend([
            ("field-line", behind, 3.0),
            ("focus", behind, 3.0),
            ("bad", behind, 4.5),
            ("good", behind, 4.5),
        ]);
    }
    for (scheme, block) in [("light", light), ("dark", dark)] {
        let colour = |name: &str| {
            let start = block
                .find(&format!("--{name}: #"))
                .unwrap_or_else(|| panic!("{scheme}: --{name}"));
            &block[start + name.len() + 4..][..7]
        };
        for (front, behind, least) in &pairs {
            let contrast = contrast(colour(front), colour(behind));
            assert!(
                contrast >= *least,
                "{scheme}: {front} on {behind} is {contrast:.2}, not {least}"
            );
        }
    }
}
