//! The OpenAPI 3.1 document of `/v1`: schemas from the types, paths from one table, and what may
//! change between two versions.

mod additive;
mod conforms;
mod describe;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::openapi::{Components, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::kernel::event::Event;
use crate::kernel::headers;
use crate::kernel::operation::{self, Content};
use crate::kernel::problem::Problem;
use crate::kernel::service::{Sells, Service};

pub use additive::additive;
pub use conforms::conforms;
pub use describe::id;

/// An Idempotency-Key as it is written.
const IDEMPOTENCY_KEY: &str = "^[A-Za-z0-9_-]{16,64}$";

/// Schemas by their names.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// `Event` by hand: the derive cannot say that kinds may come which nobody knows yet. [`document`]
/// puts the real schema in its place.
impl PartialSchema for Event {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().into()
    }
}

impl ToSchema for Event {}

/// A type and all it is made of.
pub(crate) fn collect<T: ToSchema>(schemas: &mut Schemas) {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
}

/// The document of these services, the same for every operator.
#[must_use]
pub fn document(services: &[&Service]) -> Value {
    let mut schemas = Schemas::new();
    collect::<Problem>(&mut schemas);
    for service in services {
        for operation in service.operations() {
            for content in [&operation.body, &operation.answer] {
                if let Content::Json(schema) | Content::JsonOrStream(schema) = content {
                    (schema.collect)(&mut schemas);
                }
            }
        }
        let sold = service.sells().into_iter().flat_map(|sells| [sells.subject, sells.offer, sells.outcome]);
        for schema in service.events().map(|(_, schema)| schema).chain(service.section()).chain(sold) {
            (schema.collect)(&mut schemas);
        }
    }
    let mut components = Components::new();
    components.schemas = schemas.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect();
    let mut components = serde_json::to_value(components).unwrap_or_default();
    if let Some(schemas) = components.get_mut("schemas").and_then(Value::as_object_mut) {
        schemas.insert("Event".to_owned(), event_schema(services));
        if let Some(sections) = schemas.get_mut("Account").and_then(|one| one.pointer_mut("/properties/sections")) {
            *sections = section_schema(services);
        }
        for (name, property, of) in SOLD {
            if let Some(place) =
                schemas.get_mut(name).and_then(|one| one.pointer_mut(&format!("/properties/{property}")))
            {
                *place = sold_schema(services, of);
            }
        }
        // What a reader calls a kind that it does not know is never sent.
        for kinds in schemas.values_mut().filter_map(|schema| schema.get_mut("oneOf")?.as_array_mut()) {
            kinds.retain(|kind| kind.pointer("/properties/type/enum/0") != Some(&json!("other")));
        }
        if let Some(code) = schemas.get_mut("Problem").and_then(|problem| problem.pointer_mut("/properties/code")) {
            *code = problem_codes(services);
        }
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Mesto operator",
            "version": "1",
            "description": "Times are RFC 3339 in UTC, money is a decimal text with its currency, lengths are minutes. Every refusal is `application/problem+json` (RFC 9457) with a stable `code`; what any operation may be refused with is said once, at the response `Problem`. Fields, kinds and codes may be added; readers pass over what they do not know. Words may be added to an enum that is called open; the types of a quote's lines and notices are open too. Money has two fields and keeps them.",
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        },
        "security": [],
        "paths": paths(services),
    });
    merge(&mut components, shared_parts());
    if let Some(document) = document.as_object_mut() {
        document.insert("components".to_owned(), components);
    }
    document
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
            "bank": {"type": "apiKey", "in": "header", "name": headers::SIGNATURE, "description": "HMAC-SHA256 of the body's bytes with the secret shared with the bank, hex."},
        },
        "parameters": {
            "IdempotencyKey": {
                "name": headers::IDEMPOTENCY_KEY, "in": "header", "required": true,
                "description": "Retried with the same key and body, the action happens once and the same answer comes, byte for byte. Kept for 30 days.",
                "schema": {"type": "string", "pattern": IDEMPOTENCY_KEY},
            },
            "Client": {
                "name": headers::CLIENT, "in": "header", "required": false,
                "description": "The app's version, `major.minor.patch`; a number that is not said is 0, and what follows `-` or `+` does not count. Where a least version is asked for, an older one is refused with `client_too_old`, and so is what is no version; the key set and what the operator says of itself are answered to every app.",
                "schema": {"type": "string"},
            },
        },
        "headers": {
            "Time": {"description": "The operator's clock, epoch milliseconds.", "schema": {"type": "integer", "format": "int64"}},
            "RequestId": {"description": "The id under which the operator's log tells of this request: the one that it came with in this header, where that is one, and otherwise a new one.", "schema": {"type": "string"}},
        },
        "responses": {
            "Problem": {
                "description": always(),
                "headers": {(headers::TIME): {"$ref": "#/components/headers/Time"}, (headers::REQUEST_ID): {"$ref": "#/components/headers/RequestId"}},
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    })
}

/// What any operation may be refused with.
fn always() -> String {
    let codes: Vec<String> =
        operation::ALWAYS.iter().map(|code| format!("{} `{}`", code.status(), code.as_str())).collect();
    format!("Refused; `code` says why. Any operation may be refused with {}.", codes.join(", "))
}

/// Codes may be added, so the schema names those of today without forbidding others.
fn problem_codes(services: &[&Service]) -> Value {
    let known: Vec<&str> = services.iter().flat_map(|service| service.problems()).map(|code| code.as_str()).collect();
    json!({"description": "Stable. An unknown code is treated by its status.", "anyOf": [{"enum": known}, {"type": "string"}]})
}

fn event_schema(services: &[&Service]) -> Value {
    let events = || services.iter().flat_map(|service| service.events());
    let known: Vec<&str> = events().map(|(kind, _)| kind).collect();
    let mut kinds: Vec<Value> = events()
        .map(|(kind, data)| {
            json!({"properties": {"kind": {"const": kind}, "data": reference(&(data.name)())}, "required": ["data"]})
        })
        .collect();
    kinds.push(json!({"description": "A kind of a later version.", "properties": {"kind": {"not": {"enum": known}}}}));
    json!({
        "type": "object",
        "description": "One change of an account, with the whole new state of the thing. The kind begins with its service: an unknown service is passed over, and for an unknown kind of a known one the account is read as a whole; its cursor counts.",
        "required": ["cursor", "at", "kind"],
        "properties": {
            "cursor": {"type": "string", "description": "Where a reader goes on from; opaque."},
            "at": {"type": "string", "format": "date-time"},
            "kind": {"type": "string"},
        },
        "oneOf": kinds,
    })
}

/// Takes a part of what a service sells.
type PartOf = fn(&Sells) -> operation::Schema;

/// Where the services' own parts of quotes and sales stand: schema, property, and which part of
/// [`Sells`] it is.
const SOLD: [(&str, &str, PartOf); 5] = [
    ("Wanted", "subject", |sells| sells.subject),
    ("QuoteItem", "subject", |sells| sells.subject),
    ("QuoteItem", "offer", |sells| sells.offer),
    ("SaleItem", "subject", |sells| sells.subject),
    ("SaleItem", "outcome", |sells| sells.outcome),
];

/// A part of what services sell, whose shape follows from `service` beside it; others may come.
fn sold_schema(services: &[&Service], of: PartOf) -> Value {
    let parts: Vec<(&str, String)> =
        services.iter().filter_map(|service| Some((service.name, (of(&service.sells()?).name)()))).collect();
    let told: Vec<String> = parts.iter().map(|(service, part)| format!("`{part}` of {service}")).collect();
    let any_of: Vec<Value> = parts.iter().map(|(_, part)| reference(part)).chain([json!({"type": "object"})]).collect();
    json!({"description": format!("By `service`: {}; other services may come.", told.join(", ")), "anyOf": any_of})
}

/// The sections of an account, by service; others may come.
fn section_schema(services: &[&Service]) -> Value {
    let sections: Map<String, Value> = services
        .iter()
        .filter_map(|service| Some((service.name.to_owned(), reference(&(service.section()?.name)()))))
        .collect();
    json!({"type": "object", "description": "What each service has to say, by its name.", "properties": sections})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn paths(services: &[&Service]) -> Value {
    let mut paths = Map::new();
    for operation in services.iter().flat_map(|service| service.operations()) {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(operation.method.as_str().to_ascii_lowercase(), describe::operation(operation, services));
        }
    }
    Value::Object(paths)
}
