//! The paragraph about an admin's act, for the text and for the HTML of a mail.

use crate::domain::admin::act::Mail;

/// The paragraph for the text, in lines.
pub(super) fn lines(mail: &Mail, site: &str) -> String {
    mail.words.replace("{site}", site)
}

/// The paragraph for the HTML, in one line.
pub(super) fn paragraph(mail: &Mail, site: &str) -> String {
    lines(mail, site).replace('\n', " ")
}
