//! Inviting people, and the list of open invitations.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Path, Query},
};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::chip::Chip;
use crate::{
    domain::{
        accounts::{invitation::State as Use, user::Role},
        audit::Client,
    },
    flows::{
        Registration,
        accounts::invitations::{self, Act, Line, Outcome},
        authenticators::proof::Proven,
        paged::Paged,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{AdminForm, AdminUser, ClientInfo, CursorQuery, PageShell},
        pages::answer::{Showing, field_errors, next_page, see_other, see_other_with},
        problem::refusals,
        session::BrowserSession,
        state::{State, WebState},
        view::{FieldErrors, Flash, Message, Shell},
    },
};

const INVITATIONS: &str = "/admin/invitations";

/// `/admin/users/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/invite.html")]
pub struct InvitePage {
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
    /// The role as chosen.
    pub role: String,
    /// Whether no one can be invited because registration is closed.
    pub closed: bool,
    /// Faults, by `email` and `role`.
    pub errors: FieldErrors,
}

/// `/admin/invitations`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/invitations.html")]
pub struct InvitationsPage {
    pub shell: Shell,
    /// The invitations of this page.
    pub lines: Vec<InvitationLine>,
    /// Whether this is not the first page.
    pub goes_on: bool,
    /// The link to the next page; empty on the last one.
    pub next: String,
    /// Faults of the query or of the act.
    pub errors: FieldErrors,
}

/// An invitation in the list.
#[derive(Clone, Debug)]
pub struct InvitationLine {
    pub id: String,
    pub email: String,
    /// Its state, and the role if it is notable.
    pub chips: Vec<Chip>,
    /// The address of the admin who sent it; empty if that account was erased.
    pub inviter: String,
    /// When it was last sent.
    pub sent_at: DateTime<Utc>,
    /// The end of its validity.
    pub expires_at: DateTime<Utc>,
    /// Whether sending it again would help.
    pub may_resend: bool,
}

impl From<Line> for InvitationLine {
    fn from(line: Line) -> Self {
        let chip = |text, class| Chip { text, class };
        let mut chips = vec![match line.state {
            Use::Open => chip("Open", "good"),
            Use::Expired => chip("Expired", "warn"),
            Use::InviterGone => chip("Sender is no longer an admin", "bad"),
            Use::AddressTaken => chip("Has an account", "bad"),
        }];
        if line.invitation.role == Role::Admin {
            chips.push(chip("Administrator", "accent"));
        }
        Self {
            id: line.invitation.id.to_string(),
            email: line.invitation.email,
            chips,
            inviter: line.inviter.unwrap_or_default(),
            sent_at: line.invitation.sent_at,
            expires_at: line.invitation.expires_at,
            may_resend: line.state != Use::AddressTaken,
        }
    }
}

/// The typed input.
#[derive(Debug, Default, Deserialize)]
pub struct Form {
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

/// `GET /admin/users/new`
pub async fn get_new(AdminUser(_): AdminUser, state: State, shell: PageShell) -> WebResult {
    let form = Form {
        role: Role::User.as_str().to_owned(),
        ..Form::default()
    };
    show_new(&state, &shell, form, Showing::first())
}

/// `POST /admin/users/new`
pub async fn post_new(
    AdminForm { proven, form }: AdminForm<Form>,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    let act = Act::Invite {
        email: form.email.clone(),
        role: form.role.clone(),
    };
    let conflict =
        |why: Message| Showing::again(StatusCode::CONFLICT, FieldErrors::of_field("email", why));
    let showing = match invitations::perform(&state.services, &proven, &act, &client).await? {
        Outcome::Done(invitation) => {
            let message = format!("The invitation to {} will be sent.", invitation.email);
            return Ok(see_other_with(
                &session,
                INVITATIONS,
                &Flash::success(message),
            ));
        }
        Outcome::EmailTaken => conflict(copy::INVITED_HAS_ACCOUNT.into()),
        Outcome::AlreadyInvited => conflict(copy::INVITED_ALREADY),
        Outcome::Closed => Showing::again(
            StatusCode::FORBIDDEN,
            FieldErrors::of_form(copy::INVITING_CLOSED),
        ),
        Outcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["email", "role"])),
        outcome => return Err(barred(outcome)),
    };
    show_new(&state, &shell, form, showing)
}

fn show_new(state: &WebState, shell: &PageShell, form: Form, showing: Showing) -> WebResult {
    showing.answer(|errors| InvitePage {
        shell: shell.take(),
        email: form.email,
        role: form.role,
        closed: state.services.policy.registration == Registration::Closed,
        errors,
    })
}

/// `GET /admin/invitations`
pub async fn get(
    AdminUser(_): AdminUser,
    query: Query<CursorQuery>,
    state: State,
    shell: PageShell,
) -> WebResult {
    show(&state, shell, &query.cursor, Showing::first()).await
}

/// `GET` of an act's path redirects to the list.
pub async fn back(AdminUser(_): AdminUser) -> HttpResponse {
    see_other(INVITATIONS)
}

/// `POST /admin/invitations/{id}/resend`
pub async fn resend(
    AdminForm { proven, .. }: AdminForm<Form>,
    id: Path<String>,
    req: HttpRequest,
    state: State,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    let act = Act::Resend(refusals::invitation_id(&id)?);
    let done = "The invitation will be sent again. The earlier link no longer works.";
    perform(&state, &proven, &act, &client, (&req, shell, done)).await
}

/// `POST /admin/invitations/{id}/revoke`
pub async fn revoke(
    AdminForm { proven, .. }: AdminForm<Form>,
    id: Path<String>,
    req: HttpRequest,
    state: State,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    let act = Act::Revoke(refusals::invitation_id(&id)?);
    let done = "The invitation is revoked. Its link no longer works.";
    perform(&state, &proven, &act, &client, (&req, shell, done)).await
}

async fn perform(
    state: &WebState,
    proven: &Proven,
    act: &Act,
    client: &Client,
    (req, shell, done): (&HttpRequest, PageShell, &str),
) -> WebResult {
    let refused = |status, why: &str| Showing::again(status, FieldErrors::of_form(why));
    let showing = match invitations::perform(&state.services, proven, act, client).await? {
        Outcome::Done(_) => {
            let session = BrowserSession::of(req)?;
            return Ok(see_other_with(&session, INVITATIONS, &Flash::success(done)));
        }
        Outcome::EmailTaken => refused(StatusCode::CONFLICT, copy::INVITED_HAS_ACCOUNT),
        Outcome::Closed => refused(StatusCode::FORBIDDEN, copy::INVITING_CLOSED),
        outcome => return Err(barred(outcome)),
    };
    show(state, shell, "", showing).await
}

fn barred(outcome: Outcome) -> WebError {
    match outcome {
        Outcome::Overtaken => WebError::SignInRequired(None),
        outcome => refusals::invitation(outcome),
    }
}

async fn show(state: &WebState, shell: PageShell, cursor: &str, showing: Showing) -> WebResult {
    let (showing, page) = match invitations::list(&state.services, cursor).await? {
        Ok(page) => (showing, page),
        Err(faults) => (Showing::of_query(&faults), Paged::default()),
    };
    showing.answer(|errors| InvitationsPage {
        shell: shell.take(),
        lines: page.rows.into_iter().map(InvitationLine::from).collect(),
        goes_on: !cursor.is_empty(),
        next: next_page(INVITATIONS, "cursor", page.next.as_deref()),
        errors,
    })
}
