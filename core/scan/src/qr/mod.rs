//! QR codes: found, fitted, and read module by module from the greys of the picture.

pub mod finders;
pub mod fit;
pub mod geometry;
pub mod layout;
pub mod segments;
pub mod soft;
pub mod solomon;

use crate::grey::Pyramid;
use finders::Triple;
use fit::Fit;
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

/// Reads the code of three finders; nothing when it cannot be read. `go_on` is asked between steps.
pub fn read(pyramid: &Pyramid, triple: &Triple, go_on: &dyn Fn() -> bool) -> Option<Found> {
    for fit in fit::fits(pyramid, triple) {
        if fit.score < 0.2 {
            break;
        }
        if let Some(read) = of_fit(pyramid, &fit, triple.is_inverted(), go_on) {
            return Some(found(&fit, read));
        }
        if !go_on() {
            return None;
        }
    }
    None
}

fn of_fit(pyramid: &Pyramid, fit: &Fit, is_inverted: bool, go_on: &dyn Fn() -> bool) -> Option<Read> {
    let dark = fit::sampled(pyramid, fit, is_inverted);
    for manner in soft::MANNERS {
        if let Some(read) = soft::read(&soft::margins(&dark, manner), fit.version) {
            return Some(read);
        }
        if !go_on() {
            break;
        }
    }
    None
}

fn found(fit: &Fit, read: Read) -> Found {
    let side = fit::float(layout::side(fit.version));
    let corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)];
    Found { read, version: fit.version, corners: corners.map(|(x, y)| fit.projection.of(Point::new(x, y))) }
}
