//! `GET /api/auth/me`.

use actix_web::HttpResponse;

use super::dto::UserAnswer;
use crate::web::extract::ApiUserAnyState;

/// The user of the access token.
pub async fn get(user: ApiUserAnyState) -> HttpResponse {
    HttpResponse::Ok().json(UserAnswer::from(user.who.user()))
}
