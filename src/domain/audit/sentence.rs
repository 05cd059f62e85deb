//! The sentences about events for the owner of an account.

use std::borrow::Cow;

use serde_json::Value;

/// The sentence of a kind of event.
#[derive(Debug)]
pub enum Sentence {
    Plain(&'static str),
    /// It depends on the detail, whose members may be missing.
    Of(fn(&Value) -> Cow<'static, str>),
    /// The event concerns the service, so no account lists it.
    NotListed,
}

impl Sentence {
    /// The sentence of an event with this detail; `None` if no account lists it.
    pub fn with(&self, detail: &Value) -> Option<Cow<'static, str>> {
        match self {
            Self::Plain(sentence) => Some(Cow::Borrowed(sentence)),
            Self::Of(sentence) => Some(sentence(detail)),
            Self::NotListed => None,
        }
    }
}

/// The values of `methods` are from RFC 8176.
pub(super) fn signed_in(detail: &Value) -> Cow<'static, str> {
    let methods = detail["methods"].as_array();
    let by = |word: &str| methods.is_some_and(|all| all.iter().any(|method| method == word));
    let by_passkey = by("hwk") || by("swk");
    let sentence = if by_passkey && by("pwd") {
        "You signed in with your password and a passkey."
    } else if by_passkey {
        "You signed in with a passkey."
    } else if by("otp") {
        "You signed in with your password and a code from your app."
    } else if by("sms") {
        "You signed in with your password and a code that was sent to your phone."
    } else if by("mca") {
        "You signed in with your password and a backup code."
    } else if by("device") {
        "You signed in with your password, from a browser that you trust."
    } else {
        "You signed in with your password."
    };
    sentence.into()
}

pub(super) fn proof_refused(detail: &Value) -> Cow<'static, str> {
    let sentence = match detail["by"].as_str() {
        Some("otp" | "sms") => "A wrong code was entered to confirm a change.",
        Some("mca") => "A wrong backup code was entered to confirm a change.",
        Some("pop") => "A passkey was refused when a change was to be confirmed.",
        _ => "A wrong password was entered to confirm a change.",
    };
    sentence.into()
}

pub(super) fn code_refused(detail: &Value) -> Cow<'static, str> {
    let sentence = match detail["reason"].as_str() {
        Some("passkey") => "A passkey was refused at sign-in, after the right password.",
        Some("spent") => "A code was refused at sign-in because it had already been used.",
        Some("clock_off") => "A code was refused at sign-in because it was for another moment.",
        _ => "A wrong code was refused at sign-in.",
    };
    sentence.into()
}

pub(super) fn paused(detail: &Value) -> Cow<'static, str> {
    let sentence = match detail["guess"].as_str() {
        Some("code") => "After several wrong codes, further ones were refused for a while.",
        _ => "After several wrong passwords, further ones were refused for a while.",
    };
    sentence.into()
}

pub(super) fn backup_code_used(detail: &Value) -> Cow<'static, str> {
    match detail["left"].as_i64() {
        Some(1) => "A backup code was used up. One is left.".into(),
        Some(left) => format!("A backup code was used up. {left} are left.").into(),
        None => "A backup code was used up.".into(),
    }
}

pub(super) fn recovery_ended(detail: &Value) -> Cow<'static, str> {
    let sentence = match detail["by"].as_str() {
        Some("owner") => "You cancelled the removal of your second factor.",
        Some("sign_in") => "You signed in with your second factor, so its removal was cancelled.",
        Some("expiry") => "The link to remove your second factor was not used in time.",
        _ => "The removal of your second factor was cancelled because your account changed.",
    };
    sentence.into()
}

pub(super) fn role_changed(detail: &Value) -> Cow<'static, str> {
    let sentence = match detail["role"].as_str() {
        Some("admin") => "You became an administrator.",
        _ => "You stopped being an administrator.",
    };
    sentence.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_of_a_detail_may_be_missing() {
        assert!(backup_code_used(&json!({ "left": 1 })).ends_with("One is left."));
        assert!(backup_code_used(&json!({ "left": 8 })).ends_with("8 are left."));
        assert!(backup_code_used(&Value::Null).ends_with("used up."));
        assert_eq!(signed_in(&Value::Null), "You signed in with your password.");
        let methods = json!({ "methods": ["pwd", "otp", "mfa"] });
        assert!(signed_in(&methods).ends_with("a code from your app."));
    }
}
