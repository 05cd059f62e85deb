//! The answers of pages: a screen with its status, or a redirect to the next one.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;
use chrono::{DateTime, Utc};
use url::form_urlencoded::Serializer;

use crate::{
    domain::{
        clock::whole_seconds,
        local_path::LocalPath,
        sign_in::{attempts::Pause, device::DeviceCookie},
    },
    flows::{
        InputFaults, PendingSignIn, TokenPair, accounts::deletion::Restorable,
        sign_in::known_browser::remember_browser,
    },
    web::{
        cookies::SetCookies,
        copy,
        error::{WebResult, way_over},
        extract::PageRequest,
        paths::{ACCOUNT, CHANGE_PASSWORD, LOGIN_VERIFY, RESTORE},
        session::{BrowserSession, Pending, Restoring},
        view::{FieldErrors, Flash},
    },
};

/// How a screen with a form is shown: for the first time, or again with faults.
pub(super) struct Showing {
    status: StatusCode,
    errors: FieldErrors,
    retry_after: Option<Duration>,
}

impl Showing {
    /// For the first time.
    pub(super) fn first() -> Self {
        Self::again(StatusCode::OK, FieldErrors::default())
    }

    /// Again, with a status and faults.
    pub(super) fn again(status: StatusCode, errors: FieldErrors) -> Self {
        Self {
            status,
            errors,
            retry_after: None,
        }
    }

    /// Again, because some input is invalid.
    pub(super) fn invalid(errors: FieldErrors) -> Self {
        Self::again(StatusCode::UNPROCESSABLE_ENTITY, errors)
    }

    /// A list without a page, because its cursor or another part of the query is invalid. These have no
    /// fields on the page.
    pub(super) fn of_query(faults: &InputFaults) -> Self {
        let all = faults.iter().flat_map(|(_, messages)| messages);
        let messages: Vec<&str> = all.map(String::as_str).collect();
        Self::invalid(FieldErrors::of_form(messages.join(" ")))
    }

    /// Again, because the credentials are wrong.
    pub(super) fn rejected(errors: FieldErrors) -> Self {
        Self::again(StatusCode::UNAUTHORIZED, errors)
    }

    /// Whether the page is shown again because of a fault.
    pub(super) fn is_fault(&self) -> bool {
        self.status != StatusCode::OK
    }

    /// Whether the credentials are wrong.
    pub(super) fn is_rejected(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// Again, because the account changed at the same moment.
    pub(super) fn overtaken() -> Self {
        Self::again(StatusCode::CONFLICT, FieldErrors::of_form(copy::OVERTAKEN))
    }

    /// Again, because the account is frozen until then.
    pub(super) fn frozen(until: &DateTime<Utc>) -> Self {
        let errors = FieldErrors::of_form(copy::account_frozen(until));
        Self::again(StatusCode::CONFLICT, errors)
    }

    /// Again, because there were too many attempts.
    pub(super) fn throttled(pause: Pause) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            errors: FieldErrors::of_form(copy::too_many_attempts(pause)),
            retry_after: Some(pause.retry_after()),
        }
    }

    /// The same if the link turns out to be invalid: a 410 or 422 instead of a fault of the form.
    pub(super) fn of_dead_link(mut self) -> Self {
        if self.status == StatusCode::OK {
            self.status = StatusCode::GONE;
        } else if self.retry_after.is_none() {
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        self.errors = FieldErrors::default();
        self
    }

    /// The answer with the page that is made from these faults.
    pub(super) fn answer<P: Template>(self, page: impl FnOnce(FieldErrors) -> P) -> WebResult {
        let html = page(self.errors).render()?;
        let mut answer = HttpResponse::build(self.status);
        if let Some(wait) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, whole_seconds(wait)));
        }
        Ok(answer
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(html))
    }
}

/// A page without a form.
pub(super) fn page(status: StatusCode, page: impl Template) -> WebResult {
    Showing::again(status, FieldErrors::default()).answer(|_| page)
}

/// The faults of the fields, in the order of the page.
pub(super) fn field_errors(faults: &InputFaults, order: &[&str]) -> FieldErrors {
    let position = |field: &str| order.iter().position(|known| *known == field);
    let mut faults: Vec<_> = faults.iter().collect();
    faults.sort_by_key(|(field, _)| position(field).unwrap_or(order.len()));
    let mut errors = FieldErrors::default();
    for (field, messages) in faults {
        for message in messages {
            errors.add(field, message);
        }
    }
    errors
}

/// A redirect to another page, with GET (RFC 9110, 15.4.4).
pub(super) fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

/// A redirect to another page that will show a message.
pub(super) fn see_other_with(session: &BrowserSession, path: &str, flash: &Flash) -> HttpResponse {
    session.leave_flash(flash);
    see_other(path)
}

/// The link to the next page of a list; empty if there is none.
pub(super) fn next_page(path: &str, name: &str, next: Option<&str>) -> String {
    next.map_or_else(String::new, |cursor| {
        let query = Serializer::new(String::new())
            .append_pair(name, cursor)
            .finish();
        format!("{path}?{query}")
    })
}

/// Signs the browser in and redirects it. The account then knows the browser, in addition to the entries
/// of its `device` cookie. A flash must be left after this, not before.
pub(super) fn signed_in(
    request: &PageRequest,
    pair: &TokenPair,
    device: &DeviceCookie,
    next: Option<&LocalPath>,
) -> HttpResponse {
    request.session.renew();
    if pair.recovery_ended {
        let flash = Flash::warning(copy::RECOVERY_ENDED_BY_SIGN_IN);
        request.session.leave_flash(&flash);
    }
    let path = if pair.user.password_must_change {
        way_over(CHANGE_PASSWORD, next)
    } else {
        next.map_or(ACCOUNT, LocalPath::as_str).to_owned()
    };
    let device = remember_browser(request.services(), device, &pair.user);
    see_other(&path)
        .with_cookies(request.state.settings.pair_cookies(pair))
        .with_cookies([request.state.settings.device_cookie(&device)])
}

/// Sends the owner of a deleted account, who gave the right credentials, to the page that restores it.
pub(super) fn account_deleted(
    session: &BrowserSession,
    restorable: Restorable,
    remember_me: bool,
) -> HttpResponse {
    session.renew();
    session.set_restoring(&Restoring {
        restorable,
        remember_me,
    });
    see_other(RESTORE)
}

/// Redirects to the page for the code. A flash must be left after this, not before.
pub(super) fn code_required(
    session: &BrowserSession,
    pending: &PendingSignIn,
    remember_me: bool,
    next: Option<&LocalPath>,
) -> HttpResponse {
    session.renew();
    session.set_pending(&Pending {
        token: pending.token.expose().to_owned(),
        remember_me,
        next: next.map(ToString::to_string),
        resets: pending.resets,
        methods: pending.methods.iter().map(ToString::to_string).collect(),
    });
    see_other(LOGIN_VERIFY)
}
