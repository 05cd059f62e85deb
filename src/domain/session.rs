//! Sessions and the rotation of their refresh tokens (RFC 9700, 4.14.2).
//!
//! ```text
//!              current token             direct predecessor, within the grace, same user agent
//!   living ------------------> rotated   -------------------> the same successor again
//!     |
//!     | any other token of this session: a replay
//!     v
//!   every session of the user revoked
//! ```
//!
//! A session that continues after a rise of `rev` gets a reissued token. Tokens from before the reissue
//! are superseded, never replays: they are recognised by their `rev`, or without one by their generation.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    audit::Client,
    network::network_of,
    token::{Claims, NothingRevoked, UserStatus, judge},
};

/// SHA-256 of a refresh token, the only form in which the database has it.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether methods of a proof (RFC 8176) include a second factor: a code from an app or of a message, a backup code, or
/// a passkey.
pub fn include_factor(methods: &[&str]) -> bool {
    methods
        .iter()
        .any(|method| matches!(*method, "otp" | "mca" | "sms" | "hwk" | "swk"))
}

/// Why a session ended, as stored in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Its user signed out.
    SignedOut,
    /// Its user signed out everywhere.
    SignedOutEverywhere,
    /// Its user ended it from another session.
    Revoked,
    /// Its browser signed in again.
    Replaced,
    /// The password was changed elsewhere.
    PasswordChanged,
    /// The password was reset.
    PasswordReset,
    /// The second factor was turned on or off elsewhere.
    SecondFactorChanged,
    /// The owner of the address set a new password while verifying it.
    AddressClaimed,
    /// The account moved to another address elsewhere.
    EmailChanged,
    /// The owner deleted the account.
    AccountDeleted,
    /// The owner reported an event as someone else's.
    ReportedNotMe,
    /// A used refresh token was presented again.
    Replay,
    /// An admin or operator ended it.
    ByAdmin,
    /// Its user began another session beyond the limit, and this one was the least recently used.
    Limit,
}

impl EndReason {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::SignedOutEverywhere => "signed_out_everywhere",
            Self::Revoked => "revoked",
            Self::Replaced => "replaced",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::SecondFactorChanged => "second_factor_changed",
            Self::AddressClaimed => "address_claimed",
            Self::EmailChanged => "email_changed",
            Self::AccountDeleted => "account_deleted",
            Self::ReportedNotMe => "reported_not_me",
            Self::Replay => "replay",
            Self::ByAdmin => "by_admin",
            Self::Limit => "limit",
        }
    }
}

/// How long sessions last, and how many a user may have at once.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// The longest duration of a session, however often it is refreshed.
    pub max_lifetime: TimeDelta,
    /// How long after a rotation the predecessor gets the same successor.
    pub refresh_grace: TimeDelta,
    /// The most active sessions of one user, 1 or more.
    pub most_per_user: i64,
}

/// The parts of a session row that a refresh needs.
#[derive(Debug, Clone)]
pub struct RefreshState {
    /// Session id.
    pub id: Uuid,
    /// The number of rotations so far.
    pub generation: i64,
    /// SHA-256 of the current refresh token.
    pub token_hash: Vec<u8>,
    /// SHA-256 of the previous refresh token.
    pub previous_token_hash: Option<Vec<u8>>,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Expiry of the current refresh token.
    pub expires_at: DateTime<Utc>,
    /// Whether the last rotation is within the grace, by the clock of the database.
    pub within_grace: bool,
    /// The generation of the last reissue; tokens of earlier generations are superseded.
    pub reissued_generation: i64,
    /// The client that got the current token, unless it is the first token.
    pub rotated_by: RotatedBy,
    /// The user's status, on which the tokens depend.
    pub user: UserStatus,
}

/// The client that got a session's current token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RotatedBy {
    /// Its user agent, if it sent one.
    pub user_agent: Option<String>,
    /// Its address, if it was recorded.
    pub ip: Option<IpAddr>,
}

/// How the direct predecessor within the grace is answered, depending on the client that presents it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The same client: its first answer was lost, or two of its tabs refreshed at once.
    SameClient,
    /// The same user agent in another network: a device that changed its network, or a copy of the token.
    /// It is answered and audited.
    OtherNetwork,
    /// Another user agent: a copy of the token. Different programs never share a session.
    Replay,
}

impl RotatedBy {
    /// Judges a client that presents the predecessor. Sending no user agent counts as one, too.
    pub fn repeats_to(&self, client: &Client) -> Repeat {
        if self.user_agent != client.user_agent {
            return Repeat::Replay;
        }
        match self.ip {
            Some(ip) if network_of(ip) != network_of(client.ip) => Repeat::OtherNetwork,
            _ => Repeat::SameClient,
        }
    }
}

/// The result for a presented refresh token whose text is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// The current token: rotate it.
    Current,
    /// The direct predecessor within the grace: give the same successor to the client that has it already,
    /// see [`RotatedBy::repeats_to`].
    Predecessor,
    /// Used before: another party may have it.
    Replay,
    /// Refused without consequences, because the session has ended or the credentials changed.
    Dead,
}

/// Judges a refresh token against its session. The order matters: session, user and `rev`, reissue,
/// current, predecessor, replay.
pub fn judge_refresh(
    claims: &Claims,
    hash: &[u8; 32],
    state: &RefreshState,
    now: DateTime<Utc>,
) -> RefreshVerdict {
    if state.revoked || now >= state.expires_at {
        return RefreshVerdict::Dead;
    }
    // Only access tokens and one-time tokens are ever put on the revocation list.
    if judge(claims, &state.user, &NothingRevoked, now).is_err() {
        return RefreshVerdict::Dead;
    }
    let generation = claims.extra.generation;
    if generation.is_none_or(|generation| generation < state.reissued_generation) {
        return RefreshVerdict::Dead;
    }
    let is = |known: &[u8]| bool::from(known.ct_eq(hash));
    if generation == Some(state.generation) && is(&state.token_hash) {
        return RefreshVerdict::Current;
    }
    let is_predecessor = generation == Some(state.generation - 1)
        && state.previous_token_hash.as_deref().is_some_and(is);
    if is_predecessor && state.within_grace {
        return RefreshVerdict::Predecessor;
    }
    RefreshVerdict::Replay
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        clock::from_millis,
        token::{Extra, Purpose},
    };

    const OLD: &str = "old";
    const CURRENT: &str = "current";
    const PREVIOUS: &str = "previous";

    fn state() -> RefreshState {
        RefreshState {
            id: Uuid::from_u128(2),
            generation: 5,
            token_hash: token_hash(CURRENT).to_vec(),
            previous_token_hash: Some(token_hash(PREVIOUS).to_vec()),
            revoked: false,
            expires_at: from_millis(2000),
            within_grace: true,
            reissued_generation: 0,
            rotated_by: RotatedBy::default(),
            user: user(),
        }
    }

    fn user() -> UserStatus {
        UserStatus {
            revocation_id: 1,
            password_changed_at: None,
            disabled: false,
            sign_in_frozen_until: None,
        }
    }

    fn judged(token: &str, generation: i64, state: &RefreshState) -> RefreshVerdict {
        let claims = Claims {
            purpose: Purpose::Refresh,
            user_id: Uuid::from_u128(1),
            token_id: "id".into(),
            issued_at: from_millis(0),
            expires_at: from_millis(2000),
            rev: Some(1),
            session_id: Some(state.id),
            extra: Extra {
                generation: Some(generation),
                ..Extra::default()
            },
        };
        judge_refresh(&claims, &token_hash(token), state, from_millis(1000))
    }

    #[test]
    fn current_predecessor_and_replay() {
        assert_eq!(judged(CURRENT, 5, &state()), RefreshVerdict::Current);
        assert_eq!(judged(PREVIOUS, 4, &state()), RefreshVerdict::Predecessor);
        assert_eq!(judged(OLD, 3, &state()), RefreshVerdict::Replay);
        assert_eq!(judged(OLD, 5, &state()), RefreshVerdict::Replay);
        let late = RefreshState {
            within_grace: false,
            ..state()
        };
        assert_eq!(judged(PREVIOUS, 4, &late), RefreshVerdict::Replay);
    }

    #[test]
    fn the_user_agent_that_rotated_gets_the_successor_again() {
        let client = |ip: &str, agent| Client::new(ip.parse().unwrap(), agent);
        let by = |ip: &str, agent: Option<&str>| RotatedBy {
            user_agent: agent.map(str::to_owned),
            ip: Some(ip.parse().unwrap()),
        };
        let rotated = by("192.0.2.1", Some("A"));
        let repeats = |ip, agent| rotated.repeats_to(&client(ip, agent));
        assert_eq!(repeats("192.0.2.1", Some("A")), Repeat::SameClient);
        assert_eq!(repeats("192.0.2.2", Some("A")), Repeat::OtherNetwork);
        for agent in [Some("B"), Some("a"), Some("A "), Some(""), None] {
            assert_eq!(repeats("192.0.2.1", agent), Repeat::Replay, "{agent:?}");
            assert_eq!(repeats("192.0.2.2", agent), Repeat::Replay, "{agent:?}");
        }
        let without = by("192.0.2.1", None);
        let repeats = |ip, agent| without.repeats_to(&client(ip, agent));
        assert_eq!(repeats("192.0.2.1", None), Repeat::SameClient);
        assert_eq!(repeats("::ffff:192.0.2.1", Some("")), Repeat::SameClient);
        assert_eq!(repeats("192.0.2.1", Some("A")), Repeat::Replay);

        let six = by("2001:db8::1", None);
        let repeats = |ip| six.repeats_to(&client(ip, None));
        assert_eq!(repeats("2001:db8::ffff:2"), Repeat::SameClient, "one /64");
        assert_eq!(repeats("2001:db8:0:1::1"), Repeat::OtherNetwork);
        assert_eq!(repeats("192.0.2.1"), Repeat::OtherNetwork);
        let unknown = RotatedBy::default();
        let here = client("192.0.2.1", None);
        assert_eq!(unknown.repeats_to(&here), Repeat::SameClient);
    }

    #[test]
    fn tokens_from_before_a_reissue_are_superseded() {
        let reissued = RefreshState {
            previous_token_hash: None,
            reissued_generation: 5,
            ..state()
        };
        assert_eq!(judged(CURRENT, 5, &reissued), RefreshVerdict::Current);
        for (token, generation) in [(PREVIOUS, 4), (OLD, 3), (CURRENT, 4)] {
            assert_eq!(judged(token, generation, &reissued), RefreshVerdict::Dead);
        }
        // Rotated since the reissue: from then on there are replays again.
        let rotated = RefreshState {
            reissued_generation: 4,
            ..state()
        };
        assert_eq!(judged(PREVIOUS, 4, &rotated), RefreshVerdict::Predecessor);
        assert_eq!(judged(OLD, 4, &rotated), RefreshVerdict::Replay);
        assert_eq!(judged(OLD, 3, &rotated), RefreshVerdict::Dead);
    }

    #[test]
    fn tokens_of_ended_sessions_have_no_consequences() {
        let with = |user| RefreshState { user, ..state() };
        for dead in [
            RefreshState {
                revoked: true,
                ..state()
            },
            RefreshState {
                expires_at: from_millis(1000),
                ..state()
            },
            with(UserStatus {
                revocation_id: 2,
                ..user()
            }),
            with(UserStatus {
                disabled: true,
                ..user()
            }),
            // Issued in the same millisecond as the change.
            with(UserStatus {
                password_changed_at: Some(from_millis(0)),
                ..user()
            }),
        ] {
            for (token, generation) in [(CURRENT, 5), (PREVIOUS, 4), (OLD, 3)] {
                assert_eq!(judged(token, generation, &dead), RefreshVerdict::Dead);
            }
        }
    }
}
