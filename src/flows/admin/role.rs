//! Who is an admin.

use super::act::{Acting, Outcome};
use crate::{
    db,
    domain::{
        accounts::user::{Role, User},
        audit::Event,
    },
    flows::Result,
    mail::AdminAct,
};

impl Acting<'_> {
    /// Changes the role. It counts from the next request on: nobody's token says what they may do.
    pub async fn set_role(&self, user: &User, role: Role) -> Result<Outcome> {
        if user.role == role {
            return Ok(Outcome::NothingToDo("This account has that role already."));
        }
        // Whoever registered it may be anybody. An operator at the machine knows whom they made.
        if role == Role::Admin && self.is_by_admin() && !user.mailbox_proven() {
            return Ok(Outcome::NothingToDo(
                "This address is not verified, so it may belong to someone else. \
                 An administrator needs a verified address.",
            ));
        }
        if self.is_last_admin(user).await? {
            return Ok(Outcome::LastAdmin);
        }
        db::admin::managed::set_role(self.tx, user.id, role).await?;
        self.audit(Event::UserRoleChanged { role }, user.id).await?;
        if role != Role::Admin {
            self.end_unproven_imports(user).await?;
        }
        let told = match role {
            Role::Admin => AdminAct::MadeAdmin,
            Role::User => AdminAct::MadeUser,
        };
        self.tell(user, told).await?;
        Ok(Outcome::Done)
    }
}
