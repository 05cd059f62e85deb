//! The second check of a token whose text is valid, against the database, with its reasons.
//!
//! Nothing is written or used up: inspecting a replayed token is no replay.

use super::refresh;
use crate::{
    db,
    domain::{
        session::{RefreshVerdict, judge_refresh, token_hash},
        token::{
            Claims, NothingRevoked, Purpose, Refusal, RevocationChecker, SessionStatus, UserStatus,
            judge, judge_bound,
        },
    },
    flows::{Result, Services, accounts::verify_email::is_of_address},
};

/// The state of a token, and the verdict.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The user; `None` if there is none with this id.
    pub user: Option<UserStatus>,
    /// The session, if the token names one of this user's.
    pub session: Option<SessionStatus>,
    /// Whether the token was used up or signed out.
    pub on_revocation_list: bool,
    /// How the service would answer the token.
    pub verdict: Result<(), Reason>,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// One of the general reasons.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The address of the account is not the one to which the link was mailed.
    #[error("the account has another address by now")]
    OtherAddress,
    /// A refresh token that was used before.
    #[error("it was used before: presented, it would end every session of its user")]
    Replayed,
}

impl Reason {
    /// The stable name for programs, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refusal(refusal) => refusal.as_str(),
            Self::NoSuchUser => "no_such_user",
            Self::OtherAddress => "other_address",
            Self::Replayed => "replayed",
        }
    }
}

/// Judges decoded claims as the handler of their purpose would. `token` is their text.
pub async fn judge_claims(s: &Services, token: &str, claims: &Claims) -> Result<Judged> {
    let Some(status) = db::sessions::token_status::find(&s.db, claims).await? else {
        return Ok(Judged {
            user: None,
            session: None,
            on_revocation_list: false,
            verdict: Err(Reason::NoSuchUser),
        });
    };
    let user = status.user_status();
    let session = status.session.as_ref();
    let verdict = match claims.purpose {
        Purpose::Access => judge_bound(claims, &user, session, &status, s.now()),
        // Refresh tokens are not on the list: using one up changes its session.
        Purpose::Refresh => judge_bound(claims, &user, session, &NothingRevoked, s.now()),
        _ => judge(claims, &user, &status, s.now()),
    };
    let mut verdict = verdict.map_err(Reason::from);
    if verdict.is_ok() && claims.purpose == Purpose::Refresh {
        verdict = against_rotation(s, token, claims).await?;
    }
    if verdict.is_ok()
        && claims.purpose == Purpose::VerifyEmail
        && !is_of_address(claims, &status.user.user)
    {
        verdict = Err(Reason::OtherAddress);
    }
    Ok(Judged {
        on_revocation_list: status.is_revoked(&claims.token_id),
        session: status.session.clone(),
        user: Some(user),
        verdict,
    })
}

/// Whether it is the session's current refresh token, or its predecessor within the grace.
async fn against_rotation(
    s: &Services,
    token: &str,
    claims: &Claims,
) -> Result<Result<(), Reason>> {
    let Some(record) = refresh::find(s, claims).await? else {
        return Ok(Err(Refusal::SessionEnded.into()));
    };
    let verdict = judge_refresh(claims, &token_hash(token), &record.state, s.now());
    Ok(match verdict {
        RefreshVerdict::Current | RefreshVerdict::Predecessor => Ok(()),
        RefreshVerdict::Replay => Err(Reason::Replayed),
        RefreshVerdict::Dead => Err(Refusal::SessionEnded.into()),
    })
}
