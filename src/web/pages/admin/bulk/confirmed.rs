//! `POST /admin/users/bulk`: performs the act that was previewed, or shows the preview again with the reason why it
//! cannot be performed.
//!
//! If the admin must reauthenticate, this form asks for the password itself, as the API's call does. The list of
//! selected users would not fit the cookie that keeps the forms of other pages.

use std::{collections::BTreeMap, fmt::Write as _};

use actix_web::http::StatusCode;
use serde::Deserialize;

use super::{
    asked::{Whom, kept, named, select_all},
    sentence, show, unusable,
};
use crate::{
    domain::{admin::act::AdminAct, audit::Client, secrets::secret::SecretString},
    flows::{
        InputFaults,
        admin::{
            act::Barred,
            bulk::{self, Confirmed, Order, Report},
        },
        authenticators::proof::{self, Outcome, Presented, Proven},
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{AdminUser, ClientInfo, CsrfForm, PageShell},
        pages::{
            admin::users::ListQuery,
            answer::{Showing, field_errors, see_other, see_other_with},
        },
        problem::codes,
        session::BrowserSession,
        state::{State, WebState},
        view::{FieldErrors, Flash},
    },
};

/// The sent input. The ids are in one field, because no field may be repeated.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    act: String,
    #[serde(default)]
    ids: String,
    /// The id of a stored selection, instead of ids.
    #[serde(default)]
    selection: String,
    /// Not empty if all users that the list finds are to be selected. They are shown before anything is
    /// done.
    #[serde(default)]
    whole: String,
    #[serde(default)]
    list: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    password: SecretString,
}

/// `POST /admin/users/bulk`
pub async fn post(
    AdminUser(who): AdminUser,
    CsrfForm(form): CsrfForm<Form>,
    state: State,
    ClientInfo(client): ClientInfo,
    session: BrowserSession,
    shell: PageShell,
) -> WebResult {
    let list = ListQuery::parse(&form.list);
    if !form.whole.is_empty() {
        return match select_all(&state, &who, &form.act, &form.list).await? {
            Ok(preview) => Ok(see_other(&preview)),
            Err(faults) => unusable(&shell, &form.act, list, &faults),
        };
    }
    let (act, whom) = match asked(&state, &who, &form).await? {
        Ok(asked) => asked,
        Err(faults) => return unusable(&shell, &form.act, list, &faults),
    };
    let recent = proof::recent(&state.services, &who);
    let is_proven = recent.is_some();
    let order = bulk::order(act, &form.reason);
    let mut errors = match &order {
        Err(faults) => field_errors(faults, &["reason"]),
        Ok(_) => FieldErrors::default(),
    };
    if !is_proven && form.password.is_empty() {
        errors.add("password", copy::PROVE_AGAIN);
    }
    let again = match order {
        Ok(order) if errors.is_empty() => {
            let admin = Admin {
                state: &state,
                who: &who,
                client: &client,
            };
            let done = match admin.prove(recent, form.password).await? {
                Ok(proven) => admin.perform(&proven, &whom, &order).await?,
                Err(again) => Err(again),
            };
            match done {
                Ok(report) => {
                    let flash = report_flash(act, &report);
                    return Ok(see_other_with(&session, &list.here(), &flash));
                }
                Err(again) => again,
            }
        }
        _ => Again::with(is_proven, Showing::invalid(errors)),
    };
    show(&state, shell, &who, (act, &whom), |page| {
        page.list = list;
        page.reason = form.reason;
        if again.is_proven {
            page.prove_as.clear();
        }
        again.showing
    })
    .await
}

/// The users that were named, or stored as a selection.
async fn asked(
    state: &WebState,
    who: &Authenticated,
    form: &Form,
) -> WebResult<Result<(&'static AdminAct, Whom), InputFaults>> {
    if form.selection.is_empty() {
        return Ok(named(&form.act, form.ids.split_whitespace()));
    }
    kept(state, who, &form.act, &form.selection).await
}

/// The preview is shown again.
struct Again {
    /// Whether no reauthentication is needed.
    is_proven: bool,
    showing: Showing,
}

impl Again {
    fn with(is_proven: bool, showing: Showing) -> Self {
        Self { is_proven, showing }
    }
}

struct Admin<'a> {
    state: &'a WebState,
    who: &'a Authenticated,
    client: &'a Client,
}

impl Admin<'_> {
    /// The recent reauthentication, or one with the sent password.
    async fn prove(
        &self,
        recent: Option<Proven>,
        password: SecretString,
    ) -> WebResult<Result<Proven, Again>> {
        if let Some(proven) = recent {
            return Ok(Ok(proven));
        }
        let Self { state, who, client } = self;
        let presented = Presented::Password(password);
        let refused = match proof::present(&state.services, who, &presented, client).await? {
            Outcome::Proven { proven, .. } => return Ok(Ok(*proven)),
            Outcome::Overtaken => return Err(WebError::SignInRequired(None)),
            Outcome::Throttled(wait) => Showing::throttled(wait),
            Outcome::WrongPassword | Outcome::WrongCode(_) | Outcome::NoSecondFactor => {
                Showing::rejected(FieldErrors::of_field("password", copy::WRONG_PASSWORD))
            }
        };
        Ok(Err(Again::with(false, refused)))
    }

    async fn perform(
        &self,
        proven: &Proven,
        whom: &Whom,
        order: &Order,
    ) -> WebResult<Result<Report, Again>> {
        let (services, client) = (&self.state.services, self.client);
        let done = match whom.kept {
            None => bulk::perform(services, proven, &whom.selected, order, client).await?,
            Some(id) => match bulk::confirm(services, proven, id, order, client).await? {
                Confirmed::Done(report) => Ok(report),
                Confirmed::Barred(barred) => Err(barred),
                Confirmed::Gone => {
                    let gone = FieldErrors::of_form(copy::SELECTION_GONE);
                    let showing = Showing::again(StatusCode::CONFLICT, gone);
                    return Ok(Err(Again::with(true, showing)));
                }
            },
        };
        let report = done.map_err(|barred| match barred {
            Barred::NotAdmin => codes::ADMIN_REQUIRED.into(),
            Barred::Overtaken => WebError::SignInRequired(None),
        })?;
        if report.done.is_empty() {
            let nothing = FieldErrors::of_form(copy::NO_USER_LEFT);
            let showing = Showing::again(StatusCode::CONFLICT, nothing);
            return Ok(Err(Again::with(true, showing)));
        }
        Ok(Ok(report))
    }
}

/// "Disabled 12 accounts. 2 were not changed: ..."
fn report_flash(act: &AdminAct, report: &Report) -> Flash {
    let count = report.done.len();
    let bulk = act.bulk.as_ref();
    let mut text = bulk.map_or_else(String::new, |bulk| bulk.done_to(count));
    if report.not_reached > 0 {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            " {} were not processed because of an error. Search for them again.",
            report.not_reached
        );
    }
    let left_out = report.left_out.len();
    if left_out == 0 && report.not_reached == 0 {
        return Flash::success(text);
    }
    if left_out == 0 {
        return Flash::info(text);
    }
    let were = if left_out == 1 { "was" } else { "were" };
    let mut whys = BTreeMap::<&str, usize>::new();
    for (_, why) in &report.left_out {
        *whys.entry(sentence(*why)).or_default() += 1;
    }
    // Writing to a string cannot fail.
    let _ = write!(text, " {left_out} {were} not changed:");
    for (why, count) in whys {
        let _ = match count {
            all if all == left_out => write!(text, " {why}"),
            some => write!(text, " {why} ({some})"),
        };
    }
    Flash::info(text)
}
