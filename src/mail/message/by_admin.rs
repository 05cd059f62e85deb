//! The texts of an admin's act in both forms of a mail.

use chrono::{DateTime, Utc};

use crate::{domain::admin::act::Mail, mail::phrase::date_and_time};

/// The paragraph in its lines. The text form says on a separate line when the account will be erased.
pub(super) fn lines(mail: &Mail, site: &str) -> String {
    mail.words.replace("{when}", "").replace("{site}", site)
}

/// The paragraph as one line.
pub(super) fn paragraph(mail: &Mail, site: &str, erased_at: Option<&DateTime<Utc>>) -> String {
    let when = erased_at.map_or_else(String::new, |at| format!(" on {}", date_and_time(*at)));
    let line = mail.words.replace('\n', " ");
    line.replace("{when}", &when).replace("{site}", site)
}
