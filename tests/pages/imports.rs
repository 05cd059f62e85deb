//! The pages that import accounts from a file.

use vestibule::internals::flows::imports::undo::InUse;
use vestibule::internals::web::pages::{
    ImportLine, ImportPage, ImportUndoPage, ImportsPage, Kind, ReportView, RowLine, Stage,
};
use vestibule::internals::web::view::FieldErrors;

use crate::{
    admin::{admin, chip},
    sample::{EMAIL, HOSTILE, Rendered, fine, html, seconds_ago, wrong},
};

const PATH: &str = "/admin/users/import/5c9f54e2-3a48-4d0e-9a3f-0f6b1d0c7a11";

fn imports(takes_file: bool, lines: Vec<ImportLine>, errors: FieldErrors) -> String {
    html(&ImportsPage {
        shell: admin(),
        takes_file,
        lines,
        goes_on: false,
        next: "/admin/users/import?cursor=abc".to_owned(),
        errors,
    })
}

fn lines() -> Vec<ImportLine> {
    let line = |name: &str, text, class, by: &str| ImportLine {
        href: PATH.to_owned(),
        file_name: name.to_owned(),
        chip: chip(text, class),
        summed_up: "Created 20000 accounts".to_owned(),
        by: by.to_owned(),
        at: seconds_ago(90_000),
    };
    vec![
        line("users.csv", "Needs review", "warn", EMAIL),
        line(HOSTILE, "Running", "accent", EMAIL),
        line(&"long".repeat(25), "Imported", "good", ""),
        line("users.csv", "Failed", "bad", EMAIL),
        line("users.csv", "Undone", "", EMAIL),
    ]
}

fn import(stage: Stage) -> String {
    html(&ImportPage {
        shell: admin(),
        path: PATH.to_owned(),
        file_name: HOSTILE.to_owned(),
        chip: chip("Running", "accent"),
        by: EMAIL.to_owned(),
        at: seconds_ago(60),
        stage,
    })
}

fn report(bad: u64, rows: Vec<RowLine>) -> String {
    let kind = |text: &str, here| Kind {
        href: format!("{PATH}?show=bad&page=1"),
        text: text.to_owned(),
        here,
    };
    import(Stage::Waiting(ReportView {
        new: 20_000,
        exists: 1,
        bad,
        kinds: vec![
            kind("Cannot be used (1)", true),
            kind("New (20000)", false),
            kind("Already have an account (1)", false),
        ],
        rows,
        previous: format!("{PATH}?show=bad&page=1"),
        next: format!("{PATH}?show=bad&page=3"),
    }))
}

fn row(email: &str, verdict: &str) -> RowLine {
    RowLine {
        line: 20_001,
        email: email.to_owned(),
        verdict: verdict.to_owned(),
    }
}

fn undo(in_use: InUse, errors: FieldErrors) -> String {
    html(&ImportUndoPage {
        shell: admin(),
        path: PATH.to_owned(),
        file_name: HOSTILE.to_owned(),
        count: 20_000,
        in_use,
        reason: HOSTILE.to_owned(),
        errors,
    })
}

pub(crate) fn pages() -> Vec<Rendered> {
    let too_large = wrong("file", "This file is larger than 10 MiB.");
    let bad = row(HOSTILE, "email: This is not an email address.");
    let in_use = InUse {
        count: 7,
        emails: vec![EMAIL.to_owned(), HOSTILE.to_owned()],
    };
    let at = Some(seconds_ago(60));
    let done = |may_be_undone| Stage::Done {
        new: 20_000,
        known: 1,
        at,
        may_be_undone,
    };
    let typed = wrong("confirm_count", "This is not the number of accounts.");
    vec![
        ("admin-imports", imports(true, lines(), fine())),
        ("admin-imports-none", imports(true, Vec::new(), fine())),
        ("admin-imports-proof", imports(false, Vec::new(), fine())),
        ("admin-imports-large", imports(true, lines(), too_large)),
        ("admin-import-bad", report(1, vec![bad])),
        (
            "admin-import-good",
            report(0, vec![row(EMAIL, "An account will be created.")]),
        ),
        ("admin-import-no-rows", report(0, Vec::new())),
        (
            "admin-import-running",
            import(Stage::Running {
                done: 8_000,
                of: 20_000,
            }),
        ),
        ("admin-import-done", import(done(true))),
        ("admin-import-done-long-ago", import(done(false))),
        (
            "admin-import-failed",
            import(Stage::Failed {
                why: "The person who confirmed it is no longer an administrator.".to_owned(),
            }),
        ),
        ("admin-import-undone", import(Stage::Undone { new: 1, at })),
        ("admin-import-undo", undo(InUse::default(), typed)),
        ("admin-import-undo-in-use", undo(in_use, fine())),
    ]
}
