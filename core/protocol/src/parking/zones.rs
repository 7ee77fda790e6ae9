//! Zones near a position.

use crate::kernel::words::wire;

wire! {
    /// `GET /v1/zones?city=&lat=&lon=&sign=`: nearest first; a sign code wins over the position.
    pub struct Zones {
        pub zones: Vec<ZoneNear>,
        /// The zone of the sign code, when one was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by_sign: Option<String>,
    }

    pub struct ZoneNear {
        pub zone: String,
        pub name: String,
        /// Metres to its edge, 0 inside.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub distance_metres: Option<u32>,
        /// The edge was drawn by hand: show it so.
        pub approximate: bool,
    }
}
