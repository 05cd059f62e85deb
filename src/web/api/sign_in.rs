//! Signing in, recovering the password, unlocking.

mod login;
pub(super) mod recover;
mod unlock;

use super::call::Call;

pub(super) fn calls() -> Vec<Call> {
    vec![
        login::call(),
        login::mfa_call(),
        recover::forgot_call(),
        recover::reset_call(),
        unlock::call(),
    ]
}
