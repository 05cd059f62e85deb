//! The whole URL table on one screen, and the session cookie around it.

use actix_session::{
    SessionMiddleware,
    config::{BrowserSession, CookieContentSecurity},
    storage::CookieSessionStore,
};
use actix_web::{
    cookie::SameSite,
    middleware::{Compress, from_fn},
    web::{ServiceConfig, get, post, resource, scope},
};

use super::api::{
    change_password, login, logout, me, recover, refresh, register, totp, verify_email,
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

/// Each call is a resource of its own, so that a wrong method is a 405 that names the right one.
fn api(auth: &mut ServiceConfig) {
    let calls = [
        ("/register", post().to(register::post)),
        ("/login", post().to(login::post)),
        ("/login/mfa", post().to(login::post_mfa)),
        ("/refresh", post().to(refresh::post)),
        ("/logout", post().to(logout::post)),
        ("/logout-all", post().to(logout::post_all)),
        ("/me", get().to(me::get)),
        ("/forgot-password", post().to(recover::post_forgot)),
        ("/reset-password", post().to(recover::post_reset)),
        ("/verify-email", post().to(verify_email::post)),
        ("/resend-verification", post().to(verify_email::post_resend)),
        ("/change-password", post().to(change_password::post)),
        ("/mfa/totp/enroll", post().to(totp::post_enroll)),
        ("/mfa/totp/confirm", post().to(totp::post_confirm)),
        ("/mfa/totp/disable", post().to(totp::post_disable)),
        ("/mfa/backup-codes", post().to(totp::post_backup_codes)),
    ];
    for (path, route) in calls {
        auth.service(resource(path).route(route));
    }
}

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
