//! `GET /api/auth/me`.

use actix_web::{HttpResponse, web::to};

use crate::web::{
    api::{call::Call, dto::UserAnswer, tag::Tag},
    extract::ApiUserAnyState,
    guard::Guard,
};

pub(super) fn call() -> Call {
    Call::get("/api/auth/me", Guard::AnySession, to(get))
        .about(Tag::Sessions, "The user of the access token.")
        .answers::<UserAnswer>(200, "The user.")
}

async fn get(user: ApiUserAnyState) -> HttpResponse {
    HttpResponse::Ok().json(UserAnswer::from(user.who.user()))
}
