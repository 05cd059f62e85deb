//! One file with accounts: what its rows come to, importing it, how far that is, and taking it back.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::HeaderName, header::HeaderValue},
    web::{Path, Query},
};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    admin_imports::{IMPORTS, chip},
    admin_user::Chip,
    answer::{Showing, field_errors, page, see_other, see_other_with},
};
use crate::{
    domain::{audit::Client, import::State as Became, text},
    flows::{
        import_undo::{self, InUse},
        import_users::{Judged, Verdict},
        imports::{self, Act, File, Outcome, Report, Show},
        proof::Proven,
    },
    web::{
        api::refusals,
        copy,
        error::{WebError, WebResult},
        extract::{AdminForm, AdminUser, ClientInfo, PageShell},
        problem::codes,
        session::BrowserSession,
        state::{State, WebState},
        view::{FieldErrors, Flash, Shell},
    },
};

/// How soon the page of a running import asks again.
const REFRESH: HeaderValue = HeaderValue::from_static("2");

/// `/admin/users/import/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_import.html")]
pub struct ImportPage {
    /// What stands around the page.
    pub shell: Shell,
    /// Its path.
    pub path: String,
    /// What the file is called.
    pub file_name: String,
    /// What became of it.
    pub chip: Chip,
    /// The address of who brought it; empty where that is nobody.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How far it is.
    pub stage: Stage,
}

/// How far a file is.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "counts of rows and accounts, and moments")]
pub enum Stage {
    /// It waits to be confirmed.
    Waiting(ReportView),
    /// It is being imported.
    Running { done: i64, of: i64 },
    /// It is imported.
    Done {
        new: i64,
        known: i64,
        at: Option<DateTime<Utc>>,
        may_be_undone: bool,
    },
    /// It is not, and will not be.
    Failed { why: String },
    /// It was imported, and taken back.
    Undone { new: i64, at: Option<DateTime<Utc>> },
}

/// What the rows of a file come to.
#[derive(Clone, Debug)]
pub struct ReportView {
    /// Rows that make accounts.
    pub new: u64,
    /// Rows whose address has one.
    pub exists: u64,
    /// Rows that cannot be used.
    pub bad: u64,
    /// The kinds of rows, as links.
    pub kinds: Vec<Kind>,
    /// The rows of this page.
    pub rows: Vec<RowLine>,
    /// The link to the page before; empty on the first one.
    pub previous: String,
    /// The link to the next page; empty on the last one.
    pub next: String,
}

/// A kind of rows.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Its rows.
    pub href: String,
    /// What they are.
    pub text: String,
    /// Whether they are shown.
    pub here: bool,
}

/// A row of a file.
#[derive(Clone, Debug)]
pub struct RowLine {
    /// The line that it begins on.
    pub line: u64,
    /// The address as the file has it, on one line; empty where there is none.
    pub email: String,
    /// What becomes of it.
    pub verdict: String,
}

impl RowLine {
    fn of(judged: Judged) -> Self {
        let verdict = match judged.verdict {
            Verdict::New => "Gets an account.".to_owned(),
            Verdict::Exists => "Has an account, which stays as it is.".to_owned(),
            Verdict::Bad(why) => text::one_line(&why),
        };
        let email = text::one_line(&judged.email);
        Self {
            line: judged.line,
            // An address has at most 254 characters.
            email: email.chars().take(254).collect(),
            verdict,
        }
    }
}

impl ReportView {
    fn of(path: &str, report: Report) -> Self {
        let summary = report.summary;
        let link = |show: Show, page: u64| format!("{path}?show={}&page={page}", word(show));
        let kind = |show, text: &str, count: u64| Kind {
            href: link(show, 1),
            text: format!("{text} ({count})"),
            here: report.show == show,
        };
        let at = |page| link(report.show, page);
        Self {
            new: summary.new,
            exists: summary.exists,
            bad: summary.bad,
            kinds: vec![
                kind(Show::Bad, "Cannot be used", summary.bad),
                kind(Show::New, "New", summary.new),
                kind(Show::Exists, "Have an account", summary.exists),
            ],
            previous: match report.page {
                0 | 1 => String::new(),
                page => at(page - 1),
            },
            next: if report.more {
                at(report.page + 1)
            } else {
                String::new()
            },
            rows: report.rows.into_iter().map(RowLine::of).collect(),
        }
    }
}

fn word(show: Show) -> &'static str {
    match show {
        Show::Bad => "bad",
        Show::New => "new",
        Show::Exists => "exists",
    }
}

/// What became of a file, in numbers.
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
        Became::Uploaded => format!("Would make {}", accounts(row.accounts_new)),
        Became::Running => format!("{} of {} rows", row.rows_done, row.row_count),
        Became::Done => format!("Made {}", accounts(row.accounts_new)),
        Became::Failed => "Nothing was written".to_owned(),
        Became::Undone => format!("{} taken back", accounts(row.accounts_new)),
    }
}

/// `/admin/users/import/{id}/undo`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_import_undo.html")]
pub struct ImportUndoPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The page of the file.
    pub path: String,
    /// What the file is called.
    pub file_name: String,
    /// How many accounts it made.
    pub count: i64,
    /// Accounts that stand in the way.
    pub in_use: InUse,
    /// The reason as typed.
    pub reason: String,
    /// What is wrong, by `reason` and `confirm_count`.
    pub errors: FieldErrors,
}

/// Which rows.
#[derive(Debug, Default, Deserialize)]
pub struct RowsQuery {
    #[serde(default)]
    show: String,
    #[serde(default)]
    page: String,
}

impl RowsQuery {
    fn show(&self) -> Option<Show> {
        [Show::Bad, Show::New, Show::Exists]
            .into_iter()
            .find(|show| word(*show) == self.show)
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
    state: State,
    shell: PageShell,
) -> WebResult {
    let file = find(&state, &id).await?;
    let path = format!("{IMPORTS}/{}", file.row.id);
    let is_running = file.state == Became::Running;
    let shown = ImportPage {
        stage: stage(&state, &file, &path, &query).await?,
        shell: shell.take(),
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

/// `GET` of the path of an act: to the file.
pub async fn back(AdminUser(_): AdminUser, id: Path<String>, state: State) -> WebResult {
    let file = find(&state, &id).await?;
    Ok(see_other(&format!("{IMPORTS}/{}", file.row.id)))
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
pub struct Form {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    confirm_count: String,
}

/// `POST /admin/users/import/{id}/confirm`
pub async fn confirm(
    AdminForm { proven, .. }: AdminForm<Form>,
    id: Path<String>,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    perform(&state, &proven, &id, Act::Confirm, (&client, &session)).await
}

/// `POST /admin/users/import/{id}/discard`
pub async fn discard(
    AdminForm { proven, .. }: AdminForm<Form>,
    id: Path<String>,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    perform(&state, &proven, &id, Act::Discard, (&client, &session)).await
}

async fn perform(
    state: &WebState,
    proven: &Proven,
    id: &str,
    act: Act,
    (client, session): (&Client, &BrowserSession),
) -> WebResult {
    let id = Uuid::try_parse(id).map_err(|_| not_found())?;
    let path = format!("{IMPORTS}/{id}");
    let told = |flash: Flash, path: &str| Ok(see_other_with(session, path, &flash));
    match imports::perform(&state.services, proven, id, act, client).await? {
        Outcome::Done if act == Act::Discard => {
            told(Flash::success("The file is forgotten."), IMPORTS)
        }
        // The page says how far it is.
        Outcome::Done => Ok(see_other(&path)),
        Outcome::NotWaiting => told(Flash::info("This file was confirmed already."), &path),
        Outcome::HasBadRows => told(
            Flash::error("Some rows cannot be used, so nothing was imported."),
            &path,
        ),
        Outcome::NotFound => Err(not_found()),
        Outcome::NotAdmin => Err(refusals::admin_required()),
        Outcome::Overtaken => Err(WebError::SignInRequired(None)),
    }
}

/// `GET /admin/users/import/{id}/undo`
pub async fn get_undo(
    AdminUser(_): AdminUser,
    id: Path<String>,
    state: State,
    shell: PageShell,
) -> WebResult {
    let file = find(&state, &id).await?;
    let in_use = import_undo::in_use(&state.services, file.row.id).await?;
    show_undo(&state, shell, &file, (in_use, ""), Showing::first())
}

/// `POST /admin/users/import/{id}/undo`
pub async fn undo(
    AdminForm { proven, form }: AdminForm<Form>,
    id: Path<String>,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    let file = find(&state, &id).await?;
    let input = import_undo::Input {
        reason: form.reason.clone(),
        confirm_count: form.confirm_count,
    };
    let path = format!("{IMPORTS}/{}", file.row.id);
    let s = &state.services;
    let (in_use, showing) = match import_undo::undo(s, &proven, file.row.id, &input, &client)
        .await?
    {
        import_undo::Outcome::Undone(count) => {
            let told = format!("The import is taken back: {count} accounts are gone.");
            return Ok(see_other_with(&session, &path, &Flash::success(told)));
        }
        import_undo::Outcome::NothingToDo => {
            let flash = Flash::info("There is nothing to take back.");
            return Ok(see_other_with(&session, &path, &flash));
        }
        import_undo::Outcome::InUse(in_use) => {
            let errors = FieldErrors::of_form("Nothing was taken back, as accounts are in use.");
            (in_use, Showing::again(StatusCode::CONFLICT, errors))
        }
        import_undo::Outcome::Invalid(faults) => {
            let errors = field_errors(&faults, &["reason", "confirm_count"]);
            (InUse::default(), Showing::invalid(errors))
        }
        import_undo::Outcome::NotFound => return Err(not_found()),
        import_undo::Outcome::NotAdmin => return Err(refusals::admin_required()),
        import_undo::Outcome::Overtaken => return Err(WebError::SignInRequired(None)),
    };
    show_undo(&state, shell, &file, (in_use, &form.reason), showing)
}

fn show_undo(
    state: &WebState,
    shell: PageShell,
    file: &File,
    (in_use, reason): (InUse, &str),
    showing: Showing,
) -> WebResult<HttpResponse> {
    let path = format!("{IMPORTS}/{}", file.row.id);
    if !file.may_be_undone(&state.services) {
        return Ok(see_other(&path));
    }
    showing.answer(|errors| ImportUndoPage {
        shell: shell.take(),
        path,
        file_name: file.row.file_name.clone(),
        count: file.row.accounts_new,
        in_use,
        reason: reason.to_owned(),
        errors,
    })
}
