//! The test mail that an operator sends to check delivery. It concerns no account and does not use the
//! outbox.

use askama::Template;
use chrono::{DateTime, Utc};

use super::{MailContext, RenderedMail, phrase::filters};
use crate::domain::text::one_line;

#[derive(Template)]
#[template(path = "mail/test.txt")]
struct Text<'a> {
    ctx: &'a MailContext,
    at: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "mail/test.html")]
struct Html<'a> {
    ctx: &'a MailContext,
    at: DateTime<Utc>,
    subject: &'a str,
}

/// A test mail to `to`, a bare address, which is checked when the mail is sent.
pub fn test_mail(
    to: &str,
    ctx: &MailContext,
    at: DateTime<Utc>,
) -> Result<RenderedMail, askama::Error> {
    let subject = one_line(&format!("A test mail from {}", ctx.branding.name));
    Ok(RenderedMail {
        to: to.to_owned(),
        text: Text { ctx, at }.render()?,
        html: Html {
            ctx,
            at,
            subject: &subject,
        }
        .render()?,
        subject,
        id: None,
    })
}
