//! What happened to an account, as its owner reads it.

use std::{borrow::Cow, mem, net::IpAddr};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    db::{self, audit::EventRow},
    domain::{
        audit::{Origin, event::kind_of, query},
        sign_in::attempts::Pause,
        user_agent::Device,
    },
    flows::{
        InputFaults, Result, Services,
        audit::export::rows::Form,
        download::{AT_ONCE, Parts, Receiver},
        flood_limits::Throttled,
        paged::Paged,
        sessions::authenticate::Authenticated,
    },
};

/// Events of a page.
pub const PAGE: i64 = 50;

/// The sentence of an event that only a later version knows.
const UNKNOWN: &str = "There was an event that this version does not know.";

/// Who did something to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The user, in a session.
    You,
    /// A client that was not signed in: the user at sign-in, or a stranger.
    Anyone,
    /// An admin, or the operator at the command line.
    Admin,
    /// The service, of itself.
    Service,
}

impl By {
    pub const ALL: [Self; 4] = [Self::You, Self::Anyone, Self::Admin, Self::Service];

    /// The word in the API and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::Anyone => "anyone",
            Self::Admin => "admin",
            Self::Service => "service",
        }
    }

    /// Whether the user may see the client of such an event.
    pub(in crate::flows) fn shows_client(self) -> bool {
        matches!(self, Self::You | Self::Anyone)
    }

    fn of(row: &EventRow, user_id: Uuid) -> Self {
        let origin = row.detail["origin"].as_str();
        if origin == Origin::CommandLine.word() {
            Self::Admin
        } else if origin == Origin::Service.word() {
            Self::Service
        } else {
            match row.actor_id {
                Some(id) if id == user_id => Self::You,
                Some(_) => Self::Admin,
                None => Self::Anyone,
            }
        }
    }
}

/// An event of the account.
///
/// The user sees from where the user's own acts came, and the attempts of clients that were not signed in: that is how a
/// theft is found. Of an act by an admin or by the operator they see what was done, and neither by whom, from where nor
/// why: it would tell a user who is angry about it whom to attack, and the reason is written for other admins. No ids of
/// sessions, browsers or invitations are here, since no one reads them.
#[derive(Debug, Clone)]
pub struct Entry {
    pub at: DateTime<Utc>,
    /// The name of its kind.
    pub event: String,
    /// What happened.
    pub sentence: Cow<'static, str>,
    pub by: By,
    /// `None` if the client sent no user agent, or the event is one whose client the user may not see.
    pub device: Option<Device>,
    /// `None` if the user may not see the client.
    pub ip: Option<IpAddr>,
}

impl Entry {
    /// An event of the user's log, as the user may see it.
    pub fn of(row: EventRow, user_id: Uuid) -> Self {
        let by = By::of(&row, user_id);
        let sentence = kind_of(&row.event).and_then(|kind| kind.sentence.with(&row.detail));
        Self {
            at: row.at,
            sentence: sentence.unwrap_or(UNKNOWN.into()),
            by,
            device: row
                .user_agent
                .as_deref()
                .filter(|_| by.shows_client())
                .map(Device::of),
            ip: row
                .ip
                .filter(|_| by.shows_client())
                .map(|network| network.addr()),
            event: row.event,
        }
    }
}

/// The latest events, newest first.
pub async fn latest(s: &Services, user_id: Uuid, count: i64) -> Result<Vec<Entry>> {
    let shared = s.db.shared().await?;
    let rows = db::audit::latest_of(&shared, user_id, None, count).await?;
    Ok(rows
        .into_iter()
        .map(|row| Entry::of(row, user_id))
        .collect())
}

/// A page of all events, newest first.
pub async fn page(
    s: &Services,
    who: &Authenticated,
    cursor: &str,
) -> Result<Result<Paged<Entry>, InputFaults>> {
    let before = match query::cursor(cursor) {
        Ok(before) => before,
        Err(why) => return Ok(Err(InputFaults::one("cursor", &why))),
    };
    let (shared, user_id) = (s.db.shared().await?, who.user().id);
    let rows = db::audit::latest_of(&shared, user_id, before, PAGE + 1).await?;
    let page = Paged::cut(rows, PAGE, |row| row.seq.to_string());
    Ok(Ok(page.map(|row| Entry::of(row, user_id))))
}

/// The columns of the file, in order.
const COLUMNS: [&str; 7] = ["at", "event", "what", "by", "browser", "system", "ip"];

/// All events as CSV, newest first.
#[derive(Debug)]
pub struct File {
    receiver: Receiver,
    begun: bool,
    left: Left,
}

/// What is still to come of it.
#[derive(Debug, Clone, Copy)]
enum Left {
    /// The events before this one; all of them at the beginning.
    Before(Option<i64>),
    Nothing,
}

/// Begins a file of all events.
pub fn file(s: &Services, who: &Authenticated) -> Result<Result<File, Pause>> {
    let receiver = Receiver::new(s, who)?;
    Ok(receiver
        .map(|receiver| File {
            receiver,
            begun: false,
            left: Left::Before(None),
        })
        .map_err(|Throttled(wait)| wait))
}

impl Parts for File {
    async fn next(&mut self, s: &Services) -> Result<Option<Vec<u8>>> {
        self.receiver.check(s).await?;
        let mut part = if mem::replace(&mut self.begun, true) {
            Vec::new()
        } else {
            Form::Csv.head(&COLUMNS)?
        };
        let Left::Before(before) = self.left else {
            return Ok(None);
        };
        let (shared, user_id) = (s.db.shared().await?, self.receiver.who.user().id);
        let rows = db::audit::latest_of(&shared, user_id, before, AT_ONCE).await?;
        self.left = match rows.last() {
            Some(last) => Left::Before(Some(last.seq)),
            None => Left::Nothing,
        };
        let rows: Vec<Value> = rows
            .into_iter()
            .map(|row| line(Entry::of(row, user_id)))
            .collect();
        Form::Csv.write(&mut part, &COLUMNS, &rows)?;
        Ok((!part.is_empty()).then_some(part))
    }
}

fn line(entry: Entry) -> Value {
    let Device { browser, system } = entry.device.unwrap_or_default();
    json!({
        "at": entry.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "event": entry.event,
        "what": entry.sentence,
        "by": entry.by.as_str(),
        "browser": browser,
        "system": system,
        "ip": entry.ip,
    })
}
