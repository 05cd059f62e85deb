//! The two fields for a code: six digits of an app or a phone, or a backup code. Both post as `code`.

use crate::{
    flows::authenticators::totp_code::CodeFault,
    web::{copy, view::FieldErrors},
};

/// The key of errors at the field for six digits.
const CODE: &str = "code";
/// The key of errors at the field for a backup code.
const BACKUP_CODE: &str = "backup-code";

/// Where six digits can come from. From neither, the page has no field for them.
#[derive(Clone, Copy)]
pub struct SixDigits {
    pub app: bool,
    pub phone: bool,
}

/// No code was typed.
pub fn missing(from: SixDigits) -> FieldErrors {
    if from.app || from.phone {
        FieldErrors::of_field(CODE, copy::missing("a code"))
    } else {
        FieldErrors::of_field(BACKUP_CODE, copy::missing("a backup code"))
    }
}

/// Why a code was refused, at the field in which it was most likely typed.
pub fn refused(typed: &str, fault: CodeFault, from: SixDigits) -> FieldErrors {
    match field_of(typed) {
        CODE if from.app => FieldErrors::of_field(CODE, copy::app_code_refused(fault)),
        CODE if from.phone => FieldErrors::of_field(CODE, copy::phone_code_refused(fault)),
        _ => FieldErrors::of_field(BACKUP_CODE, copy::BACKUP_CODE_NOT_RIGHT),
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
