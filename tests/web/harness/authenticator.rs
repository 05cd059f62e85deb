//! A software authenticator together with its browser: it answers the options of the API as a device would, or in
//! exactly one thing differently.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vestibule::internals::{app::SystemRandom, domain::secrets::random::Random};

use super::settings::{HOST, ORIGIN};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;

/// How an answer is made. The defaults are those of an honest device that is bound to itself and counts its uses.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the protocol"
)]
pub(crate) struct Manner {
    /// The origin of the page.
    pub(crate) origin: String,
    /// The relying party that the device signs for.
    pub(crate) rp_id: String,
    pub(crate) cross_origin: bool,
    pub(crate) present: bool,
    pub(crate) verified: bool,
    pub(crate) backup_eligible: bool,
    pub(crate) backed_up: bool,
    /// How far the signature counter goes ahead; 0 keeps it.
    pub(crate) counts: i64,
    /// The user handle that is sent, if not the one that the device keeps; an inner `None` sends none.
    #[expect(clippy::option_option, reason = "as the comment says")]
    pub(crate) handle: Option<Option<Vec<u8>>>,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            origin: ORIGIN.to_owned(),
            rp_id: HOST.to_owned(),
            cross_origin: false,
            present: true,
            verified: true,
            backup_eligible: false,
            backed_up: false,
            counts: 1,
            handle: None,
        }
    }
}

impl Manner {
    /// A passkey that is copied between the user's devices, and has no counter.
    pub(crate) fn synced() -> Self {
        Self {
            backup_eligible: true,
            backed_up: true,
            counts: 0,
            ..Self::default()
        }
    }

    fn flags(&self) -> u8 {
        let of = |is: bool, flag| if is { flag } else { 0 };
        of(self.present, USER_PRESENT)
            | of(self.verified, USER_VERIFIED)
            | of(self.backup_eligible, BACKUP_ELIGIBLE)
            | of(self.backed_up, BACKED_UP)
    }
}

/// A passkey on a device.
#[derive(Clone)]
pub(crate) struct Device {
    key: SigningKey,
    pub(crate) credential_id: Vec<u8>,
    handle: Vec<u8>,
    pub(crate) counter: i64,
    pub(crate) manner: Manner,
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn unbase64(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("base64url");
    BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url")
}

fn fresh() -> [u8; 32] {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    bytes
}

impl Device {
    /// Makes a passkey as the options ask. Returns the device, and the answer of its browser.
    pub(crate) fn create(public_key: &Value, manner: Manner) -> (Self, Value) {
        assert_eq!(public_key["rp"]["id"], HOST, "{public_key}");
        let mut device = Self {
            key: SigningKey::from_slice(&fresh()).expect("a key"),
            credential_id: fresh().to_vec(),
            handle: unbase64(&public_key["user"]["id"]),
            counter: 0,
            manner,
        };
        let answer = device.made(public_key);
        (device, answer)
    }

    /// The answer that registers this passkey, again or for the first time.
    pub(crate) fn made(&mut self, public_key: &Value) -> Value {
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        let data = self.data(HAS_CREDENTIAL, &self.attested());
        object.push(u8::try_from(data.len()).expect("a short length"));
        object.extend(data);
        let response = json!({
            "clientDataJSON": base64(&self.client_data("webauthn.create", public_key)),
            "attestationObject": base64(&object),
            "transports": ["internal", "hybrid", "a-later-one"],
        });
        self.answer(&response)
    }

    /// Answers a request for a signature.
    pub(crate) fn get(&mut self, public_key: &Value) -> Value {
        self.counter += self.manner.counts;
        let data = self.data(0, &[]);
        let client_data = self.client_data("webauthn.get", public_key);
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&signed);
        let handle = match &self.manner.handle {
            Some(sent) => sent.clone(),
            None => Some(self.handle.clone()),
        };
        let response = json!({
            "clientDataJSON": base64(&client_data),
            "authenticatorData": base64(&data),
            "signature": base64(signature.to_der().as_bytes()),
            "userHandle": handle.map(|handle| base64(&handle)),
        });
        self.answer(&response)
    }

    /// The same device with another manner.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Manner)) -> Self {
        let mut other = self.clone();
        change(&mut other.manner);
        other
    }

    fn answer(&self, response: &Value) -> Value {
        let id = base64(&self.credential_id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {}, "response": response,
        })
    }

    fn client_data(&self, kind: &str, public_key: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind, "challenge": public_key["challenge"], "origin": self.manner.origin,
            "crossOrigin": self.manner.cross_origin, "other_keys_can_be_added_here": true,
        });
        data.to_string().into_bytes()
    }

    /// Authenticator data (WebAuthn, 6.1).
    fn data(&self, flags: u8, rest: &[u8]) -> Vec<u8> {
        let counter = u32::try_from(self.counter).expect("a counter");
        let mut data = Sha256::digest(self.manner.rp_id.as_bytes()).to_vec();
        data.push(self.manner.flags() | flags);
        data.extend(counter.to_be_bytes());
        data.extend(rest);
        data
    }

    /// Attested credential data (WebAuthn, 6.5.2), with a key of ES256.
    fn attested(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let length = u16::try_from(self.credential_id.len()).expect("a short id");
        let mut data = vec![0; 16];
        data.extend(length.to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20");
        data.extend(point.x().expect("a point"));
        data.extend(b"\x22\x58\x20");
        data.extend(point.y().expect("a point"));
        data
    }
}
