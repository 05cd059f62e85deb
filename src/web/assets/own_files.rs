//! The operator's logo, and a stylesheet with the accent colour. Both are made once, at the start.

use super::Asset;
use crate::domain::branding::{Accent, Branding, Logo, LogoKind, Shades};

/// For an SVG that is opened as a page of its own: nothing runs and nothing is loaded.
const SVG_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

#[derive(Debug, Default)]
pub struct OwnFiles {
    /// Overrides the accent of the stylesheet.
    pub accent: Option<Asset>,
    pub logo: Option<Asset>,
}

impl OwnFiles {
    pub fn of(branding: &Branding) -> Self {
        Self {
            accent: branding.accent.as_ref().map(accent),
            logo: branding.logo.as_ref().map(logo),
        }
    }

    pub(super) fn find(&self, path: &str) -> Option<&Asset> {
        let all = [&self.accent, &self.logo];
        all.into_iter().flatten().find(|asset| asset.path == path)
    }
}

fn accent(accent: &Accent) -> Asset {
    let rule = |shades: &Shades| {
        format!(
            ":root {{ --accent: {}; --accent-deep: {}; --on-accent: {}; --accent-soft: {}; }}",
            shades.accent, shades.deep, shades.on_accent, shades.soft
        )
    };
    let text = format!(
        "{}\n@media (prefers-color-scheme: dark) {{ {} }}\n",
        rule(&accent.light),
        rule(&accent.dark)
    );
    Asset::new("accent", "css", "text/css; charset=utf-8", text)
}

fn logo(logo: &Logo) -> Asset {
    let bytes = logo.bytes.clone();
    match logo.kind {
        LogoKind::Png => Asset::new("logo", "png", "image/png", bytes),
        LogoKind::Svg => Asset {
            policy: Some(SVG_POLICY),
            // Text in another encoding would mean something else to browsers than to the check.
            ..Asset::new("logo", "svg", "image/svg+xml; charset=utf-8", bytes)
        },
    }
}
