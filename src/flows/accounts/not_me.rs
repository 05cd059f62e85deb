//! "This wasn't me": using the link of a security mail. `domain/accounts/undo` has the rules.

mod proof;
mod put_back;

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::{
    db::{
        self, Transaction,
        accounts::undo_points::{Point, Use},
        admin::managed::ManagedUser,
    },
    domain::{
        accounts::{
            email::masked,
            undo::{self, FROZEN_FOR, Freeze, LastFreeze, Plan, Proven, Step},
            user::User,
        },
        audit::{Client, Event, Subject},
        password::Password,
        secrets::{random, secret::SecretString},
        session::EndReason,
        sign_in::attempts::Pause,
        token::Purpose,
    },
    flows::{
        FlowError, Result, Services, Undone,
        accounts::undo_points::{self, Account},
        audit::record::record_anonymous,
        authenticators::{factors::forget_pending, totp_code::CodeFault},
        flood_limits::{Throttled, count_request},
        mail::{
            notify::{notice_of, notify},
            outbox::{Cause, Recipient, enqueue},
            requested::{MailRequest, requested_message},
        },
    },
    mail::Message,
    throttle::Route,
};
use proof::Proof;
pub use put_back::Restored;

/// The input of the form or the call.
#[derive(Debug, Clone)]
pub struct Input {
    pub token: SecretString,
    /// The password of before the event.
    pub password: Option<SecretString>,
    /// A code of the second factor that was enrolled before the event.
    pub code: Option<SecretString>,
}

#[derive(Debug)]
pub enum Outcome {
    Done(Done),
    /// The link was used, has expired, or ended with the link of an earlier event.
    LinkDead,
    WrongPassword,
    WrongCode(CodeFault),
    /// A second factor was enrolled before the event: the password takes its code as well.
    CodeMissing,
    /// There was no second factor before the event, so a code proves nothing.
    NoSecondFactor,
    /// The earlier address belongs to another account by now: nothing was done.
    AddressTaken,
    Throttled(Pause),
}

/// What a use of a link did.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own"
)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Whether every session ended. Not where a code at a used link only ends the freeze.
    pub reported: bool,
    pub restored: Restored,
    /// Whether a deletion by the owner was taken back.
    pub undeleted: bool,
    /// Whether no password opens the account until a reset.
    pub password_closed: bool,
    /// Until when the account is frozen.
    pub frozen_until: Option<DateTime<Utc>>,
    /// Whether no one signs in until then.
    pub sign_in_frozen: bool,
    /// Whether a reset link is on its way.
    pub reset_mailed: bool,
    /// Whether a code lifted the freeze.
    pub lifted: bool,
}

/// What a living link is about.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own"
)]
#[derive(Debug, Clone)]
pub struct Shown {
    /// The canonical address that it was mailed to.
    pub recipient: String,
    /// The subject of its mail.
    pub subject: String,
    pub happened_at: DateTime<Utc>,
    pub browser: Option<String>,
    pub ip: Option<IpAddr>,
    /// The address that the account would get back; masked unless the link was mailed there.
    pub address: Option<String>,
    /// Whether the second factor would be as it was.
    pub factor: bool,
    /// Whether a second factor was enrolled before the event.
    pub takes_code: bool,
    /// Whether the link was used before: then it takes a proof.
    pub is_used: bool,
    /// Until when the account is frozen.
    pub frozen_until: Option<DateTime<Utc>>,
    /// Whether the password would stop working.
    pub closes_password: bool,
    /// What the button alone would freeze.
    pub freeze: Freeze,
}

/// A living link, its event and its user.
struct Link {
    /// The canonical address that it was mailed to.
    recipient: String,
    point: Point,
    user: User,
    account: Account,
}

/// The link of a token; `None` if it is dead. Disabled users have links as well.
async fn link_of(s: &Services, token: &SecretString) -> Result<Option<Link>> {
    let Ok(claims) = s.tokens.decode(Purpose::Undo, token.expose(), s.now()) else {
        return Ok(None);
    };
    let (Some(event), Some(recipient)) = (claims.extra.event, claims.extra.email) else {
        return Ok(None);
    };
    let shared = s.db.shared().await?;
    let found = db::accounts::undo_points::find(&shared, event, claims.user_id, s.now()).await?;
    let Some(point) = found else { return Ok(None) };
    let managed = db::admin::managed::find(&shared, claims.user_id).await?;
    let Some(ManagedUser { user, .. }) = managed else {
        return Ok(None);
    };
    Ok(Some(Link {
        recipient,
        account: undo_points::account_before(s, &point)?,
        point,
        user,
    }))
}

/// What a link would do; `None` where it is dead. Changes nothing.
pub async fn inspect(s: &Services, token: &SecretString) -> Result<Option<Shown>> {
    let Some(link) = link_of(s, token).await? else {
        return Ok(None);
    };
    let shared = s.db.shared().await?;
    let (plan, steps) = plan_of(&shared, &link.point).await?;
    let address = match plan.address {
        // The reader of a mailbox that the account left learns no later address.
        Some(position) => match account_at(s, &shared, &steps, position).await? {
            account if account.email_canonical == link.recipient => Some(account.email),
            account => Some(masked(&account.email)),
        },
        None => None,
    };
    Ok(Some(Shown {
        closes_password: link.user.email_canonical == link.recipient,
        recipient: link.recipient,
        subject: link.account.subject,
        happened_at: link.point.happened_at,
        browser: link.account.browser,
        ip: link.account.ip,
        address,
        factor: plan.factor.is_some(),
        takes_code: link.account.factor.is_some(),
        is_used: link.point.used_at.is_some(),
        frozen_until: link.user.frozen(s.now()),
        freeze: undo::freeze(
            Proven::Nothing,
            &plan,
            link.point.used_at.is_none(),
            last_freeze(&shared, &link.point).await?,
            s.now(),
        ),
    }))
}

type Steps = Vec<(uuid::Uuid, Step)>;

async fn plan_of(conn: &db::Connection, point: &Point) -> Result<(Plan, Steps)> {
    let steps = db::accounts::undo_points::steps_from(conn, point.user_id, point.number).await?;
    let rules: Vec<Step> = steps.iter().map(|(_, step)| *step).collect();
    Ok((undo::plan(&rules), steps))
}

async fn account_at(
    s: &Services,
    conn: &db::Connection,
    steps: &Steps,
    position: usize,
) -> Result<Account> {
    let (id, _) = steps[position];
    let sealed = db::accounts::undo_points::sealed(conn, id).await?;
    undo_points::open(s, id, &sealed)
}

/// The last freeze of the account by a link.
async fn last_freeze(conn: &db::Connection, point: &Point) -> Result<Option<LastFreeze>> {
    let id = point.user_id;
    let Some(at) = db::accounts::freezes::frozen_at(conn, id).await? else {
        return Ok(None);
    };
    let by = db::accounts::undo_points::number_used_at(conn, id, at).await?;
    let is_covered = by.is_some_and(|number| point.number <= number);
    Ok(Some(LastFreeze { at, is_covered }))
}

/// Uses a link.
pub async fn report(s: &Services, input: &Input, client: &Client) -> Result<Outcome> {
    if let Some(Throttled(wait)) = count_request(s, Route::Reset, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let Some(link) = link_of(s, &input.token).await? else {
        return Ok(Outcome::LinkDead);
    };
    let proof = match proof::check(s, &link, input, client).await? {
        Ok(proof) => proof,
        Err(refused) => return Ok(refused),
    };
    let reporting = Reporting {
        s,
        link: &link,
        proof: &proof,
        closed_hash: unknown_password(s).await?,
        client,
        now: s.now(),
    };
    match s.db.transaction(async |tx| reporting.write(tx).await).await {
        Ok(outcome) => Ok(outcome),
        Err(undone) => Ok(Undone::outcome(undone)?),
    }
}

/// The hash of a password that no one knows.
async fn unknown_password(s: &Services) -> Result<String> {
    let text = SecretString::from(random::token_id(s.random.as_ref()));
    let password =
        Password::parse(&text).ok_or(FlowError::Inconsistent("a random text is no password"))?;
    Ok(s.hashing.hash(password, s.random.as_ref()).await?)
}

struct Reporting<'a> {
    s: &'a Services,
    link: &'a Link,
    proof: &'a Proof,
    closed_hash: String,
    client: &'a Client,
    /// The time of everything that the use writes: a freeze is found by it.
    now: DateTime<Utc>,
}

impl Reporting<'_> {
    async fn write(&self, tx: &Transaction<'_>) -> Result<Outcome, Undone<Outcome>> {
        let Self { s, link, proof, .. } = *self;
        let (id, now) = (link.user.id, self.now);
        let (plan, steps) = plan_of(tx, &link.point).await?;
        let target = match plan.address.filter(|_| proof.proven == Proven::Everything) {
            Some(position) => Some(account_at(s, tx, &steps, position).await?),
            None => None,
        };
        let address = target
            .as_ref()
            .map_or("", |account| &account.email_canonical);
        db::accounts::email_changes::hold_both(tx, id, address).await?;
        // Read again: until the account was locked, another link may have put it back.
        let (plan, steps) = plan_of(tx, &link.point).await?;
        let Some(before) = db::admin::managed::find(tx, id).await? else {
            return Ok(Outcome::LinkDead);
        };
        if let Some(code) = &proof.code
            && db::accounts::undo_points::spent(tx, id)
                .await?
                .contains(&code.spent)
        {
            return Ok(Outcome::WrongCode(CodeFault::Spent));
        }
        let used =
            db::accounts::undo_points::use_link(tx, &link.point, proof.as_use(), now).await?;
        let Some(used) = used else {
            return Ok(Outcome::LinkDead);
        };
        if !self.spend(tx, &before.user).await? {
            return Err(Undone::As(Outcome::WrongCode(CodeFault::Spent)));
        }
        proof.forget_failures(tx).await?;
        let last = last_freeze(tx, &link.point).await?;
        let freeze = undo::freeze(proof.proven, &plan, used.is_first, last, now);
        if !used.is_first && proof.proven == Proven::Code {
            let lifted = self.freeze(tx, &before.user, freeze).await?;
            let frozen = before.user.freeze(now).filter(|_| !lifted);
            return Ok(Outcome::Done(Done {
                lifted,
                frozen_until: frozen.map(|frozen| frozen.until),
                sign_in_frozen: frozen.is_some_and(|frozen| frozen.with_sign_in),
                ..Done::default()
            }));
        }
        let undeleted = self.end_everything(tx).await?;
        let restored = match proof.proven {
            Proven::Everything => self.put_back(tx, &before.user, &plan, &steps).await?,
            Proven::Nothing | Proven::Code => Restored::default(),
        };
        let lifted = self.freeze(tx, &before.user, freeze).await?;
        let mut done = Done {
            reported: true,
            undeleted,
            restored,
            lifted,
            ..Done::default()
        };
        self.finish(tx, &before.user, &mut done).await?;
        Ok(Outcome::Done(done))
    }

    /// What the button always does. `true` if a deletion by the owner was taken back.
    async fn end_everything(&self, tx: &Transaction<'_>) -> Result<bool> {
        let (id, now) = (self.link.user.id, self.now);
        db::accounts::freezes::end_everything(tx, id, now).await?;
        let earliest = now - self.s.policy.deletion_grace;
        let undeleted = db::accounts::freezes::undelete(tx, id, earliest).await?;
        forget_pending(tx, &self.link.user).await?;
        db::sign_in::trusted_devices::delete_others(tx, id, &[]).await?;
        db::sessions::end_all(tx, id, None, EndReason::ReportedNotMe, now).await?;
        Ok(undeleted)
    }

    /// Freezes the account, or ends a freeze. `true` if one was lifted.
    async fn freeze(&self, tx: &Transaction<'_>, user: &User, freeze: Freeze) -> Result<bool> {
        use db::accounts::freezes;
        let (id, now) = (user.id, self.now);
        match freeze {
            Freeze::Keep => {}
            Freeze::LiftOfSignIn => freezes::lift_of_sign_in(tx, id).await?,
            Freeze::Lift => return self.lift(tx, user).await,
            Freeze::Changes | Freeze::ChangesAndSignIn => {
                let with_sign_in = freeze == Freeze::ChangesAndSignIn;
                freezes::freeze(tx, id, now + FROZEN_FOR, with_sign_in, now).await?;
            }
        }
        Ok(false)
    }

    /// Ends a freeze, of which the owner is notified; `false` if there is none.
    async fn lift(&self, tx: &Transaction<'_>, user: &User) -> Result<bool> {
        let Self { s, client, .. } = *self;
        let lifted = db::accounts::freezes::lift(tx, user.id, self.now).await?;
        if lifted {
            let subject = Subject::User(user.id);
            record_anonymous(s, tx, Event::FreezeLifted, subject, client).await?;
            notify(s, tx, user, client, |notice| Message::FreezeLifted {
                notice,
            })
            .await?;
        }
        Ok(lifted)
    }

    /// Closes the password where the link's mailbox is the account's, and tells the owner.
    async fn finish(&self, tx: &Transaction<'_>, before: &User, done: &mut Done) -> Result<()> {
        let Self {
            s, link, client, ..
        } = *self;
        let now = self.now;
        let Some(managed) = db::admin::managed::find(tx, before.id).await? else {
            return Ok(());
        };
        let user = managed.user;
        done.frozen_until = user.frozen(now);
        done.sign_in_frozen = user.sign_in_frozen(now);
        if user.email_canonical == link.recipient {
            let hash = &self.closed_hash;
            db::accounts::freezes::close_password(tx, user.id, hash, now).await?;
            done.password_closed = true;
            if user.disabled_at.is_none() && !done.sign_in_frozen {
                let message = requested_message(s, MailRequest::Reset, &user)?;
                enqueue(s, tx, Recipient::User(&user), &message, Cause::Admin).await?;
                done.reset_mailed = true;
            }
        }
        let subject = Subject::User(user.id);
        let event = Event::ReportedNotMe {
            mail: link.point.kind.clone(),
            restored: done.restored.names(),
            frozen: done.frozen_until.is_some(),
            undeleted: done.undeleted,
        };
        record_anonymous(s, tx, event, subject, client).await?;
        let told = [Some(&user), done.restored.address.then_some(before)];
        for to in told.into_iter().flatten() {
            // The other mailbox may be a thief's.
            let cause = if to.email_canonical == link.recipient {
                Cause::Client(client)
            } else {
                Cause::Admin
            };
            let message = Message::ReportedNotMe {
                notice: notice_of(s, cause, None),
                restored_address: done.restored.address,
                restored_factor: done.restored.factor,
                undeleted: done.undeleted,
                frozen_until: done.frozen_until,
                sign_in_frozen: done.sign_in_frozen,
                password_closed: done.password_closed,
                reset_mailed: done.reset_mailed,
            };
            enqueue(s, tx, Recipient::User(to), &message, Cause::Client(client)).await?;
        }
        Ok(())
    }
}

impl Proof {
    fn as_use(&self) -> Use<'_> {
        let spent = self.code.as_ref().map(|code| code.spent.as_slice());
        match (self.proven, spent) {
            (Proven::Everything, spent) => Use::Proven(spent),
            (Proven::Code, Some(spent)) => Use::Code(spent),
            (Proven::Code, None) | (Proven::Nothing, _) => Use::Unproven,
        }
    }
}
