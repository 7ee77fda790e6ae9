//! What a price is made of: lines, each gross, each with its tax and who is paid by it; and what is said beside it.

use std::collections::BTreeMap;

use mesto_rules::money::Money;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{records, words};

/// Values of a text by name: numbers, moments (RFC 3339), money (`{amount, currency}`), words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(pub BTreeMap<String, Value>);

impl Params {
    /// The same with one more value. A value that cannot be JSON is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.insert(name.to_owned(), value);
        }
        self
    }

    /// The whole number under a name.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(Value::as_u64)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Params {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new().additional_properties(Some(true)).into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Params {}

records! { line_records;
    /// One line of a price; gross. A total is the sum of its lines.
    pub struct Line {
        /// `<service>.<word>`: `parking.limited`, `garages.day_cap`, `payments.card_fee`. Its text has the id
        /// `line-parking-limited` and takes `params`. An unknown kind still counts by its amount.
        pub kind: String,
        #[serde(default, skip_serializing_if = "Params::is_empty")]
        pub params: Params,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub amount: Money,
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
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::kernel::openapi::MoneySchema>))]
        pub amount: Option<Money>,
    }

    /// Something to be said beside a price before it is paid.
    pub struct Notice {
        /// `<service>.<word>`: `parking.ends_at_closing`. Its text has the id `notice-parking-ends-at-closing`.
        pub kind: String,
        #[serde(default, skip_serializing_if = "Params::is_empty")]
        pub params: Params,
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

impl Params {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Line {
    /// A line whose tax the city's data does not say.
    #[must_use]
    pub fn new(kind: &str, params: Params, amount: Money) -> Self {
        let vat = Vat { category: VatCategory::Unknown, rate: None, amount: None };
        Self { kind: kind.to_owned(), params, amount, vat, seller: None }
    }
}

impl Notice {
    /// A notice with its values.
    #[must_use]
    pub fn new(kind: &str, params: Params) -> Self {
        Self { kind: kind.to_owned(), params }
    }
}
