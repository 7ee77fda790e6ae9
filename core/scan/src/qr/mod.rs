//! QR codes: found, fitted, and read module by module from the greys of the picture.

pub(crate) mod finders;
pub(crate) mod fit;
mod geometry;
pub mod layout;
mod letters;
pub mod segments;
pub mod soft;
mod solomon;

use crate::grey::Pyramid;
use fit::{Candidate, Fit};
use geometry::Point;
use layout::Grid;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Care {
    Glance,
    Close,
    Patient,
    Unwrinkled,
}

/// What came of looking at a candidate.
#[derive(Debug)]
pub enum Look {
    Read(Found),
    /// Not read. The margins of its likeliest fit, to be put together with those of other frames.
    Unread(Option<(Fit, Grid<f32>)>),
}

/// Reads the code of three finders. `go_on` is asked between steps.
pub fn look(pyramid: &Pyramid, candidate: &mut Candidate<'_>, care: Care, go_on: &dyn Fn() -> bool) -> Look {
    let all = soft::MANNERS.as_slice();
    let fits = match care {
        Care::Glance => candidate.at_a_glance(go_on),
        Care::Close => candidate.closely(go_on),
        Care::Patient => candidate.patiently(go_on),
        Care::Unwrinkled => candidate.unwrinkled(),
    };
    let mut unread = None;
    for (place, fit) in fits.iter().enumerate() {
        // The likeliest in every manner, the others in the first.
        let manners = if care > Care::Close || care == Care::Close && place == 0 { all.len() } else { 1 };
        let dark = fit::sampled(pyramid, fit, candidate.is_inverted);
        for manner in all.iter().take(manners) {
            let margins = soft::margins(&dark, *manner);
            if let Some(read) = soft::read(&margins, fit.version, care != Care::Glance) {
                return Look::Read(found(fit, read));
            }
            if unread.is_none() {
                unread = Some((fit.clone(), margins));
            }
            if !go_on() {
                return Look::Unread(unread);
            }
        }
    }
    Look::Unread(unread)
}

pub(crate) fn found(fit: &Fit, read: Read) -> Found {
    let side = fit::float(layout::side(fit.version));
    let corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)];
    Found { read, version: fit.version, corners: corners.map(|(x, y)| fit.projection.of(Point::new(x, y))) }
}
