//! curl, as a browser with its own cookies.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::site::{NAME, Site};

#[derive(Debug)]
pub(crate) struct Answer {
    /// `HTTP/2` or `HTTP/1.1`.
    pub(crate) protocol: String,
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
        let mut lines = head.lines();
        let mut first = lines.next().expect("a status").split(' ');
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            protocol: first.next().expect("a protocol").to_owned(),
            status: first.next().expect("a status").parse().expect("a number"),
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }

    /// The values of a header; its name in lower case.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).first().copied()
    }
}

pub(crate) struct Browser<'a> {
    site: &'a Site,
    /// The address from which it connects.
    from: &'a str,
    jar: PathBuf,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(site: &'a Site, from: &'a str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let jar = site.cluster.folder().join(format!("cookies-{count}"));
        Self { site, from, jar }
    }

    /// Requests a path over TLS, with further arguments of curl.
    pub(crate) fn ask(&self, path: &str, arguments: &[&str]) -> Answer {
        self.curl(&format!("{}{path}", self.site.origin), arguments)
    }

    /// Requests a path without TLS.
    pub(crate) fn ask_in_clear(&self, path: &str) -> Answer {
        self.curl(
            &format!("http://{NAME}:{}{path}", self.site.ports.http),
            &[],
        )
    }

    /// The token of a form on this page.
    pub(crate) fn csrf_token(&self, path: &str) -> String {
        let page = self.ask(path, &[]);
        let field = page.body.split_once("name=\"csrf_token\" value=\"");
        let (_, token) = field.unwrap_or_else(|| panic!("no form: {page:?}"));
        let (token, _) = token.split_once('"').expect("a value");
        token.to_owned()
    }

    /// Opens the page of a form, and submits it.
    pub(crate) fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.csrf_token(path);
        let mut arguments = vec!["--header".to_owned(), self.site.origin_header()];
        for (name, value) in fields.iter().chain(&[("csrf_token", token.as_str())]) {
            arguments.extend(["--data-urlencode".to_owned(), format!("{name}={value}")]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.ask(path, &arguments)
    }

    fn curl(&self, url: &str, arguments: &[&str]) -> Answer {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--include", "--max-time", "30"])
            .args(["--interface", self.from, "--header", "Expect:"])
            .arg("--cacert")
            .arg(&self.site.authority)
            .args(
                [&"--cookie", &"--cookie-jar"]
                    .iter()
                    .flat_map(|option| [option.to_string(), self.jar.display().to_string()]),
            );
        for port in [self.site.ports.https, self.site.ports.http] {
            curl.args(["--resolve", &format!("{NAME}:{port}:127.0.0.1")]);
        }
        let output = curl.args(arguments).arg(url).output();
        let output = output.expect("curl: script/setup installs it");
        assert!(
            output.status.success(),
            "{url} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Answer::parse(&String::from_utf8_lossy(&output.stdout))
    }
}
