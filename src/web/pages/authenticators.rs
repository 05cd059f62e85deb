//! Second factors, backup codes, and reauthentication.

pub mod backup_codes;
pub mod code_field;
pub mod lost_factor;
pub mod passkey_request;
pub mod passkeys;
pub mod phone;
pub mod reauthenticate;
pub mod recover;
pub mod two_factor;

use actix_web::HttpResponse;

use crate::{
    flows::TokenPair,
    web::{
        cookies::SetCookies, copy, extract::PageRequest, pages::answer::see_other_with,
        paths::LOGIN, view::Flash,
    },
};

/// The answer after a second factor was removed, at its page with `text`. Without a pair, the session has ended
/// meanwhile.
fn removed(
    request: &PageRequest,
    pair: Option<&TokenPair>,
    page: &str,
    text: &'static str,
) -> HttpResponse {
    let Some(pair) = pair else {
        let flash = Flash::success(copy::FACTOR_REMOVED_SIGN_IN);
        return see_other_with(&request.session, LOGIN, &flash);
    };
    let flash = Flash::success(if pair.user.two_factor_enabled() {
        text
    } else {
        copy::TWO_FACTOR_DISABLED
    });
    see_other_with(&request.session, page, &flash)
        .with_cookies(request.state.settings.pair_cookies(pair))
}
