//! The OpenAPI 3.1 document of `/v1`: schemas from the types, paths from one table, and what may change between two versions.

mod additive;
mod conforms;
mod operations;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::openapi::{Components, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::kernel::event::{Change, Event};
use crate::kernel::problem::{Problem, ProblemCode};
use crate::kernel::route;
use crate::{base, orders, parking};

pub use additive::additive;
pub use conforms::conforms;
pub use operations::{Auth, Body, Operation, operations};

/// Money as it stands on the wire.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Money)]
pub struct MoneySchema {
    /// Decimal text with as many decimals as the currency has, `80.00`; never a JSON number. A debit has a minus sign.
    #[schema(pattern = r"^-?[0-9]+(\.[0-9]+)?$")]
    pub amount: String,
    /// ISO 4217 code.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

type Schemas = Vec<(String, RefOr<Schema>)>;

/// `Event` by hand: the derive cannot say that kinds may come which nobody knows yet. [`document`] puts the real schema in its place.
impl PartialSchema for Event {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().into()
    }
}

impl ToSchema for Event {
    fn schemas(schemas: &mut Schemas) {
        collect::<base::vehicles::Vehicle>(schemas);
        collect::<base::wallet::Topup>(schemas);
        collect::<parking::tickets::Ticket>(schemas);
        collect::<orders::driver::Order>(schemas);
        collect::<MoneySchema>(schemas);
    }
}

/// A type and all it is made of.
pub(crate) fn collect<T: ToSchema>(schemas: &mut Schemas) {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
}

/// The document, the same for every operator.
#[must_use]
pub fn document() -> Value {
    let operations = operations();
    let mut schemas = Schemas::new();
    collect::<Problem>(&mut schemas);
    for operation in &operations {
        for body in operation.body.iter().chain(operation.answers.iter().map(|(_, body)| body)) {
            if let Body::Json { collect, .. } | Body::JsonOrStream { collect, .. } = body {
                collect(&mut schemas);
            }
        }
    }
    let mut components = Components::new();
    components.schemas = schemas.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect();
    let mut components = serde_json::to_value(components).unwrap_or_default();
    if let Some(schemas) = components.get_mut("schemas").and_then(Value::as_object_mut) {
        schemas.insert("Event".to_owned(), event_schema());
        // What a reader calls a word it does not know is never sent.
        for words in schemas.values_mut().filter_map(|schema| schema.get_mut("enum")?.as_array_mut()) {
            words.retain(|word| word != "other");
        }
        if let Some(code) = schemas.get_mut("Problem").and_then(|problem| problem.pointer_mut("/properties/code")) {
            *code = problem_codes();
        }
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Mesto operator",
            "version": "1",
            "description": "Times are RFC 3339 in UTC, money is a decimal text with its currency, lengths are minutes. Every refusal is `application/problem+json` (RFC 9457) with a stable `code`. Fields, kinds and codes may be added; readers pass over what they do not know. Words may be added to an enum that is called open; the types of a quote's lines and notices are open too. Money has two fields and keeps them.",
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        },
        "security": [],
        "paths": paths(&operations),
    });
    merge(&mut components, shared_parts());
    if let Some(document) = document.as_object_mut() {
        document.insert("components".to_owned(), components);
    }
    document
}

/// The document as pretty JSON text, as it is committed and served.
#[must_use]
pub fn document_text() -> String {
    format!("{:#}\n", document())
}

fn merge(components: &mut Value, parts: Value) {
    if let (Some(components), Value::Object(parts)) = (components.as_object_mut(), parts) {
        components.extend(parts);
    }
}

fn shared_parts() -> Value {
    json!({
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "The token of a session."},
            "bank": {"type": "apiKey", "in": "header", "name": "mesto-signature", "description": "HMAC-SHA256 of the body's bytes with the secret shared with the bank, hex."},
        },
        "parameters": {
            "IdempotencyKey": {
                "name": route::IDEMPOTENCY_KEY, "in": "header", "required": true,
                "description": "Retried with the same key and body, the action happens once and the same answer comes, byte for byte. Kept for 30 days.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
            },
            "Client": {
                "name": route::CLIENT, "in": "header", "required": false,
                "description": "The app's version; too old is refused with `client_too_old`.",
                "schema": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
            },
        },
        "headers": {
            "Time": {"description": "The operator's clock, epoch milliseconds.", "schema": {"type": "integer", "format": "int64"}},
        },
        "responses": {
            "Problem": {
                "description": "Refused; `code` says why.",
                "headers": {(route::TIME): {"$ref": "#/components/headers/Time"}},
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    })
}

/// Codes may be added, so the schema names those of today without forbidding others.
fn problem_codes() -> Value {
    let known: Vec<&str> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
    json!({"description": "Stable. An unknown code is treated by its status.", "anyOf": [{"enum": known}, {"type": "string"}]})
}

fn event_schema() -> Value {
    let data = |kind: &str| match kind {
        "vehicle.added" | "vehicle.removed" => reference("Vehicle"),
        "topup.changed" => reference("Topup"),
        "ticket.changed" => reference("Ticket"),
        "order.changed" => reference("Order"),
        _ => json!({"type": "object", "required": ["balance"], "properties": {"balance": reference("Money")}}),
    };
    let kind = |kind: &&str| json!({"properties": {"kind": {"const": kind}, "data": data(kind)}, "required": ["data"]});
    let mut kinds: Vec<Value> = Change::KINDS.iter().map(kind).collect();
    kinds.push(
        json!({"description": "A kind of a later version.", "properties": {"kind": {"not": {"enum": Change::KINDS}}}}),
    );
    json!({
        "type": "object",
        "description": "One change of an account, with the whole new state of the thing. An unknown kind is passed over and the account read as a whole; its `seq` counts.",
        "required": ["seq", "at", "kind"],
        "properties": {
            "seq": {"type": "integer", "format": "int64", "description": "Counts from 1 without gaps: the cursor."},
            "at": {"type": "string", "format": "date-time"},
            "kind": {"type": "string"},
        },
        "oneOf": kinds,
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn paths(operations: &[Operation]) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(operation.method.to_ascii_lowercase(), operation.describe());
        }
    }
    Value::Object(paths)
}
