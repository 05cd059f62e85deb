//! Undoing an import: every account of the file is erased, unless one was used.

use uuid::Uuid;

use crate::{
    db::{self, Connection, Transaction},
    domain::{
        accounts::reason::Reason,
        audit::{Client, Event, Subject},
        import::{State, UNDO_WITHIN},
    },
    flows::{
        InputFaults, Result, Services,
        admin::act::{Barred, barred},
        audit::record::{record, record_each},
        authenticators::proof::Proven,
        sessions::authenticate::Authenticated,
    },
};

/// How many of the accounts that prevent it are named.
const NAMED: i64 = 5;

/// The typed input.
#[derive(Debug, Clone)]
pub struct Input {
    pub reason: String,
    /// The number of accounts, as a confirmation.
    pub confirm_count: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This number of accounts was erased.
    Undone(usize),
    /// Some of the accounts were used or changed, so nothing was done.
    InUse(InUse),
    /// There is no such import.
    NotFound,
    /// It is not done, was undone already, or is too old.
    NothingToDo,
    /// Some input is invalid.
    Invalid(InputFaults),
    /// The actor is no longer an admin.
    NotAdmin,
    /// The acting session ended at the same moment.
    Overtaken,
}

/// Accounts of a file that were used or changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InUse {
    pub count: i64,
    /// The first of them.
    pub emails: Vec<String>,
}

/// Events that do not show that an account was used: the import itself, and events that any client can
/// cause.
fn harmless() -> [&'static str; 7] {
    [
        Event::Imported.name(),
        Event::SignInFailed.name(),
        Event::SignInPaused { guess: "" }.name(),
        Event::SignInBlocked { guess: "" }.name(),
        Event::PasswordResetRequested.name(),
        Event::VerificationRequested.name(),
        Event::RegistrationOfTakenAddress.name(),
    ]
}

/// The accounts of a file that prevent undoing it.
pub async fn in_use(s: &Services, file: Uuid) -> Result<InUse> {
    let conn = s.db.connection().await?;
    in_use_by(&conn, file).await
}

async fn in_use_by(conn: &Connection, file: Uuid) -> Result<InUse> {
    let touched = db::imports::touched(conn, file, &harmless(), NAMED).await?;
    Ok(InUse {
        count: touched.first().map_or(0, |first| first.of),
        emails: touched.into_iter().map(|one| one.email).collect(),
    })
}

pub async fn undo(
    s: &Services,
    proven: &Proven,
    file: Uuid,
    input: &Input,
    client: &Client,
) -> Result<Outcome> {
    let mut faults = InputFaults::default();
    let Some(reason) = faults.note("reason", Reason::parse(&input.reason)) else {
        return Ok(Outcome::Invalid(faults));
    };
    let undoing = Undoing {
        s,
        who: proven.who(),
        file,
        reason,
        count: &input.confirm_count,
        client,
    };
    let mut conn = s.db.background_once().await?;
    db::transaction(&mut conn, async |tx| undoing.run(tx).await).await
}

struct Undoing<'a> {
    s: &'a Services,
    who: &'a Authenticated,
    file: Uuid,
    reason: Reason,
    count: &'a str,
    client: &'a Client,
}

impl Undoing<'_> {
    async fn run(&self, tx: &Transaction<'_>) -> Result<Outcome> {
        // Not the function of shorter acts, which locks the actor's account: this takes longer the larger
        // the file is, and the actor may want to sign in during it.
        db::admin::admins::lock(tx).await?;
        if let Some(barred) = barred(tx, self.who).await? {
            return Ok(match barred {
                Barred::Overtaken => Outcome::Overtaken,
                Barred::NotAdmin => Outcome::NotAdmin,
            });
        }
        let now = self.s.now();
        let Some(row) = db::imports::files::hold(tx, self.file).await? else {
            return Ok(Outcome::NotFound);
        };
        let in_time = row.finished_at.is_some_and(|at| now < at + UNDO_WITHIN);
        if row.state != State::Done.as_str() || !in_time {
            return Ok(Outcome::NothingToDo);
        }
        if self.count.trim() != row.accounts_new.to_string() {
            let why = "This is not the number of accounts. Type it to confirm.";
            return Ok(Outcome::Invalid(InputFaults::one("confirm_count", &why)));
        }
        // A later sign-in waits, and finds no account; an earlier one is seen.
        db::imports::hold(tx, self.file).await?;
        let in_use = in_use_by(tx, self.file).await?;
        if in_use.count > 0 {
            return Ok(Outcome::InUse(in_use));
        }
        db::imports::forget_mails(tx, self.file).await?;
        let gone = db::imports::erase(tx, self.file).await?;
        db::imports::files::set_undone(tx, self.file, now).await?;
        self.audit(tx, &gone).await?;
        Ok(Outcome::Undone(gone.len()))
    }

    async fn audit(&self, tx: &Transaction<'_>, gone: &[Uuid]) -> Result<()> {
        let actor = self.who.actor(self.client);
        let erasure = |id| (Event::UserErased, Subject::User(id));
        record_each(self.s, tx, gone, actor, erasure).await?;
        let whole = Event::UsersImportUndone {
            import: self.file,
            count: gone.len(),
            reason: self.reason.clone(),
        };
        record(self.s, tx, whole, Subject::Service, actor).await
    }
}
