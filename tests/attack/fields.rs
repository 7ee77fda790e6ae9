//! Properties of what is answered and of what is asked: an answer has none that the contract does
//! not name, and one that nobody asked for does nothing.

use mesto_protocol::base::accounts;
use mesto_protocol::kernel::operation::Entry;
use serde_json::{Value, json};

use crate::answers::{May, answers};
use crate::bodies::send;
use crate::owners::seen;
use crate::scene::Scene;
use crate::served::name;

/// What stands in a field that no operation takes.
const MARK: &str = "what nobody asked for";
/// What somebody would like to set who may not, where the contract has no such field.
const WANTED: [&str; 16] = [
    "account",
    "actor",
    "balance",
    "captured",
    "created_at",
    "deposit",
    "id",
    "is_admin",
    "is_own",
    "owner",
    "payer",
    "permissions",
    "price",
    "role",
    "state",
    "total",
];

struct Contract(Value);

impl Contract {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap())
    }

    fn of(&self, operation: &Entry) -> &Value {
        &self.0["paths"][operation.path][operation.method.as_str().to_lowercase()]
    }

    fn asked(&self, operation: &Entry) -> Vec<&Value> {
        let mut all = Vec::new();
        self.all(&self.of(operation)["requestBody"]["content"]["application/json"]["schema"], &mut all);
        all
    }

    fn answered(&self, operation: &Entry) -> Vec<&Value> {
        let answer = &self.of(operation)["responses"][operation.status.to_string()];
        let mut all = Vec::new();
        self.all(&answer["content"]["application/json"]["schema"], &mut all);
        all
    }

    /// The schemas of which a value has one, or all. An object without a field is of a service that
    /// is still to come.
    fn all<'c>(&'c self, schema: &'c Value, found: &mut Vec<&'c Value>) {
        if let Some(named) = schema["$ref"].as_str() {
            return self.all(self.0.pointer(named.trim_start_matches('#')).unwrap(), found);
        }
        for several in ["allOf", "anyOf", "oneOf"].iter().filter_map(|word| schema[word].as_array()) {
            several.iter().for_each(|one| self.all(one, found));
        }
        if ["properties", "additionalProperties", "items"].iter().any(|word| schema.get(word).is_some()) {
            found.push(schema);
        }
    }

    /// The schemas of a field; nothing where none of these names it.
    fn field<'c>(&'c self, of: &[&'c Value], name: &str) -> Option<Vec<&'c Value>> {
        let named = of.iter().flat_map(|schema| [schema["properties"].get(name), schema.get("additionalProperties")]);
        let named: Vec<&Value> = named.flatten().filter(|one| **one != json!(false)).collect();
        let mut all = Vec::new();
        named.iter().for_each(|one| self.all(one, &mut all));
        (!named.is_empty()).then_some(all)
    }

    /// The fields of a value that these do not name, and how many they do.
    fn strays(&self, of: &[&Value], value: &Value, place: &str, strays: &mut Vec<String>) -> usize {
        match value {
            Value::Object(fields) if !of.is_empty() => fields
                .iter()
                .map(|(name, inner)| match self.field(of, name) {
                    Some(all) => 1 + self.strays(&all, inner, &format!("{place}/{name}"), strays),
                    None => {
                        strays.push(format!("{place}/{name}"));
                        0
                    }
                })
                .sum(),
            Value::Array(items) => {
                let mut all = Vec::new();
                of.iter().filter_map(|schema| schema.get("items")).for_each(|one| self.all(one, &mut all));
                items.iter().map(|inner| self.strays(&all, inner, place, strays)).sum()
            }
            _ => 0,
        }
    }
}

#[test]
fn a_field_that_a_schema_does_not_name_is_found_however_deep_it_stands() {
    let contract = Contract(json!({"a": {"properties": {"list": {"items": {"$ref": "#/b"}}}}, "b": {"anyOf": [
        {"properties": {"one": {"type": "string"}}}, {"properties": {"map": {"additionalProperties": {"$ref": "#/b"}}}}, {"type": "object"},
    ]}}));
    let mut all = Vec::new();
    contract.all(&contract.0["a"], &mut all);
    let mut strays = Vec::new();
    let value = json!({"list": [{"one": "x"}, {"map": {"any": {"one": "x", "hash": 1}}}, {"two": 2}], "secret": {}});
    assert_eq!(contract.strays(&all, &value, "", &mut strays), 5);
    assert_eq!(strays, ["/list/map/any/hash", "/list/two", "/secret"]);
}

on_both_databases! {
    #[test]
    fn no_answer_has_a_field_that_the_contract_does_not_name(served) {
        let (contract, scene) = (Contract::read(), Scene::new(served));
        let is_last = |operation: &Entry| operation.path == accounts::CLOSE.path && operation.method == accounts::CLOSE.method;
        let (mut compared, mut fields) = (0, 0);
        let mut answers = answers();
        answers.retain(|answer| !answer.ends() || is_last(answer.operation));
        answers.sort_by_key(|answer| answer.ends());
        for answer in answers {
            let of = contract.answered(answer.operation);
            for asked in &answer.asked {
                let mut ask = (asked.ask)(&scene, &scene.a.things);
                ask.is_signed = answer.may == May::Bank;
                let answered = served.ask_of(answer.operation, &ask.request(answer.operation, answer.token(&scene), &scene.key()));
                if answered.status != answer.operation.status || of.is_empty() {
                    continue;
                }
                let (body, mut strays) = (answered.read::<Value>().unwrap(), Vec::new());
                fields += contract.strays(&of, &body, "", &mut strays);
                assert_eq!(strays, Vec::<String>::new(), "{}: {body}", name(answer.operation));
                compared += 1;
            }
        }
        assert!(compared > 20 && fields > 300, "{compared} answers with {fields} fields");
    }

    #[test]
    fn a_field_that_an_operation_does_not_take_does_nothing_and_does_not_come_back(served) {
        let (contract, scene) = (Contract::read(), Scene::new(served));
        let before = seen(served, &scene.b.token);
        let mut tried = 0;
        for answer in answers() {
            let taken = contract.asked(answer.operation);
            for asked in &answer.asked {
                let mut ask = (asked.ask)(&scene, &scene.a.things);
                let Some(Value::Object(fields)) = &mut ask.body else { continue };
                for wanted in WANTED.iter().filter(|wanted| contract.field(&taken, wanted).is_none()) {
                    let value = if ["account", "owner", "payer"].contains(wanted) { &scene.b.things.account } else { MARK };
                    assert!(fields.insert((*wanted).to_owned(), json!(value)).is_none(), "{wanted}");
                }
                fields.insert("field_of_2030".to_owned(), json!({"text": [MARK]}));
                let (status, said) = send(served, &scene, &answer, &ask, ask.body.as_ref().unwrap().to_string().into_bytes());
                assert_eq!(status, answer.operation.status, "{}: {said}", name(answer.operation));
                for theirs in [MARK, &scene.b.things.account] {
                    assert!(!said.contains(theirs), "{} says {theirs}: {said}", name(answer.operation));
                }
                tried += 1;
            }
        }
        assert!(tried > 10, "{tried}");
        assert_eq!(seen(served, &scene.b.token), before);
        served.check();
    }
}
