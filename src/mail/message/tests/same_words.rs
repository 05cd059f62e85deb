//! The two parts of a mail say the same.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Node, Selector};

use super::{context, samples, sent};

/// What the HTML has besides the words of the text: the words beside the subject in a list of mails, the product and
/// the subject as a heading, and buttons, whose links stand below them as text.
const BESIDES: &str = "head, .preheader, .heading, .button, .copy";

fn words(text: &str) -> Vec<String> {
    let inside = |word: &str| {
        let is_mark = |c: char| !c.is_alphanumeric();
        if word.contains("://") {
            word.to_owned()
        } else {
            word.trim_matches(is_mark).replace('’', "'")
        }
    };
    let words = text.split_whitespace().map(inside);
    words.filter(|word| !word.is_empty()).collect()
}

fn words_of_html(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let besides = Selector::parse(BESIDES).unwrap();
    let is_beside = |element: ElementRef<'_>| besides.matches(&element);
    let texts = page.tree.nodes().filter_map(|node| match node.value() {
        Node::Text(text) => {
            let mut around = node.ancestors().filter_map(ElementRef::wrap);
            (!around.any(is_beside)).then_some(&**text)
        }
        _ => None,
    });
    words(&texts.collect::<Vec<_>>().join(" "))
}

/// Where the links lead, in the order of the alphabet.
fn links_of_html(html: &str) -> BTreeSet<String> {
    let page = Html::parse_document(html);
    let links = Selector::parse("[href]").unwrap();
    let targets = page.select(&links).filter_map(|link| link.attr("href"));
    targets.map(str::to_owned).collect()
}

fn assert_same(name: &str, text: &str, html: &str) {
    let words = words(text);
    assert_eq!(words, words_of_html(html), "{name}");
    let links = words.into_iter().filter(|word| word.contains("://"));
    assert_eq!(
        links.collect::<BTreeSet<_>>(),
        links_of_html(html),
        "{name}"
    );
}

#[test]
fn text_and_html_have_the_same_words_and_links() {
    for sent in sent("Firefox on Linux") {
        assert_same(&sent.name, &sent.mail.text, &sent.mail.html);
    }
    for sample in samples::all("Firefox on Linux") {
        let merged = sample
            .message
            .render_merged("a@example.com", &context(), 7)
            .unwrap();
        assert_same(&sample.name, &merged.text, &merged.html);
    }
}

#[test]
fn another_word_or_link_would_be_noticed() {
    let html = "<head><title>T</title></head><p>Open <b>this</b> page.<br><a href=\"https://a/\">https://a/</a></p>";
    let is_same = |text: &str| std::panic::catch_unwind(|| assert_same("", text, html)).is_ok();
    assert!(is_same("Open this page:\n\nhttps://a/\n"));
    for text in [
        "Open that page: https://a/",
        "Open this page",
        "Open this page: https://b/",
        "Open this page: https://a/ now",
    ] {
        assert!(!is_same(text), "{text}");
    }
}
