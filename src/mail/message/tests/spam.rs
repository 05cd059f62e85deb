//! What a spam filter makes of each mail.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use uuid::Uuid;

use super::{sent, wire::raw};

/// The threshold of SpamAssassin as it is installed.
const THRESHOLD: f64 = 5.0;

/// What is not asked: the network, and what it learnt on this machine.
const SETTINGS: &[&str] = &[
    "report_safe 0",
    "use_bayes 0",
    "add_header all Status score=_SCORE_ required=_REQD_ tests=_TESTSSCORES(,)_",
];

/// A folder of its own, gone in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("vestibule-spam-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What every spam filter takes for spam, to see that it judges at all.
const GTUBE: &str = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

/// The message as a mailbox has it: with the line of the server that took it from ours. The address is of
/// example.com, as those of documentation are held against a mail.
fn received(raw: &str) -> String {
    let date = raw.lines().find_map(|line| line.strip_prefix("Date: "));
    format!(
        "Return-Path: <no-reply@auth.example.com>\r\n\
         Received: from auth.example.com (auth.example.com [93.184.215.14])\r\n\
         \tby mx.example.com (Postfix) with ESMTPS id 4F2a1B7c3D for <grace@example.com>;\r\n\
         \t{}\r\n{raw}",
        date.unwrap()
    )
}

/// What SpamAssassin says of the files, by the left part of their Message-ID: its whole status line.
fn judged(home: &Path, files: &[PathBuf]) -> BTreeMap<String, String> {
    let mut command = Command::new("spamassassin");
    command
        .env("HOME", home)
        .arg("--local")
        .args(["--prefspath", "/dev/null"])
        .args(SETTINGS.iter().map(|line| format!("--cf={line}")))
        .args(files);
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("spamassassin: {error}; script/setup installs it"));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = text.replace("\r\n", "\n").replace("\n\t", " ");
    let mut statuses = BTreeMap::new();
    let mut latest = None;
    for line in text.lines() {
        if let Some(status) = line.strip_prefix("X-Spam-Status: ") {
            latest = Some(status.to_owned());
        } else if let Some(id) = line.strip_prefix("Message-ID: <") {
            let left = id.split('@').next().unwrap().to_owned();
            statuses.insert(left, latest.take().expect("a status before the mail"));
        }
    }
    statuses
}

fn number(status: &str, name: &str) -> f64 {
    let words = status.split([' ', ',']);
    let mut values = words.filter_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    values.next().expect(name).parse().unwrap()
}

#[test]
#[ignore = "needs SpamAssassin; `script/test spam` runs it"]
fn spamassassin_takes_no_mail_for_spam() {
    let folder = Folder::new();
    let mut mails = sent("Firefox on Linux");
    let mut spam = sent("Firefox on Linux").remove(0);
    spam.mail.text.push_str(GTUBE);
    GTUBE.clone_into(&mut spam.name);
    mails.push(spam);
    let mut names = BTreeMap::new();
    let mut files = Vec::new();
    for (n, mut sent) in mails.into_iter().enumerate() {
        // As random as the ids of the outbox.
        let id = Uuid::from_u128(0x019c_d1f2_7a44_7d10_9c3e_5b1f_0a6c_2e71 + n as u128);
        sent.mail.id = Some(id);
        let file = folder.0.join(format!("{n}.eml"));
        let raw = raw("Vestibule <no-reply@auth.example.com>", &sent.mail);
        fs::write(&file, received(&raw)).unwrap();
        files.push(file);
        names.insert(id.simple().to_string(), sent.name);
    }
    let statuses = judged(&folder.0, &files);
    assert!(names.keys().eq(statuses.keys()), "{statuses:#?}");
    for (id, name) in &names {
        println!("{name}: {}", statuses[id]);
    }
    for (id, name) in &names {
        let status = &statuses[id];
        let (score, required) = (number(status, "score"), number(status, "required"));
        let is_spam = score >= required.min(THRESHOLD);
        assert_eq!(is_spam, name == GTUBE, "{name}: {status}");
    }
}
