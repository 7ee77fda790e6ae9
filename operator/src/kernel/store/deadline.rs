//! Until when a transaction may be committed.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::StoreError;
use crate::kernel::ports::Clock;

/// A moment, and the clock by which it comes.
#[derive(Clone)]
pub struct Deadline {
    at: DateTime<Utc>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Deadline {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "until {}", self.at)
    }
}

impl Deadline {
    #[must_use]
    pub const fn new(at: DateTime<Utc>, clock: Arc<dyn Clock>) -> Self {
        Self { at, clock }
    }

    /// The time that is left; negative when it is over.
    pub(super) fn left(&self) -> TimeDelta {
        self.at - self.clock.now()
    }

    /// # Errors
    /// [`StoreError::TooLate`] when the moment has passed.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if self.left() < TimeDelta::zero() { Err(self.too_late()) } else { Ok(()) }
    }

    pub(super) const fn too_late(&self) -> StoreError {
        StoreError::TooLate(self.at)
    }
}

/// Whether something without a deadline, or with one, is in time.
pub(super) fn check(deadline: Option<&Deadline>) -> Result<(), StoreError> {
    deadline.map_or(Ok(()), Deadline::check)
}
