//! `GET /api/auth/me`.

use actix_web::HttpResponse;

use crate::web::{api::dto::UserAnswer, extract::ApiUserAnyState, problem::problems};

problems!(Problems: ANY SIGNED_IN_ANY_STATE);

/// The user of the access token.
#[utoipa::path(
    get,
    path = "/api/auth/me",
    tag = "Sessions",
    responses(
        (status = 200, description = "The user.", body = UserAnswer),
        Problems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn get(user: ApiUserAnyState) -> HttpResponse {
    HttpResponse::Ok().json(UserAnswer::from(user.who.user()))
}
