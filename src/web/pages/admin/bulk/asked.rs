//! What the preview is asked for: an act, and those who are ticked in the list or everybody whom it finds.

use uuid::Uuid;

use crate::{
    flows::{
        InputFaults,
        admin::{
            bulk::{self, BulkAct, Selected},
            list,
        },
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        pages::admin::users::ListQuery,
        problem::codes,
        state::WebState,
    },
};

/// Who is to be acted on.
pub(super) struct Whom {
    pub(super) selected: Selected,
    /// The id under which they are kept, where a search found them.
    pub(super) kept: Option<Uuid>,
}

/// What to do, and to whom.
pub(super) fn named<'a>(
    act: &str,
    ids: impl IntoIterator<Item = &'a str>,
) -> Result<(BulkAct, Whom), InputFaults> {
    let selected = Selected::parse(ids)?;
    let whom = Whom {
        selected,
        kept: None,
    };
    Ok((act_of(act)?, whom))
}

pub(super) fn act_of(word: &str) -> Result<BulkAct, InputFaults> {
    BulkAct::of_word(word).ok_or_else(|| InputFaults::one("act", &copy::CHOOSE_AN_ACT))
}

/// The same with everybody whom the list finds now. They are kept, so that whoever comes to match before the
/// confirmation is left alone.
pub(super) async fn everybody(
    state: &WebState,
    who: &Authenticated,
    asked: &Asked,
) -> WebResult<Result<(BulkAct, Whom), InputFaults>> {
    let act = match act_of(&asked.act) {
        Ok(act) => act,
        Err(faults) => return Ok(Err(faults)),
    };
    // A search that cannot be read finds everybody, who is not meant.
    let Some(list) = ListQuery::read(&asked.list) else {
        return Err(unreadable());
    };
    let query = list::Query::from(&list);
    let found = bulk::select(&state.services, who.user().id, &query).await?;
    Ok(found.map(|(id, selected)| {
        let whom = Whom {
            selected,
            kept: Some(id),
        };
        (act, whom)
    }))
}

fn unreadable() -> WebError {
    let detail = "This address cannot be read. Select the users in the list again.";
    WebError::refused(codes::BAD_REQUEST, detail)
}

/// What the query of the preview asks for.
pub(super) struct Asked {
    pub(super) act: String,
    pub(super) ids: Vec<String>,
    pub(super) list: String,
    /// Whether everybody is meant whom the list finds, and not those who are ticked.
    pub(super) whole: bool,
}

/// The query of the preview: `id` comes once for each user, everything else once.
pub(super) fn of_query(query: &str) -> WebResult<Asked> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| unreadable())?;
    let (mut act, mut list, mut whole, mut ids) = (None, None, None, Vec::new());
    for (name, value) in pairs {
        let once = match name.as_str() {
            "id" => {
                ids.push(value);
                continue;
            }
            "act" => &mut act,
            "list" => &mut list,
            "whole" => &mut whole,
            _ => continue,
        };
        if once.replace(value).is_some() {
            return Err(unreadable());
        }
    }
    Ok(Asked {
        act: act.unwrap_or_default(),
        ids,
        list: list.unwrap_or_default(),
        whole: whole.is_some_and(|whole| !whole.is_empty()),
    })
}
