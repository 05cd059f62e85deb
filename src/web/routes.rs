//! The whole URL table on one screen, and the session cookie around it.

use actix_session::{
    SessionMiddleware,
    config::{BrowserSession, CookieContentSecurity},
    storage::CookieSessionStore,
};
use actix_web::{
    cookie::SameSite,
    middleware::{Compress, from_fn},
    web::{ServiceConfig, get, scope},
};

use super::{cookies::CookieName, health, middleware::identify, state::WebSettings, static_files};

/// Every route of Vestibule.
pub fn table(app: &mut ServiceConfig) {
    app.route("/healthz", get().to(health::live))
        .route("/readyz", get().to(health::ready))
        .service(
            scope("/static")
                .wrap(Compress::default())
                .route("/{file}", get().to(static_files::get)),
        )
        .service(scope("/api/auth").configure(api))
        .service(scope("").wrap(from_fn(identify::run)).configure(pages));
}

fn api(_auth: &mut ServiceConfig) {}

fn pages(_site: &mut ServiceConfig) {}

/// The session cookie: encrypted, and gone with the browser.
pub fn session(settings: &WebSettings) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), settings.session_key.clone())
        .cookie_name(
            CookieName::Session
                .on_wire(settings.secure_cookies)
                .to_owned(),
        )
        .cookie_content_security(CookieContentSecurity::Private)
        .cookie_secure(settings.secure_cookies)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .session_lifecycle(BrowserSession::default())
        .build()
}
