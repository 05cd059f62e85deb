//! Signing in, recovering the password, unlocking.

mod login;
mod passkey;
pub(super) mod recover;
mod unlock;

use super::{authenticators::phone, call::Call};

pub(super) fn calls() -> Vec<Call> {
    vec![
        login::call(),
        login::mfa_call(),
        passkey::options_call(),
        passkey::call(),
        phone::sign_in_call(),
        recover::forgot_call(),
        recover::reset_call(),
        unlock::call(),
    ]
}
