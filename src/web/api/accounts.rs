//! Registering, accepting an invitation, verifying an address, changing the password.

mod accept_invitation;
mod change_password;
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
    ]
}
