//! What signing in counts and trusts: failures, trusted browsers, the kinds of password hashes in use.

pub mod password_kinds;
pub mod throttles;
pub mod trusted_devices;
