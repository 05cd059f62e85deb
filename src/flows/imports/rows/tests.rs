use super::*;

fn all(text: &'static [u8]) -> Vec<(u64, Result<String, String>)> {
    let mut receiver = read(Box::new(text));
    let mut rows = Vec::new();
    while let Some(batch) = receiver.blocking_recv() {
        let reported = |read: ReadRow| (read.line, read.row.map(|row| row.email().to_owned()));
        rows.extend(batch.into_iter().map(reported));
    }
    rows
}

fn good(line: u64, email: &str) -> (u64, Result<String, String>) {
    (line, Ok(email.to_owned()))
}

#[test]
fn csv_and_json_lines_are_distinguished() {
    let csv = b"\xef\xbb\xbfrole,email\r\nuser,a@x.org\r\n\"user\",\"b@x.org\"\r\n\r\nuser,c@x.org";
    assert_eq!(
        all(csv),
        [good(2, "a@x.org"), good(3, "b@x.org"), good(5, "c@x.org")]
    );
    let json = b"{\"email\": \"a@x.org\", \"email_verified\": true, \"role\": null}\n\n{\"email\":\"b@x.org\"}";
    assert_eq!(all(json), [good(1, "a@x.org"), good(3, "b@x.org")]);
    assert_eq!(all(b" \n"), []);
}

#[test]
fn invalid_text_is_a_bad_row() {
    for (text, line, why) in [
        (&b"email,admin\na@x.org,1\n"[..], 1, "no column admin"),
        (b"email,email\na@x.org,1\n", 1, "twice"),
        (b"role\nuser\n", 1, "no column email"),
        (b"email,role\na@x.org\n", 2, "1 fields"),
        (b"email\n\xff\xfe\n", 2, "UTF-8"),
        (b"{\"email\": 7}\n", 1, "no text"),
        (b"{\"is_staff\": true}\n", 1, "no column"),
        (b"{\"email\": \"a@x.org\"\n", 1, "no JSON"),
        (b"[\n{\"email\": \"a@x.org\"}]\n", 1, "JSON array"),
        (b"\xff\xfee\0m\0", 1, "UTF-16"),
        (b"email;role\na@x.org;user\n", 1, "commas"),
        (
            b"{\"email\": \"a@x.org\", \"email\": \"b@x.org\"}\n",
            1,
            "email stands twice",
        ),
        (
            b"{\"role\": \"user\", \"email\": \"a@x.org\", \"r\\u006fle\": null}\n",
            1,
            "role stands twice",
        ),
    ] {
        let rows = all(text);
        let Some((at, Err(reported))) = rows.first() else {
            panic!("{rows:?}");
        };
        assert!(*at == line && reported.contains(why), "{at} {reported}");
    }
}

#[test]
fn a_file_in_another_format_is_refused_as_a_whole() {
    for (file, why) in [
        (&b""[..], "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"email\na@x.org\n\xff\n", "line 3 is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "line 1 is not UTF-8"),
        (b"mail\na@x.org\n", "no column mail"),
        (b"email,email\n", "twice"),
        (b"role\n", "no column email"),
        (
            b" [{\"email\": \"a@x.org\"}]",
            "a JSON array; write JSON lines",
        ),
        (b"\xef\xbb\xbf[\n", "a JSON array"),
        (b"true\n", "a single JSON value"),
        (b"7\n", "a single JSON value"),
        (b"\xff\xfee\0", "UTF-16"),
        (b"PK\x03\x04\x14", "spreadsheet"),
        (b"<?xml version=\"1.0\"?>", "XML"),
        (b"\"email\";\"role\"\n", "commas"),
        (b"display_name\temail\n", "commas"),
    ] {
        let reported = refuse(file).unwrap();
        assert!(reported.contains(why), "{reported}");
    }
    for file in [
        &b"\xef\xbb\xbfrole , email\r\nuser,a@x.org"[..],
        b"{\"email\": 1}",
    ] {
        assert_eq!(refuse(file), None);
    }
}

#[test]
fn an_open_quote_does_not_include_the_whole_file() {
    let mut text = b"email\n\"a@x.org\n".to_vec();
    text.resize(2 * 1024 * 1024, b'x');
    let rows = all(text.leak());
    assert_eq!(rows.len(), 1);
    assert!(
        rows[0].1.as_ref().unwrap_err().contains("too long"),
        "{rows:?}"
    );
}
