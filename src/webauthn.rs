//! WebAuthn (Level 3) for passkeys: what browsers are asked, and whether their answers are right.
//!
//! Every passkey is discoverable, so that it signs in without an address, and every answer must prove that its user was
//! verified. Attestation is neither asked for nor stored. Nothing here reads a clock or a database: a challenge and its
//! state are kept by the flows, which also decide when a challenge has expired or was used.

mod answer;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;
use webauthn_rs_core::{
    WebauthnCore,
    error::WebauthnError,
    proto::{
        AttestationFormat, AuthenticatorTransport, COSEKey, ParsedAttestation,
        PublicKeyCredentialDescriptor, RegisteredExtensions, UserVerificationPolicy,
    },
};

pub use answer::{Assertion, Refusal, Used};

use crate::domain::authenticators::passkey::{CHALLENGE_LIFETIME, RelyingParty};

/// The most ways to reach an authenticator that are stored: there are six.
const MOST_TRANSPORTS: usize = 6;

/// A fault of the service, or of stored data.
#[derive(Debug, Error)]
pub enum WebauthnFault {
    #[error("WebAuthn: {0}")]
    Library(#[from] WebauthnError),
    /// A value cannot be written as JSON, or a stored one cannot be read.
    #[error("a passkey's JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// What a browser is asked for, and what its answer is compared with.
#[derive(Debug)]
pub struct Asked {
    /// The options, with binary members in base64url, as `parseCreationOptionsFromJSON` and
    /// `parseRequestOptionsFromJSON` take them.
    pub public_key: Value,
    /// The challenge and the library's other state. It is as secret as the challenge, which is none.
    pub state: Value,
}

/// The user for whom a passkey is made, as authenticators show them.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// Its bytes are the user handle.
    pub id: Uuid,
    pub email: &'a str,
    pub name: &'a str,
}

/// The public key credential of a passkey.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The credential id, which its authenticator chose.
    pub id: Vec<u8>,
    /// The public key, and how the authenticator is reached.
    pub key: Value,
    /// The signature counter at the last use; 0 if the authenticator has none.
    pub counter: u32,
    /// Whether it can be copied to other devices. This never changes.
    pub backup_eligible: bool,
    /// Whether it has been copied, as far as is known.
    pub synced: bool,
}

/// `Credential::key`.
#[derive(Serialize, Deserialize)]
struct Key {
    public: COSEKey,
    transports: Vec<AuthenticatorTransport>,
}

/// The relying party, which makes challenges and checks answers.
#[derive(Debug)]
pub struct Webauthn {
    core: WebauthnCore,
    party: RelyingParty,
}

impl Webauthn {
    /// For this site, which authenticators show by this name.
    pub fn new(party: &RelyingParty, name: &str) -> Self {
        let timeout = CHALLENGE_LIFETIME.to_std().unwrap_or_default();
        let (subdomains, any_port) = (Some(false), Some(false));
        Self {
            core: WebauthnCore::new_unsafe_experts_only(
                name,
                &party.id,
                party.origins.clone(),
                timeout,
                subdomains,
                any_port,
            ),
            party: party.clone(),
        }
    }

    /// The site that its passkeys belong to.
    pub fn party(&self) -> &RelyingParty {
        &self.party
    }

    /// Asks for a new passkey, on an authenticator that has none of these.
    pub fn creation(
        &self,
        owner: Owner<'_>,
        present: &[Credential],
    ) -> Result<Asked, WebauthnFault> {
        let handle = owner.id.as_bytes();
        let asked = self
            .core
            .new_challenge_register_builder(handle, owner.email, owner.name)?
            .user_verification_policy(UserVerificationPolicy::Required)
            .require_resident_key(true);
        let (mut options, state) = self.core.generate_challenge_register(asked)?;
        // Not through the builder: that copies the list into the state, and the database refuses a known id anyway.
        let excluded = present.iter().map(descriptor).collect();
        options.public_key.exclude_credentials = Some(excluded);
        Ok(Asked {
            public_key: serde_json::to_value(options.public_key)?,
            state: serde_json::to_value(state)?,
        })
    }

    /// Asks for a signature by one of these passkeys, or if there are none, by any passkey of this site.
    pub fn request(&self, allowed: &[Credential]) -> Result<Asked, WebauthnFault> {
        let policy = Some(UserVerificationPolicy::Required);
        let asked = self
            .core
            .new_challenge_authenticate_builder(Vec::new(), policy)?;
        let (options, state) = self.core.generate_challenge_authenticate(asked)?;
        let mut public_key = serde_json::to_value(options.public_key)?;
        let allowed: Vec<_> = allowed.iter().map(descriptor).collect();
        public_key["allowCredentials"] = json!(allowed);
        Ok(Asked {
            public_key,
            state: serde_json::to_value(state)?,
        })
    }
}

/// A key that cannot be read is named all the same: the page that asks has other ways beside it.
fn descriptor(credential: &Credential) -> PublicKeyCredentialDescriptor {
    let transports =
        Key::deserialize(&credential.key).map_or_else(|_| Vec::new(), |key| key.transports);
    PublicKeyCredentialDescriptor {
        type_: "public-key".to_owned(),
        id: credential.id.clone(),
        transports: (!transports.is_empty()).then_some(transports),
    }
}

impl Credential {
    /// The library's own form.
    fn for_library(&self) -> Result<webauthn_rs_core::proto::Credential, WebauthnFault> {
        let Key { public, transports } = Key::deserialize(&self.key)?;
        Ok(webauthn_rs_core::proto::Credential {
            cred_id: self.id.clone(),
            cred: public,
            counter: self.counter,
            transports: Some(transports),
            user_verified: true,
            backup_eligible: self.backup_eligible,
            backup_state: self.synced,
            registration_policy: UserVerificationPolicy::Required,
            extensions: RegisteredExtensions::none(),
            attestation: ParsedAttestation::default(),
            attestation_format: AttestationFormat::None,
        })
    }

    /// `transports` are the browser's hint, which the library leaves out without attestation.
    fn of_library(
        made: webauthn_rs_core::proto::Credential,
        transports: Option<&[AuthenticatorTransport]>,
    ) -> Result<Self, WebauthnFault> {
        let is_known = |transport: &&AuthenticatorTransport| {
            !matches!(
                transport,
                AuthenticatorTransport::Unknown | AuthenticatorTransport::Test
            )
        };
        let transports = transports.unwrap_or_default().iter().filter(is_known);
        let key = Key {
            public: made.cred,
            transports: transports.take(MOST_TRANSPORTS).cloned().collect(),
        };
        Ok(Self {
            id: made.cred_id,
            key: serde_json::to_value(key)?,
            counter: made.counter,
            backup_eligible: made.backup_eligible,
            synced: made.backup_state,
        })
    }
}
