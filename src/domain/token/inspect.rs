//! Inspecting a token for an operator: its claims, the key that signed it, and the verdict.
//!
//! Nothing is decided here: the verdict is that of [`TokenCodec::decode_ahead`].

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, Validation};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{
    Claims, Purpose, Refusal, TokenCodec,
    claims::{millis, numeric_date},
    codec::MAX_TOKEN_BYTES,
};

/// The result of inspecting a token. Header and claims are unverified; only `signed_by` and `verdict` are
/// certain.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The header, if it is a JSON object.
    pub header: Option<Map<String, Value>>,
    /// The claims, if they are a JSON object.
    pub claims: Option<Map<String, Value>>,
    /// The key, of all configured ones, that verifies the signature.
    pub signed_by: Option<SigningKey>,
    /// The decoder's result for the purpose in the token, or for `access` if it names none.
    pub verdict: Result<Claims, Refusal>,
}

impl Inspection {
    /// The time in a claim, if it is well-formed. `iat_ms` counts milliseconds, others seconds.
    pub fn time(&self, claim: &str) -> Option<DateTime<Utc>> {
        let value = self.claims.as_ref()?.get(claim)?;
        match claim {
            "iat_ms" => millis(value),
            _ => numeric_date(value).ok(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    pub kid: String,
    /// 0 for the key that signs now, 1 for the first of the earlier ones.
    pub position: usize,
    /// The purpose that the key is derived for.
    pub purpose: Purpose,
}

impl TokenCodec {
    /// Inspects a token without trusting it.
    pub fn inspect(&self, token: &str, now: DateTime<Utc>) -> Inspection {
        if token.len() > MAX_TOKEN_BYTES {
            return Inspection {
                header: None,
                claims: None,
                signed_by: None,
                verdict: Err(Refusal::Forged),
            };
        }
        let mut segments = token.split('.');
        let header = segments.next().and_then(object);
        let claims = segments.next().and_then(object);
        let claimed = claims.as_ref().and_then(|all| all.get("purpose")?.as_str());
        let purpose = claimed
            .and_then(Purpose::from_word)
            .unwrap_or(Purpose::Access);
        Inspection {
            signed_by: self.signing_key(token),
            verdict: self.decode_ahead(purpose, token, now),
            header,
            claims,
        }
    }

    /// The key that verifies the signature, whatever `kid` and `purpose` say.
    fn signing_key(&self, token: &str) -> Option<SigningKey> {
        let mut signature_alone = Validation::new(Algorithm::HS256);
        signature_alone.validate_exp = false;
        signature_alone.validate_aud = false;
        signature_alone.required_spec_claims.clear();
        let verifies = |(_, set, purpose): &(usize, &super::codec::KeySet, Purpose)| {
            let (_, key) = set.of(*purpose);
            jsonwebtoken::decode::<IgnoredAny>(token, key, &signature_alone).is_ok()
        };
        let keys = self.ring.iter().enumerate().flat_map(|(position, set)| {
            Purpose::ALL
                .into_iter()
                .map(move |purpose| (position, set, purpose))
        });
        let (position, set, purpose) = { keys }.find(verifies)?;
        Some(SigningKey {
            kid: set.kid.clone(),
            position,
            purpose,
        })
    }
}

fn object(segment: &str) -> Option<Map<String, Value>> {
    let json = BASE64URL_NOPAD.decode(segment.as_bytes()).ok()?;
    serde_json::from_slice(&json).ok()
}
