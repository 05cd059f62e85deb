//! Second factors, and the recent proof of who acts.

mod reauthenticate;
pub(super) mod totp;

use super::call::Call;

pub(super) fn calls() -> Vec<Call> {
    vec![
        reauthenticate::call(),
        totp::enroll_call(),
        totp::confirm_call(),
        totp::disable_call(),
        totp::backup_codes_call(),
    ]
}
