//! QR codes: found, fitted, and read module by module from the greys of the picture.

pub mod finders;
pub mod fit;
pub mod geometry;
pub mod layout;
pub mod segments;
pub mod soft;
pub mod solomon;

use crate::grey::Pyramid;
use fit::{Candidate, Fit};
use geometry::Point;
use soft::Read;

/// A code that was read, and where it lies: its corners in the whole picture, from the top left
/// clockwise.
#[derive(Debug, Clone)]
pub struct Found {
    pub read: Read,
    pub version: usize,
    pub corners: [Point; 4],
}

/// How closely a candidate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    Glance,
    Close,
    Patient,
}

/// Reads the code of three finders; nothing when it cannot be read. `go_on` is asked between steps.
pub fn read(pyramid: &Pyramid, candidate: &mut Candidate<'_>, care: Care, go_on: &dyn Fn() -> bool) -> Option<Found> {
    let (fits, manners) = match care {
        Care::Glance => (candidate.at_a_glance(), 0..1),
        Care::Close => (candidate.closely(), 0..3),
        Care::Patient => (candidate.patiently(), 0..soft::MANNERS.len()),
    };
    for fit in fits {
        let dark = fit::sampled(pyramid, &fit, candidate.is_inverted);
        for manner in soft::MANNERS.get(manners.clone()).unwrap_or_default() {
            if let Some(read) = soft::read(&soft::margins(&dark, *manner), fit.version) {
                return Some(found(&fit, read));
            }
            if !go_on() {
                return None;
            }
        }
    }
    None
}

fn found(fit: &Fit, read: Read) -> Found {
    let side = fit::float(layout::side(fit.version));
    let corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)];
    Found { read, version: fit.version, corners: corners.map(|(x, y)| fit.projection.of(Point::new(x, y))) }
}
