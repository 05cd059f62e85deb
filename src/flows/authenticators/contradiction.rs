//! Accounts whose row and stored authenticators disagree about a second factor, as after a restore that lost
//! rows. It is unknown which one is right, so the user cannot sign in or reauthenticate until an operator
//! has corrected it. `vestibule doctor` finds such accounts.

use crate::domain::accounts::user::User;

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::contradiction";

/// Whether a user is in this state, which is also logged.
pub fn contradictory_factor(user: &User) -> bool {
    let contradictory = user.second_factor_is_contradictory();
    if contradictory {
        tracing::error!(target: LOG,
            sub = %user.id,
            noted = user.two_factor_noted,
            stored = user.factors.any(),
            "refused: the second factor that users.two_factor notes and the authenticators that are \
             stored disagree, as after a restore that lost rows; run `vestibule doctor`"
        );
    }
    contradictory
}
