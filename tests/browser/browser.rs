//! One browser as a person uses it: open a page, fill a form, press its button, read the page.
//!
//! Elements are found by what DESIGN.md fixes (a form's action, a field's name, roles), never by how a
//! page looks.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fantoccini::cookies::Cookie;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::driver::Scripts;
use crate::harness::eventually;

/// A page that shows whether scripts run.
const SCRIPTED: &str =
    "data:text/html,<p>off</p><script>document.querySelector('p').textContent='on'</script>";

pub(crate) struct Browser {
    client: Client,
    /// The session, for commands that only chromedriver has.
    session: String,
    name: String,
    screenshots: AtomicU32,
    closed: bool,
}

/// Fails unless the test has checked the browser's console.
impl Drop for Browser {
    fn drop(&mut self) {
        let looked_at = self.closed || std::thread::panicking();
        assert!(looked_at, "{} was not closed", self.name);
    }
}

impl Browser {
    pub(crate) async fn new(client: Client, driver: String, name: &str) -> Self {
        let id = client
            .session_id()
            .await
            .expect("an open session")
            .expect("an open session");
        let session = format!("{driver}/session/{id}");
        Self {
            client,
            session,
            name: name.to_owned(),
            screenshots: AtomicU32::new(0),
            closed: false,
        }
    }

    /// Where the browser of this name puts the files that it downloads.
    pub(crate) fn downloads(name: &str) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("downloads-{name}"))
    }

    /// Waits for a file with this ending, which has another one while it arrives; returns its text.
    pub(crate) async fn downloaded(&self, ending: &str) -> String {
        let folder = Self::downloads(&self.name);
        let what = format!("a download *.{ending}");
        let whole = eventually(Duration::from_secs(20), &what, async || {
            let files = fs::read_dir(&folder).expect("a folder of ours");
            let mut files = files.map(|file| file.expect("a file").path());
            files.find(|file| file.extension().is_some_and(|found| found == ending))
        });
        fs::read_to_string(whole.await).expect("UTF-8")
    }

    /// Fails unless scripts are on or off as asked for.
    pub(crate) async fn assert_scripts(&self, scripts: Scripts) {
        self.open(SCRIPTED).await;
        let expected = if scripts == Scripts::On { "on" } else { "off" };
        assert_eq!(self.text("p").await, expected, "scripts in the browser");
    }

    pub(crate) async fn open(&self, url: &str) {
        self.client
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// The path of the page, without its query.
    pub(crate) async fn path(&self) -> String {
        self.client
            .current_url()
            .await
            .expect("a page")
            .path()
            .to_owned()
    }

    /// Fails, with the text of the page, unless the browser is at `path`.
    pub(crate) async fn assert_at(&self, path: &str) {
        let found = self.path().await;
        if found != path {
            let picture = self.screenshot("unexpected").await;
            panic!(
                "{} is at {found}, not {path}; {}\n{}",
                self.name,
                picture.display(),
                self.text("body").await
            );
        }
    }

    /// Fills the form that posts to `action` and presses its button; returns on the next page.
    pub(crate) async fn submit(&self, action: &str, fields: &[(&str, &str)]) {
        self.submit_form(&format!("form[action=\"{action}\"]"), fields)
            .await;
    }

    /// Like [`submit`](Self::submit), for the form that a selector finds. For the meaning of values see
    /// [`fill`](Self::fill).
    pub(crate) async fn submit_form(&self, form: &str, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            self.fill(
                &format!("{form} [name=\"{name}\"]:not([type=hidden])"),
                value,
            )
            .await;
        }
        let page = self.find("html").await;
        let button = self.find(&format!("{form} button")).await;
        button
            .click()
            .await
            .unwrap_or_else(|error| panic!("the button of {form}: {error}"));
        // The elements of the old page become stale, even if the answer is the same page again.
        eventually(
            Duration::from_secs(20),
            &format!("the answer to {form}"),
            async || page.tag_name().await.is_err().then_some(()),
        )
        .await;
    }

    /// Sets a field's value: `"on"` ticks a checkbox, a value selects an option of a list, and a path is
    /// the file to upload.
    pub(crate) async fn fill(&self, css: &str, value: &str) {
        let field = self.find(css).await;
        let done = match self.kind_of(&field).await.as_str() {
            "checkbox" => {
                assert_eq!(value, "on", "a checkbox is ticked by `on`");
                match field.is_selected().await {
                    Ok(false) => field.click().await,
                    other => other.map(|_| ()),
                }
            }
            "select" => field.select_by_value(value).await,
            "file" => field.send_keys(value).await,
            _ => match field.clear().await {
                Ok(()) => field.send_keys(value).await,
                error => error,
            },
        };
        done.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Ticks the checkbox in the list item with this text.
    pub(crate) async fn tick_beside(&self, text: &str) {
        let path = format!("//li[contains(., \"{text}\")]//input[@type=\"checkbox\"]");
        let found = self.client.find(Locator::XPath(&path)).await;
        let ticked = found.unwrap_or_else(|error| panic!("beside {text}: {error}"));
        ticked.click().await.expect("a checkbox in view");
    }

    /// `select`, or the type of an input.
    async fn kind_of(&self, field: &Element) -> String {
        let tag = field.tag_name().await.expect("a field");
        if tag == "select" {
            return tag;
        }
        let kind = field.attr("type").await.expect("a field");
        kind.unwrap_or_default()
    }

    /// Types into a field without clearing it, and sends nothing.
    pub(crate) async fn type_into(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        let typed = field.send_keys(text).await;
        typed.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Waits until the text of an element contains these words, and returns it. The page may reload itself
    /// in the meantime.
    pub(crate) async fn reads(&self, css: &str, words: &str) -> String {
        let what = format!("{words:?} in {css}");
        eventually(Duration::from_secs(10), &what, async || {
            let element = self.client.find(Locator::Css(css)).await.ok()?;
            let text = element.text().await.ok()?;
            text.contains(words).then_some(text)
        })
        .await
    }

    /// Follows a link to the next page.
    pub(crate) async fn follow(&self, css: &str) {
        let page = self.find("html").await;
        self.click(css).await;
        eventually(
            Duration::from_secs(20),
            &format!("the page behind {css}"),
            async || page.tag_name().await.is_err().then_some(()),
        )
        .await;
    }

    /// Clicks an element that unfolds something; for buttons of forms see [`submit`](Self::submit).
    pub(crate) async fn click(&self, css: &str) {
        let element = self.find(css).await;
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Whether an element matches.
    pub(crate) async fn has(&self, css: &str) -> bool {
        !self
            .client
            .find_all(Locator::Css(css))
            .await
            .expect("a selector")
            .is_empty()
    }

    /// The visible text of the first match.
    pub(crate) async fn text(&self, css: &str) -> String {
        self.notices_stand().await;
        self.find(css).await.text().await.expect("an element")
    }

    /// The visible text of every match.
    pub(crate) async fn texts(&self, css: &str) -> Vec<String> {
        self.notices_stand().await;
        let mut texts = Vec::new();
        for element in self
            .client
            .find_all(Locator::Css(css))
            .await
            .expect("a selector")
        {
            texts.push(element.text().await.expect("an element"));
        }
        texts
    }

    /// Scripts take a notice away for a moment and put it back, so that it is announced.
    async fn notices_stand(&self) {
        let none = Locator::Css(".notice[role=status]:empty");
        eventually(Duration::from_secs(5), "every notice", async || {
            self.client.find(none).await.is_err().then_some(())
        })
        .await;
    }

    async fn find(&self, css: &str) -> Element {
        match self
            .client
            .wait()
            .at_most(Duration::from_secs(5))
            .for_element(Locator::Css(css))
            .await
        {
            Ok(element) => element,
            Err(error) => {
                let path = self.path().await;
                let picture = self.screenshot("missing").await;
                let source = self.client.source().await.unwrap_or_default();
                panic!(
                    "no {css} at {path}: {error}; {}\n{source}",
                    picture.display()
                )
            }
        }
    }

    /// Saves a screenshot of the whole window to `target/screenshots/`.
    pub(crate) async fn screenshot(&self, what: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&folder).expect("target/ is ours");
        let number = self.screenshots.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{}-{number:02}-{what}.png", self.name));
        let picture = self.client.screenshot().await.expect("a picture");
        fs::write(&path, picture).expect("target/ is ours");
        path
    }

    /// Scrolls the element into the next screenshot.
    pub(crate) async fn show(&self, css: &str) {
        let element = self.find(css).await;
        let element = serde_json::to_value(element).expect("a reference");
        self.client
            .execute(
                "arguments[0].scrollIntoView({block: 'center'})",
                vec![element],
            )
            .await
            .expect("a script");
    }

    /// Runs a script on the open page; `arguments` end with the callback for its result.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client
            .execute_async(script, arguments)
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Makes the browser prefer dark or light pages.
    pub(crate) async fn prefer_colours(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let params = json!({ "features": features });
        self.devtools("Emulation.setEmulatedMedia", params).await;
    }

    /// Sets the size of the page in CSS pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let params =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", params)
            .await;
    }

    /// A command of the `DevTools` protocol.
    pub(crate) async fn devtools(&self, command: &str, params: Value) {
        let body = json!({ "cmd": command, "params": params });
        self.command("goog/cdp/execute", &body).await;
    }

    pub(crate) async fn cookie(&self, name: &str) -> Option<Cookie<'static>> {
        match self.client.get_named_cookie(name).await {
            Ok(cookie) => Some(cookie),
            Err(CmdError::Standard(error)) if error.error() == "no such cookie" => None,
            Err(error) => panic!("cookie {name}: {error}"),
        }
    }

    pub(crate) async fn delete_cookie(&self, name: &str) {
        self.client
            .delete_cookie(name)
            .await
            .expect("a page of ours");
    }

    /// All cookies of the page, as a `Cookie` header.
    pub(crate) async fn cookie_header(&self) -> String {
        let cookies = self.client.get_all_cookies().await.expect("a page of ours");
        let pairs: Vec<String> = cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        pairs.join("; ")
    }

    /// Closes the browser. Fails on every complaint of its console on any page: a violation of the policy,
    /// a script error, a missing file, a field without `autocomplete`.
    pub(crate) async fn close(self) {
        self.close_where(|_| false).await;
    }

    /// Like [`close`](Self::close), except for complaints that the test expects.
    pub(crate) async fn close_where(mut self, meant: impl Fn(&Value) -> bool) {
        let mut faults = self.faults().await;
        faults.retain(|entry| !meant(entry));
        self.closed = true;
        assert!(
            faults.is_empty(),
            "the console of {}: {faults:#?}",
            self.name
        );
        self.client.clone().close().await.expect("an open session");
    }

    /// The console's complaints since the last call.
    pub(crate) async fn faults(&self) -> Vec<Value> {
        let entries = self.command("se/log", &json!({ "type": "browser" })).await;
        let entries = entries.as_array().expect("a list of entries");
        entries.iter().filter(|e| is_fault(e)).cloned().collect()
    }

    /// Gives the browser an authenticator that keeps passkeys (WebAuthn, 11). Returns its id.
    pub(crate) async fn plug(&self, transport: &str, verifies: bool) -> String {
        let options = json!({
            "protocol": "ctap2",
            "transport": transport,
            "hasResidentKey": true,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "isUserConsenting": true,
        });
        let id = self.command("webauthn/authenticator", &options).await;
        id.as_str().expect("an id").to_owned()
    }

    /// Takes an authenticator away.
    pub(crate) async fn unplug(&self, authenticator: &str) {
        let path = format!("{}/webauthn/authenticator/{authenticator}", self.session);
        let answer = reqwest::Client::new().delete(path).send().await;
        assert!(answer.expect("chromedriver answers").status().is_success());
    }

    /// The number of passkeys that an authenticator keeps.
    pub(crate) async fn passkeys_of(&self, authenticator: &str) -> usize {
        let path = format!(
            "{}/webauthn/authenticator/{authenticator}/credentials",
            self.session
        );
        let answer = reqwest::get(path).await.expect("chromedriver answers");
        let answer: Value = answer.json().await.expect("JSON");
        answer["value"].as_array().map_or(0, Vec::len)
    }

    /// A command that only chromedriver has.
    async fn command(&self, name: &str, body: &Value) -> Value {
        let request = reqwest::Client::new()
            .post(format!("{}/{name}", self.session))
            .json(body);
        let answer = request.send().await.expect("chromedriver answers");
        let status = answer.status();
        let mut answer: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{name}: {answer}");
        answer["value"].take()
    }
}

/// Whether a console entry reports a fault of the page.
fn is_fault(entry: &Value) -> bool {
    let message = entry["message"].as_str().unwrap_or_default();
    // Refusals are expected; Chromium logs their status as a failed load.
    let refused = ["400", "401", "403", "409", "410", "422", "429"]
        .iter()
        .any(|status| message.contains(&format!("responded with a status of {status}")));
    // The reset page must not show the account of its link before the link is used.
    let nameless = message.contains("/reset-password") && message.contains("username fields");
    // The console notes the effects of the header that signing out sends.
    let cleared = entry["level"] == "INFO" && message.contains("Clear-Site-Data header on");
    !(nameless || cleared || refused && entry["source"] == "network")
}
