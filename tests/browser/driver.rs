//! chromedriver, and the browsers that it opens.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::browser::Browser;

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// A running chromedriver. Dropping it closes every browser it opened.
pub(crate) struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    pub(crate) fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver; run script/setup");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let port = loop {
            let mut line = String::new();
            let read = stdout.read_line(&mut line).expect("what chromedriver says");
            assert_ne!(read, 0, "chromedriver ended before it named its port");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim().trim_end_matches('.').parse().expect("a port");
            }
        };
        // Keep reading, so that chromedriver never blocks on its output.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        Self { child, port }
    }

    /// Opens a headless Chromium with a new profile. `name` becomes part of the names of its screenshots.
    pub(crate) async fn browser(&self, name: &str, scripts: Scripts) -> Browser {
        let url = format!("http://127.0.0.1:{}", self.port);
        let javascript = match scripts {
            Scripts::On => 1,
            Scripts::Off => 2,
        };
        let wanted = json!({
            "goog:chromeOptions": {
                "args": [
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--no-first-run",
                    "--window-size=1024,1400",
                ],
                "prefs": {
                    "profile.managed_default_content_settings.javascript": javascript,
                    "download.default_directory": downloads(name),
                },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let wanted = wanted.as_object().expect("an object").clone();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&url)
            .await
            .expect("Chromium starts");
        let browser = Browser::new(client, url, name).await;
        browser.assert_scripts(scripts).await;
        browser
    }
}

/// Where a browser puts the files that it downloads. It is empty at first.
fn downloads(name: &str) -> PathBuf {
    let folder = Browser::downloads(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("a folder of ours");
    }
    fs::create_dir_all(&folder).expect("a folder of ours");
    folder
}

impl Drop for Driver {
    fn drop(&mut self) {
        // chromedriver closes its browsers on this request, but not on a signal.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            stream.set_read_timeout(Some(Duration::from_secs(10))).ok();
            write!(
                stream,
                "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n",
                self.port
            )
            .ok();
            stream.read_to_end(&mut Vec::new()).ok();
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
