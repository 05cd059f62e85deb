//! Registering, accepting an invitation, verifying an address, changing the password, the name or the
//! address, deletion, the activity, a copy of the data, and "this wasn't me".

mod accept_invitation;
mod activity;
mod change_email;
mod change_password;
mod delete;
mod export;
mod not_me;
mod profile;
mod register;
mod verify_email;

use super::call::Call;

pub(super) fn calls() -> Vec<Call> {
    vec![
        register::call(),
        accept_invitation::call(),
        verify_email::call(),
        verify_email::resend_call(),
        change_password::call(),
        profile::call(),
        activity::call(),
        export::call(),
        change_email::request_call(),
        change_email::cancel_call(),
        change_email::confirm_call(),
        delete::delete_call(),
        delete::restore_call(),
        not_me::call(),
    ]
}
