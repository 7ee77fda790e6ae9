//! Lines of a price and notices beside it. Their parameters cross as plain text by name.

use std::collections::HashMap;

use mesto_client::protocol::kernel::line::{Line, Notice, Params, Vat, VatCategory};
use mesto_rules::from_json;
use mesto_rules::money::{Currency, Money, exact};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::kernel::client::{Client, city_of};
use crate::kernel::error::MestoError;

mesto_protocol::line_records!();
mesto_protocol::line_words!();

#[uniffi::export]
impl Client {
    /// A line of a price in the client's language, times in the city's zone; one of a kind of a
    /// later version is named plainly as such.
    #[uniffi::method(default(city = None))]
    pub fn line_text(&self, line: Line, city: Option<String>) -> Result<String, MestoError> {
        Ok(self.0.core.line_text_in(city_of(city).as_ref(), &line))
    }

    /// What to know before paying, in the client's language, times in the city's zone.
    #[uniffi::method(default(city = None))]
    pub fn notice_text(&self, notice: Notice, city: Option<String>) -> Result<String, MestoError> {
        Ok(self.0.core.notice_text_in(city_of(city).as_ref(), &notice))
    }
}

uniffi::custom_type!(Params, HashMap<String, String>, {
    remote,
    lower: |params| plain(&params.0),
    try_lift: |texts| Ok(read(texts)),
});

/// Values as plain text: strings without quotes, `{amount, currency}` as `80.00 RSD`, the rest as
/// JSON. A param without a value is absent.
pub(crate) fn plain(params: &Map<String, Value>) -> HashMap<String, String> {
    params
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), plain_value(value)))
        .collect()
}

fn plain_value(value: &Value) -> String {
    match (value, value.get("amount").and_then(Value::as_str), value.get("currency").and_then(Value::as_str)) {
        (Value::String(text), _, _) => text.clone(),
        (_, Some(amount), Some(currency)) => format!("{amount} {currency}"),
        (other, _, _) => other.to_string(),
    }
}

/// The values behind plain texts: what an app hands back is told again in its own numbers and sums.
fn read(texts: HashMap<String, String>) -> Params {
    Params(texts.into_iter().map(|(name, text)| (name, value(text))).collect())
}

fn value(text: String) -> Value {
    if let Some(sum) = text.split_once(' ').and_then(|(amount, currency)| money(amount, currency)) {
        return sum;
    }
    let value: Value = from_json(text.as_bytes()).unwrap_or_default();
    // Only what is written the same again: `01` and ` 1` are texts.
    if !value.is_string() && format!("{value}") == text { value } else { Value::String(text) }
}

fn money(amount: &str, currency: &str) -> Option<Value> {
    let money = Money::new(exact(amount).ok()?, Currency::new(currency).ok()?).ok()?;
    serde_json::to_value(money).ok().filter(|value| value.get("amount").and_then(Value::as_str) == Some(amount))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    #[test]
    fn params_cross_the_border_as_plain_text_and_come_back_as_they_were() {
        let params = json!({
            "allowed": 90, "until": "2025-09-03T09:00:00Z", "due": {"amount": "80.00", "currency": "RSD"},
            "known": ["9111", "9112"], "plate": "BG 789-PP", "nothing": null, "share": 0.5, "is_on": true, "minus": -1,
            "zone": "red", "spaced": " 1", "quoted": "\"1\"",
        });
        let mut params = params.as_object().unwrap().clone();
        let texts = plain(&params);
        assert_eq!(texts.get("nothing"), None, "what has no value is absent");
        params.remove("nothing");
        assert_eq!(texts["allowed"], "90");
        assert_eq!(texts["until"], "2025-09-03T09:00:00Z");
        assert_eq!(texts["due"], "80.00 RSD");
        assert_eq!(texts["known"], r#"["9111","9112"]"#);
        assert_eq!(read(texts).0, params);
    }
}
