//! The text format of Prometheus, version 0.0.4.

use std::fmt::{Display, Write};

#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// Begins a family: its name, what it is, and its type (`counter`, `gauge`, `histogram`).
    pub fn family(&mut self, name: &str, help: &str, kind: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// One value. Labels are names from our code, routes or versions, which need no escape. Characters
    /// that would need one are dropped.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let safe = |c: &char| !matches!(c, '"' | '\\' | '\n');
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, of)| {
                format!(
                    "{label}=\"{}\"",
                    of.chars().filter(safe).collect::<String>()
                )
            })
            .collect();
        if labels.is_empty() {
            self.line(format_args!("{name} {value}"));
        } else {
            self.line(format_args!("{name}{{{}}} {value}", labels.join(",")));
        }
    }

    /// A family of one value.
    pub fn single(&mut self, name: &str, help: &str, kind: &str, value: impl Display) {
        self.family(name, help, kind);
        self.sample(name, &[], value);
    }

    pub fn finish(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "{line}");
    }
}
