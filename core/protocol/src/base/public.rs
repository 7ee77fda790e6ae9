//! What anybody may ask of an operator: its clock.

use chrono::{DateTime, Utc};

use crate::kernel::words::wire;

wire! {
    /// `GET /v1/clock`
    pub struct Clock {
        pub now: DateTime<Utc>,
    }
}
