//! Reads `diesel::table!` from the source text: name, primary key, columns.

/// A table, from `schema.rs` or from the database.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) primary_key: Vec<String>,
    /// Name, Postgres's name of the type, and whether it may be NULL; in the order of the table.
    pub(crate) columns: Vec<(String, String, bool)>,
}

/// The tables of a schema file, by name.
pub(crate) fn tables(source: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = source
        .split("diesel::table! {")
        .skip(1)
        .map(|text| table(text.split("\n}").next().unwrap()))
        .collect();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    tables
}

fn table(text: &str) -> Table {
    let (head, body) = text.split_once('{').expect("a body");
    let (name, key) = head.trim().split_once(" (").expect("a primary key");
    Table {
        name: name.to_owned(),
        primary_key: key
            .trim_end_matches(')')
            .split(", ")
            .map(str::to_owned)
            .collect(),
        columns: body.lines().filter_map(column).collect(),
    }
}

fn column(line: &str) -> Option<(String, String, bool)> {
    let (name, diesel) = line.trim().trim_end_matches(',').split_once(" -> ")?;
    let within = |outer: &str, text: &str| -> Option<String> {
        let inner = text.strip_prefix(outer)?.strip_prefix('<')?;
        inner.strip_suffix('>').map(str::to_owned)
    };
    let nullable = within("Nullable", diesel);
    let plain = nullable.as_deref().unwrap_or(diesel);
    // Postgres names the type of an array after its elements.
    let postgres = within("Array", plain).map_or_else(
        || plain.to_lowercase(),
        |element| format!("_{}", element.to_lowercase()),
    );
    Some((name.to_owned(), postgres, nullable.is_some()))
}
