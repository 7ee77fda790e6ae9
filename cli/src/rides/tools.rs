//! What an operator's own tools do to a ride.

use clap::Subcommand;
use mesto_client::protocol::kernel::ids::RideId;
use mesto_operator::RideDisputed;
use mesto_protocol::rides::riders::Ride;

use crate::base::operator::{looked_at, now, opened, refused, said_why};
use crate::kernel::args::StoreArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::service::Run;

#[derive(Debug, Subcommand)]
pub enum Tool {
    /// Rides that riders say are wrong and nobody has decided, with what each says.
    Disputes {
        #[command(flatten)]
        store: StoreArgs,
    },
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
            Self::Disputes { store } => return disputes(&store, call),
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

fn disputes(store: &StoreArgs, call: Call) -> Outcome<()> {
    let (operator, store) = looked_at(store)?;
    let open = operator.ride_disputes(store.as_ref()).map_err(|why| CliError::failed("the disputes", why))?;
    call.say(&open, || {
        let row = |one: &RideDisputed| {
            vec![
                one.said_at.to_rfc3339(),
                one.ride.to_string(),
                one.vehicle.to_string(),
                one.registered_at.to_rfc3339(),
                one.persons.to_string(),
                one.price.to_string(),
                one.reason.clone(),
            ]
        };
        match open.as_slice() {
            [] => "Nothing is disputed.".to_owned(),
            open => table(
                &["said", "ride", "vehicle", "registered", "persons", "price", "what is wrong"],
                &open.iter().map(row).collect::<Vec<_>>(),
            ),
        }
    });
    Ok(())
}
