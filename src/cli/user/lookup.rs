//! Finds the user that a command names, by address or by id.

use uuid::Uuid;

use crate::{
    cli::setup::Failure,
    db::admin::managed::ManagedUser,
    domain::accounts::email::EmailAddress,
    flows::{Services, admin::list},
};

/// Finds a user by address or id. If there is none, the error names what was given.
pub(in crate::cli) async fn find(s: &Services, named: &str) -> Result<ManagedUser, Failure> {
    let shown = named.trim().escape_debug();
    let id = if let Ok(id) = Uuid::try_parse(named.trim()) {
        Some(id)
    } else {
        let email = EmailAddress::parse(named)
            .map_err(|_| format!("{shown} is neither an address nor an id"))?;
        list::id_of(s, &email).await?
    };
    let found = match id {
        Some(id) => list::find(s, id).await?,
        None => None,
    };
    Ok(found.ok_or_else(|| format!("{shown} has no account"))?)
}

/// Whether this is an id.
pub(super) fn is_id(named: &str) -> bool {
    Uuid::try_parse(named.trim()).is_ok()
}
