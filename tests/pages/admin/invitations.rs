//! Inviting, and the list of open invitations.

use vestibule::internals::web::{
    pages::{Chip, InvitationLine, InvitationsPage, InvitePage},
    view::{FieldErrors, Flash},
};

use super::{ID, admin, chip};
use crate::sample::{EMAIL, HOSTILE, Rendered, fine, html, seconds_ago, with_flash, wrong};

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
            Flash::success("The invitation to guest@example.com will be sent."),
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

pub(super) fn pages() -> Vec<Rendered> {
    let taken = "This address has an account already.";
    vec![
        ("admin-invite", invite("", false, fine())),
        ("admin-invite-closed", invite("", true, fine())),
        (
            "admin-invite-taken",
            invite(EMAIL, false, wrong("email", taken)),
        ),
        ("admin-invitations", invitations(open_invitations(), fine())),
        ("admin-invitations-none", invitations(Vec::new(), fine())),
        (
            "admin-invitations-refused",
            invitations(open_invitations(), FieldErrors::of_form(taken)),
        ),
    ]
}
