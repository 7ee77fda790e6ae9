//! The page for who writes a controller: its examples are what the wire takes and gives.

use mesto_protocol::garages::controllers::{ExitOpened, ExitRequest, GarageReport, GarageReported, VisitOwed};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The same value, through the type.
fn through<T: Serialize + DeserializeOwned>(example: &str) -> Value {
    serde_json::to_value(serde_json::from_str::<T>(example).expect(example)).unwrap()
}

#[test]
fn the_examples_of_the_page_for_controllers_are_the_wires_bg_64() {
    let page = include_str!("../../../../docs/garages.md");
    let examples: Vec<&str> =
        page.split("```json\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect();
    let types: [fn(&str) -> Value; 5] = [
        through::<GarageReport>,
        through::<GarageReported>,
        through::<ExitRequest>,
        through::<ExitOpened>,
        through::<VisitOwed>,
    ];
    assert_eq!(examples.len(), types.len());
    for (example, through) in examples.into_iter().zip(types) {
        assert_eq!(through(example), serde_json::from_str::<Value>(example).unwrap());
    }
}
