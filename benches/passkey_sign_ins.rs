//! Sign-ins by passkey, each a call for options and a call with an answer that is signed anew, which no HTTP load
//! generator can do. `script/bench passkey` compares their rate with that of sign-ins by password.
//!
//! Arguments: the file of a P-256 key (DER), the port on loopback, the origin of the site, the seconds, and
//! an access token for each client, of a recent sign-in without a second factor. Each client makes its passkey first.
//! Prints the sign-ins a second.

#![expect(clippy::print_stdout, reason = "the rate is the output")]

use std::{
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use data_encoding::BASE64URL_NOPAD;
use rustls::{
    SignatureScheme, crypto::ring::sign::any_ecdsa_type, pki_types::PrivateKeyDer, sign::SigningKey,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// User present, and user verified.
const FLAGS: u8 = 0x05;
/// Attested credential data follows.
const WITH_CREDENTIAL: u8 = 0x40;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key, port, origin, seconds, tokens @ ..] = arguments.as_slice() else {
        return Err("usage: passkey-sign-ins KEY PORT ORIGIN SECONDS TOKEN...".into());
    };
    let key = any_ecdsa_type(&PrivateKeyDer::try_from(std::fs::read(key)?)?)?;
    let port = port.parse()?;
    let clients: Outcome<Vec<Client>> = tokens
        .iter()
        .map(|token| Client::with_passkey(key.clone(), port, origin, token))
        .collect();
    let clients = clients?;
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds.parse()?);
    let running: Vec<_> = clients
        .into_iter()
        .map(|client| thread::spawn(move || client.count_until(end)))
        .collect();
    let mut count = 0;
    for thread in running {
        count += thread.join().map_err(|_| "a client panicked")??;
    }
    println!("{:.1}", f64::from(count) / began.elapsed().as_secs_f64());
    Ok(())
}

/// A connection, and the passkey of a user. It has no signature counter, as synced passkeys have none.
struct Client {
    connection: BufReader<TcpStream>,
    key: Arc<dyn SigningKey>,
    origin: String,
    id: String,
    user: Value,
}

impl Client {
    fn with_passkey(
        key: Arc<dyn SigningKey>,
        port: u16,
        origin: &str,
        token: &str,
    ) -> Outcome<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        let mut client = Self {
            connection: BufReader::new(stream),
            key,
            origin: origin.to_owned(),
            id: BASE64URL_NOPAD.encode(&Sha256::digest(token)),
            user: Value::Null,
        };
        let asked = client.post("/api/auth/passkeys/options", Some(token), &json!({}))?;
        client.user = asked["publicKey"]["user"]["id"].clone();
        let made = client.made(&asked)?;
        client.post("/api/auth/passkeys", Some(token), &made)?;
        Ok(client)
    }

    fn count_until(mut self, end: Instant) -> Outcome<u32> {
        let mut count = 0;
        while Instant::now() < end {
            let asked = self.post("/api/auth/login/passkey/options", None, &Value::Null)?;
            let signed = self.signed(&asked)?;
            self.post("/api/auth/login/passkey", None, &signed)?;
            count += 1;
        }
        Ok(count)
    }

    /// The answer to a call. Any other than a success is an error.
    fn post(&mut self, path: &str, token: Option<&str>, body: &Value) -> Outcome<Value> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let bearer = token.map_or_else(String::new, |token| {
            format!("Authorization: Bearer {token}\r\n")
        });
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\n{bearer}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.connection.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        self.connection.read_line(&mut status)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.connection.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.connection.read_exact(&mut answer)?;
        if !status.starts_with("HTTP/1.1 20") {
            return Err(format!("{path}: {status}{}", String::from_utf8_lossy(&answer)).into());
        }
        Ok(serde_json::from_slice(&answer)?)
    }

    fn made(&self, asked: &Value) -> Outcome<Value> {
        let spki = self
            .key
            .public_key()
            .ok_or("a key without its public part")?;
        // The last 64 bytes are the two coordinates.
        let point = spki.last_chunk::<64>().ok_or("a short key")?;
        let id = BASE64URL_NOPAD.decode(self.id.as_bytes())?;
        let mut data = authenticator_data(&asked["publicKey"]["rp"]["id"], FLAGS | WITH_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(id.len())?.to_be_bytes());
        data.extend(id);
        // ES256 on P-256, as a COSE key.
        data.extend(b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20");
        data.extend(&point[..32]);
        data.extend(b"\x22\x58\x20");
        data.extend(&point[32..]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len())?);
        object.extend(data);
        Ok(self.answer(asked, &json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&self.client_data("webauthn.create", asked)),
            "attestationObject": BASE64URL_NOPAD.encode(&object),
        })))
    }

    fn signed(&self, asked: &Value) -> Outcome<Value> {
        let data = authenticator_data(&asked["publicKey"]["rpId"], FLAGS);
        let client_data = self.client_data("webauthn.get", asked);
        let signer = self
            .key
            .choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256])
            .ok_or("no key for ES256")?;
        let signature = signer.sign(&[data.as_slice(), &Sha256::digest(&client_data)].concat())?;
        Ok(self.answer(
            asked,
            &json!({
                "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
                "authenticatorData": BASE64URL_NOPAD.encode(&data),
                "signature": BASE64URL_NOPAD.encode(&signature),
                "userHandle": self.user,
            }),
        ))
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        let challenge = &asked["publicKey"]["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn answer(&self, asked: &Value, response: &Value) -> Value {
        json!({
            "challenge_token": asked["challenge_token"],
            "credential": {
                "id": self.id, "rawId": self.id, "type": "public-key",
                "clientExtensionResults": {}, "response": response,
            },
        })
    }
}

/// Authenticator data (WebAuthn, 6.1) with the counter 0.
fn authenticator_data(rp_id: &Value, flags: u8) -> Vec<u8> {
    let mut data = Sha256::digest(rp_id.as_str().unwrap_or_default()).to_vec();
    data.push(flags);
    data.extend([0; 4]);
    data
}
