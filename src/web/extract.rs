//! Extractors: the signature of a handler shows what has been checked.

mod admin;
mod api_user;
mod body;
mod client;
mod form;
mod json;
mod paced;
mod paging;
mod recent;
mod shell;
mod upload;
mod user;

pub use admin::{AdminApi, AdminCall, AdminExport, AdminForm, AdminUser};
pub use api_user::{ApiUser, ApiUserAnyState, Caller, Via};
pub use client::{ClientInfo, client_address, forwarded, hop_address};
pub use form::{CsrfForm, FormPage};
pub use json::ApiJson;
pub use paging::CursorQuery;
pub use recent::{MayProve, RecentlyAuthenticated, RecentlyAuthenticatedCall};
pub use shell::{FormToken, PageRequest, PageShell, WaitingRecovery};
pub use upload::{AdminUpload, UploadFault};
pub use user::{CurrentUser, Identity, MaybeUser, RestrictedUser};
