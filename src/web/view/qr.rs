//! QR codes as SVG, for pages and the API.

use qrcode::{QrCode, render::svg, types::QrError};

/// The text that a screen reader reads instead of the image.
const LABEL: &str = "QR code that adds this account to an authenticator app. The same key stands beside it as text.";

/// An `otpauth:` URI as an SVG element, six pixels for each module.
///
/// It is dark on white with the quiet zone of ISO/IEC 18004, so that it can be scanned on dark pages, too.
/// It has no XML prolog and no style, so that it can be part of HTML under a strict content security
/// policy.
pub fn svg(otpauth_uri: &str) -> Result<String, QrError> {
    let document = QrCode::new(otpauth_uri)?
        .render::<svg::Color<'_>>()
        .module_dimensions(6, 6)
        .quiet_zone(true)
        .build();
    let start = document.find("<svg").unwrap_or_default();
    let label = format!("<svg role=\"img\" aria-label=\"{LABEL}\"");
    Ok(document[start..].replacen("<svg", &label, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_described_element_without_prolog_or_style() {
        let svg = svg("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP").unwrap();
        assert!(svg.starts_with("<svg role=\"img\" aria-label=\""), "{svg}");
        assert!(svg.ends_with("</svg>"));
        assert_eq!(svg.matches("<svg").count(), 1);
        assert!(!svg.contains("<?xml") && !svg.contains("style="));
        assert!(svg.contains("fill=\"#fff\"") && svg.contains("fill=\"#000\""));
    }

    #[test]
    fn content_too_long_for_a_qr_code_is_an_error() {
        assert_eq!(svg(&"x".repeat(5000)), Err(QrError::DataTooLong));
    }
}
