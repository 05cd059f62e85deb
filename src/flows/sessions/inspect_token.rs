//! What the database says of a token whose text is in order: the second gate, with its reasons.
//!
//! Nothing is written, and nothing is used up: looking at a replayed token is no replay.

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

/// What is known of a token, and what follows.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The user; `None` where there is none of this id.
    pub user: Option<UserStatus>,
    /// The session, where the token names one of this user's.
    pub session: Option<SessionStatus>,
    /// Whether the token was used up or signed out.
    pub on_revocation_list: bool,
    /// What its holder would be answered.
    pub verdict: Result<(), Reason>,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// One of the reasons that a token has in general.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The account has another address than the one that the link was mailed to.
    #[error("the account has another address by now")]
    OtherAddress,
    /// A refresh token that was used before.
    #[error("it was used before: presented, it would end every session of its user")]
    Replayed,
}

impl Reason {
    /// The stable word for programs, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refusal(refusal) => refusal.as_str(),
            Self::NoSuchUser => "no_such_user",
            Self::OtherAddress => "other_address",
            Self::Replayed => "replayed",
        }
    }
}

/// Judges decoded claims as the handler of their purpose would. `token` is the text they came from.
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
        // A refresh has no list: using one up moves its session on.
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
