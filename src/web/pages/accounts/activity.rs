//! The audit events of a user in plain sentences, for that user.

use chrono::{DateTime, Utc};

use crate::{
    db::audit::EventRow,
    domain::{audit::event::kind_of, user_agent},
};

/// For an event that only a later version knows.
const UNKNOWN: &str = "Something changed that this page cannot name yet.";

/// One line of the recent activity.
#[derive(Clone, Debug)]
pub struct ActivityItem {
    /// The event as a sentence.
    pub sentence: String,
    /// Browser, system or address as text; empty if unknown.
    pub from: String,
    pub at: DateTime<Utc>,
}

/// An event as a line of the recent activity.
pub(in crate::web::pages) fn item(row: &EventRow) -> ActivityItem {
    let sentence = kind_of(&row.event).and_then(|kind| kind.sentence.with(&row.detail));
    ActivityItem {
        sentence: sentence.unwrap_or(UNKNOWN.into()).into_owned(),
        // The admin's location is not shown to the user.
        from: if row.event.starts_with("user_") {
            String::new()
        } else {
            origin(row)
        },
        at: row.at,
    }
}

/// Browser and address of an event as text.
pub(in crate::web::pages) fn origin(row: &EventRow) -> String {
    let browser = row.user_agent.as_deref().map(user_agent::short_name);
    let address = row.ip.map(|network| network.addr().to_string());
    let from: Vec<String> = [browser, address].into_iter().flatten().collect();
    from.join(", ")
}
