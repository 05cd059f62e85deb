//! The whole URL table on one screen, and the session cookie around it.

use actix_session::{
    SessionMiddleware,
    config::{BrowserSession, CookieContentSecurity},
    storage::CookieSessionStore,
};
use actix_web::{
    Resource, Route,
    cookie::SameSite,
    dev::HttpServiceFactory,
    guard::{Any, Get, Head},
    middleware::{Compress, from_fn},
    web::{ServiceConfig, delete, patch, post, resource, route, scope},
};

use super::{
    api::{
        accounts::{accept_invitation, change_password, register, verify_email},
        admin::{acts, bulk, dashboard, invitations, users},
        audit,
        authenticators::{reauthenticate, totp},
        description,
        sessions::{self, logout, me, refresh},
        sign_in::{login, recover, unlock},
    },
    cookies::CookieName,
    health,
    middleware::{identify, panics},
    pages,
    state::WebSettings,
    static_files,
};

/// Every route of Vestibule. The session cookie is the pages' alone: the API keeps no state there.
pub fn table(settings: &WebSettings, app: &mut ServiceConfig) {
    app.service(resource_of("/healthz", vec![read().to(health::live)]))
        .service(resource_of("/readyz", vec![read().to(health::ready)]))
        .service(
            scope("/static")
                .wrap(Compress::default())
                .route("/{file}", read().to(static_files::get)),
        )
        .service(
            resource("/api/openapi.json")
                .wrap(from_fn(panics::run))
                .wrap(Compress::default())
                .route(read().to(description::get)),
        )
        .configure(|app| {
            if settings.development {
                let docs = vec![read().to(pages::api_docs::get)];
                app.service(resource_of("/api/docs", docs));
            }
        })
        .service(scope("/api/auth").configure(api))
        .service(scope("/api/admin").configure(admin_api))
        .service(
            scope("")
                .wrap(from_fn(identify::run))
                .wrap(session(settings))
                .configure(pages),
        );
}

/// Each call is a resource of its own, so that a wrong method is a 405 that names the right one.
fn api(auth: &mut ServiceConfig) {
    for (path, route) in calls() {
        auth.service(resource_of(path, vec![route]));
    }
}

/// The calls below `/api/auth`; `description` lists them as well.
fn calls() -> Vec<(&'static str, Route)> {
    vec![
        ("/register", post().to(register::post)),
        ("/accept-invitation", post().to(accept_invitation::post)),
        ("/login", post().to(login::post)),
        ("/login/mfa", post().to(login::post_mfa)),
        ("/refresh", post().to(refresh::post)),
        ("/logout", post().to(logout::post)),
        ("/logout-all", post().to(logout::post_all)),
        ("/me", read().to(me::get)),
        ("/sessions", read().to(sessions::get)),
        ("/sessions/{id}", delete().to(sessions::delete)),
        (
            "/trusted-devices/{id}",
            delete().to(sessions::delete_trusted),
        ),
        ("/reauthenticate", post().to(reauthenticate::post)),
        ("/forgot-password", post().to(recover::post_forgot)),
        ("/reset-password", post().to(recover::post_reset)),
        ("/unlock", post().to(unlock::post)),
        ("/verify-email", post().to(verify_email::post)),
        ("/resend-verification", post().to(verify_email::post_resend)),
        ("/change-password", post().to(change_password::post)),
        ("/mfa/totp/enroll", post().to(totp::post_enroll)),
        ("/mfa/totp/confirm", post().to(totp::post_confirm)),
        ("/mfa/totp/disable", post().to(totp::post_disable)),
        ("/mfa/backup-codes", post().to(totp::post_backup_codes)),
    ]
}

/// The same below `/api/admin`.
fn admin_api(admin: &mut ServiceConfig) {
    for (path, routes) in admin_calls() {
        admin.service(resource_of(path, routes));
    }
}

/// The calls below `/api/admin`.
#[rustfmt::skip] // A table is read by its lines.
fn admin_calls() -> Vec<(&'static str, Vec<Route>)> {
    vec![
        ("/dashboard", vec![read().to(dashboard::get)]),
        ("/users", vec![read().to(users::get_all), post().to(invitations::post)]),
        ("/users/bulk", vec![post().to(bulk::post)]),
        ("/users/{id}", vec![read().to(users::get_one), patch().to(users::patch)]),
        ("/users/{id}/disable", vec![post().to(acts::post_disable)]),
        ("/users/{id}/enable", vec![post().to(acts::post_enable)]),
        ("/users/{id}/role", vec![post().to(acts::post_role)]),
        ("/users/{id}/unlock", vec![post().to(acts::post_unlock)]),
        ("/users/{id}/require-password-change", vec![post().to(acts::post_require_password_change)]),
        ("/users/{id}/send-reset", vec![post().to(acts::post_send_reset)]),
        ("/users/{id}/resend-verification", vec![post().to(acts::post_resend_verification)]),
        ("/users/{id}/reset-two-factor", vec![post().to(acts::post_reset_two_factor)]),
        ("/users/{id}/revoke-sessions", vec![post().to(acts::post_revoke_sessions)]),
        ("/users/{id}/sessions/{session}/revoke", vec![post().to(acts::post_revoke_session)]),
        ("/users/{id}/delete", vec![post().to(acts::post_delete)]),
        ("/users/{id}/restore", vec![post().to(acts::post_restore)]),
        ("/audit", vec![read().to(audit::get)]),
        ("/invitations", vec![read().to(invitations::get)]),
        ("/invitations/{id}/resend", vec![post().to(invitations::post_resend)]),
        ("/invitations/{id}/revoke", vec![post().to(invitations::post_revoke)]),
    ]
}

/// The paths of the API's calls, for whoever compares them with its description.
pub fn api_paths() -> impl Iterator<Item = String> {
    let auth = calls().into_iter().map(|(path, _)| ("auth", path));
    let admin = admin_calls().into_iter().map(|(path, _)| ("admin", path));
    auth.chain(admin)
        .map(|(scope, path)| format!("/api/{scope}{path}"))
}

/// Each page is a resource of its own, for the same reason.
fn pages(site: &mut ServiceConfig) {
    for (path, routes) in screens() {
        site.service(resource_of(path, routes));
    }
}

/// The paths of the pages and their forms, for whoever has to look at all of them.
pub fn page_paths() -> impl Iterator<Item = &'static str> {
    screens().into_iter().map(|(path, _)| path)
}

/// The pages.
#[rustfmt::skip] // A table is read by its lines.
fn screens() -> Vec<(&'static str, Vec<Route>)> {
    use super::pages::{accounts::{overview, change_password, invitation, password_strength, register, resend_verification, verify_email}, admin::{act, bulk, dashboard, invitations, user, users}, audit::{self, export}, imports::{self, import}, sign_in::{forgot_password, login, login_verify, reset_password, unlock}, sessions::{self, logout}, authenticators::{reauthenticate, two_factor}, start};
    vec![
        ("/", vec![read().to(start::get)]),
        ("/register", vec![read().to(register::get), post().to(register::post)]),
        ("/invitation", vec![read().to(invitation::get), post().to(invitation::post)]),
        ("/verify-email", vec![read().to(verify_email::get), post().to(verify_email::post)]),
        ("/verify-email/resend", vec![post().to(resend_verification::post)]),
        ("/login", vec![read().to(login::get), post().to(login::post)]),
        ("/login/verify", vec![read().to(login_verify::get), post().to(login_verify::post)]),
        ("/logout", vec![post().to(logout::post)]),
        ("/forgot-password", vec![read().to(forgot_password::get), post().to(forgot_password::post)]),
        ("/reset-password", vec![read().to(reset_password::get), post().to(reset_password::post)]),
        ("/password-strength", vec![post().to(password_strength::post)]),
        ("/unlock", vec![read().to(unlock::get), post().to(unlock::post)]),
        ("/account", vec![read().to(overview::get)]),
        ("/account/password", vec![read().to(change_password::get), post().to(change_password::post)]),
        ("/account/sessions", vec![read().to(sessions::get)]),
        ("/account/sessions/revoke-others", vec![read().to(sessions::back), post().to(sessions::revoke_others)]),
        ("/account/sessions/{id}/revoke", vec![read().to(sessions::back), post().to(sessions::revoke)]),
        ("/account/sessions/trusted/{id}/revoke", vec![read().to(sessions::back), post().to(sessions::untrust)]),
        ("/account/two-factor", vec![read().to(two_factor::get)]),
        ("/account/two-factor/enroll", vec![read().to(two_factor::back), post().to(two_factor::enroll)]),
        ("/account/two-factor/confirm", vec![read().to(two_factor::back), post().to(two_factor::confirm)]),
        ("/account/two-factor/disable", vec![read().to(two_factor::ask_disable), post().to(two_factor::disable)]),
        ("/account/two-factor/backup-codes", vec![read().to(two_factor::ask_fresh_codes), post().to(two_factor::fresh_codes)]),
        ("/reauthenticate", vec![read().to(reauthenticate::get), post().to(reauthenticate::post)]),
        ("/admin", vec![read().to(dashboard::get)]),
        ("/admin/users", vec![read().to(users::get)]),
        ("/admin/users/export", vec![read().to(export::users)]),
        ("/admin/audit", vec![read().to(audit::get)]),
        ("/admin/audit/export", vec![read().to(export::events)]),
        ("/admin/users/new", vec![read().to(invitations::get_new), post().to(invitations::post_new)]),
        ("/admin/users/bulk", vec![read().to(bulk::get), post().to(bulk::post)]),
        ("/admin/users/import", vec![read().to(imports::get), post().to(imports::post)]),
        ("/admin/users/import/{id}", vec![read().to(import::get)]),
        ("/admin/users/import/{id}/confirm", vec![read().to(import::back), post().to(import::confirm)]),
        ("/admin/users/import/{id}/discard", vec![read().to(import::back), post().to(import::discard)]),
        ("/admin/users/import/{id}/undo", vec![read().to(import::get_undo), post().to(import::undo)]),
        ("/admin/invitations", vec![read().to(invitations::get)]),
        ("/admin/invitations/{id}/resend", vec![read().to(invitations::back), post().to(invitations::resend)]),
        ("/admin/invitations/{id}/revoke", vec![read().to(invitations::back), post().to(invitations::revoke)]),
        ("/admin/users/{id}", vec![read().to(user::get)]),
        ("/admin/users/{id}/disable", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/enable", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/role", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/unlock", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/require-password-change", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/send-reset", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/resend-verification", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/reset-two-factor", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/revoke-sessions", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/sessions/{session}/revoke", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/delete", vec![read().to(act::get), post().to(act::post)]),
        ("/admin/users/{id}/restore", vec![read().to(act::get), post().to(act::post)]),
        ("/.well-known/change-password", vec![read().to(start::change_password)]),
    ]
}

/// What is done with one path. A panic in it is an answer, and no broken connection.
fn resource_of(path: &str, routes: Vec<Route>) -> impl HttpServiceFactory + 'static {
    let whole = routes.into_iter().fold(resource(path), Resource::route);
    whole.wrap(from_fn(panics::run))
}

/// `GET`, and `HEAD` with it (RFC 9110, 9.3.2).
fn read() -> Route {
    route().guard(Any(Get()).or(Head()))
}

/// The session cookie: encrypted, and gone with the browser.
fn session(settings: &WebSettings) -> SessionMiddleware<CookieSessionStore> {
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
