//! What an operator's own tools do to benefits.

use chrono::NaiveDate;
use clap::Subcommand;
use mesto_client::protocol::kernel::ids::{AccountId, BenefitId};
use mesto_protocol::passes::clerks::BenefitToGrant;

use crate::base::operator::{now, opened, refused, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::Tone;
use crate::kernel::service::Run;

#[derive(Debug, Subcommand)]
pub enum Tool {
    /// Say from now on that a rider is of a category.
    GrantBenefit {
        /// The rider's account: ac_...
        account: AccountId,
        /// The category, as the city names it: student
        category: String,
        /// The last day: 2027-06-30
        #[arg(long, value_name = "DAY")]
        until: NaiveDate,
        /// What was seen, by its number in the office's register; nobody's name.
        #[arg(long, value_name = "NUMBER")]
        evidence: String,
        /// The city it holds in.
        #[arg(long = "in", value_name = "CITY", default_value = "almaty")]
        city: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// End a benefit now.
    RevokeBenefit {
        /// The benefit: bn_...
        benefit: BenefitId,
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let good = |said: &str| call.style.paint(Tone::Good, said);
        match self {
            Self::GrantBenefit { account, category, until, evidence, city, store } => {
                let (operator, store) = opened(&store)?;
                let asked = BenefitToGrant { city, account, category, until_on: until, evidence };
                let benefit = operator.grant_benefit(store.as_ref(), now(), &asked).map_err(refused)?;
                call.say(&benefit, || {
                    format!("{} {} to {account} until {}: {}", good("Granted"), benefit.category, until, benefit.id)
                });
            }
            Self::RevokeBenefit { benefit, reason, store } => {
                let (operator, store) = opened(&store)?;
                let benefit = operator.revoke_benefit(store.as_ref(), now(), benefit, &reason).map_err(refused)?;
                call.say(&benefit, || format!("{} {} ({})", good("Revoked"), benefit.id, benefit.category));
            }
        }
        Ok(())
    }
}
