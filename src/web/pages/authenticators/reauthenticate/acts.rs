//! The sensitive acts, in the wording of their pages.

use crate::{
    domain::{accounts::user::User, admin::act::of_name, authenticators::factors::Kind},
    web::paths::{ACCOUNT, EMAIL, PASSKEYS, PHONE},
};

/// A sensitive act.
pub(super) struct Act {
    /// As in "to turn off two-step sign-in".
    pub(super) purpose: &'static str,
    /// The text of its own button.
    pub(super) button: &'static str,
    /// The page that it belongs to.
    pub(super) page: &'static str,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the tables below have an act in some arms only"
)]
fn act(page: &'static str, purpose: &'static str, button: &'static str) -> Option<Act> {
    Some(Act {
        purpose,
        button,
        page,
    })
}

/// The act with this path, in the wording for this user.
pub(super) fn act_of(path: &str, user: &User) -> Option<Act> {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match segments.as_slice() {
        ["account", "two-factor", what] => of_two_factor(what, user),
        ["account", what @ ..] => of_account(what),
        ["admin", what @ ..] => of_admin(what),
        _ => None,
    }
}

fn of_two_factor(what: &str, user: &User) -> Option<Act> {
    let act = |purpose, button| act("/account/two-factor", purpose, button);
    let has_other = !user.factors.others(Kind::Totp).is_empty();
    match what {
        "enroll" if has_other => act(
            "to set up an authenticator app",
            "Set up an authenticator app",
        ),
        "confirm" if has_other => act("to add an authenticator app", "Add the app"),
        "disable" if has_other => act(
            "to remove your authenticator app",
            "Remove the authenticator app",
        ),
        "enroll" => act("to set up two-step sign-in", "Set up two-step sign-in"),
        "confirm" => act("to turn on two-step sign-in", "Turn on"),
        "disable" => act("to turn off two-step sign-in", "Turn off two-step sign-in"),
        "backup-codes" => act("to make new backup codes", "Make new backup codes"),
        _ => None,
    }
}

fn of_account(what: &[&str]) -> Option<Act> {
    match what {
        ["recovery", "cancel"] => act(ACCOUNT, "to keep your second factor", "Cancel the removal"),
        ["passkeys", "add"] => act(PASSKEYS, "to add a passkey", "Add a passkey"),
        ["passkeys", _, "remove"] => act(PASSKEYS, "to remove a passkey", "Remove the passkey"),
        ["phone"] => act(PHONE, "to add a phone number", "Send a code"),
        ["phone", "confirm"] => act(PHONE, "to add a phone number", "Add the phone number"),
        ["phone", "remove"] => act(PHONE, "to remove a phone number", "Remove the phone number"),
        ["email"] => act(EMAIL, "to change your address", "Change your address"),
        ["sessions", what @ ..] => {
            let act = |purpose, button| act("/account/sessions", purpose, button);
            match what {
                ["revoke-others"] => act(
                    "to sign out every other device",
                    "Sign out every other device",
                ),
                ["trusted", _, "revoke"] => act("to stop trusting a browser", "Stop trusting"),
                [_, "revoke"] => act("to sign out a device", "Sign out the device"),
                _ => None,
            }
        }
        _ => None,
    }
}

fn of_admin(what: &[&str]) -> Option<Act> {
    match what {
        ["users", "import", what @ ..] => {
            let act = |purpose, button| act("/admin/users/import", purpose, button);
            match what {
                [] => act("to import accounts", "Import accounts"),
                [_, "confirm"] => act("to import accounts", "Import the accounts"),
                [_, "discard"] => act("to discard a file", "Discard the file"),
                [_, "undo"] => act("to undo an import", "Undo the import"),
                _ => None,
            }
        }
        ["users", "new"] => act("/admin/users/new", "to invite someone", "Invite"),
        ["invitations", _, what] => {
            let act = |purpose, button| act("/admin/invitations", purpose, button);
            match *what {
                "resend" => act("to send an invitation again", "Send the invitation again"),
                "revoke" => act("to revoke an invitation", "Revoke the invitation"),
                _ => None,
            }
        }
        ["users", _, name] | ["users", _, "sessions", _, name] => {
            let found = of_name(name, |_| true)?;
            act("/admin/users", found.purpose, found.button)
        }
        _ => None,
    }
}

/// Whether the proof for this act has to include the second factor.
pub(super) fn needs_factor(path: &str) -> bool {
    [EMAIL, PASSKEYS, PHONE, "/account/two-factor/"]
        .iter()
        .any(|acts| path.starts_with(acts))
}
