//! The backup codes, shown once in the answer to a POST.

use std::fmt::Write as _;

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use crate::{
    domain::{accounts::user::User, authenticators::backup_code::BackupCode},
    web::{
        error::WebResult,
        extract::PageRequest,
        pages::answer::page,
        view::{Shell, moment},
    },
};

/// The answer to `/account/two-factor/confirm` and `/account/two-factor/backup-codes`.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/backup_codes.html")]
pub struct BackupCodesPage {
    pub shell: Shell,
    /// The address, so that a printed page shows the account.
    pub email: String,
    /// The address of this site, for the same reason.
    pub site: String,
    pub made_at: DateTime<Utc>,
    /// The codes, as they are shown: `XXXX-XXXX-XXXX-XXXX`.
    pub codes: Vec<String>,
    pub reason: BackupCodesReason,
}

/// The page with a fresh set of codes.
pub(super) fn codes_page(
    request: &PageRequest,
    user: &User,
    codes: &[BackupCode],
    reason: BackupCodesReason,
) -> WebResult {
    page(
        StatusCode::OK,
        BackupCodesPage {
            shell: request.shell(),
            email: user.email.clone(),
            site: request.services().site.base_url.clone(),
            made_at: request.services().now(),
            codes: codes.iter().map(BackupCode::shown).collect(),
            reason,
        },
    )
}

/// What led to a [`BackupCodesPage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupCodesReason {
    /// The second factor was just enrolled.
    Enrolled,
    /// New codes were requested, and replaced the old ones.
    Replaced,
}

impl BackupCodesPage {
    /// The codes as a text file in a `data:` URI (RFC 2397), so that a plain link can save them without a
    /// second request that shows them again.
    pub fn download_uri(&self) -> String {
        let mut text = format!(
            "{} backup codes for {}\r\n{}\r\nMade on {}. Each code works once.\r\n\r\n",
            self.shell.branding.name,
            self.email,
            self.site,
            moment(&self.made_at)
        );
        for code in &self.codes {
            text.push_str(code);
            text.push_str("\r\n");
        }
        let mut uri = String::from("data:text/plain;charset=utf-8,");
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        uri
    }
}
