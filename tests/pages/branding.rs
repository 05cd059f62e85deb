//! Pages with a name and links of the operator's.

use std::sync::Arc;

use vestibule::internals::{
    domain::branding::{Accent, Branding, Logo, SiteLink, SiteName},
    web::{assets::OwnFiles, pages::ErrorPage, view::Shell},
};

use crate::sample::{HOSTILE, NAME, anonymous, html, signed_in};

const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h9v9z\"/></svg>";

fn branded(shell: Shell, name: &str) -> Shell {
    let branding = Branding {
        name: SiteName::parse(name).unwrap(),
        logo: Some(Logo::parse(SVG.to_vec()).unwrap()),
        accent: Some(Accent::parse("#0b5394").unwrap()),
        support: Some(SiteLink::new("mailto:help@example.org".to_owned())),
        privacy: Some(SiteLink::new("https://example.org/privacy".to_owned())),
    };
    Shell {
        own_files: Arc::new(OwnFiles::of(&branding)),
        branding: Arc::new(branding),
        ..shell
    }
}

fn page(shell: Shell) -> String {
    html(&ErrorPage::for_status(shell, 404, None))
}

#[test]
fn a_page_has_the_name_and_the_links_of_the_operator() {
    for shell in [anonymous(), signed_in(NAME)] {
        let page = page(branded(shell, "Blue Harbour"));
        assert!(page.contains(" · Blue Harbour</title>"), "{page}");
        assert!(page.contains("<span>Blue Harbour</span>"), "{page}");
        assert!(
            page.contains("<a href=\"mailto:help@example.org\">Help</a>"),
            "{page}"
        );
        assert!(
            page.contains("<a href=\"https://example.org/privacy\">Privacy</a>"),
            "{page}"
        );
        assert!(!page.contains("Vestibule"), "{page}");
    }
}

#[test]
fn a_page_without_links_has_no_place_for_them() {
    let page = page(anonymous());
    assert!(page.contains(" · Vestibule</title>"), "{page}");
    assert!(
        !page.contains("site-links") && !page.contains("<footer"),
        "{page}"
    );
}

#[test]
fn a_name_cannot_become_markup() {
    let page = page(branded(anonymous(), HOSTILE));
    assert!(!page.contains("<script>alert"), "{page}");
    assert!(
        page.contains("&lt;script&gt;alert") || page.contains("&#60;script&#62;alert"),
        "{page}"
    );
}

#[test]
fn a_page_has_the_logo_and_the_accent_of_the_operator_without_inline_code() {
    let shell = branded(anonymous(), "Blue Harbour");
    let (logo, accent) = (&shell.own_files.logo, &shell.own_files.accent);
    let (logo, accent) = (logo.as_ref().unwrap(), accent.as_ref().unwrap());
    let text = String::from_utf8(accent.bytes.to_vec()).unwrap();
    insta::assert_snapshot!(text, @"
    :root { --accent: #0b5394; --accent-deep: #083e6f; --on-accent: #ffffff; --accent-soft: #ebf1f6; }
    @media (prefers-color-scheme: dark) { :root { --accent: #6d98bf; --accent-deep: #a0bcd5; --on-accent: #0c1311; --accent-soft: #212e30; } }
    ");
    let page = page(shell.clone());
    let sheets: Vec<_> = page.match_indices("rel=\"stylesheet\"").collect();
    assert_eq!(sheets.len(), 2, "{page}");
    let link = format!("<link rel=\"stylesheet\" href=\"{}\">", accent.path);
    let own = page.find(shell.stylesheet).unwrap();
    assert!(
        page.find(&link).unwrap() > own,
        "the accent overrides: {page}"
    );
    assert!(
        page.contains(&format!(
            "<img class=\"logo\" src=\"{}\" alt=\"\">",
            logo.path
        )),
        "{page}"
    );
    assert!(
        page.contains(&format!(
            "<link rel=\"icon\" type=\"image/svg+xml; charset=utf-8\" href=\"{}\">",
            logo.path
        )),
        "{page}"
    );
    assert!(
        !page.contains("class=\"mark\"") && !page.contains(" style="),
        "{page}"
    );
}
