//! One file of accounts: the verdicts on its rows, importing it, and its progress.

mod report;
mod undo;

use actix_web::{
    http::{StatusCode, header::HeaderName, header::HeaderValue},
    web::{Path, Query},
};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    domain::import::State as Became,
    flows::{
        authenticators::proof::Proven,
        imports::{self, Act, File, Outcome},
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{AdminForm, AdminUser, PageRequest},
        pages::{
            admin::chip::Chip,
            answer::{page, see_other, see_other_with},
        },
        paths::IMPORTS,
        problem::codes,
        state::{State, WebState},
        view::{Flash, Shell},
    },
};

pub use report::{Kind, ReportView, RowLine, RowsQuery};
pub use undo::{ImportUndoPage, get_undo, undo};

/// After how many seconds the page of a running import reloads.
const REFRESH: HeaderValue = HeaderValue::from_static("2");

/// `/admin/users/import/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "imports/import.html")]
pub struct ImportPage {
    pub shell: Shell,
    pub path: String,
    pub file_name: String,
    pub chip: Chip,
    /// The address of the admin who uploaded it; empty for an operator.
    pub by: String,
    pub at: DateTime<Utc>,
    pub stage: Stage,
}

/// The stage of an import.
#[derive(Clone, Debug)]
pub enum Stage {
    /// It waits for confirmation.
    Waiting(ReportView),
    Running {
        done: i64,
        of: i64,
    },
    Done {
        new: i64,
        known: i64,
        at: Option<DateTime<Utc>>,
        may_be_undone: bool,
    },
    /// It was not imported, and will not be.
    Failed {
        why: String,
    },
    /// The import was undone.
    Undone {
        new: i64,
        at: Option<DateTime<Utc>>,
    },
}

/// The state of an import, as a tag.
pub(super) fn chip(state: Became) -> Chip {
    let (text, class) = match state {
        Became::Uploaded => ("Needs review", "warn"),
        Became::Running => ("Running", "accent"),
        Became::Done => ("Imported", "good"),
        Became::Failed => ("Failed", "bad"),
        Became::Undone => ("Undone", ""),
    };
    Chip { text, class }
}

/// The result of an import so far, in numbers.
pub(super) fn summed_up(file: &File) -> String {
    let row = &file.row;
    let accounts = |count: i64| match count {
        1 => "1 account".to_owned(),
        _ => format!("{count} accounts"),
    };
    match file.state {
        Became::Uploaded if row.rows_bad > 0 => {
            format!("{} of {} rows cannot be used", row.rows_bad, row.row_count)
        }
        Became::Uploaded => format!("Will create {}", accounts(row.accounts_new)),
        Became::Running => format!("{} of {} rows", row.rows_done, row.row_count),
        Became::Done => format!("Created {}", accounts(row.accounts_new)),
        Became::Failed => "No accounts were created".to_owned(),
        Became::Undone => format!("{} deleted", accounts(row.accounts_new)),
    }
}

fn not_found() -> WebError {
    WebError::refused(codes::NOT_FOUND, copy::NO_SUCH_IMPORT)
}

async fn find(state: &WebState, id: &str) -> WebResult<File> {
    let id = Uuid::try_parse(id).map_err(|_| not_found())?;
    let found = imports::find(&state.services, id).await?;
    found.ok_or_else(not_found)
}

/// `GET /admin/users/import/{id}`
pub async fn get(
    AdminUser(_): AdminUser,
    id: Path<String>,
    query: Query<RowsQuery>,
    request: PageRequest,
) -> WebResult {
    let file = find(&request.state, &id).await?;
    let path = format!("{IMPORTS}/{}", file.row.id);
    let is_running = file.state == Became::Running;
    let shown = ImportPage {
        stage: stage(&request.state, &file, &path, &query).await?,
        shell: request.shell(),
        path,
        chip: chip(file.state),
        file_name: file.row.file_name,
        by: file.by.unwrap_or_default(),
        at: file.row.created_at,
    };
    let mut answer = page(StatusCode::OK, shown)?;
    if is_running {
        let name = HeaderName::from_static("refresh");
        answer.headers_mut().insert(name, REFRESH);
    }
    Ok(answer)
}

async fn stage(state: &WebState, file: &File, path: &str, query: &RowsQuery) -> WebResult<Stage> {
    let row = &file.row;
    Ok(match file.state {
        Became::Uploaded => {
            let number = query.page.parse().unwrap_or(1).max(1);
            let report = imports::report(&state.services, file, query.show(), number).await?;
            Stage::Waiting(ReportView::of(path, report))
        }
        Became::Running => Stage::Running {
            done: row.rows_done,
            of: row.row_count,
        },
        Became::Done => Stage::Done {
            new: row.accounts_new,
            known: row.accounts_known,
            at: row.finished_at,
            may_be_undone: file.may_be_undone(&state.services),
        },
        Became::Failed => Stage::Failed {
            why: row.failure.clone().unwrap_or_default(),
        },
        Became::Undone => Stage::Undone {
            new: row.accounts_new,
            at: row.undone_at,
        },
    })
}

/// `GET` on the path of an act: redirects to the page of the import.
pub async fn back(AdminUser(_): AdminUser, id: Path<String>, state: State) -> WebResult {
    let file = find(&state, &id).await?;
    Ok(see_other(&format!("{IMPORTS}/{}", file.row.id)))
}

/// A form without fields.
#[derive(Debug, Deserialize)]
pub struct NoFields {}

/// `POST /admin/users/import/{id}/confirm`
pub async fn confirm(
    AdminForm { proven, .. }: AdminForm<NoFields>,
    id: Path<String>,
    request: PageRequest,
) -> WebResult {
    perform(&request, &proven, &id, Act::Confirm).await
}

/// `POST /admin/users/import/{id}/discard`
pub async fn discard(
    AdminForm { proven, .. }: AdminForm<NoFields>,
    id: Path<String>,
    request: PageRequest,
) -> WebResult {
    perform(&request, &proven, &id, Act::Discard).await
}

async fn perform(request: &PageRequest, proven: &Proven, id: &str, act: Act) -> WebResult {
    let id = Uuid::try_parse(id).map_err(|_| not_found())?;
    let path = format!("{IMPORTS}/{id}");
    let leave = |flash: Flash, path: &str| Ok(see_other_with(&request.session, path, &flash));
    match imports::perform(request.services(), proven, id, act, &request.client).await? {
        Outcome::Done if act == Act::Discard => {
            leave(Flash::success("The file is discarded."), IMPORTS)
        }
        // The page shows the progress.
        Outcome::Done => Ok(see_other(&path)),
        Outcome::Cancelled => leave(Flash::success("The import is cancelled."), &path),
        Outcome::NotWaiting => leave(Flash::info("This file has already been confirmed."), &path),
        Outcome::HasBadRows => leave(
            Flash::error("Some rows cannot be used, so nothing was imported."),
            &path,
        ),
        Outcome::NotFound => Err(not_found()),
        Outcome::NotAdmin => Err(codes::ADMIN_REQUIRED.into()),
        Outcome::Overtaken => Err(WebError::SignInRequired(None)),
    }
}
