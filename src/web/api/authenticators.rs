//! Second factors, and the recent proof of who acts.

mod passkeys;
pub(super) mod phone;
mod reauthenticate;
pub(super) mod totp;

use super::call::Call;

pub(super) fn calls() -> Vec<Call> {
    vec![
        reauthenticate::call(),
        reauthenticate::options_call(),
        totp::enroll_call(),
        totp::confirm_call(),
        totp::disable_call(),
        totp::backup_codes_call(),
        passkeys::options_call(),
        passkeys::create_call(),
        passkeys::list_call(),
        passkeys::rename_call(),
        passkeys::remove_call(),
        phone::begin_call(),
        phone::confirm_call(),
        phone::remove_call(),
        phone::reauthenticate_call(),
    ]
}
