//! The operator's own name, logo, colour and links.

use std::{fmt::Display, path::Path};

use crate::{
    config::{
        address::{privacy_url, support_url},
        faults::{Refusal, shown},
        reader::{Read, Reader},
        setting::{Optional, Setting, settings},
        value::Parsed,
    },
    domain::branding::{
        Accent, AccentError, Branding, DEFAULT_NAME, Logo, MAX_LOGO_BYTES, SiteLink, SiteName,
    },
    files,
};

settings! {
    /// What people see of the service; docs/branding.md shows where.
    "Name, logo, colour and links";

    /// The name of the service in pages, mails and authenticator apps, at most 60 characters. No
    /// password may be little more than it.
    SITE_NAME: Setting<SiteName> = fixed(DEFAULT_NAME, name);

    /// A PNG or an SVG of at most 256 KiB, shown beside the name and as the icon of pages. An SVG
    /// with scripts, event handlers, foreign objects or references to other files is refused.
    SITE_LOGO_FILE: Optional<Logo> = unset("/etc/vestibule/logo.svg", logo);

    /// The colour of links and buttons: #rrggbb, or two with a comma between them, for light and for
    /// dark pages. Without the second, dark pages get the first one, made lighter. A colour in which
    /// or on which text is hard to read (a contrast below 4.5, WCAG 2.2) is refused.
    SITE_ACCENT: Optional<Accent> = unset("'#0b5394'", accent);

    /// Where people get help: an https page, or `mailto:` with an address. In the footer of pages and
    /// mails, and wherever a text says to contact the administrators.
    SITE_SUPPORT_URL: Optional<SiteLink> = unset("mailto:help@example.org", support_url);

    /// The https page that says what happens with personal data. In the footer of pages and mails.
    SITE_PRIVACY_URL: Optional<SiteLink> = unset("https://example.org/privacy", privacy_url);
}

fn name(text: &str) -> Parsed<SiteName> {
    SiteName::parse(text).map_err(|why| {
        Refusal::new(
            format!("{why}: {}", shown(text)),
            "Use 1 to 60 visible characters.",
        )
    })
}

/// Reads and checks the file.
fn logo(text: &str) -> Parsed<Logo> {
    let remedy = "Name a PNG or a plain SVG, readable by the service. Drawing programs and `svgo` save plain ones.";
    let read = files::read(Path::new(text), MAX_LOGO_BYTES);
    let refuse =
        |problem: &dyn Display| Refusal::new(format!("{problem}: {}", shown(text)), remedy);
    let bytes = read.map_err(|error| refuse(&format!("cannot be read ({error})")))?;
    Logo::parse(bytes).map_err(|why| refuse(&why))
}

fn accent(text: &str) -> Parsed<Accent> {
    Accent::parse(text).map_err(|why| {
        let remedy = match &why {
            AccentError::LowContrast {
                scheme,
                usable: Some(usable),
                ..
            } => format!("The nearest colour that works on {scheme} pages is {usable}."),
            _ => "Use #rrggbb, such as '#0b5394', or '#0b5394,#9fc5e8' for light and dark pages."
                .to_owned(),
        };
        Refusal::new(why.to_string(), remedy)
    })
}

pub(in crate::config) fn branding(reader: &mut Reader<'_>) -> Read<Branding> {
    Ok(Branding {
        name: reader.value(&SITE_NAME)?,
        logo: reader.optional(&SITE_LOGO_FILE)?,
        accent: reader.optional(&SITE_ACCENT)?,
        support: reader.optional(&SITE_SUPPORT_URL)?,
        privacy: reader.optional(&SITE_PRIVACY_URL)?,
    })
}
