//! A browser without scripts: it keeps cookies, fills in forms and follows redirects.

use chrono::{DateTime, Utc};
use reqwest::{Client, Method, RequestBuilder};
use scraper::Html;
use vestibule::internals::domain::clock::Clock;

use super::{
    answer::Answer,
    app::Node,
    clock::HandClock,
    cookie::{Jar, SetCookie},
    form::{Form, selector, text_of},
    people::Person,
    settings::{HOST, ORIGIN},
};

/// One person's browser.
#[derive(Clone)]
pub(crate) struct Browser {
    http: Client,
    node: String,
    clock: HandClock,
    pub(crate) jar: Jar,
    page: Option<Page>,
}

/// A page, and the redirects that led to it.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    path: String,
    answer: Answer,
    /// The redirects before the page, oldest first.
    pub(crate) redirects: Vec<Answer>,
}

/// The URL-encoded body of a form.
pub(crate) fn urlencoded(fields: &[(impl AsRef<str>, impl AsRef<str>)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

impl Browser {
    pub(crate) fn new(node: &Node, clock: &HandClock) -> Self {
        Self {
            http: http(),
            node: node.url(),
            clock: clock.clone(),
            jar: Jar::default(),
            page: None,
        }
    }

    /// The same browser with its cookies, for another node.
    pub(crate) fn at(&self, node: &Node) -> Self {
        Self {
            node: node.url(),
            ..self.clone()
        }
    }

    /// Opens a path or a link of the service, and follows redirects.
    pub(crate) async fn visit(&mut self, link: &str) -> Page {
        let path = link.strip_prefix(ORIGIN).unwrap_or(link);
        let request = self
            .request(Method::GET, path)
            .header("sec-fetch-site", "none");
        let answer = self.send(request).await;
        self.follow(path, answer).await
    }

    /// Fills in the form with this action on the open page, sends it, and follows redirects.
    pub(crate) async fn submit(&mut self, action: &str, typed: &[(&str, &str)]) -> Page {
        let fields = self.form(action, typed).filled(typed);
        self.post(action, &fields).await
    }

    /// The form with this action and these fields.
    pub(crate) fn form(&self, action: &str, typed: &[(&str, &str)]) -> Form {
        let page = self.page.as_ref().expect("a page is open");
        let forms = Form::all(&page.answer.body);
        let found = forms
            .iter()
            .find(|form| form.action == action && form.has(typed));
        let lacks = || {
            panic!(
                "{} has no form {action} with {typed:?}: {forms:?}",
                page.path
            )
        };
        found.cloned().unwrap_or_else(lacks)
    }

    /// Posts fields as one of our forms would, and follows redirects.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        fields: &[(impl AsRef<str>, impl AsRef<str>)],
    ) -> Page {
        let request = self
            .post_request(path)
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .body(urlencoded(fields));
        let answer = self.send(request).await;
        self.follow(path, answer).await
    }

    /// A POST of a form without the headers that name its origin.
    pub(crate) fn post_request(&self, path: &str) -> RequestBuilder {
        let form = "application/x-www-form-urlencoded";
        self.request(Method::POST, path)
            .header("content-type", form)
    }

    /// A request with the cookies of this browser.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.node))
            .header("host", HOST)
            .header(
                "user-agent",
                "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
            );
        match self.jar.header(self.now()) {
            Some(cookies) => request.header("cookie", cookies),
            None => request,
        }
    }

    /// Sends one request and keeps the cookies of its answer.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = Answer::of(request).await;
        for cookie in answer.set_cookies() {
            self.jar.keep(&cookie, self.now());
        }
        answer
    }

    async fn follow(&mut self, path: &str, first: Answer) -> Page {
        let (mut path, mut answer, mut redirects) = (path.to_owned(), first, Vec::new());
        while matches!(answer.status, 302 | 303) {
            let next = answer.header("location").expect("a location").to_owned();
            assert!(next.starts_with('/'), "a redirect leaves the site: {next}");
            let request = self
                .request(Method::GET, &next)
                .header("sec-fetch-site", "same-origin");
            redirects.push(answer);
            assert!(redirects.len() < 8, "redirects without end at {next}");
            answer = self.send(request).await;
            path = next;
        }
        let page = Page {
            path,
            answer,
            redirects,
        };
        page.assert_readable();
        self.page = Some(page.clone());
        page
    }

    /// The `Cookie` header that it would send now.
    pub(crate) fn cookies(&self) -> String {
        self.jar.header(self.now()).unwrap_or_default()
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The form token in the hidden field of a page.
    pub(crate) async fn csrf_token(&mut self) -> String {
        self.visit("/login").await;
        let page = self.page.as_ref().unwrap();
        let forms = Form::all(&page.answer.body);
        let mut fields = forms.iter().flat_map(|form| &form.fields);
        let token = fields.find(|field| field.name == "csrf_token");
        token.expect("a page with a form").value.clone()
    }

    /// Signs in with address and password.
    pub(crate) async fn sign_in(&mut self, person: &Person) -> Page {
        self.visit("/login").await;
        let (email, password) = (person.email.as_str(), person.password.as_str());
        self.submit("/login", &[("email", email), ("password", password)])
            .await
    }

    /// Signs in with address, password and a code.
    pub(crate) async fn sign_in_with(&mut self, person: &Person, code: &str) -> Page {
        assert_eq!(self.sign_in(person).await.path(), "/login/verify");
        self.submit("/login/verify", &[("code", code)]).await
    }

    /// Whether the account page opens.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        let page = self.visit("/account").await;
        assert_eq!(page.status(), 200);
        page.path() == "/account"
    }
}

/// A client that follows no redirects.
pub(crate) fn http() -> Client {
    let policy = reqwest::redirect::Policy::none();
    Client::builder().redirect(policy).build().unwrap()
}

impl Page {
    /// The path without its query.
    pub(crate) fn path(&self) -> &str {
        self.path.split('?').next().unwrap()
    }

    /// Path and query.
    pub(crate) fn path_and_query(&self) -> &str {
        &self.path
    }

    /// The status.
    pub(crate) fn status(&self) -> u16 {
        self.answer.status
    }

    /// The page itself.
    pub(crate) fn html(&self) -> &str {
        &self.answer.body
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.answer.header(name)
    }

    /// Every cookie that was set on the way, oldest first.
    pub(crate) fn set_cookies(&self) -> Vec<SetCookie> {
        let all = self.redirects.iter().chain([&self.answer]);
        all.flat_map(Answer::set_cookies).collect()
    }

    /// The text of the alerts: the errors.
    pub(crate) fn alert(&self) -> String {
        self.text("[role=alert]")
    }

    /// The joined text of every element that a selector finds.
    pub(crate) fn text(&self, css: &str) -> String {
        let html = Html::parse_document(self.html());
        let found: Vec<String> = html.select(&selector(css)).map(text_of).collect();
        found.join("\n")
    }

    /// The text of each element that a selector finds.
    pub(crate) fn texts(&self, css: &str) -> Vec<String> {
        let html = Html::parse_document(self.html());
        html.select(&selector(css)).map(text_of).collect()
    }

    /// An attribute of the first element that a selector finds.
    pub(crate) fn attribute(&self, css: &str, name: &str) -> String {
        let html = Html::parse_document(self.html());
        let found = html.select(&selector(css)).next();
        let value = found.and_then(|element| element.attr(name));
        value
            .unwrap_or_else(|| panic!("no {name} of {css}"))
            .to_owned()
    }

    fn assert_readable(&self) {
        let media_type = self.header("content-type").unwrap_or_default();
        let Self { path, answer, .. } = self;
        assert_eq!(media_type, "text/html; charset=utf-8", "{path}: {answer:?}");
        assert!(
            !self.text("h1").is_empty(),
            "{path} has no heading: {answer:?}"
        );
    }
}
