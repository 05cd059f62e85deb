//! SVGs that only draw: from a list of elements, without anything that runs or that is loaded from elsewhere.

use roxmltree::{Attribute, Document, Error, Node, NodeType, ParsingOptions};

use super::LogoError;

const SVG: &str = "http://www.w3.org/2000/svg";
/// The most elements, texts and comments.
const MAX_NODES: u32 = 20_000;

/// The elements that draw.
const ELEMENTS: &str = "circle clipPath defs desc ellipse feBlend feColorMatrix feComponentTransfer feComposite \
    feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset filter \
    g line linearGradient marker mask metadata path pattern polygon polyline radialGradient rect stop style svg switch \
    symbol text textPath title tspan use";

pub(super) fn check(text: &str) -> Result<(), LogoError> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => LogoError::DocumentType,
        _ if !text.contains("<svg") => LogoError::Unknown,
        error => LogoError::NotWellFormed(error.to_string()),
    })?;
    if !document.root_element().has_tag_name((SVG, "svg")) {
        return Err(LogoError::Unknown);
    }
    document
        .descendants()
        .try_for_each(|node| check_node(&node))
}

fn check_node(node: &Node<'_, '_>) -> Result<(), LogoError> {
    match node.node_type() {
        NodeType::PI => Err(LogoError::Instruction),
        NodeType::Element => {
            check_element(node)?;
            if node.has_tag_name((SVG, "style")) {
                // Comments divide what browsers read as one text.
                check_sheet(
                    &node
                        .children()
                        .filter_map(|part| part.is_text().then(|| part.text())?)
                        .collect::<String>(),
                )?;
            }
            node.attributes()
                .try_for_each(|attribute| check_attribute(&attribute))
        }
        NodeType::Text | NodeType::Comment | NodeType::Root => Ok(()),
    }
}

fn check_element(node: &Node<'_, '_>) -> Result<(), LogoError> {
    let tag = node.tag_name();
    match tag.name() {
        name if name.eq_ignore_ascii_case("script") => Err(LogoError::Script),
        name if name.eq_ignore_ascii_case("foreignObject") => Err(LogoError::ForeignObject),
        "image" | "feImage" => Err(LogoError::OutsideReference(tag.name().to_owned())),
        name if tag.namespace() == Some(SVG) && ELEMENTS.split(' ').any(|known| known == name) => {
            Ok(())
        }
        name => Err(LogoError::Element(name.to_owned())),
    }
}

fn check_attribute(attribute: &Attribute<'_, '_>) -> Result<(), LogoError> {
    let (name, value) = (attribute.name().to_ascii_lowercase(), attribute.value());
    if name.starts_with("on") {
        return Err(LogoError::EventHandler(name));
    }
    let is_inside = value.trim().starts_with('#');
    match name.as_str() {
        "href" if !is_inside => Err(outside(value)),
        "src" | "base" => Err(outside(value)),
        _ => check_style(value),
    }
}

/// Checks a style sheet.
fn check_sheet(style: &str) -> Result<(), LogoError> {
    // At-rules import and name files; drawing needs none.
    if style.contains('@') {
        return Err(outside(style));
    }
    check_style(style)
}

/// Refuses CSS functions that load something. Every attribute of an SVG may be CSS.
fn check_style(style: &str) -> Result<(), LogoError> {
    // An escape could hide the name of a function.
    if style.contains('\\') {
        return Err(outside(style));
    }
    for (at, _) in style.match_indices('(') {
        let start = style[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
        let function = style[start.len()..at].to_ascii_lowercase();
        let inside = style[at + 1..].trim_start().trim_start_matches(['"', '\'']);
        let loads = match function.as_str() {
            "url" => !inside.starts_with('#'),
            "src" | "element" => true,
            other => other.contains("image") || other.contains("cross-fade"),
        };
        if loads {
            return Err(outside(&style[start.len()..]));
        }
    }
    Ok(())
}

fn outside(text: &str) -> LogoError {
    LogoError::OutsideReference(text.trim().chars().take(60).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(content: &str) -> Result<(), LogoError> {
        check(&format!(
            "<svg xmlns=\"{SVG}\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 9 9\">{content}</svg>"
        ))
    }

    #[test]
    fn drawings_are_accepted() {
        let header = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- ours -->\n";
        assert_eq!(check(&format!("{header}<svg xmlns=\"{SVG}\"/>")), Ok(()));
        for content in [
            "<title>Acme (2026) a@b</title><path d=\"M0 0h9v9z\" fill=\"rgb(1, 2, 3)\" transform=\"rotate(3)\"/>",
            "<style>.a{fill:url(#b)}.c:not(.d){fill:#fff}</style><g class=\"a\"/>",
            "<linearGradient id=\"b\"><stop stop-color=\"red\"/></linearGradient><rect fill=\"url( '#b' )\"/>",
            "<defs><g id=\"x\"/></defs><use href=\"#x\"/><use xlink:href=\" #x\"/>",
        ] {
            assert_eq!(within(content), Ok(()), "{content}");
        }
    }

    #[test]
    fn what_runs_is_refused() {
        for content in [
            "<script>alert(1)</script>",
            "<SCRIPT/>",
            "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\"/>",
        ] {
            assert_eq!(within(content), Err(LogoError::Script), "{content}");
        }
        for content in [
            "<g onload=\"a()\"/>",
            "<g ONCLICK=\"a()\"/>",
            "<path x:onbegin=\"a\" xmlns:x=\"urn:x\"/>",
        ] {
            assert!(
                matches!(within(content), Err(LogoError::EventHandler(_))),
                "{content}"
            );
        }
        let root = format!("<svg xmlns=\"{SVG}\" onload=\"a()\"/>");
        assert_eq!(
            check(&root),
            Err(LogoError::EventHandler("onload".to_owned()))
        );
        for content in ["<foreignObject/>", "<foreignobject/>"] {
            assert_eq!(within(content), Err(LogoError::ForeignObject), "{content}");
        }
        for content in [
            "<a href=\"#x\"/>",
            "<set attributeName=\"href\" to=\"javascript:a()\"/>",
            "<animate attributeName=\"href\"/>",
            "<iframe xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            "<g xmlns=\"urn:other\"/>",
        ] {
            assert!(
                matches!(within(content), Err(LogoError::Element(_))),
                "{content}"
            );
        }
    }

    #[test]
    fn what_is_loaded_from_elsewhere_is_refused() {
        for content in [
            "<use href=\"https://evil.example/a.svg#x\"/>",
            "<use xlink:href=\"//evil.example/a\"/>",
            "<use href=\"data:image/svg+xml,a\"/>",
            "<style>a{fill:u<!-- x -->rl(//evil.example/a)}</style>",
            "<style>a{fill:u<g/>rl(//evil.example/a)}</style>",
            "<style><![CDATA[a{fill:u]]>rl(//evil.example/a)}</style>",
            "<style>a{fill:red}<!-- x -->@import 'a'</style>",
            "<use href=\"javascript:a()\"/>",
            "<image href=\"#a\"/>",
            "<feImage/>",
            "<g xml:base=\"https://evil.example/\"/>",
            "<rect fill=\"url(https://evil.example/a#b)\"/>",
            "<rect style=\"fill:URL('//evil.example')\"/>",
            "<rect style=\"fill:u\\72l(//evil.example)\"/>",
            "<rect style=\"mask:image-set('a.png' 1x)\"/>",
            "<rect fill=\"&#117;rl(//evil.example)\"/>",
            "<style>@import '//evil.example';</style>",
            "<style><![CDATA[@font-face{}]]></style>",
            "<style>g{background:-webkit-image-set(\"a\" 1x)}</style>",
            "<style>g{fill:url(a.svg#b)}</style>",
        ] {
            assert!(
                matches!(within(content), Err(LogoError::OutsideReference(_))),
                "{content}"
            );
        }
    }

    #[test]
    fn documents_that_are_no_plain_svg_are_refused() {
        let entity = format!("<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"{SVG}\">&a;</svg>");
        assert_eq!(check(&entity), Err(LogoError::DocumentType));
        let sheet = format!("<?xml-stylesheet href=\"//evil.example\"?><svg xmlns=\"{SVG}\"/>");
        assert_eq!(check(&sheet), Err(LogoError::Instruction));
        for text in [
            "",
            "plain text",
            "<html/>",
            "<svg/>",
            "<svg xmlns=\"urn:other\"/>",
        ] {
            assert_eq!(check(text), Err(LogoError::Unknown), "{text}");
        }
        assert!(matches!(within("<g>"), Err(LogoError::NotWellFormed(_))));
        assert!(matches!(
            within(&"<g/>".repeat(20_001)),
            Err(LogoError::NotWellFormed(_))
        ));
        let _ = within(&format!(
            "{}{}",
            "<g>".repeat(15_000),
            "</g>".repeat(15_000)
        ));
    }
}
