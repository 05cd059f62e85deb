//! QR codes as SVG, for the pages and the API alike.

use qrcode::{QrCode, render::svg, types::QrError};

/// What a screen reader says in place of the image.
const LABEL: &str = "QR code that adds this account to an authenticator app. The same key stands beside it as text.";

/// An `otpauth:` URI as an SVG element, six pixels a module.
///
/// Dark on white with the quiet zone of ISO/IEC 18004, so that it scans on dark pages too. No XML
/// prolog and no style, so that it can stand inside HTML under a strict content security policy.
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
    fn what_no_code_can_carry_is_an_error() {
        assert_eq!(svg(&"x".repeat(5000)), Err(QrError::DataTooLong));
    }
}
