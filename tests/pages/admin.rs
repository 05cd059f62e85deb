//! The pages of admins.

use vestibule::internals::domain::admin::act::of_name;
use vestibule::internals::domain::dashboard::{Figure, Precision, Span, days, hours};
use vestibule::internals::flows::admin::dashboard::{Dashboard, SignIns};
use vestibule::internals::web::pages::{
    AdminActPage, AdminBulkPage, AdminUserPage, AdminUsersPage, AuditLine, AuditPage, AuditQuery,
    Chip, DashboardPage, DeviceLine, EventLine, InvitationLine, InvitationsPage, InvitePage,
    LeftOutLine, ListQuery, MailLine, Party, Section, UserLine,
};
use vestibule::internals::web::view::{FieldErrors, Flash, Shell};

use crate::sample::{
    EMAIL, HOSTILE, NAME, Rendered, fine, html, seconds_ago, signed_in, with_flash, wrong,
};

const ID: &str = "5c9f54e2-3a48-4d0e-9a3f-0f6b1d0c7a11";

pub(crate) fn admin() -> Shell {
    let mut shell = signed_in(NAME);
    if let Some(who) = &mut shell.signed_in {
        who.is_admin = true;
    }
    shell
}

pub(crate) fn chip(text: &'static str, class: &'static str) -> Chip {
    Chip { text, class }
}

fn line(email: &str, name: &str, chips: Vec<Chip>) -> UserLine {
    UserLine {
        id: email.replace(['@', '.'], "-"),
        href: format!("/admin/users/{ID}"),
        email: email.to_owned(),
        name: name.to_owned(),
        chips,
        last_sign_in_at: (!name.is_empty()).then(|| seconds_ago(90_000)),
        created_at: seconds_ago(900_000),
    }
}

fn list(users: Vec<UserLine>, query: ListQuery, errors: FieldErrors) -> AdminUsersPage {
    AdminUsersPage {
        shell: admin(),
        query,
        counted: "about 1,000,000".to_owned(),
        users,
        next: String::new(),
        previous: String::new(),
        errors,
    }
}

fn full_list() -> AdminUsersPage {
    let active = || chip("Active", "good");
    let users = vec![
        line(EMAIL, NAME, vec![active(), chip("Admin", "accent")]),
        line(
            "somebody.with.a.very.long.name.indeed@department.of.long.names.example.com",
            "",
            vec![
                active(),
                chip("Unverified", "warn"),
                chip("Must change", "warn"),
                chip("Two-step", ""),
            ],
        ),
        line("left@example.com", HOSTILE, vec![chip("Disabled", "bad")]),
        line("gone@example.com", "Gone", vec![chip("Deleted", "bad")]),
    ];
    let query = ListQuery {
        q: HOSTILE.to_owned(),
        status: "active".to_owned(),
        cursor: "abc".to_owned(),
        ..ListQuery::default()
    };
    AdminUsersPage {
        next: "/admin/users?q=a&cursor=def".to_owned(),
        previous: "/admin/users?q=a&cursor=abd".to_owned(),
        ..list(users, query, fine())
    }
}

fn audit_line(seq: i64, what: &str, actor: Party, subject: Party) -> AuditLine {
    AuditLine {
        seq,
        at: seconds_ago(90 * (40 - seq)),
        what: what.to_owned(),
        level: None,
        is_own: actor == subject,
        actor,
        subject,
        agent: "Firefox on Linux".to_owned(),
        address: "2001:db8:85a3:8d3:1319:8a2e:370:7348".to_owned(),
        session: ID.to_owned(),
        reason: String::new(),
        detail: String::new(),
    }
}

fn audit(events: Vec<AuditLine>, query: AuditQuery, errors: FieldErrors) -> String {
    html(&AuditPage {
        shell: admin(),
        older: if events.is_empty() {
            String::new()
        } else {
            "/admin/audit?cursor=7".to_owned()
        },
        query,
        events,
        errors,
    })
}

fn audit_pages() -> Vec<Rendered> {
    let account = |name: &str| Party {
        name: name.to_owned(),
        href: format!("/admin/users/{ID}"),
        id: ID.to_owned(),
    };
    let nobody = |name: &str| Party {
        name: name.to_owned(),
        href: String::new(),
        id: String::new(),
    };
    let events = vec![
        AuditLine {
            level: Some(chip("Notice", "accent")),
            reason: HOSTILE.to_owned(),
            ..audit_line(9, "User disabled", account(EMAIL), account(HOSTILE))
        },
        AuditLine {
            level: Some(chip("Warning", "warn")),
            session: String::new(),
            ..audit_line(
                8,
                "Sign in failed",
                nobody("not signed in"),
                nobody("an address without account"),
            )
        },
        AuditLine {
            detail: "methods: pwd otp mfa".to_owned(),
            ..audit_line(7, "Signed in", account(EMAIL), account(EMAIL))
        },
    ];
    let of = |event: &str, cursor: &str| AuditQuery {
        actor: HOSTILE.to_owned(),
        event: event.to_owned(),
        from: "2026-03-01".to_owned(),
        cursor: cursor.to_owned(),
        ..AuditQuery::default()
    };
    let mut errors = wrong("actor", "Write a whole address, or the id of a user.");
    errors.add("to", "Write it as 2026-03-01 or 2026-03-01T12:00, in UTC.");
    vec![
        ("admin-audit", audit(events, of("signed_in", "9"), fine())),
        (
            "admin-audit-none",
            audit(Vec::new(), AuditQuery::default(), fine()),
        ),
        (
            "admin-audit-no-match",
            audit(Vec::new(), of("signed_in", ""), fine()),
        ),
        (
            "admin-audit-past-the-end",
            audit(Vec::new(), of("", "1"), fine()),
        ),
        ("admin-audit-wrong", audit(Vec::new(), of("", ""), errors)),
    ]
}

fn figure(count: i64, precision: Precision) -> Figure {
    Figure { count, precision }
}

fn sign_ins(spans: &[Span], most: i64) -> Vec<SignIns> {
    let one = |(n, span): (i64, &Span)| SignIns {
        span: *span,
        succeeded: figure(most * (n * 7 % 11) / 10, Precision::Exact),
        failed: figure(most * (n * 5 % 9) / 40, Precision::Exact),
    };
    (0..).zip(spans).map(one).collect()
}

fn dashboard(most: i64, precision: Precision, migrations_current: bool) -> String {
    let now = seconds_ago(0);
    html(&DashboardPage::of(
        admin(),
        Dashboard {
            users: figure(most * 50, precision),
            second_factors: figure(most * 20, precision),
            sessions: figure(most * 30, precision),
            mails_waiting: figure(2, Precision::Exact),
            mails_given_up: figure(0, Precision::Exact),
            paused: figure(20_000, Precision::AtLeast),
            blocked: figure(1, Precision::Exact),
            audit_waiting: figure(if migrations_current { 0 } else { 7 }, Precision::Exact),
            audit_overdue_since: (!migrations_current).then(|| seconds_ago(95)),
            day: sign_ins(&hours(now), most),
            month: sign_ins(&days(now), most * 24),
            migrations_current,
            last_migration: Some("20261122000013".to_owned()),
            version: "0.1.0",
        },
    ))
}

fn invite(email: &str, closed: bool, errors: FieldErrors) -> String {
    html(&InvitePage {
        shell: admin(),
        email: email.to_owned(),
        role: "admin".to_owned(),
        closed,
        errors,
    })
}

fn invitation(email: &str, inviter: &str, chips: Vec<Chip>, may_resend: bool) -> InvitationLine {
    InvitationLine {
        id: ID.to_owned(),
        email: email.to_owned(),
        chips,
        inviter: inviter.to_owned(),
        sent_at: seconds_ago(90_000),
        expires_at: seconds_ago(-514_800),
        may_resend,
    }
}

fn invitations(lines: Vec<InvitationLine>, errors: FieldErrors) -> String {
    html(&InvitationsPage {
        shell: with_flash(
            admin(),
            Flash::success("An invitation is on its way to guest@example.com."),
        ),
        lines,
        goes_on: false,
        next: "/admin/invitations?cursor=abc".to_owned(),
        errors,
    })
}

fn open_invitations() -> Vec<InvitationLine> {
    let long = "somebody.with.a.very.long.name.indeed@department.of.long.names.example.com";
    let open = || chip("Open", "good");
    let gone = chip("Sender is no longer an admin", "bad");
    vec![
        invitation("guest@example.com", EMAIL, vec![open()], true),
        invitation(
            long,
            long,
            vec![open(), chip("Administrator", "accent")],
            true,
        ),
        invitation(
            "late@example.com",
            EMAIL,
            vec![chip("Expired", "warn")],
            true,
        ),
        invitation("left@example.com", "", vec![gone], true),
        invitation(HOSTILE, EMAIL, vec![chip("Has an account", "bad")], false),
    ]
}

/// A page of a list of a user; `next` where another one follows.
fn section<T>(lines: Vec<T>, next: &str) -> Section<T> {
    Section {
        lines,
        first: format!("/admin/users/{ID}"),
        next: next.to_owned(),
        goes_on: !next.is_empty(),
    }
}

fn user(name: &str) -> AdminUserPage {
    let path = |word: &str| of_name(word, |_| true).unwrap();
    AdminUserPage {
        shell: with_flash(admin(), Flash::success("The reset link is on its way.")),
        id: ID.to_owned(),
        title: name.to_owned(),
        email: EMAIL.to_owned(),
        display_name: Some(name.to_owned()),
        chips: vec![chip("Active", "good"), chip("Two-step sign-in", "")],
        created_at: seconds_ago(9_000_000),
        email_verified_at: Some(seconds_ago(8_999_000)),
        verified_by_file: false,
        import: None,
        password_changed_at: None,
        two_factor_since: Some(seconds_ago(800_000)),
        disabled_at: None,
        erased_at: None,
        is_own: false,
        acts: [
            "send-reset",
            "require-password-change",
            "revoke-sessions",
            "reset-two-factor",
            "role",
            "disable",
            "delete",
        ]
        .map(path)
        .into(),
        sessions: section(
            vec![DeviceLine {
                device: "Firefox on Linux".to_owned(),
                address: "203.0.113.7".to_owned(),
                last_seen_at: seconds_ago(60),
                signed_in_at: seconds_ago(86_400),
                revoke: format!("/admin/users/{ID}/sessions/{ID}/revoke"),
            }],
            "?sessions=abc#sessions-title",
        ),
        events: section(
            vec![
                EventLine {
                    what: "Disabled".to_owned(),
                    detail: format!("reason: {name}"),
                    from: "Firefox on Linux, 203.0.113.7".to_owned(),
                    at: seconds_ago(3_600),
                },
                EventLine {
                    what: "Sign in failed".to_owned(),
                    detail: String::new(),
                    from: String::new(),
                    at: seconds_ago(7_200),
                },
            ],
            "",
        ),
        errors: fine(),
        mails: section(
            vec![MailLine {
                what: "Reset password".to_owned(),
                state: "Tried 3 times, will be tried again: 451 4.7.1 greylisted".to_owned(),
                at: seconds_ago(60),
            }],
            "",
        ),
    }
}

fn deleted_and_quiet() -> AdminUserPage {
    AdminUserPage {
        display_name: None,
        title: EMAIL.to_owned(),
        chips: vec![chip("Deleted", "bad"), chip("Address not verified", "warn")],
        email_verified_at: None,
        verified_by_file: false,
        import: None,
        two_factor_since: None,
        disabled_at: Some(seconds_ago(3_600)),
        erased_at: Some(seconds_ago(-2_588_400)),
        acts: vec![of_name("restore", |_| true).unwrap()],
        sessions: section(Vec::new(), ""),
        events: section(Vec::new(), ""),
        mails: section(Vec::new(), ""),
        ..user(NAME)
    }
}

fn act(word: &str, errors: FieldErrors) -> String {
    html(&AdminActPage {
        shell: admin(),
        act: of_name(word, |_| true).unwrap(),
        action: format!("/admin/users/{ID}/{word}"),
        user_page: format!("/admin/users/{ID}"),
        title: HOSTILE.to_owned(),
        email: EMAIL.to_owned(),
        chips: vec![chip("Active", "good")],
        reason: HOSTILE.to_owned(),
        errors,
    })
}

fn bulk(word: &str, people: Vec<UserLine>, prove_as: &str, errors: FieldErrors) -> String {
    let left_out = |href: &str, who: &str, why| LeftOutLine {
        href: href.to_owned(),
        who: who.to_owned(),
        why,
    };
    html(&AdminBulkPage {
        shell: admin(),
        act: of_name(word, |_| true),
        count: people.len(),
        people,
        left_out_count: 2,
        selection: String::new(),
        left_out: vec![
            left_out("/admin/users/x", EMAIL, "This is your own account."),
            left_out("", ID, "There is no account with this id."),
        ],
        list: full_list().query,
        reason: HOSTILE.to_owned(),
        prove_as: prove_as.to_owned(),
        errors,
    })
}

fn bulk_pages() -> Vec<Rendered> {
    let people = || full_list().users;
    let mut both = wrong("reason", "Say why, in a few words.");
    both.add("password", "Enter your password to go on.");
    let nobody = FieldErrors::of_form("Nothing was done: nobody is left.");
    vec![
        ("admin-bulk", bulk("enable", people(), "", fine())),
        ("admin-bulk-stale", bulk("disable", people(), EMAIL, both)),
        (
            "admin-bulk-nobody",
            bulk("disable", Vec::new(), EMAIL, nobody.clone()),
        ),
        (
            "admin-bulk-unknown",
            bulk("nonsense", Vec::new(), "", nobody),
        ),
        ("admin-users-all-selected", {
            let mut page = full_list();
            "all".clone_into(&mut page.query.select);
            html(&page)
        }),
    ]
}

pub(crate) fn pages() -> Vec<Rendered> {
    [listed_pages(), bulk_pages()].concat()
}

fn listed_pages() -> Vec<Rendered> {
    let nobody = |status: &str, errors| {
        let query = ListQuery {
            status: status.to_owned(),
            ..ListQuery::default()
        };
        html(&list(Vec::new(), query, errors))
    };
    let unknown = wrong("status", "Choose one of the values of this filter.");
    let own = AdminUserPage {
        is_own: true,
        acts: Vec::new(),
        ..user(NAME)
    };
    let address = wrong("confirm_email", "This is not the address of this account.");
    let mut pages = audit_pages();
    pages.extend([
        ("admin-users", html(&full_list())),
        ("admin-users-no-match", nobody("disabled", fine())),
        ("admin-users-nobody", nobody("", fine())),
        ("admin-users-unknown-filter", nobody("open", unknown)),
        ("admin-dashboard", dashboard(820, Precision::Estimate, true)),
        ("admin-dashboard-new", dashboard(0, Precision::Exact, false)),
        ("admin-invite", invite("", false, fine())),
        ("admin-invite-closed", invite("", true, fine())),
        (
            "admin-invite-taken",
            invite(
                EMAIL,
                false,
                wrong("email", "This address has an account already."),
            ),
        ),
        ("admin-invitations", invitations(open_invitations(), fine())),
        ("admin-invitations-none", invitations(Vec::new(), fine())),
        (
            "admin-invitations-refused",
            invitations(
                open_invitations(),
                FieldErrors::of_form("This address has an account already."),
            ),
        ),
        ("admin-user", html(&user(NAME))),
        ("admin-user-hostile", html(&user(HOSTILE))),
        ("admin-user-own", html(&own)),
        ("admin-user-deleted", html(&deleted_and_quiet())),
        (
            "admin-act-disable",
            act("disable", wrong("reason", "Say why.")),
        ),
        ("admin-act-delete", act("delete", address)),
        ("admin-act-role", act("role", fine())),
        (
            "admin-act-refused",
            act(
                "disable",
                FieldErrors::of_form("This account is disabled already."),
            ),
        ),
    ]);
    pages
}
