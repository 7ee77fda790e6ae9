//! What an operator's own tools do with partners.

use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use mesto_operator::{TermsOfPartner, TermsToTell};
use mesto_rules::partners::Period;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::base::operator::{looked_at, now, opened, refused, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::service::Run;
use crate::partners::sheet::Sheet;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PeriodArg {
    Day,
    Week,
    Month,
}

#[derive(Debug, Subcommand)]
pub enum Tool {
    /// What was agreed with the carriers.
    PartnerTerms {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Tell what is agreed with a carrier, from a service day on that is not settled yet.
    TellPartnerTerms {
        /// The city: an id.
        #[arg(long)]
        city: String,
        /// The carrier: an id of the city.
        #[arg(long)]
        carrier: String,
        /// First service day: 2026-12-01.
        #[arg(long)]
        from: NaiveDate,
        /// How often is settled.
        #[arg(long, value_enum)]
        period: PeriodArg,
        /// The operator's share of what riders pay, percent: 3.5
        #[arg(long, default_value = "0", value_parser = percent)]
        percent: u32,
        /// What the operator keeps of each ride, in the city's currency: 4.20
        #[arg(long, default_value = "0", value_parser = amount)]
        per_ride: Decimal,
        /// Why, for the audit log: the contract.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Settle every period that is over: what carriers are owed is booked.
    SettlePartners {
        /// The city: an id.
        #[arg(long)]
        city: String,
        /// One carrier; all that have terms without it.
        #[arg(long)]
        carrier: Option<String>,
        #[command(flatten)]
        store: StoreArgs,
    },
}

fn amount(typed: &str) -> Result<Decimal, String> {
    mesto_rules::money::exact(typed).map_err(|_| "write an amount such as 4.20".to_owned())
}

/// Percent as hundredths of one.
fn percent(typed: &str) -> Result<u32, String> {
    let wrong = || "write percent with at most two decimals, from 0 to 100, such as 3.5".to_owned();
    let hundredths = mesto_rules::money::exact(typed).map_err(|_| wrong())? * Decimal::from(100);
    let whole: u32 = hundredths.normalize().to_string().parse().map_err(|_| wrong())?;
    if whole <= 10_000 { Ok(whole) } else { Err(wrong()) }
}

fn told(one: &TermsOfPartner) -> Value {
    json!({ "city": one.city, "carrier": one.carrier, "from_on": one.from_on, "period": one.period, "basis_points": one.basis_points, "per_ride": one.per_ride })
}

fn terms_table(terms: &[TermsOfPartner]) -> String {
    let row = |one: &TermsOfPartner| {
        let share = format!("{}.{:02} %", one.basis_points / 100, one.basis_points % 100);
        let names = [one.city.to_string(), one.carrier.to_string(), one.from_on.to_string(), one.period.to_string()];
        names.into_iter().chain([share, one.per_ride.to_string()]).collect()
    };
    let head = ["city", "carrier", "from", "settled by", ">share", ">of each ride"];
    table(&head, &terms.iter().map(row).collect::<Vec<_>>())
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::PartnerTerms { store } => {
                let (operator, store) = looked_at(&store)?;
                let terms = operator.partner_terms(store.as_ref()).map_err(|why| CliError::failed("the terms", why))?;
                call.say(&terms.iter().map(told).collect::<Value>(), || match terms.as_slice() {
                    [] => "Nothing was agreed with a carrier.".to_owned(),
                    terms => terms_table(terms),
                });
            }
            Self::TellPartnerTerms { city, carrier, from, period, percent, per_ride, reason, store } => {
                let (operator, store) = opened(&store)?;
                let period = match period {
                    PeriodArg::Day => Period::Day,
                    PeriodArg::Week => Period::Week,
                    PeriodArg::Month => Period::Month,
                };
                let terms = TermsToTell {
                    city: &city,
                    carrier: &carrier,
                    from_on: from,
                    period,
                    basis_points: percent,
                    per_ride,
                };
                let one = operator.tell_partner_terms(store.as_ref(), now(), &terms, &reason).map_err(refused)?;
                call.say(&told(&one), || {
                    format!("{}\n{}", call.style.paint(Tone::Good, "Agreed:"), terms_table(std::slice::from_ref(&one)))
                });
            }
            Self::SettlePartners { city, carrier, store } => {
                let (operator, store) = opened(&store)?;
                let settled = operator.settle_partners(store.as_ref(), now(), &city, carrier.as_deref());
                let settled = settled.map_err(refused)?;
                call.say(&settled, || match settled.as_slice() {
                    [] => "No period is over that is not settled.".to_owned(),
                    settled => Sheet::of_settlements(settled).table(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_read_to_the_hundredth() {
        for (typed, read) in [("0", 0), ("3.5", 350), ("3.50", 350), ("0.01", 1), ("100", 10_000), ("100.00", 10_000)] {
            assert_eq!(percent(typed), Ok(read), "{typed}");
        }
        for typed in ["", "-1", "3.505", "100.01", "3,5", "1e1", "much"] {
            assert!(percent(typed).is_err_and(|said| said.contains("3.5")), "{typed}");
        }
    }
}
