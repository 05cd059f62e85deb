//! Our cookies: their names and attributes (ASVS 5.0, 3.3).

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header::{HeaderName, HeaderValue},
};

use super::state::WebSettings;
use crate::{
    domain::sign_in::device::{DeviceCookie, KNOWN_FOR},
    flows::TokenPair,
};

/// Our cookies, by their name without prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieName {
    Access,
    Refresh,
    /// CSRF secret, flash and pending sign-in (actix-session).
    Session,
    /// The device cookie. Signing out keeps it.
    Device,
}

impl CookieName {
    /// Every cookie of ours.
    pub const ALL: [Self; 4] = [Self::Access, Self::Refresh, Self::Session, Self::Device];

    /// The name in headers. `__Host-` binds it to this host, https and the path `/`.
    pub fn on_wire(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Access, true) => "__Host-access",
            (Self::Refresh, true) => "__Host-refresh",
            (Self::Session, true) => "__Host-session",
            (Self::Device, true) => "__Host-device",
            (Self::Access, false) => "access",
            (Self::Refresh, false) => "refresh",
            (Self::Session, false) => "session",
            (Self::Device, false) => "device",
        }
    }
}

impl WebSettings {
    /// The value of one of our cookies.
    pub fn cookie(&self, req: &HttpRequest, name: CookieName) -> Option<String> {
        let cookie = req.cookie(name.on_wire(self.secure_cookies))?;
        Some(cookie.value().to_owned()).filter(|value| !value.is_empty())
    }

    /// Both token cookies of a pair. Without "remember me" they end when the browser closes.
    pub fn pair_cookies(&self, pair: &TokenPair) -> [Cookie<'static>; 2] {
        let life = |seconds: i64| pair.remembered.then(|| Duration::seconds(seconds));
        [
            self.build(
                CookieName::Access,
                pair.access_token.expose(),
                life(pair.expires_in),
            ),
            self.build(
                CookieName::Refresh,
                pair.refresh_token.expose(),
                life(pair.refresh_expires_in),
            ),
        ]
    }

    /// Cookies that delete both token cookies.
    pub fn cleared_cookies(&self) -> [Cookie<'static>; 2] {
        [CookieName::Access, CookieName::Refresh]
            .map(|name| self.build(name, "", Some(Duration::ZERO)))
    }

    /// The device cookie of a request; empty if there is none.
    pub fn device(&self, req: &HttpRequest) -> DeviceCookie {
        let cookie = self.cookie(req, CookieName::Device);
        cookie.map_or_else(DeviceCookie::default, |value| DeviceCookie::parse(&value))
    }

    /// The device cookie. It lasts as long as a browser stays known, which is longer than any trust.
    pub fn device_cookie(&self, device: &DeviceCookie) -> Cookie<'static> {
        let life = Duration::seconds(KNOWN_FOR.num_seconds());
        self.build(CookieName::Device, &device.value(), Some(life))
    }

    fn build(&self, name: CookieName, value: &str, max_age: Option<Duration>) -> Cookie<'static> {
        let mut cookie = Cookie::build(name.on_wire(self.secure_cookies), value.to_owned())
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure_cookies);
        if let Some(max_age) = max_age {
            cookie = cookie.max_age(max_age);
        }
        cookie.finish()
    }
}

/// What the browser deletes at sign-out, in addition to the token cookies. Never `"cookies"`: other
/// cookies of this site must stay.
pub const CLEAR_SITE_DATA: (HeaderName, HeaderValue) = (
    HeaderName::from_static("clear-site-data"),
    HeaderValue::from_static("\"cache\", \"storage\""),
);

/// Answers that set our cookies.
pub trait SetCookies: Sized {
    /// Adds cookies to the answer.
    #[must_use]
    fn with_cookies(self, cookies: impl IntoIterator<Item = Cookie<'static>>) -> Self;
}

impl SetCookies for HttpResponse {
    fn with_cookies(mut self, cookies: impl IntoIterator<Item = Cookie<'static>>) -> Self {
        for cookie in cookies {
            // Tokens and constants always make valid cookie headers.
            if let Err(error) = self.add_cookie(&cookie) {
                tracing::error!(%error, "a cookie could not be set");
            }
        }
        self
    }
}
