//! The static files, embedded in the binary or of the operator's, with names that contain a hash of their content.
//!
//! A URL with a hash can be cached for a year, because a new release uses another URL.

mod own_files;

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, http::header, web::Bytes};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

pub use own_files::OwnFiles;

use super::state::State;

#[derive(Debug)]
pub struct Asset {
    /// Its URL path, such as `/static/vestibule.0123456789ab.css`.
    pub path: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
    /// Its content security policy, if it has one of its own.
    pub policy: Option<&'static str>,
}

impl Asset {
    fn new(
        stem: &str,
        extension: &str,
        content_type: &'static str,
        bytes: impl Into<Bytes>,
    ) -> Self {
        let bytes = bytes.into();
        let hash = HEXLOWER.encode(&Sha256::digest(&bytes)[..6]);
        Self {
            path: format!("/static/{stem}.{hash}.{extension}"),
            content_type,
            bytes,
            policy: None,
        }
    }
}

static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "vestibule",
        "css",
        "text/css; charset=utf-8",
        &include_bytes!("../../static/vestibule.css")[..],
    )
});

static FAVICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "favicon",
        "svg",
        "image/svg+xml",
        &include_bytes!("../../static/favicon.svg")[..],
    )
});

static API_DOCS_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "api-docs",
        "js",
        "text/javascript; charset=utf-8",
        &include_bytes!("../../static/api-docs.js")[..],
    )
});

static PASSWORD_STRENGTH_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "password-strength",
        "js",
        "text/javascript; charset=utf-8",
        &include_bytes!("../../static/password-strength.js")[..],
    )
});

static PASSKEYS_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "passkeys",
        "js",
        "text/javascript; charset=utf-8",
        &include_bytes!("../../static/passkeys.js")[..],
    )
});

static PAGE_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "page",
        "js",
        "text/javascript; charset=utf-8",
        &include_bytes!("../../static/page.js")[..],
    )
});

pub fn stylesheet() -> &'static Asset {
    &STYLESHEET
}

pub fn favicon() -> &'static Asset {
    &FAVICON
}

/// The script of every page.
pub fn page_script() -> &'static Asset {
    &PAGE_SCRIPT
}

/// The script of pages with a field for a new password.
pub fn password_strength_script() -> &'static Asset {
    &PASSWORD_STRENGTH_SCRIPT
}

/// The script of pages that ask for a passkey.
pub fn passkeys_script() -> &'static Asset {
    &PASSKEYS_SCRIPT
}

/// The script of the page that shows the API in development.
pub fn api_docs_script() -> &'static Asset {
    &API_DOCS_SCRIPT
}

/// `GET /static/...`, cached for as long as possible.
pub async fn get(req: HttpRequest, state: State) -> HttpResponse {
    let own = &state.settings.own_files;
    let Some(asset) = find(req.path()).or_else(|| own.find(req.path())) else {
        return HttpResponse::NotFound().finish();
    };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, asset.content_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    if let Some(policy) = asset.policy {
        answer.insert_header((header::CONTENT_SECURITY_POLICY, policy));
    }
    answer.body(asset.bytes.clone())
}

/// The file with this URL path, which includes the hash.
pub fn find(path: &str) -> Option<&'static Asset> {
    let all = [
        stylesheet(),
        favicon(),
        page_script(),
        password_strength_script(),
        passkeys_script(),
        api_docs_script(),
    ];
    all.into_iter().find(|asset| asset.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_under_its_hashed_name_only() {
        let path = &stylesheet().path;
        let hash = path
            .strip_prefix("/static/vestibule.")
            .and_then(|rest| rest.strip_suffix(".css"));
        assert_eq!(hash.map(str::len), Some(12), "{path}");
        assert_eq!(
            find(path).map(|asset| &asset.bytes),
            Some(&stylesheet().bytes)
        );
        assert!(find("/static/vestibule.css").is_none());
    }

    #[test]
    fn the_scripts_of_pages_are_below_six_kilobytes() {
        for script in [page_script(), passkeys_script()] {
            assert!(script.bytes.len() < 6000, "{}", script.path);
        }
    }
}
