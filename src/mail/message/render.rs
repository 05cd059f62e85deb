//! Renders a message as a mail: its own text, with the header and footer that all mails share.

use std::sync::Arc;

use askama::Template;
use chrono::Duration;

use super::Message;
use crate::{
    domain::{branding::Branding, text::one_line},
    mail::RenderedMail,
};

/// The values that all mails of this site share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailContext {
    /// The name and the links of the service.
    pub branding: Arc<Branding>,
    /// The host of `BASE_URL`, with its port where that is not the default one.
    pub site: String,
    /// The forgot-password page, absolute.
    pub forgot_password_link: String,
}

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct Html<'a> {
    ctx: &'a MailContext,
    subject: &'a str,
    preheader: &'a str,
    words: &'a str,
    times: i32,
    is_invitation: bool,
}

#[derive(Template)]
#[template(path = "mail/mail.txt")]
struct Text<'a> {
    ctx: &'a MailContext,
    words: &'a str,
    times: i32,
    is_invitation: bool,
}

impl Message {
    /// The name in the outbox and in logs.
    pub fn kind(&self) -> &'static str {
        self.declared().kind
    }

    /// The subject, in one line.
    pub fn subject(&self, ctx: &MailContext) -> String {
        let name = ctx.branding.name.as_str();
        one_line(&self.declared().subject.replace("{product}", name))
    }

    /// How long the message is useful. `None` if it does not expire.
    pub fn expires_in(&self) -> Option<Duration> {
        self.declared().expires_in
    }

    /// The mail to `to`, an address without a name. The address is checked when the mail is sent.
    pub fn render(&self, to: &str, ctx: &MailContext) -> Result<RenderedMail, askama::Error> {
        self.render_merged(to, ctx, 1)
    }

    /// The mail to `to` about the last of `times` events of the same kind; it also gives that number.
    pub fn render_merged(
        &self,
        to: &str,
        ctx: &MailContext,
        times: i32,
    ) -> Result<RenderedMail, askama::Error> {
        let (declared, words) = (self.declared(), self.words(ctx)?);
        let subject = self.subject(ctx);
        let is_invitation = matches!(self, Self::Invitation { .. });
        let text = Text {
            ctx,
            words: &words.text,
            times,
            is_invitation,
        }
        .render()?;
        let html = Html {
            ctx,
            subject: &subject,
            preheader: declared.preheader,
            words: &words.html,
            times,
            is_invitation,
        }
        .render()?;
        Ok(RenderedMail {
            to: to.to_owned(),
            subject,
            text,
            html,
            id: None,
        })
    }
}
