//! `PATCH /api/admin/users/{id}`: the name of a user.

use actix_web::{
    HttpResponse,
    web::{Path, to},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::managed::ManagedAnswer;
use crate::{
    domain::accounts::display_name::DisplayName,
    flows::admin::{
        act::{self, Outcome},
        list,
    },
    web::{
        api::{call::Call, tag::Tag, texts},
        error::WebResult,
        extract::{AdminCall, ClientInfo, MayProve},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of a renaming.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Renaming)]
struct RenameBody {
    /// `null` or a blank text removes the name; an absent member changes nothing.
    #[serde(default, deserialize_with = "fields::member")]
    #[schema(value_type = Option<texts::DisplayName>)]
    display_name: Option<Field>,
    /// Required unless the caller reauthenticated within the last 10 minutes.
    #[schema(value_type = Option<texts::CurrentPassword>)]
    password: Field,
}

impl MayProve for RenameBody {
    fn password(&mut self) -> &mut Field {
        &mut self.password
    }
}

pub(super) fn call() -> Call {
    Call::patch("/api/admin/users/{id}", Guard::Admin, to(patch))
        .about(Tag::Administration, "Changes the name of a user.")
        .id("id", "An id from the list.")
        .takes_with_proof::<RenameBody>()
        .answers::<ManagedAnswer>(200, "The user.")
        .refuses(&[
            codes::NOT_FOUND,
            codes::OWN_ACCOUNT,
            codes::LAST_ADMIN,
            codes::NOTHING_TO_DO,
        ])
}

async fn patch(
    state: State,
    call: AdminCall<RenameBody>,
    id: Path<String>,
    ClientInfo(client): ClientInfo,
) -> WebResult {
    let id = refusals::user_id(&id)?;
    let name = fields::read(|r| {
        let given = call.body.display_name?;
        let typed = r.text_or_empty("display_name", given);
        let parsed = DisplayName::parse(&typed);
        Some(parsed.unwrap_or_else(|why| {
            r.fault("display_name", &why.to_string());
            None
        }))
    })?;
    if let Some(name) = name {
        let renamed = act::rename(&state.services, &call.proven, id, name.as_ref(), &client);
        let outcome = renamed.await?;
        if outcome != Outcome::Done {
            return Err(refusals::admin_act(outcome));
        }
    }
    let managed = list::find(&state.services, id).await?;
    let managed = managed.ok_or_else(refusals::no_such_user)?;
    Ok(HttpResponse::Ok().json(ManagedAnswer::from(managed)))
}
