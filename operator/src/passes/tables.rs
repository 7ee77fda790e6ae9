//! The tables of benefits and passes.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::kernel::ids::{AccountId, BenefitId, PassId, SaleId};
use mesto_protocol::kernel::line::Line;
use mesto_protocol::passes::holders::PassState;
use mesto_rules::CityId;
use mesto_rules::money::Currency;
use mesto_rules::passes::{CategoryId, PassProductId};

use crate::base::payments::rows::PayWord;
use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::store::{Json, id_columns};
use crate::{stored_words, table};

id_columns![BenefitId, PassId, CategoryId, PassProductId];

stored_words! {
    /// `transit_pass.state`
    pub(crate) enum PassWord for PassState {
        Held = "held",
        GivenBack = "given_back",
    }
}

table! {
    /// That a rider is of a category.
    pub(crate) struct BenefitRow in "rider_benefit" {
        id: BenefitId,
        account: AccountId,
        city: CityId,
        category: CategoryId,
        /// The last day it was granted for.
        until_day: NaiveDate,
        granted_at: DateTime<Utc>,
        /// The end of that day, or when it was revoked.
        ends_at: DateTime<Utc>,
        revoked_at: Option<DateTime<Utc>>,
        /// As the office's register numbers what the clerk saw.
        evidence: String,
        /// An account, or `tool`.
        granted_by: String,
    }
}

pub(crate) const BENEFITS: Table = Table {
    name: "rider_benefit",
    export: Export::Rows {
        called: "benefits",
        columns: &[
            Told::Plain("id"),
            Told::Plain("city"),
            Told::Plain("category"),
            Told::Plain("until_day"),
            Told::Time("granted_at"),
            Told::Time("ends_at"),
            Told::Time("revoked_at"),
            Told::Plain("evidence"),
        ],
        from: "rider_benefit WHERE account = $1 ORDER BY id",
    },
    erasure: Erasure::WithTime("the office answers for whom it grants a benefit, as long as the city says"),
};

table! {
    /// A pass.
    pub(crate) struct PassRow in "transit_pass" {
        id: PassId,
        account: AccountId,
        city: CityId,
        product: PassProductId,
        category: CategoryId,
        first_day: NaiveDate,
        last_day: NaiveDate,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        state: PassWord,
        bought_at: DateTime<Utc>,
        price: i64,
        currency: Currency,
        lines: Json<Vec<Line>>,
        pay: PayWord,
        sale: SaleId,
    }
}

pub(crate) const PASSES: Table = Table {
    name: "transit_pass",
    export: Export::Rows {
        called: "passes",
        columns: &[
            Told::Plain("id"),
            Told::Plain("city"),
            Told::Plain("product"),
            Told::Plain("category"),
            Told::Plain("first_day"),
            Told::Plain("last_day"),
            Told::Time("starts_at"),
            Told::Time("ends_at"),
            Told::Plain("state"),
            Told::Time("bought_at"),
            Told::Money("price"),
            Told::Plain("pay"),
        ],
        from: "transit_pass WHERE account = $1 ORDER BY id",
    },
    erasure: Erasure::Excused("belongs to the books; the account is a pseudonym"),
};
