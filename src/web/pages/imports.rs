//! Importing accounts from a file: the upload form, and the list of earlier files. `import` is the page of
//! one file.

pub mod import;

use actix_web::{http::StatusCode, web::Query};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    admin::chip::Chip,
    answer::{Showing, next_page, see_other},
};
use crate::{
    flows::{
        authenticators::proof,
        imports::{
            self, File,
            arrivals::{self, Upload},
        },
        paged::Paged,
    },
    web::{
        error::{WebError, WebResult},
        extract::{AdminUpload, AdminUser, CursorQuery, PageRequest, UploadFault},
        paths::IMPORTS,
        problem::codes,
        view::{FieldErrors, Shell},
    },
};
use import::{chip, summed_up};

/// `/admin/users/import`.
#[derive(Clone, Debug, Template)]
#[template(path = "imports/imports.html")]
pub struct ImportsPage {
    pub shell: Shell,
    /// Whether a file can be uploaded now, because the admin has reauthenticated recently.
    pub takes_file: bool,
    pub lines: Vec<ImportLine>,
    /// Whether this is not the first page.
    pub goes_on: bool,
    /// The link to the next page; empty on the last one.
    pub next: String,
    /// Faults, by `file` and `cursor`.
    pub errors: FieldErrors,
}

/// A file in the list.
#[derive(Clone, Debug)]
pub struct ImportLine {
    pub href: String,
    pub file_name: String,
    /// Its state.
    pub chip: Chip,
    /// The counts of its rows.
    pub summed_up: String,
    /// The address of the admin who uploaded it; empty for an operator.
    pub by: String,
    pub at: DateTime<Utc>,
}

impl From<File> for ImportLine {
    fn from(file: File) -> Self {
        Self {
            href: format!("{IMPORTS}/{}", file.row.id),
            chip: chip(file.state),
            summed_up: summed_up(&file),
            file_name: file.row.file_name,
            by: file.by.unwrap_or_default(),
            at: file.row.created_at,
        }
    }
}

/// `GET /admin/users/import`
pub async fn get(
    AdminUser(who): AdminUser,
    query: Query<CursorQuery>,
    request: PageRequest,
) -> WebResult {
    let takes_file = proof::recent(request.services(), &who).is_some();
    let first = Showing::first();
    show(&request, takes_file, &query.cursor, first).await
}

/// `POST /admin/users/import`
pub async fn post(AdminUpload { proven, file }: AdminUpload, request: PageRequest) -> WebResult {
    let refused = |status, why: &str| Showing::again(status, FieldErrors::of_field("file", why));
    let unusable = |why: &str| refused(StatusCode::UNPROCESSABLE_ENTITY, why);
    let replaced = || {
        let why = "You uploaded other files later, so this one was not kept.";
        refused(StatusCode::CONFLICT, why)
    };
    let showing = match file {
        Err(UploadFault::Missing) => unusable("Choose a file."),
        Err(UploadFault::TooLarge) => refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "This file is larger than 10 MiB. Split it, or import it on the server's command line with vestibule user import, which takes files of any size.",
        ),
        Err(UploadFault::Replaced) => replaced(),
        Ok(file) => match arrivals::upload(&proven, &file.name, file.arrival).await? {
            Upload::Replaced => replaced(),
            Upload::Kept(id) => return Ok(see_other(&format!("{IMPORTS}/{id}"))),
            Upload::Unreadable(why) => unusable(&format!(
                "This file cannot be used: {why}. Nothing was kept."
            )),
            Upload::TooManyWaiting => refused(
                StatusCode::CONFLICT,
                "Too many files are waiting already. Import or discard some of them first.",
            ),
            Upload::NotAdmin => return Err(codes::ADMIN_REQUIRED.into()),
            Upload::Overtaken => return Err(WebError::SignInRequired(None)),
        },
    };
    show(&request, true, "", showing).await
}

async fn show(
    request: &PageRequest,
    takes_file: bool,
    cursor: &str,
    showing: Showing,
) -> WebResult {
    let (showing, page) = match imports::list(request.services(), cursor).await? {
        Ok(page) => (showing, page),
        Err(faults) => (Showing::of_query(&faults), Paged::default()),
    };
    showing.answer(|errors| ImportsPage {
        shell: request.shell(),
        takes_file,
        lines: page.rows.into_iter().map(ImportLine::from).collect(),
        goes_on: !cursor.is_empty(),
        next: next_page(IMPORTS, "cursor", page.next.as_deref()),
        errors,
    })
}
