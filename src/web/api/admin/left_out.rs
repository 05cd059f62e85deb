//! What a bulk act says of an account that it leaves out.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    flows::admin::bulk::Why,
    web::{api::schemas, copy, problem::codes},
};

/// An account that was left out.
#[derive(Serialize, ToSchema)]
pub(super) struct LeftOut {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// What the act on this one account would be refused with.
    #[schema(schema_with = schemas::left_out_codes)]
    code: &'static str,
    /// The same for people.
    detail: String,
}

impl LeftOut {
    pub(super) fn of((id, why): (Uuid, Why)) -> Self {
        let (code, detail) = match why {
            Why::NotFound => (codes::NOT_FOUND, copy::NO_ACCOUNT_OF_ID.to_owned()),
            Why::OwnAccount => (codes::OWN_ACCOUNT, copy::OWN_ACCOUNT.into()),
            Why::LastAdmin => (codes::LAST_ADMIN, copy::LAST_ADMIN.to_owned()),
            Why::NothingToDo(why) => (codes::NOTHING_TO_DO, why.to_owned()),
        };
        Self {
            id,
            code: code.word,
            detail,
        }
    }
}
