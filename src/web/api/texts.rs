//! The texts that calls accept, for the description of the API. Nothing is parsed here: the domain has the
//! rules, and `tests/nodes/schemathesis.rs` fails if a description contradicts them.
#![expect(dead_code, reason = "types that are described, never made")]

use utoipa::ToSchema;

/// A mail address with an ASCII local part. Domains with other letters are taken as well and
/// converted to this form.
#[derive(ToSchema)]
#[schema(
    value_type = String,
    max_length = 254,
    pattern = r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64})*@[A-Za-z0-9]+(-[A-Za-z0-9]+)*(\.[A-Za-z0-9]+(-[A-Za-z0-9]+)*)*$",
    example = "ada@example.org"
)]
pub(super) struct EmailAddress(String);

/// The password of an account, exactly as it was chosen.
#[derive(ToSchema)]
#[schema(value_type = String, format = Password, min_length = 1, example = "violet kettle marches north")]
pub(super) struct CurrentPassword(String);

/// A new password: at most 256 characters and 1024 bytes of any kind, not a common one, not derived
/// from address or name, not easy to guess. What breaks a rule is an `invalid_input` that says
/// which.
#[derive(ToSchema)]
#[schema(value_type = String, format = Password, min_length = 1, max_length = 256, example = "violet kettle marches north")]
pub(super) struct NewPassword(String);

/// The name that the user is called by; blank is no name. Control characters, invisible characters and more than two
/// accents on one letter are refused.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 100, example = "Ada")]
pub(super) struct DisplayName(String);

/// A token as an answer gave it.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1)]
pub(super) struct Token(String);

/// The token of a mailed link.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1)]
pub(super) struct MailedToken(String);

/// Six digits of an authenticator app, of any script. Spaces, dashes and direction marks do not matter.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, example = "123456")]
pub(super) struct TotpCode(String);

/// Six digits of an authenticator app, of any script, or a backup code. Spaces, dashes and direction marks
/// do not matter.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, example = "123456")]
pub(super) struct AnyCode(String);

/// A phone number with its country, such as +49 151 12345612; spaces, dashes and brackets do not matter.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, example = "+4915112345612")]
pub(super) struct PhoneNumber(String);

/// Six digits that were sent to a phone, of any script. Spaces, dashes and direction marks do not matter.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, example = "123456")]
pub(super) struct PhoneCode(String);

/// The reason, in a few words for the audit log; it must have visible characters.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 200, example = "left the company")]
pub(super) struct Reason(String);
