//! The paragraph about an admin's act, for the text and for the HTML of a mail.

use chrono::{DateTime, Utc};

use crate::{domain::admin::act::Mail, mail::phrase::date_and_time};

/// The paragraph for the text, in lines. The template adds the time at which the account will be erased.
pub(super) fn lines(mail: &Mail, site: &str) -> String {
    mail.words.replace("{when}", "").replace("{site}", site)
}

/// The paragraph for the HTML, in one line.
pub(super) fn paragraph(mail: &Mail, site: &str, erased_at: Option<&DateTime<Utc>>) -> String {
    let when = erased_at.map_or_else(String::new, |at| format!(" on {}", date_and_time(*at)));
    let line = mail.words.replace('\n', " ");
    line.replace("{when}", &when).replace("{site}", site)
}
