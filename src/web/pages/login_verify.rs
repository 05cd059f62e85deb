//! The second step of a sign-in: a code from the app, or a backup code.

use askama::Template;

use crate::web::view::{FieldErrors, Shell};

/// `/login/verify`.
#[derive(Clone, Debug, Template)]
#[template(path = "login_verify.html")]
pub struct LoginVerifyPage {
    /// What stands around the page.
    pub shell: Shell,
    /// What is wrong, by [`LoginVerifyPage::CODE`] and [`LoginVerifyPage::BACKUP_CODE`].
    pub errors: FieldErrors,
}

impl LoginVerifyPage {
    /// The key of errors at the field for a code from the app.
    pub const CODE: &str = "code";
    /// The key of errors at the field for a backup code. Both fields post as `code`.
    pub const BACKUP_CODE: &str = "backup-code";

    /// The field in which this code was most likely typed: a backup code has letters or is long.
    pub fn field_of(code: &str) -> &'static str {
        let is_long = code.chars().filter(char::is_ascii_digit).count() > 8;
        if is_long || code.chars().any(char::is_alphabetic) {
            Self::BACKUP_CODE
        } else {
            Self::CODE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_stands_where_the_code_was_typed() {
        for code in ["", "123456", "123 456", "12345"] {
            assert_eq!(LoginVerifyPage::field_of(code), LoginVerifyPage::CODE);
        }
        for code in ["7K3M-9QXD-2VHT-R8WN", "1234-5678-9012-3456", "abc"] {
            assert_eq!(
                LoginVerifyPage::field_of(code),
                LoginVerifyPage::BACKUP_CODE
            );
        }
    }
}
