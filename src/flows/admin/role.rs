//! Changing the role of a user.

use super::{
    act::{Acting, Outcome},
    vouching::end_unproven_imports,
};
use crate::{
    db,
    domain::{
        accounts::user::{Role, User},
        audit::Event,
    },
    flows::Result,
};

impl Acting<'_> {
    /// Changes the role. It takes effect at the next request, because no token contains the role.
    pub async fn set_role(&self, user: &User, role: Role) -> Result<Outcome> {
        if self.is_last_admin(user).await? {
            return Ok(Outcome::LastAdmin);
        }
        db::admin::managed::set_role(self.tx, user.id, role).await?;
        self.audit(Event::UserRoleChanged { role }, user.id).await?;
        if role != Role::Admin {
            end_unproven_imports(self.s, self.tx, user, self.as_actor()).await?;
        }
        Ok(Outcome::Done)
    }
}
