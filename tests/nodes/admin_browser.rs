//! An admin who uses the pages of a node.

use std::collections::BTreeMap;

use reqwest::{Client, Method, redirect::Policy};

use crate::cluster::Sql;
use crate::node::Node;
use crate::person::{PASSWORD, Person};

/// The host of `BASE_URL`.
const HOST: &str = "localhost:8080";

/// The answer of a page.
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) body: String,
}

/// A browser in which an admin is signed in.
pub(crate) struct AdminBrowser {
    http: Client,
    cookies: BTreeMap<String, String>,
}

impl AdminBrowser {
    /// Makes an account an admin and signs in.
    pub(crate) async fn of(node: &Node, sql: &Sql, person: &Person) -> Self {
        let email = &person.email;
        sql.run(&format!(
            "UPDATE users SET role = 'admin', email_verified_at = now() WHERE email = '{email}'"
        ))
        .await;
        let http = Client::builder().redirect(Policy::none()).build();
        let mut desk = Self {
            http: http.expect("a client"),
            cookies: BTreeMap::new(),
        };
        let token = desk.token(node, "/login").await;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf_token", &token)
            .append_pair("email", email)
            .append_pair("password", PASSWORD)
            .finish();
        let shown = desk.post(node, "/login", form).await;
        assert_eq!(shown.status, 303, "{}", shown.body);
        desk
    }

    async fn send(
        &mut self,
        node: &Node,
        (method, path): (Method, &str),
        body: Option<(&str, Vec<u8>)>,
    ) -> Shown {
        let cookies = self.cookies.iter();
        let cookies: Vec<_> = cookies.map(|(name, it)| format!("{name}={it}")).collect();
        let mut request = self
            .http
            .request(method, node.url(path))
            .header("host", HOST)
            .header("origin", format!("http://{HOST}"))
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookies.join("; "));
        if let Some((media_type, body)) = body {
            request = request.header("content-type", media_type).body(body);
        }
        let answer = request.send().await.expect("an answer");
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("ASCII");
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get("location");
        let location = location.map_or("", |it| it.to_str().expect("ASCII"));
        Shown {
            status: answer.status().as_u16(),
            location: location.to_owned(),
            body: answer.text().await.expect("text"),
        }
    }

    pub(crate) async fn get(&mut self, node: &Node, path: &str) -> Shown {
        self.send(node, (Method::GET, path), None).await
    }

    async fn post(&mut self, node: &Node, path: &str, form: String) -> Shown {
        let media_type = "application/x-www-form-urlencoded";
        let body = Some((media_type, form.into_bytes()));
        self.send(node, (Method::POST, path), body).await
    }

    /// The form token of a page.
    async fn token(&mut self, node: &Node, path: &str) -> String {
        let shown = self.get(node, path).await;
        let mut parts = shown.body.split("name=\"csrf_token\" value=\"");
        let after = parts.nth(1).unwrap_or_else(|| panic!("{}", shown.body));
        after.split('"').next().expect("a value").to_owned()
    }

    /// Presses a button of a page.
    pub(crate) async fn press(&mut self, node: &Node, page: &str, action: &str) -> Shown {
        let token = self.token(node, page).await;
        let action = format!("{page}/{action}");
        self.post(node, &action, format!("csrf_token={token}"))
            .await
    }

    /// Uploads a file of accounts, asserts that it is kept, and returns the path of its page.
    pub(crate) async fn upload(&mut self, node: &Node, content: &str) -> String {
        let path = "/admin/users/import";
        let token = self.token(node, path).await;
        let field = "--edge\r\nContent-Disposition: form-data; name=";
        let body = format!(
            "{field}\"csrf_token\"\r\n\r\n{token}\r\n{field}\"file\"; filename=\"a.csv\"\r\n\r\n{content}\r\n--edge--\r\n"
        );
        let body = Some(("multipart/form-data; boundary=edge", body.into_bytes()));
        let shown = self.send(node, (Method::POST, path), body).await;
        assert_eq!(shown.status, 303, "{}", shown.body);
        shown.location
    }
}
