//! Undoing an import: a page that says what will be deleted, and the form that does it.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

use super::{find, not_found};
use crate::{
    flows::imports::{
        File,
        undo::{self, InUse},
    },
    web::{
        error::{WebError, WebResult},
        extract::{AdminForm, AdminUser, PageRequest},
        pages::answer::{Showing, field_errors, see_other, see_other_with},
        paths::IMPORTS,
        problem::codes,
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/admin/users/import/{id}/undo`.
#[derive(Clone, Debug, Template)]
#[template(path = "imports/import_undo.html")]
pub struct ImportUndoPage {
    pub shell: Shell,
    /// The page of the file.
    pub path: String,
    pub file_name: String,
    /// The number of accounts it created.
    pub count: i64,
    /// Accounts that prevent it.
    pub in_use: InUse,
    pub reason: String,
    /// Faults, by `reason` and `confirm_count`.
    pub errors: FieldErrors,
}

#[derive(Debug, Default, Deserialize)]
pub struct Form {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    confirm_count: String,
}

/// `GET /admin/users/import/{id}/undo`
pub async fn get_undo(
    AdminUser(_): AdminUser,
    id: Path<String>,
    request: PageRequest,
) -> WebResult {
    let file = find(&request.state, &id).await?;
    let in_use = undo::in_use(request.services(), file.row.id).await?;
    show_undo(&request, &file, (in_use, ""), Showing::first())
}

/// `POST /admin/users/import/{id}/undo`
pub async fn undo(
    AdminForm { proven, form }: AdminForm<Form>,
    id: Path<String>,
    request: PageRequest,
) -> WebResult {
    let file = find(&request.state, &id).await?;
    let input = undo::Input {
        reason: form.reason.clone(),
        confirm_count: form.confirm_count,
    };
    let path = format!("{IMPORTS}/{}", file.row.id);
    let s = request.services();
    let (in_use, showing) =
        match undo::undo(s, &proven, file.row.id, &input, &request.client).await? {
            undo::Outcome::Undone(count) => {
                let gone = match count {
                    1 => "1 account was deleted".to_owned(),
                    _ => format!("{count} accounts were deleted"),
                };
                let message = format!("The import is undone: {gone}.");
                return Ok(see_other_with(
                    &request.session,
                    &path,
                    &Flash::success(message),
                ));
            }
            undo::Outcome::NothingToDo => {
                let flash = Flash::info("There is nothing to undo.");
                return Ok(see_other_with(&request.session, &path, &flash));
            }
            undo::Outcome::InUse(in_use) => {
                let errors = FieldErrors::of_form(
                    "Nothing was undone, because some of the accounts are in use.",
                );
                (in_use, Showing::again(StatusCode::CONFLICT, errors))
            }
            undo::Outcome::Invalid(faults) => {
                let errors = field_errors(&faults, &["reason", "confirm_count"]);
                (InUse::default(), Showing::invalid(errors))
            }
            undo::Outcome::NotFound => return Err(not_found()),
            undo::Outcome::NotAdmin => return Err(codes::ADMIN_REQUIRED.into()),
            undo::Outcome::Overtaken => return Err(WebError::SignInRequired(None)),
        };
    show_undo(&request, &file, (in_use, &form.reason), showing)
}

fn show_undo(
    request: &PageRequest,
    file: &File,
    (in_use, reason): (InUse, &str),
    showing: Showing,
) -> WebResult<HttpResponse> {
    let path = format!("{IMPORTS}/{}", file.row.id);
    if !file.may_be_undone(request.services()) {
        return Ok(see_other(&path));
    }
    showing.answer(|errors| ImportUndoPage {
        shell: request.shell(),
        path,
        file_name: file.row.file_name.clone(),
        count: file.row.accounts_new,
        in_use,
        reason: reason.to_owned(),
        errors,
    })
}
