//! Users by the thousand, for a file. That they were taken is noted before the first one goes.

use super::{
    InputFaults, Result, Services,
    admin_list::{self, Page, Query},
};
use crate::{
    db::{self, admin_users::ManagedUser},
    domain::audit::{Client, Event, Subject},
};

/// Users that are read at once.
const BATCH: usize = 1000;

/// Hands every user that a search finds to `take`, the oldest account first, until it wants no more;
/// returns how many. A batch hangs on the last user of the one before, so that memory holds one
/// batch, and writers wait for nothing.
pub async fn users(
    s: &Services,
    query: &Query,
    client: &Client,
    take: &mut (dyn FnMut(&[ManagedUser]) -> bool + Send),
) -> Result<Result<usize, InputFaults>> {
    let mut query = Query {
        sort: "oldest".to_owned(),
        cursor: String::new(),
        ..query.clone()
    };
    let (mut count, mut noted) = (0, false);
    loop {
        let Page { users, next } = match admin_list::page(s, &query, BATCH).await? {
            Ok(page) => page,
            Err(faults) => return Ok(Err(faults)),
        };
        if !noted {
            note(s, client).await?;
            noted = true;
        }
        count += users.len();
        match next {
            Some(cursor) if take(&users) => query.cursor = cursor,
            Some(_) => return Ok(Ok(count)),
            None => {
                take(&users);
                return Ok(Ok(count));
            }
        }
    }
}

async fn note(s: &Services, client: &Client) -> Result<()> {
    let record = db::audit::Record {
        event: Event::UsersExported,
        actor: None,
        subject: Subject::Service,
        session_id: None,
        client,
        at: s.now(),
    };
    let conn = s.db.connection().await?;
    Ok(db::audit::insert(&conn, &record).await?)
}
