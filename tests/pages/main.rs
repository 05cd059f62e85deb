//! Every page in every variant, rendered from sample data: checks that hold for all of them, and a gallery
//! in `target/pages` to look at in a browser.

#![expect(
    clippy::unwrap_used,
    reason = "the samples are known to be well formed"
)]

mod account;
mod account_life;
mod admin;
mod branding;
mod contrast;
mod errors;
mod imports;
mod mails;
mod passkeys;
mod phones;
mod reauthenticating;
mod registering;
mod sample;
mod signing_in;
mod two_factor;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use scraper::{ElementRef, Html, Selector};
use vestibule::internals::web::pages::BackupCodesReason;

use crate::sample::Rendered;

/// Every page in every variant.
fn gallery() -> Vec<Rendered> {
    [
        registering::pages(),
        signing_in::pages(),
        account::pages(),
        account_life::pages(),
        reauthenticating::pages(),
        two_factor::pages(),
        passkeys::pages(),
        phones::pages(),
        admin::pages(),
        imports::pages(),
        errors::pages(),
    ]
    .concat()
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

#[test]
fn every_page_has_one_heading_and_a_matching_title() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        assert_eq!(all(&page, "h1").len(), 1, "{name}");
        assert_eq!(all(&page, "html[lang=en]").len(), 1, "{name}");
        assert_eq!(all(&page, "meta[name=viewport]").len(), 1, "{name}");
        let title: String = all(&page, "title")[0].text().collect();
        let heading: String = all(&page, "h1")[0].text().collect();
        let wrong = !all(&page, ".summary").is_empty();
        assert_eq!(title.starts_with("Error: "), wrong, "{name}: {title}");
        assert!(title.ends_with(" · Vestibule"), "{name}: {title}");
        assert!(
            wrong || title.starts_with(&heading) || name.starts_with("two-factor-pending"),
            "{name}: the title {title:?} starts with the heading {heading:?}"
        );
    }
}

#[test]
fn every_form_posts_with_its_token_and_every_field_has_its_label() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        for search in all(&page, "form[role=search]") {
            // A search form changes nothing, and its fields are part of the URL, so it has no token.
            assert_eq!(search.attr("method"), Some("get"), "{name}");
            assert_eq!(
                search
                    .select(&Selector::parse("[type=hidden]").unwrap())
                    .count(),
                0
            );
        }
        for picking in all(&page, "form.picking") {
            // This form leads to a preview, which changes nothing either.
            assert_eq!(picking.attr("method"), Some("get"), "{name}");
            assert!(!picking.html().contains("csrf_token"), "{name}");
        }
        for form in all(&page, "form:not([role=search], .picking)") {
            assert_eq!(form.attr("method"), Some("post"), "{name}");
            assert!(
                form.attr("action")
                    .is_some_and(|path| path.starts_with('/')),
                "{name}"
            );
            let token =
                Selector::parse("input[type=hidden][name=csrf_token][value=sample-csrf-token]")
                    .unwrap();
            assert_eq!(form.select(&token).count(), 1, "{name}");
        }
        let ids: Vec<_> = all(&page, "[id]")
            .iter()
            .filter_map(|element| element.attr("id"))
            .collect();
        assert_eq!(
            ids.iter().collect::<HashSet<_>>().len(),
            ids.len(),
            "{name}: an id stands twice in {ids:?}"
        );
        for input in all(&page, "input:not([type=hidden]):not([hidden]), select") {
            let id = input
                .attr("id")
                .unwrap_or_else(|| panic!("{name}: an input without an id"));
            assert_eq!(
                all(&page, &format!("label[for='{id}']")).len(),
                1,
                "{name}: {id}"
            );
        }
        for input in all(
            &page,
            "input[type=password], input[type=email], input[type=text], input[type=search]",
        ) {
            assert!(input.attr("autocomplete").is_some(), "{name}: autocomplete");
        }
        for element in all(&page, "[aria-describedby], [aria-labelledby]") {
            let references = element
                .attr("aria-describedby")
                .or(element.attr("aria-labelledby"))
                .unwrap_or_default();
            for id in references.split(' ') {
                assert!(ids.contains(&id), "{name}: nothing has the id {id}");
            }
        }
    }
}

#[test]
fn every_error_is_shown_in_the_summary_and_beside_its_field() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        for link in all(&page, ".summary a") {
            let href = link.attr("href").unwrap();
            // The advice links to the page where it can be followed.
            let Some(id) = href.strip_prefix('#') else {
                assert!(href.starts_with('/'), "{name}: {href}");
                continue;
            };
            let message: String = link.text().collect();
            let field = &all(
                &page,
                &format!(":is(input, select)[id='{id}'][aria-invalid=true]"),
            )[..];
            assert_eq!(field.len(), 1, "{name}: {id}");
            let beside: String = all(&page, &format!("[id='{id}-error']"))[0]
                .text()
                .collect();
            assert!(beside.contains(&message), "{name}: {message}");
        }
    }
}

#[test]
fn no_page_has_inline_code_or_style_and_hostile_text_is_escaped() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        assert_eq!(
            all(&page, "style, [style], iframe, object, embed, base").len(),
            0,
            "{name}"
        );
        // A script is one of our files. One is on every page, the others are for a field for a new password and for
        // passkeys.
        for script in all(&page, "script") {
            let file = script.attr("src").unwrap_or_default();
            assert!(file.starts_with("/static/"), "{name}: {file}");
            assert_eq!(script.text().collect::<String>(), "", "{name}");
            let wanted_by = if file.starts_with("/static/page.") {
                "main"
            } else if file.starts_with("/static/passkeys.") {
                "form[data-passkey], [data-passkeys]"
            } else {
                "[autocomplete=new-password], .call"
            };
            assert!(!all(&page, wanted_by).is_empty(), "{name}: {file}");
        }
        for element in all(&page, "*") {
            for (attribute, value) in element.value().attrs() {
                assert!(!attribute.starts_with("on"), "{name}: {attribute}");
                assert!(
                    !value.trim_start().starts_with("javascript:"),
                    "{name}: {value}"
                );
            }
        }
        assert!(
            text.matches("<script").count() == all(&page, "script").len()
                && !text.contains("style="),
            "{name}"
        );
        assert_eq!(
            text.contains("&#60;script&#62;"),
            text.contains("alert("),
            "{name}"
        );
    }
}

#[test]
fn no_page_shows_a_password_or_code_again() {
    for (name, text) in gallery() {
        let page = Html::parse_document(&text);
        assert_eq!(
            all(
                &page,
                "input[type=password][value], input[name=code][value]"
            )
            .len(),
            0,
            "{name}"
        );
    }
}

#[test]
fn other_programs_can_read_the_shown_secret_and_codes() {
    let page = Html::parse_document(&two_factor::pending(sample::fine()));
    let secret: String = all(&page, ".totp-secret")[0].text().collect();
    assert_eq!(secret, "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP");
    assert_eq!(all(&page, ".qr > svg[role=img][aria-label]").len(), 1);

    let page = Html::parse_document(&two_factor::backup_codes(BackupCodesReason::Enrolled));
    let codes: Vec<String> = all(&page, ".backup-codes li")
        .iter()
        .map(|li| li.text().collect::<String>())
        .collect();
    assert_eq!(codes.len(), 10);
    let link = all(&page, "a[download]")[0].attr("href").unwrap();
    assert!(
        link.starts_with("data:text/plain;charset=utf-8,Vestibule%20backup"),
        "{link}"
    );
    for code in codes {
        assert_eq!(code.trim().len(), 19);
        assert!(link.contains(code.trim()), "{code}");
    }
}

#[test]
fn the_gallery_is_written_to_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages");
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in gallery() {
        fs::write(folder.join(format!("{name}.html")), text).unwrap();
    }
}
