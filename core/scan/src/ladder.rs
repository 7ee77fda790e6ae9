//! Which looks are taken at a frame, in which order, and until when.

use crate::fusion::Fusion;
use crate::grey::{Grey, Pyramid};
use crate::qr::finders::{self, Triple};
use crate::qr::fit::Candidate;
use crate::qr::{self, Care, Found};
use crate::threshold::{self, Way};

/// One look for finder patterns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
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
    // The largest last: noise is seen in it most, and takes the longest there.
    let first = [look(0, BLOCKS), look(1, BLOCKS), look(2, BLOCKS), look(-1, BLOCKS)];
    let then = [look(0, mean(4)), look(-1, mean(3)), look(0, Way::Whole), look(1, mean(5)), look(-2, BLOCKS)];
    [first.into_iter().flatten().collect(), then.into_iter().flatten().collect()]
}

/// A side up to which a picture is small.
const SMALL: usize = 1000;
/// Most triples of a look that are tried.
const TRIPLES: usize = 12;
/// Candidates that are gone back to when a glance at all of them read nothing.
const AGAIN: usize = 10;

/// How well the finders of a code are met at least where there is one; noise reaches 0.46.
const LIKELY: f32 = 0.5;
/// Below this it is not looked at at all.
const UNLIKELY: f32 = 0.25;
/// Candidates of a look that are looked at closely before the next one.
const CLOSELY: usize = 4;

/// What was seen of QR codes in a picture.
#[derive(Debug, Default)]
pub struct Seen {
    pub codes: Vec<Found>,
    /// The look that read the first of them.
    pub by: Option<Look>,
    /// The side of a module of the likeliest candidate, points; nothing without one.
    pub module: Option<f32>,
}

/// Looks at a picture. `before` is the look that read the last frame; `go_on` is asked before each
/// step and says when there is no more time.
pub fn seen(pyramid: &Pyramid, before: Option<Look>, fusion: &mut Fusion, go_on: &dyn Fn() -> bool) -> Seen {
    let mut seen = Seen::default();
    let mut tried: Vec<Triple> = Vec::new();
    let (mut later, mut unsettled): (Vec<Candidate<'_>>, Vec<Candidate<'_>>) = (Vec::new(), Vec::new());
    let is_small = |grey: &Grey| grey.width.max(grey.height) <= SMALL;
    let base = pyramid.levels().iter().position(is_small).unwrap_or(0);
    let [first, then] = looks(base);
    let first = before.into_iter().chain(first.into_iter().filter(|look| Some(*look) != before)).collect();
    for looks in [first, then] {
        for look in looks {
            let mut found: Vec<Candidate<'_>> = Vec::new();
            for triple in triples(pyramid, look) {
                if !go_on() {
                    return seen;
                }
                if tried.iter().any(|other| other.is_near(&triple)) {
                    continue;
                }
                tried.push(triple);
                let mut candidate = Candidate::new(pyramid, &triple);
                match qr::look(pyramid, &mut candidate, Care::Glance, go_on) {
                    qr::Look::Read(code) => seen.codes.push(code),
                    qr::Look::Unread(_) => found.push(candidate),
                }
            }
            if !seen.codes.is_empty() {
                seen.by = Some(look);
                return seen;
            }
            // Of noise there are many, and settling takes its time: what is hardly like a code
            // comes last.
            let (mut found, unlike): (Vec<_>, Vec<_>) = found.into_iter().partition(Candidate::is_like_a_code);
            unsettled.extend(unlike);
            for candidate in &mut found {
                if !go_on() {
                    return seen;
                }
                candidate.settle();
            }
            by_worth(&mut found);
            seen.module = seen.module.or(found.first().filter(|one| one.worth > LIKELY).map(|one| one.module));
            let likely = found.iter_mut().filter(|candidate| candidate.worth > LIKELY).take(CLOSELY);
            if of_candidates(&mut seen, likely, Care::Close, (pyramid, fusion, go_on)) {
                seen.by = Some(look);
                return seen;
            }
            later.append(&mut found);
        }
        by_worth(&mut later);
        for care in [Care::Patient, Care::Unwrinkled] {
            let likely = later.iter_mut().filter(|candidate| candidate.worth > LIKELY).take(AGAIN);
            if of_candidates(&mut seen, likely, care, (pyramid, fusion, go_on)) {
                return seen;
            }
        }
        later.retain(|candidate| (UNLIKELY..=LIKELY).contains(&candidate.worth));
        // A finder that is seen at a sharp angle is like one only when it is settled.
        by_worth(&mut unsettled);
        let mut turned: Vec<Candidate<'_>> = unsettled.drain(..).take(AGAIN).collect();
        for candidate in &mut turned {
            if !go_on() {
                return seen;
            }
            candidate.settle();
        }
        by_worth(&mut turned);
        for care in [Care::Close, Care::Patient] {
            let likely = turned.iter_mut().filter(|candidate| candidate.worth > LIKELY);
            if of_candidates(&mut seen, likely, care, (pyramid, fusion, go_on)) {
                return seen;
            }
        }
        later.extend(turned.into_iter().filter(|candidate| (UNLIKELY..=LIKELY).contains(&candidate.worth)));
    }
    // What is hardly like a code, last.
    by_worth(&mut later);
    for care in [Care::Close, Care::Patient] {
        let unlikely = later.iter_mut().take(AGAIN);
        if of_candidates(&mut seen, unlikely, care, (pyramid, fusion, go_on)) {
            return seen;
        }
    }
    seen
}

/// The surest first.
fn by_worth(candidates: &mut [Candidate<'_>]) {
    candidates.sort_by(|one, other| other.worth.total_cmp(&one.worth));
}

/// Looks at candidates until one is read, or there is no more time.
fn of_candidates<'c, 'p: 'c>(
    seen: &mut Seen,
    candidates: impl Iterator<Item = &'c mut Candidate<'p>>,
    care: Care,
    (pyramid, fusion, go_on): (&Pyramid, &mut Fusion, &dyn Fn() -> bool),
) -> bool {
    for candidate in candidates {
        if !go_on() {
            return true;
        }
        match qr::look(pyramid, candidate, care, go_on) {
            qr::Look::Read(code) => seen.codes.push(code),
            qr::Look::Unread(Some((fit, margins))) if care == Care::Close => {
                seen.codes.extend(fusion.read_with(&fit, &margins));
            }
            qr::Look::Unread(_) => {}
        }
        if !seen.codes.is_empty() {
            return true;
        }
    }
    false
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
