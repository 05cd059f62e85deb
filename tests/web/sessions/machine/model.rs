//! Which tokens are valid, by the rules of `docs/sessions.md`, independent of the service's code.

use chrono::{DateTime, TimeDelta, Utc};

/// `REFRESH_GRACE_SECONDS`, at its largest allowed value.
pub(super) const GRACE: TimeDelta = TimeDelta::seconds(300);

const ACCESS: TimeDelta = TimeDelta::minutes(30);
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
const REFRESH: TimeDelta = TimeDelta::days(7);
const SESSION: TimeDelta = TimeDelta::days(30);
const FUTURE: TimeDelta = TimeDelta::seconds(60);

/// All users, and every token that was ever issued.
#[derive(Debug)]
pub(super) struct Model {
    /// The clock of the nodes, which may be set back.
    pub(super) now: DateTime<Utc>,
    /// The time that has passed for the database, whose clock decides the grace.
    pub(super) passed: TimeDelta,
    pub(super) users: Vec<User>,
    pub(super) sessions: Vec<Session>,
}

#[derive(Debug, Default)]
pub(super) struct User {
    pub(super) rev: i64,
    pub(super) cutoff: Option<DateTime<Utc>>,
    pub(super) disabled: bool,
    /// The number of password changes.
    pub(super) password: usize,
    /// The number of replays that were detected.
    pub(super) replays: usize,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) user: usize,
    pub(super) ended: bool,
    rotated_at: Option<TimeDelta>,
    ends_at: DateTime<Utc>,
    /// One for each generation; the last is the current one.
    pub(super) refresh: Vec<Token>,
    pub(super) access: Vec<Token>,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) rev: i64,
    pub(super) issued_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    /// On the revocation list.
    listed: bool,
}

/// The result of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Rotates,
    Repeats,
    Replayed,
    Dead,
}

impl Model {
    /// Whether an access token is accepted.
    pub(super) fn lives(&self, session: usize, access: usize) -> bool {
        let session = &self.sessions[session];
        let token = &session.access[access];
        self.is_bound(session, token)
            && self.session_lives(session)
            && !token.listed
            && self.now < token.expires_at + LEEWAY
    }

    /// The result of a refresh with the token of a generation.
    pub(super) fn judge(&self, session: usize, generation: usize) -> Verdict {
        let session = &self.sessions[session];
        let token = &session.refresh[generation];
        let usable = self.now < token.expires_at
            && self.session_lives(session)
            && self.is_bound(session, token);
        let in_grace = session
            .rotated_at
            .is_some_and(|at| self.passed - at < GRACE);
        match session.refresh.len() - 1 - generation {
            _ if !usable => Verdict::Dead,
            0 => Verdict::Rotates,
            1 if in_grace => Verdict::Repeats,
            _ => Verdict::Replayed,
        }
    }

    fn session_lives(&self, session: &Session) -> bool {
        !session.ended && self.now < session.expires_at()
    }

    fn is_bound(&self, session: &Session, token: &Token) -> bool {
        let user = &self.users[session.user];
        !user.disabled
            && token.rev == user.rev
            && user.cutoff.is_none_or(|cutoff| token.issued_at > cutoff)
            && token.issued_at <= self.now + FUTURE
    }

    /// Begins a session, without tokens so far.
    pub(super) fn begin(&mut self, user: usize) -> usize {
        self.sessions.push(Session {
            user,
            ended: false,
            rotated_at: None,
            ends_at: self.now + SESSION,
            refresh: Vec::new(),
            access: Vec::new(),
        });
        self.sessions.len() - 1
    }

    /// Adds the next refresh token to a session.
    pub(super) fn renew(&mut self, session: usize, text: &str) -> &Token {
        let user = self.sessions[session].user;
        let (now, issued_at, rev) = (self.now, self.issue_time(user), self.users[user].rev);
        let session = &mut self.sessions[session];
        session.refresh.push(Token {
            text: text.to_owned(),
            rev,
            issued_at,
            expires_at: whole_seconds(now + REFRESH).min(whole_seconds(session.ends_at)),
            listed: false,
        });
        session.refresh.last().expect("just pushed")
    }

    /// Adds another access token to a session.
    pub(super) fn give_access(&mut self, session: usize, text: &str) -> &Token {
        let user = self.sessions[session].user;
        let (now, issued_at, rev) = (self.now, self.issue_time(user), self.users[user].rev);
        let session = &mut self.sessions[session];
        session.access.push(Token {
            text: text.to_owned(),
            rev,
            issued_at,
            expires_at: whole_seconds(now + ACCESS),
            listed: false,
        });
        session.access.last().expect("just pushed")
    }

    /// Notes that the current token has been replaced by its successor.
    pub(super) fn note_rotation(&mut self, session: usize) {
        self.sessions[session].rotated_at = Some(self.passed);
    }

    /// Ends a session by signing out, and revokes the access token that was sent, if any.
    pub(super) fn end(&mut self, session: usize, access: Option<usize>) {
        if let Some(access) = access {
            self.sessions[session].access[access].listed = true;
        }
        let lives = self.session_lives(&self.sessions[session]);
        self.sessions[session].ended |= lives;
    }

    /// Raises `rev`, which every later token carries, and ends all sessions but one.
    pub(super) fn raise(&mut self, user: usize, except: Option<usize>) {
        self.users[user].rev += 1;
        for (at, session) in self.sessions.iter_mut().enumerate() {
            session.ended |= session.user == user && Some(at) != except;
        }
    }

    /// Changes the password.
    pub(super) fn change_password(&mut self, user: usize) {
        let user = &mut self.users[user];
        let later = |cutoff| self.now.max(cutoff + TimeDelta::milliseconds(1));
        user.cutoff = Some(user.cutoff.map_or(self.now, later));
        user.password += 1;
    }

    fn issue_time(&self, user: usize) -> DateTime<Utc> {
        let cutoff = self.users[user].cutoff;
        cutoff.map_or(self.now, |cutoff| {
            self.now.max(cutoff + TimeDelta::milliseconds(1))
        })
    }
}

impl Session {
    fn expires_at(&self) -> DateTime<Utc> {
        self.refresh
            .last()
            .expect("a session has tokens")
            .expires_at
    }
}

fn whole_seconds(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).expect("a time of ours")
}
