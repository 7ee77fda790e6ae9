//! What a sign, or a step of a ride, is refused with.

use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::rides::{FareError, Missing, RideError, SignError};

use crate::kernel::failure::Failure;

/// Why a text is no sign here. The text itself is left out, but for the host it leads to.
pub(crate) fn sign(error: &SignError) -> Problem {
    let detail = error.to_string();
    match error {
        SignError::NotARideCode { host } => Problem::new(ProblemCode::NotARideCode, detail).with("host", host),
        SignError::OtherCity { city } => Problem::new(ProblemCode::RideSignOfAnotherCity, detail).with("city", city),
        SignError::Unreadable => Problem::new(ProblemCode::RideSignUnreadable, detail),
        SignError::NotABoardNumber => Problem::new(ProblemCode::RideVehicleUnknown, detail),
    }
}

/// A step that is not possible.
pub(crate) fn step(error: RideError) -> Problem {
    let detail = error.to_string();
    match error {
        RideError::TooLate { until } => Problem::new(ProblemCode::RideOver, detail).with("until", until),
        RideError::NotDisputed | RideError::Voided | RideError::AlreadyDisputed => {
            Problem::new(ProblemCode::RideOver, detail)
        }
    }
}

/// A ticket without a price.
pub(crate) fn fare(error: FareError) -> Failure {
    let detail = error.to_string();
    match error {
        FareError::Unknown => Problem::new(ProblemCode::TariffUnknown, detail).into(),
        FareError::Depends { on } => {
            let detail = match on {
                Missing::Route => "the fare goes by the route, and nobody told which one this vehicle is on",
                Missing::Stop => "the fare goes by the stop, and nobody told where this vehicle stands",
                Missing::Alighting => {
                    "the fare goes by where and when the rider alights, which nobody knows when he boards"
                }
            };
            Problem::new(ProblemCode::RideFareUnknown, detail).with("missing", on.as_str()).into()
        }
        FareError::NoCategory { category } | FareError::Granted { category } => {
            Problem::new(ProblemCode::CompanionsWrong, detail).with("category", category).into()
        }
        FareError::TooMany { others, .. } => {
            Problem::new(ProblemCode::CompanionsWrong, detail).with("most", others).into()
        }
        FareError::Money(error) => error.into(),
    }
}
