//! How much `mesto serve` lets one account or address ask, and how far clocks may differ.

use std::sync::Arc;

use chrono::TimeDelta;
use clap::Args;
use mesto_operator::{Clock, Config, FairShares, Operator, Store, skew_text};

use crate::kernel::failure::{CliError, Exit, Outcome};

#[derive(Debug, Args)]
pub struct BoundsArgs {
    /// Requests a second that one driver's account may send in the long run, three times as many
    /// after a pause; inspectors and garages' controllers ten times as many, and fifty times after
    /// a pause. Beyond it requests get 429; what settles a purchase is answered all the same.
    #[arg(long, value_name = "N", default_value_t = FairShares::default().account.per_second, value_parser = clap::value_parser!(u32).range(1..))]
    account_requests_per_second: u32,
    /// Requests of one account that are answered at the same time, and as many again that are about
    /// money; four times as many of inspectors and garages' controllers.
    #[arg(long, value_name = "N", default_value_t = FairShares::default().account.at_once, value_parser = clap::value_parser!(u32).range(1..))]
    account_requests_at_once: u32,
    /// Requests a second without an account, such as for a code, from one address, which many
    /// phones may share; four times as many after a pause.
    #[arg(long, value_name = "N", default_value_t = FairShares::default().address.per_second, value_parser = clap::value_parser!(u32).range(1..))]
    address_requests_per_second: u32,
    /// Milliseconds by which the clock of this machine may differ from that of a Postgres database,
    /// which other instances share; with more it does not start. 30000 is the most: the leases of
    /// instances rely on it.
    #[arg(long, value_name = "MS", default_value_t = Config::MAX_SKEW_MS, value_parser = clap::value_parser!(u32).range(100..=i64::from(Config::MOST_SKEW_MS)))]
    max_clock_skew_ms: u32,
}

impl BoundsArgs {
    #[must_use]
    pub fn shares(&self) -> FairShares {
        FairShares::of(
            self.account_requests_per_second,
            self.account_requests_at_once,
            self.address_requests_per_second,
        )
    }

    #[must_use]
    pub fn max_skew(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.max_clock_skew_ms.into())
    }

    /// Compares the clocks of this machine and of the database.
    ///
    /// # Errors
    /// `clock_skew`, or when the store takes no writes.
    pub fn compare_clocks(&self, operator: &Operator, store: &dyn Store, clock: &Arc<dyn Clock>) -> Outcome<()> {
        let skew = operator.clock_skew(store, clock).map_err(|why| {
            CliError::new(Exit::Failed, "store_unusable", why.to_string())
                .advise("The database has to take writes: is it a replica, or its disk full?")
        })?;
        match skew.filter(|skew| skew.abs() > self.max_skew()) {
            None => Ok(()),
            Some(skew) => {
                let text = format!("{}, at most {} ms are allowed", skew_text(skew), self.max_clock_skew_ms);
                Err(CliError::new(Exit::Failed, "clock_skew", text)
                    .advise("Set the clocks of both machines by NTP, or allow more with --max-clock-skew-ms."))
            }
        }
    }
}
