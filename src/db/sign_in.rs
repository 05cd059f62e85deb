//! The state of sign-in: failures, earlier sign-ins, trusted browsers, and the kinds of password hashes in use.

pub mod earlier;
pub mod password_kinds;
pub mod throttles;
pub mod trusted_devices;
