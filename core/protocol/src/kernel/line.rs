//! What a price is made of: lines, each gross, each with its tax and who is paid by it; and what is
//! said beside it.

use mesto_rules::money::Money;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{records, words};

records! { line_records;
    /// One line of a price, gross. A total is the sum of its lines.
    pub struct Line {
        /// `<service>.<word>`: `parking.limited`, `payments.card_fee`. Its text has the id
        /// `line-parking-limited` and takes `params`. An unknown kind still counts by its amount.
        pub kind: String,
        /// Values of the text by name: numbers, moments (RFC 3339), money (`{amount, currency}`),
        /// words.
        #[serde(default, skip_serializing_if = "Params::is_empty")]
        pub params: Params,
        pub amount: Money,
        #[serde(default)]
        pub vat: Vat,
        /// Who is paid, where it is not the seller of the item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seller: Option<String>,
    }

    /// The tax within a gross amount.
    pub struct Vat {
        pub category: VatCategory,
        /// Percent: `20`, `9.5`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        pub rate: Option<Decimal>,
        /// What of the line's amount is tax.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount: Option<Money>,
    }

    /// Something to be said beside a price before it is paid.
    pub struct Notice {
        /// `<service>.<word>`: `parking.ends_at_closing`. Its text has the id
        /// `notice-parking-ends-at-closing` and takes `params`.
        pub kind: String,
        #[serde(default, skip_serializing_if = "Params::is_empty")]
        pub params: Params,
        /// Something else is offered than was asked for: to be shown before the price.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub is_surprise: bool,
    }
}

words! { line_words;
    /// How a line is taxed.
    pub enum VatCategory {
        /// The city's data does not say.
        Unknown = "unknown",
        Standard = "standard",
        Reduced = "reduced",
        Zero = "zero",
        Exempt = "exempt",
        /// Not subject to the tax: a deposit, a fine.
        OutOfScope = "out_of_scope",
    }
}

/// Values of a text by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(pub Map<String, Value>);

impl Params {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same with one more value. A value that cannot be JSON is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.insert(name.to_owned(), value);
        }
        self
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Params {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new().into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Params {}

impl Vat {
    /// Of what is not subject to the tax: money put on a deposit, a fine.
    #[must_use]
    pub const fn out_of_scope() -> Self {
        Self { category: VatCategory::OutOfScope, rate: None, amount: None }
    }
}

impl Default for Vat {
    /// What the city's data does not say.
    fn default() -> Self {
        Self { category: VatCategory::Unknown, rate: None, amount: None }
    }
}

impl Line {
    /// A line of a service by the rules' own kind, an enum tagged by `type`. Its tax the city's
    /// data does not say.
    #[must_use]
    pub fn of(service: &str, kind: &impl Serialize, amount: Money) -> Self {
        let (kind, params) = kind_and_params(service, kind);
        Self { kind, params, amount, vat: Vat::default(), seller: None }
    }
}

impl Notice {
    /// A notice of a service by the rules' own kind, an enum tagged by `type`; `is_surprise` as the
    /// field.
    #[must_use]
    pub fn of(service: &str, notice: &impl Serialize, is_surprise: bool) -> Self {
        let (kind, params) = kind_and_params(service, notice);
        Self { kind, params, is_surprise }
    }
}

fn kind_and_params(service: &str, tagged: &impl Serialize) -> (String, Params) {
    let mut params = match serde_json::to_value(tagged) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    };
    let word = params.remove("type");
    (format!("{service}.{}", word.as_ref().and_then(Value::as_str).unwrap_or("other")), Params(params))
}
