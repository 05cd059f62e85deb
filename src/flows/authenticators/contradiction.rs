//! Accounts whose second factor is noted one way and stored another, as after a restore that lost
//! rows. Which one is right is unknown, so the user cannot sign in or reauthenticate until an operator
//! has mended it; `vestibule doctor` finds them.

use crate::domain::accounts::user::User;

/// What the log calls this module by.
const LOG: &str = "vestibule::flows::contradiction";

/// Whether that is so of a user, which goes to the log.
pub fn contradictory_factor(user: &User) -> bool {
    let contradictory = user.second_factor_is_contradictory();
    if contradictory {
        tracing::error!(target: LOG,
            sub = %user.id,
            noted = user.two_factor_noted,
            authenticator = user.totp_confirmed_at.is_some(),
            "refused: the second factor that users.two_factor notes and the authenticators that are \
             stored disagree, as after a restore that lost rows; run `vestibule doctor`"
        );
    }
    contradictory
}
