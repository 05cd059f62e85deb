//! passkey-rs as browser and authenticator with one passkey. `tests/web/outside.rs` describes the lines that it reads
//! and writes.

use std::io::{BufRead as _, Write as _};

use passkey::{
    authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod},
    client::{Client, DefaultClientData},
    crypto::rust_crypto::RustCryptoBackend,
};
use passkey_types::{
    Passkey,
    ctap2::{Aaguid, Ctap2Error},
    webauthn::{
        CredentialCreationOptions, CredentialRequestOptions, PublicKeyCredentialCreationOptions,
        PublicKeyCredentialRequestOptions,
    },
};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Job {
    Create {
        origin: Url,
        verified: bool,
        options: PublicKeyCredentialCreationOptions,
    },
    Get {
        origin: Url,
        verified: bool,
        options: PublicKeyCredentialRequestOptions,
    },
    Keep,
    Restore,
}

/// A present user, who is verified or not.
struct User {
    verified: bool,
}

#[async_trait::async_trait]
impl UserValidationMethod for User {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        hint: UiHint<'a, Passkey>,
        _: bool,
        _: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        // passkey-rs leaves this refusal to its user.
        if let UiHint::InformExcludedCredentialFound(_) = hint {
            return Err(Ctap2Error::CredentialExcluded);
        }
        Ok(UserCheck {
            presence: true,
            verification: self.verified,
        })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

fn authenticator(
    passkey: Option<Passkey>,
    verified: bool,
) -> Authenticator<Option<Passkey>, User, RustCryptoBackend> {
    let mut authenticator = Authenticator::new(
        Aaguid::new_empty(),
        passkey,
        User { verified },
        RustCryptoBackend,
    );
    authenticator.set_make_credentials_with_signature_counter(true);
    authenticator
}

#[derive(Default)]
struct State {
    passkey: Option<Passkey>,
    kept: Option<Passkey>,
}

impl State {
    async fn run(&mut self, job: Job) -> Value {
        match job {
            Job::Create {
                origin,
                verified,
                options,
            } => {
                let mut client = Client::new(authenticator(self.passkey.clone(), verified));
                let request = CredentialCreationOptions {
                    public_key: options,
                };
                let made = client.register(&origin, request, DefaultClientData).await;
                self.passkey = client.authenticator().store().clone();
                answer(made)
            }
            Job::Get {
                origin,
                verified,
                options,
            } => {
                let mut client = Client::new(authenticator(self.passkey.clone(), verified));
                let request = CredentialRequestOptions {
                    public_key: options,
                };
                let signed = client
                    .authenticate(&origin, request, DefaultClientData)
                    .await;
                self.passkey = client.authenticator().store().clone();
                answer(signed)
            }
            Job::Keep => {
                self.kept = self.passkey.clone();
                json!({})
            }
            Job::Restore => {
                self.passkey = self.kept.clone();
                json!({})
            }
        }
    }
}

fn answer(result: Result<impl serde::Serialize, impl std::fmt::Debug>) -> Value {
    match result {
        Ok(credential) => json!({ "credential": credential }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut state = State::default();
    for line in std::io::stdin().lock().lines() {
        let job = serde_json::from_str(&line.expect("a line")).expect("a job");
        println!("{}", state.run(job).await);
        std::io::stdout().flush().expect("an open standard output");
    }
}
