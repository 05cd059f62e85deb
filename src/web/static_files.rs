//! Serving the static files, cached for as long as caches like.

use actix_web::{HttpRequest, HttpResponse, http::header};

use super::assets;

/// `GET /static/...`
pub async fn get(req: HttpRequest) -> HttpResponse {
    let Some(asset) = assets::find(req.path()) else {
        return HttpResponse::NotFound().finish();
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.content_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.bytes)
}
