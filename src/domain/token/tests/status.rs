//! The second check: claims against user, session and revocation list.

use chrono::TimeDelta;

use super::super::{
    Claims, NothingRevoked, Purpose, Refusal, RevocationChecker, SessionStatus, UserStatus, judge,
    judge_bound,
};
use super::{NOW_MS, claims, now};
use crate::domain::clock::from_millis;

fn user() -> UserStatus {
    UserStatus {
        revocation_id: 3,
        password_changed_at: None,
        disabled: false,
        sign_in_frozen_until: None,
    }
}

#[test]
fn the_cutoff_is_exact_to_the_millisecond() {
    for purpose in Purpose::ALL {
        let judged = |offset: i64| {
            let user = UserStatus {
                password_changed_at: Some(from_millis(NOW_MS + offset)),
                ..user()
            };
            judge(&claims(purpose), &user, &NothingRevoked, now())
        };
        let bound = if purpose.bound_to_credentials() {
            Err(Refusal::Superseded)
        } else {
            Ok(())
        };
        assert_eq!(judged(-1), Ok(()));
        assert_eq!(judged(0), bound, "{purpose:?}");
        assert_eq!(judged(1), bound, "{purpose:?}");
    }
}

#[test]
fn rev_is_checked_where_present() {
    let raised = UserStatus {
        revocation_id: 4,
        ..user()
    };
    for purpose in Purpose::ALL {
        let bound = if purpose.bound_to_credentials() {
            Err(Refusal::Superseded)
        } else {
            Ok(())
        };
        assert_eq!(
            judge(&claims(purpose), &raised, &NothingRevoked, now()),
            bound,
            "{purpose:?}"
        );
        let old = Claims {
            rev: None,
            ..claims(purpose)
        };
        assert_eq!(judge(&old, &raised, &NothingRevoked, now()), Ok(()));
    }
}

#[test]
fn the_list_and_a_disabled_user_end_every_token() {
    struct Listed;
    impl RevocationChecker for Listed {
        fn is_revoked(&self, token_id: &str) -> bool {
            token_id == "abc"
        }
    }
    let disabled = UserStatus {
        disabled: true,
        ..user()
    };
    for purpose in Purpose::ALL {
        assert_eq!(
            judge(&claims(purpose), &user(), &Listed, now()),
            Err(Refusal::Revoked)
        );
        assert_eq!(
            judge(&claims(purpose), &disabled, &NothingRevoked, now()),
            Err(Refusal::UserUnusable)
        );
    }
}

#[test]
fn a_session_must_be_active() {
    let living = SessionStatus {
        revoked: false,
        expires_at: now() + TimeDelta::seconds(1),
    };
    let judged = |session: Option<&SessionStatus>| {
        judge_bound(
            &claims(Purpose::Access),
            &user(),
            session,
            &NothingRevoked,
            now(),
        )
    };
    assert_eq!(judged(Some(&living)), Ok(()));
    assert_eq!(judged(None), Err(Refusal::SessionEnded));
    assert_eq!(
        judged(Some(&SessionStatus {
            revoked: true,
            ..living.clone()
        })),
        Err(Refusal::SessionEnded)
    );
    assert_eq!(
        judged(Some(&SessionStatus {
            expires_at: now(),
            ..living
        })),
        Err(Refusal::SessionEnded)
    );
    let without_sid = Claims {
        session_id: None,
        ..claims(Purpose::Access)
    };
    assert_eq!(
        judge_bound(&without_sid, &user(), None, &NothingRevoked, now()),
        Ok(())
    );
}
