//! Zones near a position.

use mesto_rules::{Texts, ZoneId};

use crate::kernel::ProblemCode;
use crate::kernel::operation::{Access, Nothing, Operation, get, optional, required};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;

pub const NEAR: Operation<Nothing, Zones> =
    get("/v1/zones", "Zones near a position, nearest first; a sign code wins over the position", Access::Anybody)
        .query(&[
            required("city", "string", "Id of the city."),
            optional("lat", "number", "Degrees north, WGS 84."),
            optional("lon", "number", "Degrees east, WGS 84."),
            optional("sign", "string", "The code on a zone's sign, typed or scanned."),
        ])
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::SignUnknown,
            ProblemCode::PositionInvalid,
        ]);

problems! {
    ZoneUnknown, "zone_unknown", 422, "This zone is not in the city";
    SignUnknown, "sign_unknown", 422, "No zone has this sign code";
    PositionInvalid, "position_invalid", 422, "This is not a position on earth";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds { operations: &[NEAR.entry()], problems: PROBLEMS, ..Adds::NOTHING };

wire! {
    /// Nearest first; a sign code wins over the position.
    pub struct Zones {
        pub items: Vec<ZoneNear>,
        /// The zone of the sign code, when one was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by_sign: Option<ZoneId>,
    }

    pub struct ZoneNear {
        pub zone: ZoneId,
        /// By language; show the app's own, else English, else any.
        pub name: Texts,
        /// Metres to its edge, 0 inside.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub distance_metres: Option<u32>,
        /// The edge was drawn by hand: show it so.
        pub is_approximate: bool,
    }
}
