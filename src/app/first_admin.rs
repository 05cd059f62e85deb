//! Creates the first admin at a start.

use thiserror::Error;

use super::App;
use crate::{
    config::{Config, FirstAdmin},
    domain::{accounts::user::Role, audit::Client},
    flows::{
        FlowError,
        accounts::create_user::{self, Input, Outcome},
    },
};

/// Why the first admin could not be created.
#[derive(Debug, Error)]
pub enum FirstAdminError {
    /// The address has an account already. Having the address alone must not make it an admin.
    #[error(
        "ADMIN_EMAIL: {0} has an account that is no admin, and is not promoted by a start; run `vestibule user promote {0}` if it should be one"
    )]
    Taken(String),
    /// The password is weak. An admin's account must not have one, even for a short time.
    #[error("ADMIN_PASSWORD: {0}")]
    Password(String),
    /// A fault of the service or of the database.
    #[error("the first admin could not be made: {0}")]
    Flow(#[from] FlowError),
}

impl App {
    /// Creates the admin that the settings name, if there is no admin yet.
    pub async fn make_first_admin(&self, config: &Config) -> Result<(), FirstAdminError> {
        let Some(FirstAdmin { email, password }) = &config.first_admin else {
            return Ok(());
        };
        let input = Input {
            email: email.clone(),
            password: password.clone(),
            role: Role::Admin,
        };
        let client = Client::command("vestibule serve");
        match create_user::first_admin(&self.services, &input, &client).await? {
            Outcome::Created => tracing::info!(
                "the first admin is created; sign in, choose a new password, and remove ADMIN_PASSWORD"
            ),
            Outcome::NotNeeded => {}
            Outcome::EmailTaken => return Err(FirstAdminError::Taken(email.as_str().to_owned())),
            Outcome::Invalid(faults) => {
                let output: Vec<&str> = faults
                    .iter()
                    .flat_map(|(_, messages)| messages.iter().map(String::as_str))
                    .collect();
                return Err(FirstAdminError::Password(output.join(" ")));
            }
        }
        Ok(())
    }
}
