//! Encoding and decoding tokens: HS256 with a key for each purpose.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sha2::{Digest, Sha256};

use super::{
    Claims, Purpose, Refusal,
    claims::{Minted, Presented, Read},
};
use crate::domain::secrets::{keys, secret::SecretString};

/// The largest tolerated difference between the clocks of nodes.
pub(super) const FUTURE_TOLERANCE: TimeDelta = TimeDelta::seconds(60);

/// Longer texts are never our tokens, and are not read.
pub(super) const MAX_TOKEN_BYTES: usize = 4096;

#[derive(Debug, Clone)]
pub struct TokenPolicy {
    /// `iss`: the `BASE_URL` without a trailing slash.
    pub issuer: String,
    /// `aud`, where configured.
    pub audience: Option<String>,
    /// How long after `exp` an access token is still accepted.
    pub access_leeway: TimeDelta,
    pub access_lifetime: TimeDelta,
    /// The lifetime of refresh tokens, from each rotation.
    pub refresh_lifetime: TimeDelta,
}

impl TokenPolicy {
    /// The lifetime of tokens of this purpose.
    pub fn lifetime(&self, purpose: Purpose) -> TimeDelta {
        match purpose {
            Purpose::Access => self.access_lifetime,
            Purpose::Refresh => self.refresh_lifetime,
            other => other.fixed_lifetime(),
        }
    }
}

/// The keys that are derived from one configured secret.
pub(super) struct KeySet {
    pub(super) kid: String,
    keys: Vec<(Purpose, EncodingKey, DecodingKey)>,
}

impl KeySet {
    fn new(secret: &[u8]) -> Self {
        let kid = HEXLOWER.encode(&keys::derive(secret, "vestibule/jwt/kid").expose()[..8]);
        let pair = |purpose: Purpose| {
            let key = keys::derive(secret, &format!("vestibule/jwt/{}", purpose.as_str()));
            (
                purpose,
                EncodingKey::from_secret(key.expose()),
                DecodingKey::from_secret(key.expose()),
            )
        };
        Self {
            kid,
            keys: Purpose::ALL.into_iter().map(pair).collect(),
        }
    }

    pub(super) fn of(&self, purpose: Purpose) -> (&EncodingKey, &DecodingKey) {
        let (_, encoding, decoding) = &self.keys[Purpose::ALL
            .iter()
            .position(|p| *p == purpose)
            .unwrap_or_default()];
        (encoding, decoding)
    }
}

pub struct TokenCodec {
    /// The first signs; all verify.
    pub(super) ring: Vec<KeySet>,
    policy: TokenPolicy,
    validation: Validation,
}

impl fmt::Debug for TokenCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCodec")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl TokenCodec {
    /// A codec that signs with `secret` and also verifies tokens signed with `previous`.
    pub fn new(secret: &[u8], previous: &[Vec<u8>], policy: TokenPolicy) -> Self {
        let ring = std::iter::once(secret)
            .chain(previous.iter().map(Vec::as_slice))
            .map(KeySet::new)
            .collect();
        let validation = validation(&policy);
        Self {
            ring,
            policy,
            validation,
        }
    }

    pub fn policy(&self) -> &TokenPolicy {
        &self.policy
    }

    /// Encodes a token. Equal claims always give the same text.
    pub fn encode(&self, claims: &Claims) -> Result<SecretString, jsonwebtoken::errors::Error> {
        self.encode_with(&self.ring[0], claims)
    }

    /// The token that these claims gave under any key of the ring, if `is_wanted` recognises it.
    ///
    /// The signing key may have changed between two presentations of a refresh token, and the successor
    /// must still be the same, byte for byte.
    pub fn encode_again(
        &self,
        claims: &Claims,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Option<SecretString> {
        let candidates = self
            .ring
            .iter()
            .filter_map(|set| self.encode_with(set, claims).ok());
        candidates
            .into_iter()
            .find(|token| is_wanted(token.expose()))
    }

    fn encode_with(
        &self,
        set: &KeySet,
        claims: &Claims,
    ) -> Result<SecretString, jsonwebtoken::errors::Error> {
        let minted = Minted {
            iss: &self.policy.issuer,
            aud: self.policy.audience.as_deref(),
            sub: claims.user_id,
            jti: &claims.token_id,
            iat: claims.issued_at.timestamp(),
            iat_ms: claims.issued_at.timestamp_millis(),
            exp: claims.expires_at.timestamp(),
            purpose: claims.purpose,
            rev: claims.rev,
            sid: claims.session_id,
            generation: claims.extra.generation,
            email: claims.extra.email.as_deref(),
            reset: claims.extra.reset.as_deref(),
            event: claims.extra.event,
        };
        let header = Header {
            kid: Some(set.kid.clone()),
            ..Header::new(Algorithm::HS256)
        };
        jsonwebtoken::encode(&header, &minted, set.of(claims.purpose).0).map(SecretString::from)
    }

    /// Decodes a token for one purpose at a given time: the first check.
    pub fn decode(
        &self,
        purpose: Purpose,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Claims, Refusal> {
        let claims = self.decode_ahead(purpose, token, now)?;
        if claims.issued_at > now + FUTURE_TOLERANCE {
            return Err(Refusal::NotYet);
        }
        Ok(claims)
    }

    /// Like [`decode`](Self::decode), for a token that [`super::judge`] checks as well: its issue time may
    /// be in the future. A pair is never issued before the last password change, and that change may have
    /// been made by a fast clock.
    pub fn decode_ahead(
        &self,
        purpose: Purpose,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Claims, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::Forged);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::Forged)?;
        // A reader that does not support a critical extension must refuse it (RFC 7515, 4.1.11), and none
        // is supported here. The library reads the list and ignores it.
        if header.crit.is_some() {
            return Err(Refusal::Forged);
        }
        let set = match header.kid {
            Some(kid) => self
                .ring
                .iter()
                .find(|set| set.kid == kid)
                .ok_or(Refusal::Forged)?,
            None => &self.ring[0],
        };
        let presented =
            jsonwebtoken::decode::<Presented>(token, set.of(purpose).1, &self.validation)
                .map_err(|error| refusal(&error))?
                .claims;
        if !presented.is_from(&self.policy.issuer) {
            return Err(Refusal::Misdirected);
        }
        let Read { claims, valid_from } = presented.read(|| digest(token))?;
        if claims.purpose != purpose {
            return Err(Refusal::Misdirected);
        }
        if valid_from.is_some_and(|from| from > now + FUTURE_TOLERANCE) {
            return Err(Refusal::NotYet);
        }
        let leeway = if purpose == Purpose::Access {
            self.policy.access_leeway
        } else {
            TimeDelta::zero()
        };
        if now >= claims.expires_at + leeway {
            return Err(Refusal::Expired);
        }
        Ok(claims)
    }
}

/// The JWT library's checks: the algorithm, the presence of claims, `iss` and `aud`. Times are checked
/// here, because the library would use the system's clock.
fn validation(policy: &TokenPolicy) -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.set_issuer(&[&policy.issuer]);
    let mut required = vec!["iss", "sub", "exp"];
    match &policy.audience {
        Some(audience) => {
            validation.set_audience(&[audience]);
            required.push("aud");
        }
        None => validation.validate_aud = false,
    }
    validation.set_required_spec_claims(&required);
    validation
}

fn refusal(error: &jsonwebtoken::errors::Error) -> Refusal {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => Refusal::Misdirected,
        ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::Json(_)
        | ErrorKind::InvalidClaimFormat(_) => Refusal::Malformed,
        _ => Refusal::Forged,
    }
}

/// Identifies a token without `jti`.
fn digest(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}
