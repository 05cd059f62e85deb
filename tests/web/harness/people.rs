//! Users with an account in every state, created directly in the database so that a test can start with
//! its subject.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::TimeDelta;
use totp_rs::{Builder, Secret};
use uuid::Uuid;
use vestibule::internals::{
    db,
    domain::{
        accounts::user::Role,
        authenticators::{
            backup_code::BackupCode,
            totp::{STEP_SECONDS, TotpSecret},
        },
        clock::Clock,
        password::Password,
        secrets::{random, sealing::Place, secret::SecretString},
    },
    flows::FlowError,
};

use super::{app::TestApp, clock::HandClock};

/// A password that every rule accepts.
pub(crate) const PASSWORD: &str = "plum anchor violet staircase";
/// Another one.
pub(crate) const NEW_PASSWORD: &str = "quiet marble harvest lantern";

static COUNTER: AtomicU32 = AtomicU32::new(1);

/// A user with an account.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) password: String,
    /// The authenticator app, if a second factor is enrolled.
    pub(crate) phone: Option<Phone>,
    /// The backup codes as they were shown.
    pub(crate) backup_codes: Vec<String>,
}

impl Person {
    /// The code that the app shows now.
    pub(crate) fn code(&self) -> String {
        self.phone.as_ref().expect("a second factor").code()
    }
}

/// An authenticator app.
#[derive(Clone)]
pub(crate) struct Phone {
    secret: Vec<u8>,
    clock: HandClock,
}

impl Phone {
    /// An app with this secret, in the form in which the page shows it.
    pub(crate) fn new(secret: &str, clock: &HandClock) -> Self {
        let base32: String = secret.split_whitespace().collect();
        let secret = data_encoding::BASE32_NOPAD.decode(base32.as_bytes());
        Self {
            secret: secret.expect("Base32"),
            clock: clock.clone(),
        }
    }

    /// The secret.
    pub(crate) fn secret(&self) -> String {
        data_encoding::BASE32_NOPAD.encode(&self.secret)
    }

    /// The current code.
    pub(crate) fn code(&self) -> String {
        self.code_in(0)
    }

    /// The code of the step that is so many steps from now.
    pub(crate) fn code_in(&self, steps: i64) -> String {
        let at = self.clock.now() + TimeDelta::seconds(steps * STEP_SECONDS);
        let totp = Builder::new()
            .with_secret(Secret::new(self.secret.clone().into()))
            .build_noncompliant();
        let seconds = u64::try_from(at.timestamp()).unwrap();
        totp.generate(seconds).to_string()
    }

    /// A code that is not valid at any step near the current one.
    pub(crate) fn wrong_code(&self) -> String {
        let right: Vec<String> = (-10..=10).map(|step| self.code_in(step)).collect();
        let mut codes = (0..).map(|n| format!("{n:06}"));
        codes.find(|code| !right.contains(code)).unwrap()
    }
}

/// Builds a user; awaiting it creates the account.
pub(crate) struct NewPerson<'a> {
    app: &'a TestApp,
    verified: bool,
    totp: bool,
    number: Option<&'a str>,
    by_admin: Option<ByAdmin>,
    admin: bool,
}

/// The state that an admin has put the account into.
enum ByAdmin {
    Disabled,
    DemandedNewPassword,
}

impl ByAdmin {
    fn sql(&self) -> &'static str {
        match self {
            Self::Disabled => "UPDATE users SET disabled_at = created_at WHERE email = $1",
            Self::DemandedNewPassword => {
                "UPDATE users SET password_must_change = true WHERE email = $1"
            }
        }
    }
}

impl<'a> NewPerson<'a> {
    pub(crate) fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            verified: false,
            totp: false,
            number: None,
            by_admin: None,
            admin: false,
        }
    }

    /// With a verified address.
    pub(crate) fn verified(self) -> Self {
        Self {
            verified: true,
            ..self
        }
    }

    /// With a verified address and a second factor.
    pub(crate) fn with_totp(self) -> Self {
        Self {
            totp: true,
            ..self.verified()
        }
    }

    /// With a verified address and this phone number as second factor.
    pub(crate) fn with_phone(self, number: &'a str) -> Self {
        Self {
            number: Some(number),
            ..self.verified()
        }
    }

    /// Disabled by an admin.
    pub(crate) fn disabled(self) -> Self {
        Self {
            by_admin: Some(ByAdmin::Disabled),
            ..self
        }
    }

    /// Must choose a new password, as required by an admin.
    pub(crate) fn must_change(self) -> Self {
        Self {
            by_admin: Some(ByAdmin::DemandedNewPassword),
            ..self
        }
    }

    /// An admin.
    pub(crate) fn admin(self) -> Self {
        Self {
            admin: true,
            ..self.verified()
        }
    }

    async fn make(self) -> Person {
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let mut person = Person {
            id: random::id(self.app.services().random.as_ref()),
            email: format!("person{count}@example.com"),
            password: PASSWORD.to_owned(),
            phone: None,
            backup_codes: Vec::new(),
        };
        self.insert(&person).await;
        if self.totp {
            self.enroll(&mut person).await;
        }
        if let Some(number) = self.number {
            self.add_phone(&mut person, number).await;
        }
        if let Some(act) = &self.by_admin {
            self.app.sql(act.sql(), &[&person.email]).await;
        }
        if self.admin {
            let promote = "UPDATE users SET role = 'admin' WHERE email = $1";
            self.app.sql(promote, &[&person.email]).await;
        }
        person
    }

    async fn insert(&self, person: &Person) {
        let s = self.app.services();
        let password = Password::parse(&SecretString::from(PASSWORD)).unwrap();
        let phc = s.hashing.hash(password, s.random.as_ref()).await.unwrap();
        let new = db::accounts::new_user::NewUser {
            id: person.id,
            email: &person.email,
            email_canonical: &person.email,
            display_name: None,
            password: &db::accounts::credentials::PasswordHash {
                phc,
                breach_checked_at: None,
            },
            password_must_change: false,
            role: Role::User,
            email_verified_at: self.verified.then(|| s.now()),
            created_at: s.now(),
        };
        let made = s.db.transaction::<_, FlowError>(async |tx| {
            Ok(db::accounts::new_user::insert(tx, &new).await?)
        });
        assert!(made.await.unwrap().is_some());
    }

    /// Adds a confirmed phone, and backup codes where it is the first second factor.
    async fn add_phone(&self, person: &mut Person, number: &str) {
        let s = self.app.services();
        let place = Place {
            table: "phones",
            row: person.id,
            column: "number",
        };
        let sealed = s.ring.seal(s.random.as_ref(), place, number.as_bytes());
        let sealed = sealed.unwrap();
        let is_first = person.backup_codes.is_empty();
        let codes = BackupCode::fresh_set(s.random.as_ref());
        let key = s.ring.current_id();
        let macs: Vec<_> = codes
            .iter()
            .map(|code| code.mac(&s.ring, key).unwrap())
            .collect();
        let (id, now) = (person.id, s.now());
        let added = s.db.transaction::<_, FlowError>(async |tx| {
            assert!(db::authenticators::phones::begin(tx, id, &sealed, now).await?);
            assert!(db::authenticators::phones::confirm(tx, id, now, now).await?);
            if is_first {
                db::authenticators::backup_codes::replace(tx, id, key, &macs, now).await?;
            }
            Ok(())
        });
        added.await.unwrap();
        if is_first {
            person.backup_codes = codes.iter().map(BackupCode::shown).collect();
        }
    }

    /// Enrols a second factor as if some minutes ago: the current code is unused.
    async fn enroll(&self, person: &mut Person) {
        let s = self.app.services();
        let secret = TotpSecret::fresh(s.random.as_ref());
        let place = Place {
            table: "totp_authenticators",
            row: person.id,
            column: "secret",
        };
        let sealed = s
            .ring
            .seal(s.random.as_ref(), place, secret.expose())
            .unwrap();
        let codes = BackupCode::fresh_set(s.random.as_ref());
        let key = s.ring.current_id();
        let macs: Vec<_> = codes
            .iter()
            .map(|code| code.mac(&s.ring, key).unwrap())
            .collect();
        let step = s.now().timestamp() / STEP_SECONDS - 10;
        let (id, now) = (person.id, s.now());
        let enrolled = s.db.transaction::<_, FlowError>(async |tx| {
            assert!(db::authenticators::totp::begin(tx, id, &sealed, now).await?);
            assert!(db::authenticators::totp::confirm(tx, id, &sealed, step, now).await?);
            Ok(db::authenticators::backup_codes::replace(tx, id, key, &macs, now).await?)
        });
        enrolled.await.unwrap();
        person.phone = Some(Phone::new(&secret.base32(), &self.app.clock));
        person.backup_codes = codes.iter().map(BackupCode::shown).collect();
    }
}

impl<'a> IntoFuture for NewPerson<'a> {
    type Output = Person;
    type IntoFuture = Pin<Box<dyn Future<Output = Person> + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}
