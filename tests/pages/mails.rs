//! Every mail as `docs/mails` has it, in a light and in a dark colour scheme.

use std::{fs, path::Path};

use scraper::{ElementRef, Html, Node, Selector};

use crate::contrast::contrast;

/// A rule of a stylesheet: which elements, which property, which value.
type Rule = (Selector, String, String);

fn mails() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mails");
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let html = paths.filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "html")
    });
    html.map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    })
    .collect()
}

/// `property: value; property: value` as pairs.
fn declarations(text: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = text.split(';').filter_map(|pair| pair.split_once(':'));
    pairs.map(|(property, value)| (property.trim().to_owned(), value.trim().to_owned()))
}

/// The rules outside of any `@media`, or within one.
fn rules(block: &str) -> Vec<Rule> {
    let parts = block.split('}').filter_map(|part| part.split_once('{'));
    parts
        .flat_map(|(selector, body)| {
            declarations(body).map(move |(property, value)| {
                let selector = Selector::parse(selector.trim()).unwrap();
                (selector, property, value)
            })
        })
        .collect()
}

/// The rules of the light and of the dark scheme.
fn schemes(page: &Html) -> [(&'static str, Vec<Rule>); 2] {
    let selector = Selector::parse("style").unwrap();
    let styles = page.select(&selector);
    let style: String = styles.flat_map(|style| style.text()).collect();
    let (light, dark) = style
        .split_once("@media (prefers-color-scheme: dark) {")
        .unwrap();
    [
        ("light", rules(light)),
        ("dark", [rules(light), rules(dark)].concat()),
    ]
}

/// The value for the element itself: its own style first, else the last rule of the scheme.
fn value(element: ElementRef<'_>, property: &str, rules: &[Rule]) -> Option<String> {
    let own = declarations(element.attr("style").unwrap_or_default());
    let own = own.filter(|(name, _)| name == property).last();
    let by_rule = rules
        .iter()
        .rev()
        .find(|(selector, name, _)| name == property && selector.matches(&element));
    own.map(|(_, value)| value)
        .or_else(|| by_rule.map(|(.., value)| value.clone()))
}

#[test]
fn every_text_of_every_mail_keeps_its_contrast_in_light_and_in_dark() {
    let mails = mails();
    assert!(mails.len() > 20);
    for (name, text) in mails {
        let page = Html::parse_document(&text);
        for (scheme, rules) in schemes(&page) {
            let mut texts = 0;
            for node in page.tree.nodes() {
                let Node::Text(text) = node.value() else {
                    continue;
                };
                let around: Vec<ElementRef<'_>> =
                    node.ancestors().filter_map(ElementRef::wrap).collect();
                let is_head = |element: &ElementRef<'_>| element.value().name() == "head";
                if text.trim().is_empty() || around.iter().any(is_head) {
                    continue;
                }
                let nearest = |property| {
                    around
                        .iter()
                        .find_map(|element| value(*element, property, &rules))
                };
                let (front, behind) = (
                    nearest("color").unwrap(),
                    nearest("background-color").unwrap(),
                );
                let contrast = contrast(&front, &behind);
                assert!(
                    contrast >= 4.5,
                    "{name} in {scheme}: {front} on {behind} is {contrast:.2}: {}",
                    &**text
                );
                texts += 1;
            }
            assert!(texts > 2, "{name}");
        }
    }
}

#[test]
fn every_mail_says_which_schemes_it_is_made_for() {
    for (name, text) in mails() {
        let page = Html::parse_document(&text);
        for meta in ["color-scheme", "supported-color-schemes"] {
            let meta = format!("meta[name={meta}][content='light dark']");
            let found = page.select(&Selector::parse(&meta).unwrap()).count();
            assert_eq!(found, 1, "{name}: {meta}");
        }
        assert!(
            text.contains(":root { color-scheme: light dark; }"),
            "{name}"
        );
    }
}
