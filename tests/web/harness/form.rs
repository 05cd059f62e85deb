//! A form as a browser fills and sends it.

use scraper::{ElementRef, Html, Selector};

/// The fields of a form on a page, hidden ones and defaults included.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
}

/// One input, or a choice.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) autocomplete: String,
}

impl Form {
    /// Every form of a page with method POST.
    pub(crate) fn all(html: &str) -> Vec<Self> {
        let (form, input) = (selector("form"), selector("input[name], select[name]"));
        Html::parse_document(html)
            .select(&form)
            .map(|element| {
                assert_eq!(element.attr("method"), Some("post"), "a form that gets");
                Self {
                    action: element.attr("action").expect("an action").to_owned(),
                    fields: element.select(&input).map(Field::of).collect(),
                }
            })
            .collect()
    }

    /// The fields that are sent if the user fills in `typed` and leaves the rest as it is.
    pub(crate) fn filled(&self, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |field: &Field| {
            let typed = typed.iter().find(|(name, _)| *name == field.name);
            match (typed, field.kind.as_str()) {
                (Some((_, value)), _) => Some((*value).to_owned()),
                (None, "checkbox" | "radio") => None,
                (None, _) => Some(field.value.clone()),
            }
        };
        self.fields
            .iter()
            .filter_map(|field| Some((field.name.clone(), own(field)?)))
            .collect()
    }

    /// Whether it has all of these fields.
    pub(crate) fn has(&self, typed: &[(&str, &str)]) -> bool {
        let named = |name: &str| self.fields.iter().any(|field| field.name == name);
        typed.iter().all(|(name, _)| named(name))
    }
}

impl Field {
    fn of(input: ElementRef<'_>) -> Self {
        let attribute = |name| input.attr(name).unwrap_or_default().to_owned();
        let chosen = input.select(&selector("option[selected]")).next();
        let chosen = chosen.and_then(|option| option.attr("value"));
        Self {
            name: attribute("name"),
            kind: attribute("type"),
            value: chosen.map_or_else(|| attribute("value"), str::to_owned),
            autocomplete: attribute("autocomplete"),
        }
    }
}

/// A selector that is known to be valid.
pub(crate) fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

/// The text of an element with whitespace collapsed.
pub(crate) fn text_of(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect::<Vec<_>>().join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A full stop after an element is a text node of its own.
    [" .", " ,", " :"]
        .iter()
        .fold(text, |text, stop| text.replace(stop, &stop[1..]))
}
