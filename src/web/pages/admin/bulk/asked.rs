//! The input of the preview: an act, and the users ticked in the list or all that it finds.

use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::{
    domain::admin::act::{AdminAct, bulk_of},
    flows::{
        InputFaults,
        admin::{
            bulk::{self, Selected},
            list,
        },
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        pages::admin::users::ListQuery,
        paths::USERS,
        problem::codes,
        state::WebState,
    },
};

/// The users to act on.
pub(super) struct Whom {
    pub(super) selected: Selected,
    /// The id of the stored selection, if a search found them.
    pub(super) kept: Option<Uuid>,
}

/// The act and its users.
pub(super) fn named<'a>(
    act: &str,
    ids: impl IntoIterator<Item = &'a str>,
) -> Result<(&'static AdminAct, Whom), InputFaults> {
    let selected = Selected::parse(ids)?;
    let whom = Whom {
        selected,
        kept: None,
    };
    Ok((act_of(act)?, whom))
}

pub(super) fn act_of(word: &str) -> Result<&'static AdminAct, InputFaults> {
    bulk_of(word).ok_or_else(|| InputFaults::one("act", &copy::CHOOSE_AN_ACT))
}

/// Stores all users that the list finds now, so that users who match only later are not changed. Returns
/// the path of the preview.
pub(super) async fn select_all(
    state: &WebState,
    who: &Authenticated,
    act: &str,
    list: &str,
) -> WebResult<Result<String, InputFaults>> {
    if let Err(faults) = act_of(act) {
        return Ok(Err(faults));
    }
    // An invalid search would find all users, which is not intended.
    let Some(read) = ListQuery::read(list) else {
        return Err(unreadable());
    };
    let query = list::Query::from(&read);
    let found = bulk::select(&state.services, who.user().id, &query).await?;
    Ok(found.map(|(id, _)| {
        let query = Serializer::new(String::new())
            .append_pair("act", act)
            .append_pair("selection", &id.to_string())
            .append_pair("list", list)
            .finish();
        format!("{USERS}/bulk?{query}")
    }))
}

/// The same act with a stored selection.
pub(super) async fn kept(
    state: &WebState,
    who: &Authenticated,
    act: &str,
    selection: &str,
) -> WebResult<Result<(&'static AdminAct, Whom), InputFaults>> {
    let gone = || InputFaults::one("ids", &copy::SELECTION_GONE);
    let act = match act_of(act) {
        Ok(act) => act,
        Err(faults) => return Ok(Err(faults)),
    };
    let Ok(id) = Uuid::try_parse(selection) else {
        return Ok(Err(gone()));
    };
    let selected = bulk::kept(&state.services, who.user().id, id).await?;
    Ok(selected.ok_or_else(gone).map(|selected| {
        let kept = Some(id);
        (act, Whom { selected, kept })
    }))
}

fn unreadable() -> WebError {
    let detail = "This address cannot be read. Select the users in the list again.";
    WebError::refused(codes::BAD_REQUEST, detail)
}

/// The query of the preview.
pub(super) struct Asked {
    pub(super) act: String,
    pub(super) ids: Vec<String>,
    pub(super) list: String,
    /// The id of a stored selection; empty if users were ticked.
    pub(super) selection: String,
}

/// Parses the query of the preview: `id` may be repeated, every other field may not.
pub(super) fn of_query(query: &str) -> WebResult<Asked> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| unreadable())?;
    let (mut act, mut list, mut selection, mut ids) = (None, None, None, Vec::new());
    for (name, value) in pairs {
        let once = match name.as_str() {
            "id" => {
                ids.push(value);
                continue;
            }
            "act" => &mut act,
            "list" => &mut list,
            "selection" => &mut selection,
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
        selection: selection.unwrap_or_default(),
    })
}
