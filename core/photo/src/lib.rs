//! Bar codes in a still image: JPEG, PNG or WebP, as a phone's camera writes it.
//!
//! [`Photos`] is the client's port for still images. What it looks at is bounded before anything is
//! decoded, by [`Picture`]; and so is its time: the picture is looked at a fixed number of times,
//! each time made smaller to a fixed size, and turned. A panic of a library is caught and is no
//! code.
//!
//! ITF, Codabar and Code 39 have no checksum, and a torn ITF is a shorter one that is as good: such
//! a code counts as checked only when looks beside the first, turned a little, see the same.

mod look;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use mesto_client::{DecodeError, Decoded, StillDecoder};
use mesto_scan::{Format, Kinds, Picture, PictureError, Scanner};

use crate::look::Look;

/// Reads the codes that tickets have: Code 128, ITF, Codabar, Code 39, EAN-13 and QR.
#[derive(Debug, Clone, Copy, Default)]
pub struct Photos;

impl StillDecoder for Photos {
    fn decode(&self, image: &[u8]) -> Result<Vec<Decoded>, DecodeError> {
        let picture = Picture::read(image).map_err(refused)?;
        let codes = |one: &Look| contained(|| look::codes(&picture, one)).unwrap_or_default();
        let again = |one: &Look| contained(|| look::unchecked(&picture, one)).unwrap_or_default();
        let mut unsure = None;
        for one in look::looks(&picture) {
            let mut seen = codes(&one);
            if seen.is_empty() {
                continue;
            }
            if is_stable(&seen, &one.near().map(|near| again(&near))) {
                seen.iter_mut().for_each(|code| code.is_checked = true);
                return Ok(seen);
            }
            unsure = unsure.or(Some(seen));
        }
        Ok(unsure.unwrap_or_else(|| scanned(&picture)))
    }
}

/// What the scanner of frames sees where no look saw anything: it reads from greys what black and
/// white do not show.
fn scanned(picture: &Picture) -> Vec<Decoded> {
    let mut scanner = Scanner::default().looking_for(Kinds::QR.and(Kinds::BARS));
    // Without a clock it takes each of its steps once.
    let codes = scanner.scan(&picture.frame(), &|| Duration::ZERO).codes;
    let named = codes.into_iter().filter_map(|code| {
        let (format, is_checked) = match code.format {
            Format::Qr => ("qr_code", true),
            Format::Code128 => ("code_128", true),
            Format::Ean13 => ("ean_13", true),
            Format::Itf => ("itf", false),
            Format::Codabar => ("codabar", false),
            Format::Code39 => ("code_39", false),
            _ => return None,
        };
        Some(Decoded { format: format.to_owned(), text: code.text, is_checked })
    });
    named.collect()
}

fn refused(error: PictureError) -> DecodeError {
    match error {
        PictureError::TooLarge => DecodeError::TooLarge,
        PictureError::OtherForm(form) => DecodeError::OtherForm(form),
        PictureError::NotAPicture | PictureError::Damaged(_) => DecodeError::NotAnImage,
    }
}

/// Whether all that a look saw is really there: what has no checksum was seen by a look beside it
/// too, and none of them saw anything else in its place.
fn is_stable(seen: &[Decoded], near: &[Option<Decoded>]) -> bool {
    let mut unchecked = seen.iter().filter(|code| !code.is_checked);
    near.iter().flatten().all(|code| seen.contains(code)) && unchecked.all(|code| near.contains(&Some(code.clone())))
}

/// What a library gives; `None` when it panics.
fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
