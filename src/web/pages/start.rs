//! The paths that only lead somewhere else.

use actix_web::{HttpResponse, http::header};

use super::answer::see_other;
use crate::web::{
    extract::MaybeUser,
    paths::{ACCOUNT, CHANGE_PASSWORD, LOGIN},
};

/// `GET /`: to the account, or to the sign-in page.
pub async fn get(MaybeUser(who): MaybeUser) -> HttpResponse {
    see_other(if who.is_some() { ACCOUNT } else { LOGIN })
}

/// `GET /.well-known/change-password`, where password managers look (W3C).
pub async fn change_password() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, CHANGE_PASSWORD))
        .finish()
}
