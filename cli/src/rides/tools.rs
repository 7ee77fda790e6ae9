//! What an operator's own tools do to a ride.

use clap::Subcommand;
use mesto_client::protocol::kernel::ids::RideId;
use mesto_protocol::rides::riders::Ride;

use crate::base::operator::{now, opened, refused, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::Tone;
use crate::kernel::service::Run;

#[derive(Debug, Subcommand)]
pub enum Tool {
    /// End a ride and give its price back.
    VoidRide {
        /// The ride: rd_...
        ride: RideId,
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Answer a dispute: the ride stays as it is.
    UpholdRide {
        /// The ride: rd_...
        ride: RideId,
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let (ride, said): (Ride, _) = match self {
            Self::VoidRide { ride, reason, store } => {
                let (operator, store) = opened(&store)?;
                let voided = operator.void_ride(store.as_ref(), now(), &ride.to_string(), &reason);
                (voided.map_err(refused)?, "Voided:")
            }
            Self::UpholdRide { ride, reason, store } => {
                let (operator, store) = opened(&store)?;
                let upheld = operator.uphold_ride(store.as_ref(), now(), &ride.to_string(), &reason);
                (upheld.map_err(refused)?, "Upheld:")
            }
        };
        call.say(&ride, || format!("{} {} in {}", call.style.paint(Tone::Good, said), ride.id, ride.vehicle.board));
        Ok(())
    }
}
