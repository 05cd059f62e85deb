//! Messages to phones: counted, and written to the outbox in the transaction that causes them.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::outbox::place_of;
use crate::{
    db::{
        self, Transaction,
        mail::{
            outbox::{NewMail, TEXT_KIND},
            texts::{NewText, TextCaps},
        },
    },
    domain::{
        accounts::user::User,
        authenticators::phone::{
            CODE_LIFETIME, CodeUse, OF_USER, PER, PhoneCode, PhoneNumber, SETUPS_OF_NUMBER,
            TO_NUMBER, setups_of,
        },
        secrets::random,
    },
    flows::{FlowError, Result, Services},
    outbound::sms::{Gateway, TextMessage},
};

/// Writes the message with a code to the outbox. If a cap is reached, it writes nothing, and returns when the next
/// message may be sent.
///
/// Messages with earlier codes of the user that were not sent yet are dropped: their codes are dead.
pub(in crate::flows) async fn enqueue_code(
    s: &Services,
    tx: &Transaction<'_>,
    gateway: &Gateway,
    user: &User,
    (number, code, for_use): (&PhoneNumber, &PhoneCode, CodeUse),
) -> Result<Option<DateTime<Utc>>> {
    let (id, now) = (random::id(s.random.as_ref()), s.now());
    let [number_key, user_key] = s.mail_caps.text_keys(number.expose(), user.id);
    let text = NewText {
        id,
        number: number_key,
        user: user_key,
        at: now,
        setup: for_use == CodeUse::Setup,
    };
    let caps = TextCaps {
        to_number: TO_NUMBER,
        of_user: OF_USER,
        of_all: gateway.settings.max_per_hour,
        setups_of_number: SETUPS_OF_NUMBER,
        setups_of_all: setups_of(gateway.settings.max_per_hour),
        per: PER,
    };
    if let Some(next) = db::mail::texts::admit(tx, text, caps).await? {
        s.metrics.texts.add("capped");
        return Ok(Some(next));
    }
    db::mail::outbox::drop_unsent_texts(tx, user.id, now).await?;
    let message = TextMessage {
        to: number.expose().to_owned(),
        text: words(s.site.branding().name.as_str(), &s.site.host, code),
    };
    let body = serde_json::to_vec(&message).map(Zeroizing::new);
    let body = body.map_err(|_| FlowError::Inconsistent("a message does not serialise"))?;
    let sealed = s.ring.seal(s.random.as_ref(), place_of(id), &body)?;
    let row = NewMail {
        id,
        user_id: Some(user.id),
        kind: TEXT_KIND,
        decoy: false,
        sealed: &sealed,
        next_attempt_at: now,
        expires_at: Some(now + CODE_LIFETIME),
        created_at: now,
    };
    db::mail::outbox::insert(tx, &row).await?;
    s.text_bell.notify_one();
    Ok(None)
}

/// The text of a message. Its last line lets browsers fill the code in on pages of `host` only (WebOTP: "Origin-bound
/// one-time codes delivered via SMS").
fn words(site: &str, host: &str, code: &PhoneCode) -> String {
    let code = code.expose();
    format!("Your code for {site} is {code}.\n\n@{host} #{code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_binds_the_code_to_the_site() {
        let code = PhoneCode::parse("012345").unwrap();
        let text = words("Example", "sign-in.example.org", &code);
        assert_eq!(
            text,
            "Your code for Example is 012345.\n\n@sign-in.example.org #012345"
        );
        assert!(text.len() <= 160);
    }
}
