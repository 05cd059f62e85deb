//! What the operator chooses for people to see: the service's name, links, colour and logo.

mod accent;
mod colour;
mod link;
mod logo;
mod name;

pub use accent::{Accent, AccentError, Shades};
pub use colour::Colour;
pub use link::SiteLink;
pub use logo::{Logo, LogoKind, MAX_LOGO_BYTES};
pub use name::{DEFAULT_NAME, SiteName};

/// `--accent` of `static/vestibule.css`, on light pages.
const DEFAULT_ACCENT: Colour = Colour::of(0x000f_5c52);
/// The same on dark pages.
const DEFAULT_DARK_ACCENT: Colour = Colour::of(0x0084_d6c4);

/// The service as people see it, the same in pages, mails and authenticator apps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branding {
    /// `SITE_NAME`.
    pub name: SiteName,
    /// `SITE_SUPPORT_URL`.
    pub support: Option<SiteLink>,
    /// `SITE_PRIVACY_URL`.
    pub privacy: Option<SiteLink>,
    /// `SITE_ACCENT`; pages have their own without it.
    pub accent: Option<Accent>,
    /// The content of `SITE_LOGO_FILE`.
    pub logo: Option<Logo>,
}

impl Branding {
    /// Whether there is a link for the footers.
    pub fn has_links(&self) -> bool {
        self.support.is_some() || self.privacy.is_some()
    }

    /// The colour of links and buttons on a light background.
    pub fn accent(&self) -> Colour {
        self.accent
            .map_or(DEFAULT_ACCENT, |accent| accent.light.accent)
    }

    /// The colour of links on a dark background.
    pub fn dark_accent(&self) -> Colour {
        self.accent
            .map_or(DEFAULT_DARK_ACCENT, |accent| accent.dark.accent)
    }
}
