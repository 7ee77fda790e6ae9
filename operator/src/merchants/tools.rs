//! What only the operator's own tools do with merchants: the same as a clerk, without signing in,
//! and settling.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::kernel::ids::MerchantId;
use mesto_protocol::merchants::clerks::{Merchant, MerchantStateToSay, MerchantToRegister, TillToRegister};
use mesto_protocol::merchants::tills::Till;
use mesto_rules::money::Money;

use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::grants::{self, Logged, TOOL};
use crate::kernel::operator::{Operator, acted, whole_millis};
use crate::kernel::store::{Select, Store, Tx};
use crate::merchants::settling::{self, MerchantSettlement};
use crate::merchants::tables::{MerchantRow, SettlementRow};
use crate::merchants::{clerks, tills};
use crate::values;

/// A merchant with its tills and what is to be paid to it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct MerchantStanding {
    pub merchant: Merchant,
    pub tills: Vec<Till>,
    pub payable: Money,
    pub owed: Money,
}

impl Operator {
    /// Registers a merchant, or says anew what is known of the one of a business number.
    ///
    /// # Errors
    /// What a clerk is refused with, or the store's trouble.
    pub fn register_merchant(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        asked: &MerchantToRegister,
    ) -> Result<Merchant, Problem> {
        let now = whole_millis(now);
        acted(store, |tx| clerks::registered(tx, (self, now), TOOL, asked))
    }

    /// A merchant takes payments from now on, or does not.
    ///
    /// # Errors
    /// What a clerk is refused with, or the store's trouble.
    pub fn say_merchant_state(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        asked: &MerchantStateToSay,
    ) -> Result<Merchant, Problem> {
        let now = whole_millis(now);
        acted(store, |tx| clerks::in_state(tx, (self, now), TOOL, asked))
    }

    /// Registers a till, or opens or closes the one of its name.
    ///
    /// # Errors
    /// What a clerk is refused with, or the store's trouble.
    pub fn register_till(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        asked: &TillToRegister,
    ) -> Result<Till, Problem> {
        let now = whole_millis(now);
        acted(store, |tx| clerks::till(tx, (self, now), TOOL, asked))
    }

    /// The merchants of a city in the order they were registered.
    ///
    /// # Errors
    /// `city_unknown`, or the store's trouble.
    pub fn merchants(&self, store: &dyn Store, city: &str) -> Result<Vec<MerchantStanding>, Problem> {
        acted(store, |tx| {
            let city = self.city(city)?;
            of_city(tx, city.id.as_str())?
                .into_iter()
                .map(|row| {
                    let money = |minor| Money::from_minor(minor, row.currency);
                    Ok(MerchantStanding {
                        payable: money(row.payable),
                        owed: money(row.owed),
                        tills: tills::of_merchant(tx, city, row.id)?,
                        merchant: clerks::told(row)?,
                    })
                })
                .collect::<Outcome<Vec<MerchantStanding>>>()
        })
    }

    /// Settles with a merchant, or with all of a city: what is payable is transferred. Each is
    /// settled for itself; with whom nothing moved, nothing is settled.
    ///
    /// # Errors
    /// `city_unknown`, `not_found`, or the store's trouble; what was settled before it stays so.
    pub fn settle_merchants(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        city: &str,
        merchant: Option<MerchantId>,
    ) -> Result<Vec<MerchantSettlement>, Problem> {
        let now = whole_millis(now);
        let whom: Vec<MerchantId> = acted(store, |tx| {
            let city = self.city(city)?;
            match merchant {
                Some(id) => {
                    let row = clerks::one(tx, id)?;
                    if row.city != city.id {
                        let detail = "there is no such merchant in the city";
                        return Err(Problem::new(mesto_protocol::ProblemCode::NotFound, detail).into());
                    }
                    Ok::<_, Failure>(vec![id])
                }
                None => Ok(of_city(tx, city.id.as_str())?.into_iter().map(|row| row.id).collect()),
            }
        })?;
        let mut settled = Vec::new();
        for id in whom {
            let one = acted(store, |tx| {
                let settled = settling::settle(tx, self, now, id)?;
                if let Some(settlement) = &settled {
                    let (subject, note) = (id.to_string(), format!("{} is transferred", settlement.paid_out));
                    let logged = Logged { actor: TOOL, action: "merchant.settled", subject: &subject, note: &note };
                    grants::log(tx, self, now, &logged)?;
                }
                Ok::<_, Failure>(settled)
            })?;
            settled.extend(one);
        }
        Ok(settled)
    }

    /// The settlements with a merchant, the first one first.
    ///
    /// # Errors
    /// `not_found`, or the store's trouble.
    pub fn merchant_settlements(
        &self,
        store: &dyn Store,
        merchant: MerchantId,
    ) -> Result<Vec<MerchantSettlement>, Problem> {
        acted(store, |tx| {
            clerks::one(tx, merchant)?;
            let rows: Vec<SettlementRow> = tx.all(Select::of(
                "FROM merchant_settlement WHERE merchant_settlement.merchant = $1 ORDER BY merchant_settlement.number",
                values![merchant],
            ))?;
            Ok::<_, Failure>(rows.into_iter().map(MerchantSettlement::from).collect())
        })
    }
}

fn of_city(tx: &mut dyn Tx, city: &str) -> Outcome<Vec<MerchantRow>> {
    Ok(tx.all(Select::of("FROM merchant WHERE merchant.city = $1 ORDER BY merchant.id", values![city]))?)
}
