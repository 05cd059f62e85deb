//! The list of users: a search box, filters and an order in the URL, a page at a time.

use actix_web::web::Query;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::{chip::Chip, dashboard::figure_text};
use crate::{
    db::admin::managed::ManagedUser,
    domain::admin::act,
    flows::admin::list::{self, Page},
    web::{
        error::WebResult,
        extract::{AdminUser, PageShell},
        pages::answer::{Showing, field_errors},
        paths::USERS,
        state::State,
        view::{FieldErrors, Shell},
    },
};

/// `/admin/users`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/users.html")]
pub struct AdminUsersPage {
    pub shell: Shell,
    pub query: ListQuery,
    /// The number of users on all pages as text; empty without a search.
    pub counted: String,
    /// The users of this page.
    pub users: Vec<UserLine>,
    /// The link to the next page; empty on the last one.
    pub next: String,
    /// The link to the previous page; empty on the first one.
    pub previous: String,
    /// Faults of the query, by its fields.
    pub errors: FieldErrors,
}

impl AdminUsersPage {
    fn narrows(&self) -> bool {
        self.query.narrows()
    }

    /// The acts on many users: name, and text in the list.
    #[expect(clippy::unused_self, reason = "templates reach a function by the page")]
    fn acts(&self) -> Vec<(&'static str, &'static str)> {
        act::bulk()
            .filter_map(|act| Some((act.name(), act.bulk.as_ref()?.choice)))
            .collect()
    }

    fn first_page(&self) -> String {
        self.query.link("")
    }

    /// This page with all users selected, or none.
    fn selecting(&self) -> String {
        let mut query = self.query.carried();
        if self.selects_all() {
            return format!("{}#found-title", self.query.here());
        }
        if !query.is_empty() {
            query.push('&');
        }
        format!("{USERS}?{query}select=all#found-title")
    }

    fn selects_all(&self) -> bool {
        self.query.select == "all"
    }

    fn export(&self) -> String {
        self.query
            .link("")
            .replacen(USERS, "/admin/users/export", 1)
    }
}

/// A user in the list.
#[derive(Clone, Debug)]
pub struct UserLine {
    pub id: String,
    /// The page of the user.
    pub href: String,
    pub email: String,
    /// The name; empty if there is none.
    pub name: String,
    /// The notable states of the account.
    pub chips: Vec<Chip>,
    /// When the last session began, according to the audit log.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// When the account was created.
    pub created_at: DateTime<Utc>,
}

impl From<ManagedUser> for UserLine {
    fn from(managed: ManagedUser) -> Self {
        let chips = Chip::short(&managed);
        let last_sign_in_at = managed.last_sign_in_at;
        let user = managed.user;
        Self {
            id: user.id.to_string(),
            href: format!("{USERS}/{}", user.id),
            name: user.display_name.unwrap_or_default(),
            email: user.email,
            created_at: user.created_at,
            last_sign_in_at,
            chips,
        }
    }
}

/// The query in the URL.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    pub q: String,
    pub status: String,
    pub role: String,
    pub two_factor: String,
    pub verified: String,
    pub sort: String,
    pub cursor: String,
    /// `all` if all users of the page are to be selected; not part of the search.
    pub select: String,
}

/// The longest query that is repeated on other pages: a search text of 254 characters takes up to 12 bytes
/// each.
const MOST_CARRIED: usize = 4096;

impl ListQuery {
    /// Parses the query of a link to the list; an invalid one searches for nothing.
    pub fn parse(query: &str) -> Self {
        Self::read(query).unwrap_or_default()
    }

    /// The same; `None` if it is invalid.
    pub fn read(query: &str) -> Option<Self> {
        let fits = query.len() <= MOST_CARRIED;
        fits.then(|| serde_urlencoded::from_str(query).ok())
            .flatten()
    }

    /// The link to this page of the list.
    pub fn here(&self) -> String {
        self.link(&self.cursor)
    }

    /// The same as a query only.
    pub fn carried(&self) -> String {
        self.query_of(&self.cursor)
    }

    fn pairs(&self) -> [(&'static str, &str); 6] {
        [
            ("q", self.q.as_str()),
            ("status", &self.status),
            ("role", &self.role),
            ("two_factor", &self.two_factor),
            ("verified", &self.verified),
            ("sort", &self.sort),
        ]
    }

    fn query_of(&self, cursor: &str) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in self.pairs().into_iter().filter(|(_, v)| !v.is_empty()) {
            query.append_pair(name, value);
        }
        if !cursor.is_empty() {
            query.append_pair("cursor", cursor);
        }
        query.finish()
    }

    fn link(&self, cursor: &str) -> String {
        match self.query_of(cursor).as_str() {
            "" => USERS.to_owned(),
            query => format!("{USERS}?{query}"),
        }
    }

    /// Whether a search or filter is given.
    fn narrows(&self) -> bool {
        let mut pairs = self.pairs().into_iter();
        pairs.any(|(name, value)| name != "sort" && !value.is_empty())
    }
}

impl From<&ListQuery> for list::Query {
    fn from(query: &ListQuery) -> Self {
        let query = query.clone();
        Self {
            q: query.q,
            status: query.status,
            role: query.role,
            two_factor: query.two_factor,
            verified: query.verified,
            sort: query.sort,
            cursor: query.cursor,
        }
    }
}

const FIELDS: [&str; 7] = [
    "q",
    "status",
    "role",
    "two_factor",
    "verified",
    "sort",
    "cursor",
];

/// `GET /admin/users`
pub async fn get(
    AdminUser(_): AdminUser,
    query: Query<ListQuery>,
    state: State,
    shell: PageShell,
) -> WebResult {
    let query = query.into_inner();
    let asked = list::Query::from(&query);
    let mut counted = String::new();
    let (showing, page) = match list::list(&state.services, &asked).await? {
        Ok(page) => {
            if let Ok(figure) = list::count(&state.services, &asked).await? {
                counted = figure_text(figure);
            }
            (Showing::first(), page)
        }
        Err(faults) => {
            let empty = Page {
                users: Vec::new(),
                next: None,
                previous: None,
            };
            (Showing::invalid(field_errors(&faults, &FIELDS)), empty)
        }
    };
    showing.answer(|errors| AdminUsersPage {
        shell: shell.take(),
        counted,
        users: page.users.into_iter().map(UserLine::from).collect(),
        next: page.next.map_or_else(String::new, |next| query.link(&next)),
        previous: page
            .previous
            .map_or_else(String::new, |previous| query.link(&previous)),
        query,
        errors,
    })
}
