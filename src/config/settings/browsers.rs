//! Browsers and proxies: cookies, other origins, and whose `X-Forwarded-For` is trusted.

use ipnet::IpNet;
use url::Url;

use crate::config::{
    address::{https_origin, is_loopback, origin},
    faults::Refusal,
    reader::{Read, Reader},
    setting::{Optional, settings},
    value::{list, network, truth},
};
use crate::domain::authenticators::passkey::RelyingParty;

settings! {
    "Browsers and proxies";

    /// Whether cookies are Secure and named __Host-. `false` under an https BASE_URL is refused,
    /// and so is `true` under http, except on a loopback host, where most browsers allow it.
    COOKIE_SECURE: Optional<bool> = computed(
        "true with an https BASE_URL, else false",
        "true",
        truth,
    );

    /// Origins whose pages may call the JSON API from a browser, cookies included, and read its
    /// answers: comma-separated and exact, no wildcard. Cookies only travel within one site.
    CORS_ORIGINS: Optional<Vec<String>> = unset(
        "https://app.example.org,https://shop.example.org",
        |text| list(text, origin),
    );

    /// Further https origins whose pages may ask for the passkeys of this service, comma-separated.
    /// Each is as trusted as the sign-in page. Browsers take at least five. Passkeys belong to the
    /// host name of BASE_URL; where that is an IP address, there are none.
    PASSKEY_ORIGINS: Optional<Vec<Url>> = unset(
        "https://shop.example.org,https://shop.example.com",
        |text| list(text, https_origin),
    );

    /// Addresses or networks (CIDR) of your own proxies, comma-separated. Only from these is
    /// X-Forwarded-For believed; without it the peer's address is the client's.
    TRUSTED_PROXIES: Optional<Vec<IpNet>> = unset(
        "10.0.0.0/8,2001:db8::/32",
        |text| list(text, network),
    );
}

/// Follows the scheme of `BASE_URL`. Browsers drop Secure cookies under http except on a loopback host,
/// which they trust. Cookies that are not Secure under https would be a vulnerability.
pub(in crate::config) fn cookie_secure(
    reader: &mut Reader<'_>,
    base_url: Read<&Url>,
) -> Read<bool> {
    let written = reader.optional(&COOKIE_SECURE)?;
    let base_url = base_url?;
    let https = base_url.scheme() == "https";
    let problem = match written {
        Some(false) if https => {
            "is false, and BASE_URL is https: cookies would also travel in the clear"
        }
        Some(true) if !https && !is_loopback(base_url.host()) => {
            "is true, and BASE_URL is http: browsers would drop every cookie"
        }
        written => return Ok(written.unwrap_or(https)),
    };
    let remedy = "Remove the line: the setting follows BASE_URL.";
    Err(reader.refuse(&COOKIE_SECURE, Refusal::new(problem, remedy)))
}

/// The site that passkeys belong to; `None` if its host is an IP address.
pub(in crate::config) fn relying_party(
    reader: &mut Reader<'_>,
    base_url: Read<&Url>,
) -> Read<Option<RelyingParty>> {
    let further = reader.optional(&PASSKEY_ORIGINS)?;
    let party = RelyingParty::of(base_url?, further.as_deref().unwrap_or_default());
    if further.is_some() && party.is_none() {
        reader.warn("PASSKEY_ORIGINS has no effect: BASE_URL names an IP address, so there are no passkeys.");
    }
    Ok(party)
}

/// The networks of the operator's own proxies.
pub(in crate::config) fn trusted_proxies(reader: &mut Reader<'_>) -> Read<Vec<IpNet>> {
    let networks = reader.optional(&TRUSTED_PROXIES)?.unwrap_or_default();
    if networks.iter().any(|network| network.prefix_len() == 0) {
        reader
            .warn("TRUSTED_PROXIES trusts every address, so any client can name its own address.");
    }
    Ok(networks)
}
