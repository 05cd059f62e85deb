//! Schemas that cannot be derived from types: values of a fixed set, and answers with alternative forms.

use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        ArrayBuilder, KnownFormat, ObjectBuilder, Ref, RefOr, Schema,
        schema::{SchemaFormat, SchemaType, Type},
    },
};

use crate::{
    domain::{
        accounts::{
            invitation::State,
            user::Role,
            user_search::{Sort, Status, TWO_FACTOR, VERIFIED},
        },
        admin::act::{self, AdminAct},
        audit::{Level, event::GROUPS},
        authenticators::factors::METHODS,
        dashboard::Precision,
    },
    flows::{
        accounts::activity::By,
        admin::bulk,
        audit::{export::rows, log::MAX_PAGE},
    },
    web::problem::codes,
};

fn words<const N: usize>(words: [&str; N]) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(words))
}

/// Who did something to an account.
pub(super) fn actors() -> Schema {
    words(By::ALL.map(By::as_str)).into()
}

/// A role.
pub(super) fn role() -> Schema {
    words([Role::User, Role::Admin].map(Role::as_str)).into()
}

/// How exact a figure is.
pub(super) fn precisions() -> Schema {
    words(Precision::ALL.map(Precision::as_str)).into()
}

/// What an open invitation is good for.
pub(super) fn invitation_states() -> Schema {
    words(State::ALL.map(State::as_str)).into()
}

/// What can be done to many accounts at once.
pub(super) fn bulk_acts() -> Schema {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(act::bulk().map(AdminAct::name)))
        .into()
}

/// Why the bulk act leaves out an account.
pub(super) fn left_out_codes() -> Schema {
    let codes = [
        codes::NOT_FOUND,
        codes::OWN_ACCOUNT,
        codes::LAST_ADMIN,
        codes::NOTHING_TO_DO,
    ];
    words(codes.map(|code| code.word)).into()
}

/// The ids of a bulk act.
pub(super) fn selected() -> Schema {
    let id = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .format(Some(SchemaFormat::Custom("uuid".to_owned())));
    ArrayBuilder::new()
        .items(id)
        .min_items(Some(1))
        .max_items(Some(bulk::MOST))
        .into()
}

/// The states of an account.
pub(super) fn statuses() -> Schema {
    words(Status::WORDS.map(|(word, _)| word)).into()
}

/// The orders of the list of users.
pub(super) fn sorts() -> Schema {
    words(Sort::WORDS.map(|(word, _)| word)).into()
}

/// Whether a second factor is enrolled.
pub(super) fn on_or_off() -> Schema {
    words(TWO_FACTOR.map(|(word, _)| word)).into()
}

/// Whether an address is verified.
pub(super) fn yes_or_no() -> Schema {
    words(VERIFIED.map(|(word, _)| word)).into()
}

/// The events of the audit log, by name.
pub(super) fn events() -> Schema {
    let kinds = GROUPS.iter().flat_map(|group| group.kinds);
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(kinds.map(|kind| kind.name)))
        .into()
}

/// How many events a page has at most.
pub(super) fn page_size() -> Schema {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Integer))
        .minimum(Some(1))
        .maximum(Some(MAX_PAGE))
        .into()
}

/// Events of the audit log with the members that an export also has.
pub(super) fn logged_events() -> Schema {
    let typed = |kind| ObjectBuilder::new().schema_type(kind);
    let text = || typed(SchemaType::Type(Type::String));
    let maybe = || typed(SchemaType::from_iter([Type::String, Type::Null]));
    let of = |column: &str| match column {
        "seq" => typed(SchemaType::Type(Type::Integer)),
        "detail" => {
            typed(SchemaType::Type(Type::Object)).description(Some("The details of the event."))
        }
        "at" => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))),
        "level" => words([Level::Info, Level::Notice, Level::Warning].map(Level::as_str)),
        "event" => text().description(Some("By name.")),
        "subject_hash" => maybe().description(Some(
            "The keyed hash of an address that had no account at that time.",
        )),
        "invited" => maybe().description(Some(
            "The address that an admin invited, while the invitation is kept.",
        )),
        _ => maybe(),
    };
    let event = rows::EVENT
        .iter()
        .fold(ObjectBuilder::new(), |event, column| {
            event.property(*column, of(column)).required(*column)
        });
    ArrayBuilder::new().items(event).into()
}

/// The only kind of token.
pub(super) fn bearer() -> Schema {
    words(["bearer"]).into()
}

/// Always `true`.
pub(super) fn yes() -> Schema {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Boolean))
        .enum_values(Some([Value::Bool(true)]))
        .into()
}

/// What completes a pending sign-in, the strongest first.
pub(super) fn methods() -> Schema {
    ArrayBuilder::new().items(words(METHODS)).into()
}

/// The status of a registration that waits for verification.
pub(super) fn verification_sent() -> Schema {
    words(["verification_sent"]).into()
}

/// The status of a request for a mail.
pub(super) fn accepted() -> Schema {
    words(["accepted"]).into()
}

pub(super) fn reference<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

pub(super) type Named = Vec<(String, RefOr<Schema>)>;

/// A schema and those that it refers to.
pub(super) fn collect<T: ToSchema>(schemas: &mut Named) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}
