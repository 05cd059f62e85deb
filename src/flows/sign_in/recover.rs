//! Recovering an account by mail.

use crate::{
    db::{
        self, Transaction,
        accounts::users::{PasswordHash, UserRecord},
    },
    domain::{
        accounts::{
            email::EmailAddress,
            user::{Role, User},
        },
        audit::{Client, Event, Subject},
        secrets::{random, secret::SecretString},
        session::EndReason,
        sign_in::attempts::Pause,
        token::{Claims, Purpose, judge},
    },
    flows::{
        InputFaults, PendingSignIn, Result, Services, TokenPair,
        accounts::new_password::own_words,
        authenticators::contradiction::contradictory_factor,
        mail::outbox::{Cause, Recipient, browser_of},
        services::Throttled,
        sessions::{authenticate::HeldSession, tokens::Beginning},
    },
    mail::Message,
    throttle::Route,
};

/// What became of asking for a mail.
#[derive(Debug)]
pub enum RequestOutcome {
    /// If the address has an account, a mail is on its way. The same for every address.
    Accepted,
    /// The text is no address.
    Invalid(InputFaults),
    /// Too many requests.
    Throttled(Pause),
}

/// Asks for a reset link.
pub async fn request(s: &Services, email: &str, client: &Client) -> Result<RequestOutcome> {
    s.request_mail(MailRequest::Reset, email, client).await
}

/// What people ask to be mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flows) enum MailRequest {
    Reset,
    Verification,
}

impl MailRequest {
    fn event(self) -> Event {
        match self {
            Self::Reset => Event::PasswordResetRequested,
            Self::Verification => Event::VerificationRequested,
        }
    }

    /// Whether there is anything to mail this user.
    fn suits(self, user: &User) -> bool {
        user.disabled_at.is_none() && (self == Self::Reset || !user.mailbox_proven())
    }
}

impl Services {
    /// Writes the mail that was asked for, or a decoy: known, unknown and disabled addresses cost
    /// the same work and get the same answer.
    pub(in crate::flows) async fn request_mail(
        &self,
        request: MailRequest,
        email: &str,
        client: &Client,
    ) -> Result<RequestOutcome> {
        let email = match EmailAddress::parse(email) {
            Ok(email) => email,
            Err(why) => return Ok(RequestOutcome::Invalid(InputFaults::one("email", &why))),
        };
        // Strangers who ask for this address leave its known browsers their own requests.
        let flood_key = self.flood_key(email.canonical(), client);
        if let Some(Throttled(wait)) = self.count(Route::ForgotPassword, client, Some(&flood_key)) {
            return Ok(RequestOutcome::Throttled(wait));
        }
        let shared = self.db.shared().await?;
        let found = db::accounts::users::find_by_email(&shared, email.canonical())
            .await?
            .map(|record| record.user);
        let subject = self.subject_of(found.as_ref().map(|u| u.id), email.canonical());
        let known = found.filter(|user| request.suits(user));
        let nobody = self.nobody(email.as_str());
        let to = known
            .as_ref()
            .map_or(Recipient::Nobody(email.as_str()), Recipient::User);
        let message = self.requested_message(request, known.as_ref().unwrap_or(&nobody))?;
        self.db
            .transaction(async |tx| {
                self.audit_anonymous(tx, request.event(), subject, client)
                    .await?;
                self.enqueue(tx, to, &message, Cause::Client(client)).await
            })
            .await?;
        Ok(RequestOutcome::Accepted)
    }

    /// The mail that was asked for, with a fresh link.
    pub(in crate::flows) fn requested_message(
        &self,
        request: MailRequest,
        user: &User,
    ) -> Result<Message> {
        let (purpose, path) = match request {
            MailRequest::Reset => (Purpose::PasswordReset, "/reset-password"),
            MailRequest::Verification => (Purpose::VerifyEmail, "/verify-email"),
        };
        let (token, expires_in) = self.mail_token(purpose, user)?;
        let deleted_after = self.policy.unverified_after.filter(|_| {
            user.import_id.is_none() && user.role == Role::User && !user.email_verified()
        });
        let link = self.site.token_link(path, &token);
        Ok(match request {
            MailRequest::Reset => Message::ResetPassword { link, expires_in },
            MailRequest::Verification => Message::VerifyEmail {
                link,
                expires_in,
                deleted_after,
            },
        })
    }

    /// A user who is nobody, for mails that are never sent.
    pub(in crate::flows) fn nobody(&self, email: &str) -> User {
        User {
            id: random::id(self.random.as_ref()),
            email: email.to_owned(),
            email_canonical: email.to_owned(),
            display_name: None,
            role: Role::User,
            email_verified_at: None,
            revocation_id: 0,
            password_changed_at: None,
            password_must_change: false,
            disabled_at: None,
            totp_confirmed_at: None,
            two_factor_noted: false,
            created_at: self.now(),
            verified_by_file: false,
            import_id: None,
            browsers_known_from: None,
        }
    }

    /// The user of a token out of a mail, while the token is good; otherwise `None`.
    pub(in crate::flows) async fn user_of_mail_token(
        &self,
        purpose: Purpose,
        token: &SecretString,
    ) -> Result<Option<(Claims, UserRecord)>> {
        let Ok(claims) = self
            .tokens
            .decode_ahead(purpose, token.expose(), self.now())
        else {
            return Ok(None);
        };
        let Some(standing) = db::sessions::standing::find(&self.db, &claims).await? else {
            return Ok(None);
        };
        let living = judge(&claims, &standing.user_standing(), &standing, self.now()).is_ok()
            && !contradictory_factor(&standing.user.user);
        Ok(living.then_some((claims, standing.user)))
    }
}

/// Whose password a reset link would set; `None` where the link is dead. Changes nothing.
pub async fn inspect(s: &Services, token: &SecretString) -> Result<Option<User>> {
    let found = s.user_of_mail_token(Purpose::PasswordReset, token).await?;
    Ok(found.map(|(_, record)| record.user))
}

/// What became of a reset.
#[derive(Debug)]
pub enum ResetOutcome {
    /// The password is set and a session began.
    SignedIn(TokenPair),
    /// Nothing has changed yet: the code that is asked for sets the password and signs in.
    SecondFactorRequired(PendingSignIn),
    /// The link was used, has expired, or was overtaken by another change.
    LinkDead,
    /// The new password cannot be used. The link is not.
    Invalid(InputFaults),
    /// Too many attempts.
    Throttled(Pause),
}

/// Sets a new password with a token out of a mail.
///
/// Ends every session and every pending change, and proves the address. Mailing the link proves
/// one factor only: where a second one is enrolled, nothing changes before its code, whatever the
/// browser is trusted with (see `pending_reset`). The new session takes the place of the one that
/// lives in the browser.
pub async fn reset(
    s: &Services,
    token: &SecretString,
    new_password: &SecretString,
    replaces: Option<HeldSession>,
    client: &Client,
) -> Result<ResetOutcome> {
    if let Some(Throttled(wait)) = s.count(Route::Reset, client, None) {
        return Ok(ResetOutcome::Throttled(wait));
    }
    let Some((claims, record)) = s.user_of_mail_token(Purpose::PasswordReset, token).await? else {
        return Ok(ResetOutcome::LinkDead);
    };
    let user = &record.user;
    let password = match s.accept_password(new_password, own_words(user)).await? {
        Ok(password) => password,
        Err(why) => {
            return Ok(ResetOutcome::Invalid(InputFaults::one(
                "new_password",
                &why,
            )));
        }
    };
    let hash = s.hash_password(password).await?;
    s.db.transaction(async |tx| {
        // The factors change only with a rise of `rev`, so they are still as they were read.
        if !db::accounts::users::hold(tx, user.id, user.revocation_id).await? {
            return Ok(ResetOutcome::LinkDead);
        }
        if user.two_factor_enabled() {
            s.audit_anonymous(
                tx,
                Event::PasswordResetAwaitsCode,
                Subject::User(user.id),
                client,
            )
            .await?;
            let pending = s.pending_reset(user, hash.clone(), &claims)?;
            return Ok(ResetOutcome::SecondFactorRequired(pending));
        }
        if !db::sessions::revoked_tokens::insert(tx, &claims).await? {
            return Ok(ResetOutcome::LinkDead);
        }
        let change = NewPassword {
            user,
            hash: &hash,
            reason: EndReason::PasswordReset,
            client,
        };
        let Some(user) = s.set_password_by_mail(tx, change).await? else {
            return Ok(ResetOutcome::LinkDead);
        };
        let beginning = Beginning {
            user: &user,
            rev: user.revocation_id,
            methods: &["pwd"],
            remembered: false,
            replaces,
            client,
        };
        Ok(ResetOutcome::SignedIn(
            s.begin_session(tx, beginning).await?,
        ))
    })
    .await
}

/// A password set by somebody who can read the mailbox.
#[derive(Debug, Clone, Copy)]
pub(in crate::flows) struct NewPassword<'a> {
    pub(in crate::flows) user: &'a User,
    pub(in crate::flows) hash: &'a PasswordHash,
    pub(in crate::flows) reason: EndReason,
    pub(in crate::flows) client: &'a Client,
}

impl Services {
    /// Sets the password, proves the address, ends every session and tells the owner. Returns the
    /// user as it is now; `None` where the credentials changed since the token was read.
    pub(in crate::flows) async fn set_password_by_mail(
        &self,
        tx: &Transaction<'_>,
        change: NewPassword<'_>,
    ) -> Result<Option<User>> {
        let NewPassword {
            user,
            hash,
            reason,
            client,
        } = change;
        let now = self.now();
        let raised =
            db::accounts::users::set_password(tx, user.id, user.revocation_id, hash, now).await?;
        let Some(raised) = raised else {
            return Ok(None);
        };
        // Its first holder need not own the mailbox. A verification in the same moment is seen here.
        let taken_over = db::accounts::users::take_over(tx, user.id, now).await?;
        db::authenticators::totp::delete_pending(tx, user.id).await?;
        self.unlock(tx, user).await?;
        db::sessions::end_all(tx, user.id, None, reason, now).await?;
        self.audit_anonymous(tx, Event::PasswordReset, Subject::User(user.id), client)
            .await?;
        if taken_over.is_some() {
            self.audit_anonymous(tx, Event::EmailVerified, Subject::User(user.id), client)
                .await?;
        }
        self.enqueue_password_changed(tx, user, client).await?;
        let mut after = User {
            revocation_id: raised.revocation_id,
            password_changed_at: raised.password_changed_at,
            password_must_change: false,
            ..user.clone()
        };
        if let Some(display_name) = taken_over {
            after.display_name = display_name;
            after.email_verified_at = Some(now);
            after.verified_by_file = false;
            after.browsers_known_from = Some(now);
        }
        Ok(Some(after))
    }

    /// Tells the owner that the password changed.
    pub(in crate::flows) async fn enqueue_password_changed(
        &self,
        tx: &Transaction<'_>,
        user: &User,
        client: &Client,
    ) -> Result<()> {
        let message = Message::PasswordChanged {
            at: self.now(),
            ip: Some(client.ip),
            browser: browser_of(client),
        };
        self.enqueue(tx, Recipient::User(user), &message, Cause::Client(client))
            .await
    }
}
