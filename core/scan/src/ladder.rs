//! Which looks are taken at a frame, in which order, and until when.

use crate::grey::{Grey, Pyramid};
use crate::qr::finders::{self, Triple};
use crate::qr::{self, Found};
use crate::threshold::{self, Way};

/// One look for finder patterns.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    /// How many times the picture is halved.
    level: usize,
    way: Way,
}

const BLOCKS: Way = Way::Blocks { side: 8 };
const LOOKS: [Look; 8] = [
    Look { level: 1, way: BLOCKS },
    Look { level: 0, way: BLOCKS },
    Look { level: 2, way: BLOCKS },
    Look { level: 1, way: Way::Mean { side: 4, around: 4 } },
    Look { level: 0, way: Way::Mean { side: 4, around: 3 } },
    Look { level: 1, way: Way::Whole },
    Look { level: 2, way: Way::Mean { side: 4, around: 5 } },
    Look { level: 3, way: BLOCKS },
];
/// Most triples of a look that are tried.
const TRIPLES: usize = 12;

/// QR codes of a picture; `go_on` is asked before each step and says when there is no more time.
pub fn codes(grey: Grey, go_on: &dyn Fn() -> bool) -> Vec<Found> {
    let pyramid = Pyramid::new(grey);
    let mut tried: Vec<Triple> = Vec::new();
    for look in LOOKS {
        if !go_on() {
            break;
        }
        let Some(level) = pyramid.levels().get(look.level) else { continue };
        let mask = threshold::mask(level, look.way);
        let step = if level.height > 500 { 2 } else { 1 };
        let scale = qr::fit::float(1 << look.level);
        let mut found = finders::find(&mask, step);
        for finder in &mut found {
            finder.at = finder.at.times(scale);
            finder.module *= scale;
        }
        let mut codes: Vec<Found> = Vec::new();
        for triple in finders::triples(&found, TRIPLES) {
            if tried.iter().any(|other| other.is_near(&triple)) {
                continue;
            }
            if !go_on() {
                return codes;
            }
            tried.push(triple);
            if let Some(code) = qr::read(&pyramid, &triple, go_on) {
                codes.push(code);
            }
        }
        if !codes.is_empty() {
            return codes;
        }
    }
    Vec::new()
}
