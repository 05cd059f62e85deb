//! The gateway for text messages to phones.

use url::Url;

use crate::{
    config::{
        address::{is_loopback, service_url},
        faults::{Refusal, shown},
        reader::{Read, Reader},
        setting::{Declared, Optional, Setting, settings},
        value::{Parsed, list, whole},
    },
    domain::{
        authenticators::phone::CallingCode, network::sms::SmsSettings,
        secrets::secret::SecretString,
    },
};

/// The settings that have no effect without a gateway.
const NEED_A_GATEWAY: [&dyn Declared; 3] = [&SMS_GATEWAY_TOKEN, &SMS_MAX_PER_HOUR, &SMS_COUNTRIES];

settings! {
    /// A phone as second factor. Messages can be read and numbers taken over, so a passkey or an
    /// authenticator app is better (NIST SP 800-63B-4, 3.1.3.3). Without SMS_GATEWAY_URL no one is
    /// offered a phone.
    "Phones";

    /// The gateway that sends messages: https, or http on this machine. It gets `POST` with
    /// `{"to": "+49...", "text": "..."}` and an `Idempotency-Key`; docs/deployment.md has the rest.
    SMS_GATEWAY_URL: Optional<Url> = unset("https://sms.example.org/messages", service_url);

    /// The bearer token for the gateway. A gateway on this machine may go without.
    SMS_GATEWAY_TOKEN: Optional<SecretString> = unset("token-of-the-gateway", token);

    /// The most messages in an hour, of all users and nodes: what an attacker who makes the service
    /// send them can cost. RATE_LIMIT_SCALE does not multiply it.
    SMS_MAX_PER_HOUR: Setting<i32> = fixed("100", |text| whole(text, 1..=1_000_000));

    /// The countries to whose phones messages are sent, by their calling codes; empty for all. Name
    /// those of your users: messages to some countries cost a hundred times as much as to others.
    SMS_COUNTRIES: Optional<Vec<CallingCode>> = unset("49,43,41", |text| list(text, calling_code));
}

/// A token as RFC 6750 writes it. A fault never quotes it.
fn token(text: &str) -> Parsed<SecretString> {
    let is_token = |b: u8| b.is_ascii_graphic();
    if text.bytes().all(is_token) {
        return Ok(SecretString::from(text));
    }
    Err(Refusal::new(
        "has a blank or another character that no token has",
        "Copy it from the gateway again, without blanks.",
    ))
}

fn calling_code(text: &str) -> Parsed<CallingCode> {
    CallingCode::parse(text).ok_or_else(|| {
        Refusal::new(
            format!("holds {}, which is no country's calling code", shown(text)),
            "Use codes such as 49 or 1, separated by commas.",
        )
    })
}

/// The gateway, if one is set.
pub(in crate::config) fn gateway(reader: &mut Reader<'_>) -> Read<Option<SmsSettings>> {
    let token = reader.optional(&SMS_GATEWAY_TOKEN);
    let max_per_hour = reader.value(&SMS_MAX_PER_HOUR);
    let countries = reader.optional(&SMS_COUNTRIES);
    let Some(url) = reader.optional(&SMS_GATEWAY_URL)? else {
        for setting in NEED_A_GATEWAY {
            if reader.is_set(setting) {
                reader.warn(format!(
                    "{} has no effect without SMS_GATEWAY_URL.",
                    setting.row().name
                ));
            }
        }
        return Ok(None);
    };
    if token == Ok(None) && !is_loopback(url.host()) {
        let remedy = "Set it to the token that the gateway has given you.";
        let refusal = Refusal::new("is not set, and SMS_GATEWAY_URL is another machine", remedy);
        return Err(reader.refuse(&SMS_GATEWAY_TOKEN, refusal));
    }
    Ok(Some(SmsSettings {
        url,
        token: token?,
        max_per_hour: max_per_hour?,
        countries: countries?.unwrap_or_default(),
    }))
}
