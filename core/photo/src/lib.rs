//! Bar codes in a still image: JPEG or PNG, as a phone's camera writes it.
//!
//! [`Photos`] is the client's port for still images. What it looks at is bounded before anything is
//! decoded: a file of [`BYTES_MOST`] and a picture of [`PIXELS_MOST`]; and so is its time: the
//! picture is looked at a fixed number of times, each time made smaller to a fixed size, and
//! turned. A panic of a library is caught and is no code.

mod grey;
mod look;

use std::panic::{AssertUnwindSafe, catch_unwind};

use mesto_client::{DecodeError, Decoded, StillDecoder};

pub use grey::{BYTES_MOST, PIXELS_MOST};

/// Reads the codes that tickets have: Code 128, ITF, Codabar, Code 39, EAN-13 and QR.
#[derive(Debug, Clone, Copy, Default)]
pub struct Photos;

impl StillDecoder for Photos {
    fn decode(&self, image: &[u8]) -> Result<Vec<Decoded>, DecodeError> {
        let grey = contained(|| grey::read(image)).unwrap_or(Err(DecodeError::NotAnImage))?;
        // At the first look that finds something: the same code again is nothing new.
        let found = look::LOOKS.iter().map(|one| contained(|| look::codes(&grey, one)).unwrap_or_default());
        Ok(found.into_iter().find(|codes| !codes.is_empty()).unwrap_or_default())
    }
}

/// What a library gives; `None` when it panics.
fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
