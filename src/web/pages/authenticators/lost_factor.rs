//! Asking for the removal of a lost second factor, with a pending sign-in.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::{
    flows::authenticators::recovery::{self, State},
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::{Showing, see_other, see_other_with},
        paths::{ACCOUNT, LOGIN, LOST_FACTOR},
        problem::codes,
        session::BrowserSession,
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/login/lost-factor`.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/lost_factor.html")]
pub struct LostFactorPage {
    pub shell: Shell,
    pub step: LostFactorStep,
    /// Faults that belong to no field.
    pub errors: FieldErrors,
}

/// What the page offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LostFactorStep {
    /// To ask for the removal, which takes this many hours.
    Ask { hours: i64 },
    /// To wait until then.
    Wait { until: DateTime<Utc> },
    /// To open the link in the mail, before then.
    OpenLink { until: DateTime<Utc> },
    /// To contact an administrator.
    Unavailable,
}

#[derive(Deserialize)]
pub struct NoFields {}

/// `GET /login/lost-factor`.
pub async fn get(MaybeUser(who): MaybeUser, request: PageRequest) -> WebResult {
    if who.is_some() && request.session.pending().is_none() {
        return Ok(see_other(ACCOUNT));
    }
    show(&request, Showing::first()).await
}

/// `POST /login/lost-factor`.
pub async fn post(CsrfForm(NoFields {}): CsrfForm<NoFields>, request: PageRequest) -> WebResult {
    let Some(pending) = request.session.pending() else {
        return Ok(no_pending(&request.session));
    };
    let token = pending.token.into();
    match recovery::start(request.services(), &token, &request.client).await? {
        State::Throttled(wait) => show(&request, Showing::throttled(wait)).await,
        State::Unavailable => {
            let conflict = Showing::again(StatusCode::CONFLICT, FieldErrors::default());
            show(&request, conflict).await
        }
        // The next page says what waits, also to those who asked before.
        _ => Ok(see_other(LOST_FACTOR)),
    }
}

async fn show(request: &PageRequest, showing: Showing) -> WebResult {
    if request.services().policy.recovery_delay.is_none() {
        return Err(codes::NOT_FOUND.into());
    }
    let Some(pending) = request.session.pending() else {
        return Ok(no_pending(&request.session));
    };
    let state = recovery::inspect_pending(request.services(), &pending.token.into()).await?;
    let step = match state {
        State::Possible(delay) => LostFactorStep::Ask {
            hours: delay.num_hours(),
        },
        State::Waiting(recovery) => match recovery.link_expires_at {
            Some(until) => LostFactorStep::OpenLink { until },
            None => LostFactorStep::Wait {
                until: recovery.ends_at,
            },
        },
        State::Unavailable | State::Throttled(_) | State::Off => LostFactorStep::Unavailable,
        State::Expired => {
            request.session.forget_pending();
            let flash = Flash::warning(copy::SIGN_IN_EXPIRED);
            return Ok(see_other_with(&request.session, LOGIN, &flash));
        }
    };
    showing.answer(|errors| LostFactorPage {
        shell: request.shell(),
        step,
        errors,
    })
}

fn no_pending(session: &BrowserSession) -> HttpResponse {
    see_other_with(session, LOGIN, &Flash::info(copy::PASSWORD_BEFORE_RECOVERY))
}
