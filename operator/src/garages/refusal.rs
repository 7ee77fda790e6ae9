//! Why nothing is sold or opened, as a problem: of the rules, with their parameters; of the state
//! machine of visits; of a facility that cannot be asked.

use chrono::{DateTime, Utc};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::garages::history::NotPlaced;
use mesto_rules::garages::visit::VisitError;
use mesto_rules::garages::{Facility, Refusal, TicketNumber};
use mesto_rules::money::Money;

use crate::kernel::failure::{Failure, by_rule};

/// When it is worth asking again whether a facility can be reached, seconds.
const AGAIN_SECONDS: u32 = 30;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        by_rule(refusal.code(), &refusal).into()
    }
}

/// A step that is not possible.
pub(crate) fn refused(error: &VisitError) -> Problem {
    let detail = error.to_string();
    let stale = |owed: &Money| Problem::new(ProblemCode::QuoteStale, detail.clone()).with("total", owed);
    match error {
        VisitError::NotEntered => Problem::new(ProblemCode::VisitUnknown, detail),
        VisitError::AlreadyPaid => Problem::new(ProblemCode::VisitAlreadyPaid, detail),
        VisitError::NothingOwed => Problem::new(ProblemCode::NothingOwed, detail),
        VisitError::AmountDiffers { owed, .. } => stale(owed),
        VisitError::Owed { owed } => Problem::new(ProblemCode::VisitOwes, detail).with("owed", owed),
        VisitError::Over => Problem::new(ProblemCode::VisitOver, detail),
    }
}

/// Something that cannot have happened to a ticket.
pub(crate) fn not_placed(why: &NotPlaced) -> Problem {
    let detail = why.to_string();
    match why {
        NotPlaced::NotEntered { .. } => Problem::new(ProblemCode::VisitUnknown, detail),
        NotPlaced::AfterTheEnd { ended_at } => {
            Problem::new(ProblemCode::VisitUnknown, detail).with("ended_at", ended_at)
        }
        NotPlaced::InUse { .. } | NotPlaced::WasInUse { .. } => Problem::new(ProblemCode::TicketInUse, detail),
        NotPlaced::Over { ended_at } => Problem::new(ProblemCode::VisitOver, detail).with("ended_at", ended_at),
        NotPlaced::AlreadyPaid => Problem::new(ProblemCode::VisitAlreadyPaid, detail),
    }
}

/// Nothing is sold while a controller is silent: what it knows of a visit is not known here.
pub(crate) fn unreachable(facility: &Facility, heard_at: Option<DateTime<Utc>>) -> Problem {
    let since = heard_at.map_or_else(|| "never".to_owned(), |heard_at| format!("last at {heard_at}"));
    let detail = format!("the controller of {} was heard {since}; pay at the place or ask again later", facility.id);
    Problem::new(ProblemCode::FacilityUnreachable, detail)
        .with("facility", &facility.id)
        .with("heard_at", heard_at)
        .with("retry_after_seconds", AGAIN_SECONDS)
}

/// No entry with a ticket was told.
pub(crate) fn unknown(facility: &Facility, ticket: &TicketNumber) -> Problem {
    let detail = format!(
        "no entry with the ticket {ticket} is known at {}; read the number again, or pay at the place",
        facility.id
    );
    Problem::new(ProblemCode::VisitUnknown, detail).with("facility", &facility.id)
}
