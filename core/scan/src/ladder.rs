//! Which looks are taken at a frame, in which order, and until when.

use crate::grey::{Grey, Pyramid};
use crate::qr::finders::{self, Triple};
use crate::qr::fit::Candidate;
use crate::qr::{self, Care, Found};
use crate::threshold::{self, Way};

/// One look for finder patterns.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    /// How many times the picture is halved.
    level: usize,
    way: Way,
}

const BLOCKS: Way = Way::Blocks { side: 8 };

/// The looks at a picture of so many levels of which `base` is the first that is small. A glance at
/// the first of them reads most codes.
fn looks(base: usize) -> [Vec<Look>; 2] {
    let look = |down: isize, way: Way| Some(Look { level: base.checked_add_signed(down)?, way });
    let mean = |around: usize| Way::Mean { side: 4, around };
    let first = [look(0, BLOCKS), look(-1, BLOCKS), look(1, BLOCKS), look(2, BLOCKS)];
    let then = [look(0, mean(4)), look(-1, mean(3)), look(0, Way::Whole), look(1, mean(5)), look(-2, BLOCKS)];
    [first.into_iter().flatten().collect(), then.into_iter().flatten().collect()]
}

/// A side up to which a picture is small.
const SMALL: usize = 1000;

/// Most triples of a look that are tried.
const TRIPLES: usize = 12;

/// Candidates that are gone back to when a glance at all of them read nothing.
const AGAIN: usize = 10;

/// QR codes of a picture; `go_on` is asked before each step and says when there is no more time.
pub fn codes(grey: Grey, go_on: &dyn Fn() -> bool) -> Vec<Found> {
    let pyramid = Pyramid::new(grey);
    let mut tried: Vec<Triple> = Vec::new();
    let mut later: Vec<Candidate<'_>> = Vec::new();
    let is_small = |grey: &Grey| grey.width.max(grey.height) <= SMALL;
    let base = pyramid.levels().iter().position(is_small).unwrap_or(0);
    for looks in looks(base) {
        for look in looks {
            let mut codes: Vec<Found> = Vec::new();
            for triple in triples(&pyramid, look) {
                if !go_on() {
                    return codes;
                }
                if tried.iter().any(|other| other.is_near(&triple)) {
                    continue;
                }
                tried.push(triple);
                let mut candidate = Candidate::new(&pyramid, &triple);
                match qr::read(&pyramid, &mut candidate, Care::Glance, go_on) {
                    Some(code) => codes.push(code),
                    None => later.push(candidate),
                }
            }
            if !codes.is_empty() {
                return codes;
            }
        }
        later.sort_by(|one, other| other.worth.total_cmp(&one.worth));
        later.truncate(AGAIN);
        for care in [Care::Close, Care::Patient] {
            for candidate in &mut later {
                if !go_on() {
                    return Vec::new();
                }
                if let Some(code) = qr::read(&pyramid, candidate, care, go_on) {
                    return vec![code];
                }
            }
            later.retain(|candidate| candidate.worth > 0.25);
        }
        later.clear();
    }
    Vec::new()
}

/// Triples of finders that a look shows, the likeliest first.
fn triples(pyramid: &Pyramid, look: Look) -> Vec<Triple> {
    let Some(level) = pyramid.levels().get(look.level) else { return Vec::new() };
    let mask = threshold::mask(level, look.way);
    let step = if level.height > 500 { 2 } else { 1 };
    let scale = qr::fit::float(1 << look.level);
    let mut found = finders::find(&mask, step);
    for finder in &mut found {
        finder.at = finder.at.times(scale);
        finder.module *= scale;
    }
    finders::triples(&found, TRIPLES)
}
