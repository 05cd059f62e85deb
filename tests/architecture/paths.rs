//! Reads the paths (`a::b::c`) in Rust source: just enough of the language to distinguish paths from
//! comments, literals and test modules, and to split import groups.

use std::fmt;

/// One path as written; each member of a group is a separate path.
#[derive(Debug)]
pub(crate) struct SourcePath {
    pub(crate) segments: Vec<String>,
    /// The inline modules (`mod x { .. }`) that enclose it in its file.
    inline: Vec<String>,
    /// Whether it is part of a `pub use`, which re-exports a name and does not use it.
    pub(crate) gives_on: bool,
    pub(crate) line: usize,
}

impl SourcePath {
    /// The first segment below the crate's root, for a path into this crate written in `module`.
    pub(crate) fn target(&self, module: &[&str]) -> Option<String> {
        self.path_from_root(module)?.into_iter().next()
    }

    /// All segments from the crate's root on, for a path into this crate written in `module`.
    pub(crate) fn path_from_root(&self, module: &[&str]) -> Option<Vec<String>> {
        let mut segments = self.segments.iter().map(String::as_str).peekable();
        let in_main = module == ["main"];
        let mut base: Vec<&str> = Vec::new();
        match segments.next()? {
            "crate" => {}
            "vestibule" if in_main => {}
            first @ ("self" | "super") => {
                let inline = self.inline.iter().map(String::as_str);
                base = module.iter().copied().chain(inline).collect();
                let mut climbs = usize::from(first == "super");
                while segments.next_if_eq(&"super").is_some() {
                    climbs += 1;
                }
                base.truncate(base.len().saturating_sub(climbs));
            }
            _ => return None,
        }
        Some(
            base.into_iter()
                .chain(segments)
                .map(str::to_owned)
                .collect(),
        )
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segments.join("::"))
    }
}

/// Every path of `source`, test modules left out.
pub(crate) fn paths(source: &str) -> Vec<SourcePath> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut open: Vec<Option<String>> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(next) = after_test_item(&tokens, at) {
            at = next;
            continue;
        }
        let follows_path = at > 0 && matches!(tokens[at - 1].kind, Kind::PathSep | Kind::Mark('.'));
        match &tokens[at].kind {
            Kind::Mark('{') => {
                let module = match &tokens[at.saturating_sub(2)..at] {
                    [
                        Token {
                            kind: Kind::Word(keyword),
                            ..
                        },
                        Token {
                            kind: Kind::Word(name),
                            ..
                        },
                    ] if keyword == "mod" => Some(name.clone()),
                    _ => None,
                };
                open.push(module);
                at += 1;
            }
            Kind::Mark('}') => {
                open.pop();
                at += 1;
            }
            Kind::Word(_) if !follows_path => {
                let mut segments = Vec::new();
                let line = tokens[at].line;
                let gives_on = follows_pub_use(&tokens[..at]);
                at = tree(&tokens, at, &[], &mut segments);
                let inline: Vec<String> = open.iter().flatten().cloned().collect();
                found.extend(segments.into_iter().map(|segments| SourcePath {
                    segments,
                    inline: inline.clone(),
                    gives_on,
                    line,
                }));
            }
            _ => at += 1,
        }
    }
    found
}

/// Whether `pub use` or `pub(..) use` ends these tokens.
fn follows_pub_use(before: &[Token]) -> bool {
    let [
        before @ ..,
        Token {
            kind: Kind::Word(word),
            ..
        },
    ] = before
    else {
        return false;
    };
    let before = match before {
        [
            ..,
            Token {
                kind: Kind::Mark(')'),
                ..
            },
        ] => {
            let opens = |token: &Token| matches!(token.kind, Kind::Mark('('));
            &before[..before.iter().rposition(opens).unwrap_or_default()]
        }
        before => before,
    };
    let is_pub = matches!(before, [.., Token { kind: Kind::Word(word), .. }] if word == "pub");
    word == "use" && is_pub
}

/// Reads one use-tree or inline path from `at` on; returns where it ends.
fn tree(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut segments = prefix.to_vec();
    loop {
        match tokens.get(at).map(|token| &token.kind) {
            Some(Kind::Word(word)) => segments.push(word.clone()),
            Some(Kind::Mark('*')) if !segments.is_empty() => segments.push("*".to_owned()),
            Some(Kind::Mark('{')) if !segments.is_empty() => {
                at += 1;
                while let Some(token) = tokens.get(at) {
                    match token.kind {
                        Kind::Mark('}') => return at + 1,
                        Kind::Word(_) | Kind::Mark('*' | '{') => {
                            at = tree(tokens, at, &segments, found);
                        }
                        _ => at += 1,
                    }
                    // `as name` renames; the name is no path.
                    if matches!(&tokens.get(at).map(|t| &t.kind), Some(Kind::Word(word)) if word == "as")
                    {
                        at += 2;
                    }
                }
                return at;
            }
            _ => break,
        }
        at += 1;
        if !matches!(tokens.get(at).map(|token| &token.kind), Some(Kind::PathSep)) {
            break;
        }
        at += 1;
    }
    found.push(segments);
    at
}

/// Where the item behind `#[cfg(test)]` at `at` ends, if there is one.
fn after_test_item(tokens: &[Token], at: usize) -> Option<usize> {
    let shape = tokens.get(at..at + 7)?;
    let text: String = shape
        .iter()
        .map(|token| match &token.kind {
            Kind::Word(word) => word.clone(),
            Kind::Mark(mark) => mark.to_string(),
            Kind::PathSep => "::".to_owned(),
        })
        .collect();
    if text != "#[cfg(test)]" {
        return None;
    }
    let mut depth = 0_usize;
    for (offset, token) in tokens[at + 7..].iter().enumerate() {
        match token.kind {
            Kind::Mark('{') => depth += 1,
            Kind::Mark('}') if depth <= 1 => return Some(at + 7 + offset + 1),
            Kind::Mark('}') => depth -= 1,
            Kind::Mark(';') if depth == 0 => return Some(at + 7 + offset + 1),
            _ => {}
        }
    }
    Some(tokens.len())
}

struct Token {
    kind: Kind,
    line: usize,
}

enum Kind {
    Word(String),
    PathSep,
    Mark(char),
}

/// Splits source into words and marks, without comments and literals.
fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let start = at;
        let rest = &chars[at..];
        let kind = match rest {
            ['/', '/', ..] => {
                at += length(rest, |c| c != '\n');
                None
            }
            ['/', '*', ..] => {
                at += block_comment(rest);
                None
            }
            ['"', ..] => {
                at += quoted(rest, '"');
                None
            }
            // A character literal has its closing quote two or three places on; a lifetime has none.
            ['\'', '\\', ..] | ['\'', _, '\'', ..] => {
                at += quoted(rest, '\'');
                None
            }
            [':', ':', ..] => {
                at += 2;
                Some(Kind::PathSep)
            }
            [c, ..] if is_word(*c) => {
                let end = length(rest, is_word);
                let word: String = rest[..end].iter().collect();
                let raw = raw_string(&word, &rest[end..]);
                at += end + raw;
                let number = word.starts_with(|c: char| c.is_ascii_digit());
                (raw == 0 && !number).then_some(Kind::Word(word))
            }
            ['\'', ..] => {
                at += 1 + length(&rest[1..], is_word);
                None
            }
            [c, ..] => {
                at += 1;
                (!c.is_whitespace()).then_some(Kind::Mark(*c))
            }
            [] => None,
        };
        if let Some(kind) = kind {
            found.push(Token { kind, line });
        }
        line += chars[start..at.min(chars.len())]
            .iter()
            .filter(|c| **c == '\n')
            .count();
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn length(chars: &[char], belongs: impl Fn(char) -> bool) -> usize {
    chars
        .iter()
        .position(|c| !belongs(*c))
        .unwrap_or(chars.len())
}

/// The length of a quoted literal, both quotes included.
fn quoted(chars: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            c if c == quote => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The length of what follows a raw string's prefix; 0 if `word` is not such a prefix.
fn raw_string(word: &str, rest: &[char]) -> usize {
    let hashes = length(rest, |c| c == '#');
    if !matches!(word, "r" | "br" | "cr") || rest.get(hashes) != Some(&'"') {
        return 0;
    }
    let end: Vec<char> = std::iter::once('"')
        .chain(std::iter::repeat_n('#', hashes))
        .collect();
    let body = &rest[hashes + 1..];
    let closed = body.windows(end.len()).position(|window| window == end);
    closed.map_or(rest.len(), |closed| hashes + 1 + closed + end.len())
}

/// The length of a block comment, which may hold others.
fn block_comment(chars: &[char]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while at < chars.len() {
        match &chars[at..] {
            ['/', '*', ..] => {
                depth += 1;
                at += 2;
            }
            ['*', '/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}
