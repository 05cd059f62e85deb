//! The two fields for a code: one of the authenticator app, or a backup code. Both post as `code`.

use crate::{
    flows::authenticators::totp_code::CodeFault,
    web::{copy, view::FieldErrors},
};

/// The key of errors at the field for a code from the app.
const CODE: &str = "code";
/// The key of errors at the field for a backup code.
const BACKUP_CODE: &str = "backup-code";

/// No code was typed.
pub fn missing() -> FieldErrors {
    FieldErrors::of_field(CODE, copy::missing("a code"))
}

/// Why a code was refused, at the field in which it was most likely typed. Without an app, it was to come from the
/// phone.
pub fn refused(typed: &str, fault: CodeFault, has_app: bool) -> FieldErrors {
    match field_of(typed) {
        BACKUP_CODE => FieldErrors::of_field(BACKUP_CODE, copy::BACKUP_CODE_NOT_RIGHT),
        field if has_app => FieldErrors::of_field(field, copy::app_code_refused(fault)),
        field => FieldErrors::of_field(field, copy::phone_code_refused(fault)),
    }
}

/// Backup codes have letters or are long.
fn field_of(typed: &str) -> &'static str {
    let is_long = typed.chars().filter(char::is_ascii_digit).count() > 8;
    if is_long || typed.chars().any(char::is_alphabetic) {
        BACKUP_CODE
    } else {
        CODE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_shown_where_the_code_was_typed() {
        for code in ["", "123456", "123 456", "12345"] {
            assert_eq!(field_of(code), CODE);
        }
        for code in ["7K3M-9QXD-2VHT-R8WN", "1234-5678-9012-3456", "abc"] {
            assert_eq!(field_of(code), BACKUP_CODE);
        }
    }
}
