//! `docs/mails`: each mail as it is sent, from sample data, and an index.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use super::{Rule, sent};
use crate::mail::phrase::in_words;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/mails");

const HEAD: &str = "\
# Mails

Each mail that Vestibule sends, as text and as HTML, with sample data. A test writes these files and compares them
(`cargo nextest run --lib documents`); the templates are in `templates/mail`.

Every mail says the same in both parts, needs no image and nothing from the network, and can be read in a light and in a
dark colour scheme. It carries a `Message-ID` under the domain of `SMTP_FROM`, a `Date`, and `Auto-Submitted:
auto-generated`; it has no `List-Id` and no `List-Unsubscribe`, as no mail goes to a list and a security notice
cannot be cancelled. Its lines are ASCII on the wire. `script/test spam` has SpamAssassin judge each of them by its offline rules,
and fails where one reaches the threshold, which is 5.0.

How often: *capped* mails are those that anyone can ask for; *merged* ones go out once an hour at most, with the number of
events ([limits.md](../limits.md)); *each time* means that an admin or a flow of its own bounds them.

| mail | subject | sent when | link works for | how often |
|---|---|---|---|---|
";

/// Every file by its name.
fn documents() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut index = HEAD.to_owned();
    for sent in sent("Firefox on Linux") {
        let (name, mail) = (&sent.name, &sent.mail);
        let life = sent.expires_in.map(in_words).unwrap_or_default();
        let how_often = match sent.rule {
            Rule::Capped => "capped",
            Rule::Merged => "merged",
            Rule::Free => "each time",
        };
        let links = format!("{name} ([text]({name}.txt), [HTML]({name}.html))");
        let (subject, when) = (&mail.subject, &sent.when);
        writeln!(
            index,
            "| {links} | {subject} | {when} | {life} | {how_often} |"
        )
        .unwrap();
        let text = format!("Subject: {subject}\n\n{}\n", mail.text.trim_end());
        files.insert(format!("{name}.txt"), text);
        files.insert(format!("{name}.html"), mail.html.clone());
    }
    files.insert("README.md".to_owned(), index);
    files
}

fn committed() -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(FOLDER) else {
        return BTreeMap::new();
    };
    let read = |path: &Path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    entries.map(|entry| read(&entry.unwrap().path())).collect()
}

#[test]
fn the_committed_mails_are_those_that_are_sent() {
    let (committed, documents) = (committed(), documents());
    if committed == documents {
        return;
    }
    let folder = Path::new(FOLDER);
    fs::create_dir_all(folder).unwrap();
    let gone = committed
        .keys()
        .filter(|name| !documents.contains_key(*name));
    for name in gone {
        fs::remove_file(folder.join(name)).unwrap();
    }
    let changed = documents
        .iter()
        .filter(|(name, text)| committed.get(*name) != Some(*text));
    for (name, text) in changed {
        fs::write(folder.join(name), text).unwrap();
    }
    panic!(
        "docs/mails differed from the mails and has been written again; look at it and commit it"
    );
}
