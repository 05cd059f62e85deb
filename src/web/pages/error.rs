//! The page for a failed request: what happened, what to do next, and the id under which the operator
//! finds it. Never a cause.

use std::time::Duration;

use askama::Template;

use crate::{
    domain::clock::whole_seconds,
    web::{
        paths::LOGIN,
        view::{Shell, wait_in_words},
    },
};

/// The text of the link if no other page is more suitable.
const HOME: &str = "Go to the home page";

/// Any error, in the layout of all pages.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub shell: Shell,
    pub status: u16,
    /// The heading, in words.
    pub title: &'static str,
    /// What happened.
    pub happened: String,
    /// What to do next.
    pub next_step: String,
    /// The whole seconds to wait, if that is the next step.
    pub wait_seconds: Option<u64>,
    /// The link to continue: a path or a URL of ours, and its text.
    pub way: (String, &'static str),
}

impl ErrorPage {
    /// The page for a status. A status without its own text uses that of the nearest one.
    ///
    /// `retry_after` is the value of the `Retry-After` header, if it is sent.
    pub fn for_status(shell: Shell, status: u16, retry_after: Option<Duration>) -> Self {
        let (title, happened, next_step) = words(status);
        let next_step = match retry_after {
            Some(wait) => format!("Wait {}, then try again.", wait_in_words(wait)),
            None => next_step.to_owned(),
        };
        Self {
            shell,
            status,
            title,
            happened: happened.to_owned(),
            next_step,
            wait_seconds: retry_after.map(whole_seconds),
            way: match status {
                401 => (LOGIN.to_owned(), "Sign in"),
                _ => ("/".to_owned(), HOME),
            },
        }
    }

    /// This service under another host name (421): a relative link would lead to the same error.
    pub fn misdirected(shell: Shell, origin: &str) -> Self {
        let home = format!("{origin}/");
        let shell = Shell {
            home: home.clone(),
            ..shell
        };
        Self {
            way: (home, HOME),
            ..Self::for_status(shell, 421, None)
        }
    }

    /// A form whose hidden token does not belong to this browser's session (403). `form` is the path of
    /// its page, empty if unknown.
    pub fn form_expired(shell: Shell, form: &str) -> Self {
        Self {
            shell,
            status: 403,
            title: "This form has expired",
            happened: "The page was open for a long time, or you signed in or out in another tab. Nothing was changed."
                .to_owned(),
            next_step: "Load the page again, and send the form once more. Cookies must be allowed for this site."
                .to_owned(),
            wait_seconds: None,
            way: if form.is_empty() {
                ("/".to_owned(), HOME)
            } else {
                (form.to_owned(), "Load the page again")
            },
        }
    }
}

/// Title, what happened, and what to do next.
fn words(status: u16) -> (&'static str, &'static str, &'static str) {
    match status {
        401 => (
            "Please sign in",
            "This page is only for people who are signed in.",
            "Sign in, then open it again.",
        ),
        403 => (
            "You cannot open this page",
            "Your account does not have access to it, or the request did not come from this site. Nothing was changed.",
            "Go back to the previous page. If you need access, ask the people who run this service.",
        ),
        404 => (
            "Page not found",
            "The address may be mistyped, or the page may have moved.",
            "Check the address, or start again from the home page.",
        ),
        405 => (
            "That does not work here",
            "This page does not support that kind of request. Nothing was changed.",
            "Go back and use the buttons of the page.",
        ),
        413 => (
            "The request is too large",
            "The data that you sent is larger than this form accepts. Nothing was changed.",
            "Go back, make it shorter, and send it again.",
        ),
        421 => (
            "This is not the right address",
            "This service does not answer under the host name that was requested.",
            "Check the address of the site, and open it from a link or bookmark that you trust.",
        ),
        429 => (
            "Too many attempts",
            "There were too many attempts in a short time. To protect your account, more attempts are refused for a while.",
            "Wait a few minutes, then try again.",
        ),
        503 => (
            "We cannot answer right now",
            "The service is busy or temporarily unavailable. Nothing was changed.",
            "Try again in a moment.",
        ),
        500..=599 => (
            "Something went wrong on our side",
            "We could not finish this. You did nothing wrong. The error has been logged.",
            "Try again in a moment. If it happens again, tell the people who run this service, with the reference below.",
        ),
        _ => (
            "We could not read the request",
            "The data that was sent is incomplete, or we do not understand its form. Nothing was changed.",
            "Go back, load the page again, and try once more.",
        ),
    }
}
