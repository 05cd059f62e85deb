//! The whole URL table on one screen, and the session cookie around it. The calls of the API declare their
//! own routes.

use std::collections::BTreeSet;

use actix_session::{
    SessionMiddleware,
    config::{BrowserSession, CookieContentSecurity},
    storage::CookieSessionStore,
};
use actix_web::{
    Resource, Route,
    cookie::SameSite,
    dev::HttpServiceFactory,
    middleware::{Compress, from_fn},
    web::{ServiceConfig, post, resource, route, scope},
};

use super::{
    api::{self, description},
    assets,
    cookies::CookieName,
    guard::{Guard, get_or_head},
    health,
    middleware::{identify, panics},
    pages::{self, admin::act},
    parts::Parts,
    state::WebSettings,
};
use crate::domain::admin::ACTS;

/// Every route of Vestibule. Only pages use the session cookie; the API keeps no state there.
pub fn table(settings: &WebSettings, app: &mut ServiceConfig) {
    app.service(resource_of("/healthz", vec![read().to(health::live)]))
        .service(resource_of("/readyz", vec![read().to(health::ready)]))
        .service(
            scope("/static")
                .wrap(Compress::default())
                .route("/{file}", read().to(assets::get)),
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
        .service(scope("/api/auth").configure(api_below("/api/auth", settings.parts)))
        .service(scope("/api/admin").configure(api_below("/api/admin", settings.parts)))
        .service(
            scope("")
                .wrap(from_fn(identify::run))
                .wrap(session(settings))
                .configure(pages(settings.parts)),
        );
}

/// Each call is a separate resource, so that a wrong method is a 405 with the right ones.
fn api_below(prefix: &'static str, parts: Parts) -> impl FnOnce(&mut ServiceConfig) {
    move |scope| {
        let mut by_path: Vec<(String, Vec<Route>)> = Vec::new();
        for call in api::calls(parts) {
            let Some(path) = call.path.strip_prefix(prefix) else {
                continue;
            };
            match by_path.iter_mut().find(|(known, _)| known == path) {
                Some((_, routes)) => routes.push(call.route),
                None => by_path.push((path.to_owned(), vec![call.route])),
            }
        }
        // `/users/bulk` before `/users/{id}`.
        by_path.sort_by_key(|(path, _)| path.contains('{'));
        for (path, routes) in by_path {
            scope.service(resource_of(&path, routes));
        }
    }
}

/// The paths of the API, each with its guard. A path whose methods have several guards comes with each of them.
pub fn api_paths() -> impl Iterator<Item = (String, Guard)> {
    let paths: BTreeSet<(String, Guard)> = api::calls(Parts::ALL)
        .into_iter()
        .map(|call| (call.path.into_owned(), call.guard))
        .collect();
    paths.into_iter()
}

/// The calls of the API: method, path, and who may make it. The guard of `GET` is that of `HEAD`.
pub fn api_calls() -> impl Iterator<Item = (&'static str, String, Guard)> {
    let calls = api::calls(Parts::ALL).into_iter();
    calls.map(|call| (call.verb(), call.path.into_owned(), call.guard))
}

/// Each page is a separate resource, for the same reason.
fn pages(parts: Parts) -> impl FnOnce(&mut ServiceConfig) {
    move |site| {
        for (path, _, routes) in screens() {
            if parts.have_page(path) {
                site.service(resource_of(path, routes));
            }
        }
        for path in act_paths() {
            // The handler reads the act from the last segment.
            let (parent, name) = path.rsplit_once('/').unwrap_or_default();
            let pattern = format!("{parent}/{{act:{name}}}");
            let routes = vec![read().to(act::get), post().to(act::post)];
            site.service(resource_of(&pattern, routes));
        }
    }
}

/// The paths of the pages and their forms, each with its guard.
pub fn page_paths() -> impl Iterator<Item = (&'static str, Guard)> {
    let acts = act_paths().into_iter().map(|path| (path, Guard::Admin));
    let others = screens().into_iter().map(|(path, guard, _)| (path, guard));
    others.chain(acts)
}

/// The pages of admins' acts on one account.
fn act_paths() -> Vec<&'static str> {
    let mut paths: Vec<_> = ACTS.iter().map(|act| act.path).collect();
    paths.dedup();
    paths
}

/// The pages.
#[rustfmt::skip] // A table is read by its lines.
fn screens() -> Vec<(&'static str, Guard, Vec<Route>)> {
    use super::pages::{accounts::{activity, change_email, change_password, confirm_email, delete, export as data, not_me, overview, invitation, password_strength, profile, register, resend_verification, restore, verify_email}, admin::{bulk, dashboard, invitations, user, users}, audit::{self, export}, imports::{self, import}, sign_in::{forgot_password, login, login_passkey, login_verify, reset_password, unlock}, sessions::{self, logout}, authenticators::{lost_factor, passkeys, phone, reauthenticate, recover, two_factor}, start};
    use Guard::{Admin, AnySession, Anyone, Session};
    vec![
        ("/", Anyone, vec![read().to(start::get)]),
        ("/register", Anyone, vec![read().to(register::get), post().to(register::post)]),
        ("/invitation", Anyone, vec![read().to(invitation::get), post().to(invitation::post)]),
        ("/verify-email", Anyone, vec![read().to(verify_email::get), post().to(verify_email::post)]),
        ("/verify-email/resend", Anyone, vec![post().to(resend_verification::post)]),
        ("/login", Anyone, vec![read().to(login::get), post().to(login::post)]),
        ("/login/verify", Anyone, vec![read().to(login_verify::get), post().to(login_verify::post)]),
        ("/login/passkey", Anyone, vec![read().to(login_passkey::back), post().to(login_passkey::post)]),
        ("/login/lost-factor", Anyone, vec![read().to(lost_factor::get), post().to(lost_factor::post)]),
        ("/recover", Anyone, vec![read().to(recover::get), post().to(recover::post)]),
        ("/login/verify/phone", Anyone, vec![read().to(login_verify::back), post().to(login_verify::send_code)]),
        ("/logout", Anyone, vec![post().to(logout::post)]),
        ("/not-me", Anyone, vec![read().to(not_me::get), post().to(not_me::post)]),
        ("/forgot-password", Anyone, vec![read().to(forgot_password::get), post().to(forgot_password::post)]),
        ("/reset-password", Anyone, vec![read().to(reset_password::get), post().to(reset_password::post)]),
        ("/password-strength", Anyone, vec![post().to(password_strength::post)]),
        ("/confirm-email", Anyone, vec![read().to(confirm_email::get), post().to(confirm_email::post)]),
        ("/unlock", Anyone, vec![read().to(unlock::get), post().to(unlock::post)]),
        ("/account", Session, vec![read().to(overview::get)]),
        ("/account/profile", Session, vec![read().to(profile::get), post().to(profile::post)]),
        ("/account/password", AnySession, vec![read().to(change_password::get), post().to(change_password::post)]),
        ("/account/activity", Session, vec![read().to(activity::get)]),
        ("/account/activity/export", Session, vec![read().to(activity::export)]),
        ("/account/export", Session, vec![read().to(data::get), post().to(data::post)]),
        ("/account/email", Session, vec![read().to(change_email::get), post().to(change_email::post)]),
        ("/account/email/cancel", Session, vec![read().to(change_email::back), post().to(change_email::cancel)]),
        ("/account/delete", Session, vec![read().to(delete::get), post().to(delete::post)]),
        ("/account/restore", Anyone, vec![read().to(restore::get), post().to(restore::post)]),
        ("/account/sessions", Session, vec![read().to(sessions::get)]),
        ("/account/sessions/revoke-others", Session, vec![read().to(sessions::back), post().to(sessions::revoke_others)]),
        ("/account/sessions/{id}/revoke", Session, vec![read().to(sessions::back), post().to(sessions::revoke)]),
        ("/account/sessions/trusted/{id}/revoke", Session, vec![read().to(sessions::back), post().to(sessions::untrust)]),
        ("/account/two-factor", Session, vec![read().to(two_factor::get)]),
        ("/account/two-factor/enroll", Session, vec![read().to(two_factor::back), post().to(two_factor::enroll)]),
        ("/account/two-factor/confirm", Session, vec![read().to(two_factor::back), post().to(two_factor::confirm)]),
        ("/account/two-factor/disable", Session, vec![read().to(two_factor::ask_disable), post().to(two_factor::disable)]),
        ("/account/two-factor/backup-codes", Session, vec![read().to(two_factor::ask_fresh_codes), post().to(two_factor::fresh_codes)]),
        ("/account/passkeys", Session, vec![read().to(passkeys::get)]),
        ("/account/passkeys/add", Session, vec![read().to(passkeys::get_add), post().to(passkeys::add)]),
        ("/account/passkeys/{id}/rename", Session, vec![read().to(passkeys::back), post().to(passkeys::rename)]),
        ("/account/passkeys/{id}/remove", Session, vec![read().to(passkeys::ask_remove), post().to(passkeys::remove)]),
        ("/account/recovery/cancel", Session, vec![read().to(recover::back), post().to(recover::cancel)]),
        ("/account/phone", Session, vec![read().to(phone::get), post().to(phone::post)]),
        ("/account/phone/confirm", Session, vec![read().to(phone::get_confirm), post().to(phone::confirm)]),
        ("/account/phone/remove", Session, vec![read().to(phone::back), post().to(phone::remove)]),
        ("/reauthenticate/phone", Session, vec![read().to(reauthenticate::back), post().to(reauthenticate::send_code)]),
        ("/reauthenticate", Session, vec![read().to(reauthenticate::get), post().to(reauthenticate::post)]),
        ("/admin", Admin, vec![read().to(dashboard::get)]),
        ("/admin/users", Admin, vec![read().to(users::get)]),
        ("/admin/users/export", Admin, vec![read().to(export::users)]),
        ("/admin/audit", Admin, vec![read().to(audit::get)]),
        ("/admin/audit/export", Admin, vec![read().to(export::events)]),
        ("/admin/users/new", Admin, vec![read().to(invitations::get_new), post().to(invitations::post_new)]),
        ("/admin/users/bulk", Admin, vec![read().to(bulk::get), post().to(bulk::post)]),
        ("/admin/users/import", Admin, vec![read().to(imports::get), post().to(imports::post)]),
        ("/admin/users/import/{id}", Admin, vec![read().to(import::get)]),
        ("/admin/users/import/{id}/confirm", Admin, vec![read().to(import::back), post().to(import::confirm)]),
        ("/admin/users/import/{id}/discard", Admin, vec![read().to(import::back), post().to(import::discard)]),
        ("/admin/users/import/{id}/undo", Admin, vec![read().to(import::get_undo), post().to(import::undo)]),
        ("/admin/invitations", Admin, vec![read().to(invitations::get)]),
        ("/admin/invitations/{id}/resend", Admin, vec![read().to(invitations::back), post().to(invitations::resend)]),
        ("/admin/invitations/{id}/revoke", Admin, vec![read().to(invitations::back), post().to(invitations::revoke)]),
        ("/admin/users/{id}", Admin, vec![read().to(user::get)]),
        ("/.well-known/change-password", Anyone, vec![read().to(start::change_password)]),
        ("/.well-known/passkey-endpoints", Anyone, vec![read().to(start::passkey_endpoints)]),
        ("/.well-known/webauthn", Anyone, vec![read().to(start::related_origins)]),
    ]
}

/// The handlers of one path. A panic in one of them is answered, and does not break the connection.
fn resource_of(path: &str, routes: Vec<Route>) -> impl HttpServiceFactory + 'static {
    let whole = routes.into_iter().fold(resource(path), Resource::route);
    whole.wrap(from_fn(panics::run))
}

fn read() -> Route {
    get_or_head(route())
}

/// The session cookie: encrypted, and deleted when the browser closes.
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
