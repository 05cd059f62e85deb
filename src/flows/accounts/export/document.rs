//! The document of an export, part by part. `docs/export.schema.json` describes it.
//!
//! Lists stand in the order of their statements. A row that is written or removed while the document is read may be in it
//! or not; no row is in it twice.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    db::{
        self,
        accounts::{
            email_changes::{EmailChange, FormerAddress},
            held::{HeldDevice, HeldPasskey, HeldSession},
        },
        audit::EventRow,
        mail::outbox::MailRow,
    },
    domain::{
        accounts::user::User,
        authenticators::{factors::Kind, recovery::Recovery},
    },
    flows::{
        FlowError, Result, Services,
        accounts::{
            activity::Entry,
            undo_points::{Phone, phone_held},
        },
        download::{AT_ONCE, Parts, Receiver},
    },
};

/// The version of the document's form. A member may be added without a new one.
const VERSION: u32 = 1;

/// Mails of this kind are left out: the one to a taken address goes to its owner, so a list of them would say which
/// addresses have an account.
const TO_NEW_ADDRESS: &str = "confirm_email_change";

/// An export that is being written.
#[derive(Debug)]
pub struct Export {
    receiver: Receiver,
    next: Next,
    /// Whether the list that is being written has an entry.
    has_entry: bool,
}

/// What the next part begins with.
#[derive(Debug, Clone, Copy)]
enum Next {
    Head,
    /// The sessions behind this one.
    Sessions(Uuid),
    Devices(Uuid),
    /// The mails before this one.
    Mails(Option<(DateTime<Utc>, Uuid)>),
    Events(Option<i64>),
    Nothing,
}

/// The rows of a part, and what comes behind them.
struct Read {
    rows: Vec<Value>,
    /// `None` where the list ends here.
    more: Option<Next>,
}

impl Read {
    fn of<T>(found: Vec<T>, more: impl Fn(&T) -> Next, row: impl Fn(T) -> Value) -> Self {
        let is_full = i64::try_from(found.len()) == Ok(AT_ONCE);
        Self {
            more: found.last().filter(|_| is_full).map(more),
            rows: found.into_iter().map(row).collect(),
        }
    }
}

impl Export {
    pub(super) fn new(receiver: Receiver) -> Self {
        Self {
            receiver,
            next: Next::Head,
            has_entry: false,
        }
    }

    fn user(&self) -> &User {
        self.receiver.who.user()
    }

    async fn head(&self, s: &Services) -> Result<Vec<u8>> {
        let (user, shared) = (self.user(), s.db.shared().await?);
        let totp = db::accounts::held::totp(&shared, user.id).await?;
        let codes = db::accounts::held::backup_codes(&shared, user.id).await?;
        let totp = totp.map(|(added_at, confirmed_at)| {
            json!({ "kind": "totp", "added_at": time(added_at), "confirmed_at": confirmed_at.map(time) })
        });
        let codes = codes.into_iter().map(|(added_at, used_at)| {
            json!({ "kind": "backup_code", "added_at": time(added_at), "used_at": used_at.map(time) })
        });
        let former = db::accounts::email_changes::former(&shared, user.id).await?;
        let former = former.iter().map(former_address);
        let addresses: Vec<Value> = [address(user)].into_iter().chain(former).collect();
        let pending = db::accounts::email_changes::pending(&shared, user.id, s.now()).await?;
        let recovery = db::authenticators::recoveries::waiting(&shared, user.id, s.now()).await?;
        let passkeys = db::accounts::held::passkeys(&shared, user.id).await?;
        let passkeys = passkeys.iter().map(passkey);
        let phone = phone_held(s, &shared, user).await?;
        let phone = phone.as_ref().map(phone_number);
        let factors: Vec<Value> = passkeys.chain(totp).chain(phone).chain(codes).collect();
        let mut head = Vec::from(b"{");
        for (name, value) in [
            ("format", json!("vestibule-export")),
            ("version", json!(VERSION)),
            ("exported_at", json!(time(s.now()))),
            ("profile", profile(user)),
            ("addresses", json!(addresses)),
            ("email_change", json!(pending.as_ref().map(email_change))),
            ("factors", json!(factors)),
            ("recovery", json!(recovery.as_ref().map(self::recovery))),
        ] {
            head.extend_from_slice(format!("\"{name}\": {value},\n").as_bytes());
        }
        head.extend_from_slice(b"\"sessions\": [");
        Ok(head)
    }

    /// The rows that come next.
    async fn read(&self, s: &Services) -> Result<Read> {
        let (user, shared) = (self.user(), s.db.shared().await?);
        Ok(match self.next {
            Next::Head | Next::Nothing => Read {
                rows: Vec::new(),
                more: None,
            },
            Next::Sessions(after) => {
                let found = db::accounts::held::sessions(&shared, user.id, after, AT_ONCE).await?;
                Read::of(found, |row| Next::Sessions(row.id), |row| session(&row))
            }
            Next::Devices(after) => {
                let found = db::accounts::held::devices(&shared, user.id, after, AT_ONCE).await?;
                Read::of(found, |row| Next::Devices(row.id), |row| device(&row, user))
            }
            Next::Mails(behind) => {
                let found = db::mail::outbox::latest_of(&shared, user.id, behind, AT_ONCE).await?;
                let mut read = Read::of(
                    found,
                    |row| Next::Mails(Some((row.created_at, row.id))),
                    |row| mail(&row),
                );
                read.rows.retain(|row| row["kind"] != TO_NEW_ADDRESS);
                read
            }
            Next::Events(before) => {
                let found = db::audit::latest_of(&shared, user.id, before, AT_ONCE).await?;
                Read::of(
                    found,
                    |row| Next::Events(Some(row.seq)),
                    |row| event(row, user.id),
                )
            }
        })
    }

    /// Ends a list; what stands before the next one, or before the end.
    fn end_of_list(&mut self) -> &'static str {
        self.has_entry = false;
        let (next, between) = match self.next {
            Next::Sessions(_) => (Next::Devices(Uuid::nil()), "],\n\"devices\": ["),
            Next::Devices(_) => (Next::Mails(None), "],\n\"mails\": ["),
            Next::Mails(_) => (Next::Events(None), "],\n\"events\": ["),
            Next::Events(_) | Next::Head | Next::Nothing => (Next::Nothing, "]}\n"),
        };
        self.next = next;
        between
    }
}

impl Parts for Export {
    async fn next(&mut self, s: &Services) -> Result<Option<Vec<u8>>> {
        self.receiver.check(s).await?;
        match self.next {
            Next::Nothing => return Ok(None),
            Next::Head => {
                let head = self.head(s).await?;
                self.next = Next::Sessions(Uuid::nil());
                return Ok(Some(head));
            }
            _ => {}
        }
        let Read { rows, more } = self.read(s).await?;
        let mut part = Vec::new();
        for row in rows {
            let comma = if self.has_entry { ",\n" } else { "\n" };
            self.has_entry = true;
            part.extend_from_slice(comma.as_bytes());
            serde_json::to_writer(&mut part, &row)
                .map_err(|_| FlowError::Inconsistent("a row does not serialise"))?;
        }
        match more {
            Some(more) => self.next = more,
            None => part.extend_from_slice(self.end_of_list().as_bytes()),
        }
        Ok(Some(part))
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn profile(user: &User) -> Value {
    json!({
        "id": user.id,
        "display_name": user.display_name,
        "role": user.role.as_str(),
        "created_at": time(user.created_at),
        "imported": user.import_id.is_some(),
        "password_changed_at": user.password_changed_at.map(time),
        "password_must_change": user.password_must_change,
        "two_factor_enabled": user.two_factor_enabled(),
    })
}

fn address(user: &User) -> Value {
    json!({
        "email": user.email,
        "current": true,
        "verified_at": user.email_verified_at.map(time),
        "verified_by_file": user.verified_by_file,
        "replaced_at": null,
    })
}

fn passkey(row: &HeldPasskey) -> Value {
    json!({
        "kind": Kind::Passkey.as_str(),
        "name": row.name,
        "synced": row.synced,
        "added_at": time(row.created_at),
        "added_by": row.created_by,
        "used_at": row.last_used_at.map(time),
        "used_by": row.last_used_by,
    })
}

fn phone_number(phone: &Phone) -> Value {
    json!({
        "kind": Kind::Phone.as_str(),
        "number": phone.number.0,
        "added_at": time(phone.created_at),
        "confirmed_at": phone.confirmed_at.map(time),
    })
}

fn former_address(former: &FormerAddress) -> Value {
    json!({
        "email": former.email,
        "current": false,
        "verified_at": null,
        "verified_by_file": false,
        "replaced_at": time(former.replaced_at),
    })
}

fn email_change(change: &EmailChange) -> Value {
    json!({
        "new_email": change.new_email,
        "requested_at": time(change.requested_at),
        "expires_at": time(change.expires_at),
    })
}

fn recovery(recovery: &Recovery) -> Value {
    json!({
        "started_at": time(recovery.started_at),
        "ends_at": time(recovery.ends_at),
        "link_expires_at": recovery.link_expires_at.map(time),
        "ip": recovery.ip,
        "user_agent": recovery.user_agent,
    })
}

fn session(row: &HeldSession) -> Value {
    json!({
        "id": row.id,
        "created_at": time(row.created_at),
        "last_seen_at": time(row.last_seen_at),
        "expires_at": time(row.expires_at),
        "absolute_expires_at": time(row.absolute_expires_at),
        "remembered": row.remembered,
        "ip": row.ip.map(|network| network.addr()),
        "user_agent": row.user_agent,
        "authenticated_at": time(row.authenticated_at),
        "authentication_methods": row.authentication_methods,
        "proven_at": time(row.proven_at),
        "proof_methods": row.proof_methods,
        "factor_proven_at": row.factor_proven_at.map(time),
        "ended_at": row.revoked_at.map(time),
        "ended_by": row.revoked_reason,
    })
}

fn device(row: &HeldDevice, user: &User) -> Value {
    json!({
        "id": row.id,
        "created_at": time(row.created_at),
        "last_used_at": time(row.last_used_at),
        "expires_at": time(row.expires_at),
        "trust_ended": row.rev != user.revocation_id,
        "ip": row.ip.map(|network| network.addr()),
        "user_agent": row.user_agent,
    })
}

/// What became of it at the mail server is not the user's: an error names servers.
fn mail(row: &MailRow) -> Value {
    json!({
        "kind": row.kind,
        "written_at": time(row.created_at),
        "sent_at": row.sent_at.map(time),
    })
}

/// The event as on the page of the activity. For the user's own acts and for attempts, it also has the user agent and
/// the detail of the event, unchanged. [`Entry`] decides what users may see of acts by admins.
fn event(row: EventRow, user_id: Uuid) -> Value {
    let (detail, user_agent) = (row.detail.clone(), row.user_agent.clone());
    let entry = Entry::of(row, user_id);
    let shows_client = entry.by.shows_client();
    json!({
        "at": time(entry.at),
        "event": entry.event,
        "what": entry.sentence,
        "by": entry.by.as_str(),
        "ip": entry.ip,
        "user_agent": user_agent.filter(|_| shows_client),
        "detail": if shows_client { detail } else { json!({}) },
    })
}
