//! Frame after frame: what is read, and what to tell the user while nothing is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::frame::Frame;
use crate::fusion::Fusion;
use crate::grey::{Grey, Pyramid};
use crate::ladder::{self, Look};
use crate::qr::Found;

/// A kind of bar code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    Qr,
    MicroQr,
    Aztec,
    DataMatrix,
    Pdf417,
    Code128,
    Itf,
    Ean13,
    Codabar,
    Code39,
}

impl Format {
    pub const ALL: [Self; 10] = [
        Self::Qr,
        Self::MicroQr,
        Self::Aztec,
        Self::DataMatrix,
        Self::Pdf417,
        Self::Code128,
        Self::Itf,
        Self::Ean13,
        Self::Codabar,
        Self::Code39,
    ];
}

/// A place in a frame as the user sees it, points from the top left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corner {
    pub x: f32,
    pub y: f32,
}

/// A code that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    pub format: Format,
    pub bytes: Vec<u8>,
    pub text: String,
    /// As the code lies: its top left, top right, bottom right and bottom left.
    pub corners: [Corner; 4],
}

/// What the user can do so that a code is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Bring light to it.
    TooDark,
    /// Keep the light off it: a part of the code is white with it.
    Glare,
    /// Go nearer.
    TooSmall,
    /// Hold still, or let the camera focus.
    TooBlurred,
    /// A code is seen and not read: a part of it may be torn or covered.
    Torn,
}

/// What a frame showed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scanned {
    pub codes: Vec<Code>,
    /// Only when nothing was read, and something is known to be in the way.
    pub hint: Option<Hint>,
}

/// Looks at the frames of one camera, one after the other: what helped with one is tried first with
/// the next, and what no single frame shows is put together.
#[derive(Debug)]
pub struct Scanner {
    budget: Duration,
    before: Option<Look>,
    fusion: Fusion,
    #[cfg(feature = "kinds")]
    others: crate::others::Others,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new(Self::BUDGET)
    }
}

impl Scanner {
    /// How long a frame is looked at, unless it is told otherwise.
    pub const BUDGET: Duration = Duration::from_millis(36);

    /// No step begins after `budget`; the longest takes some milliseconds.
    #[must_use]
    pub fn new(budget: Duration) -> Self {
        Self {
            budget,
            before: None,
            fusion: Fusion::default(),
            #[cfg(feature = "kinds")]
            others: crate::others::Others::default(),
        }
    }

    /// Looks for these kinds of codes; for QR codes unless it is told otherwise.
    #[cfg(feature = "kinds")]
    #[must_use]
    pub fn looking_for(self, kinds: crate::kinds::Kinds) -> Self {
        Self { others: crate::others::Others::of(kinds), ..self }
    }

    /// Looks at a frame. `since` tells how long ago it was given: a clock of the caller's.
    pub fn scan(&mut self, frame: &Frame<'_>, since: &dyn Fn() -> Duration) -> Scanned {
        // A panic is a fault of ours: nothing was read then, and what was remembered may be why.
        let looked = catch_unwind(AssertUnwindSafe(|| self.look(frame, since)));
        looked.unwrap_or_else(|_| {
            self.before = None;
            self.fusion.forget();
            Scanned::default()
        })
    }

    fn look(&mut self, frame: &Frame<'_>, since: &dyn Fn() -> Duration) -> Scanned {
        let pyramid = Pyramid::new(frame.grey());
        let (codes, module) = self.of_qr(frame, &pyramid, since);
        #[cfg(feature = "kinds")]
        let codes = if codes.is_empty() {
            let mut codes = self.others.seen(&pyramid, self.budget, since);
            for corner in codes.iter_mut().flat_map(|code| &mut code.corners) {
                (corner.x, corner.y) = frame.seen(corner.x, corner.y);
            }
            codes
        } else {
            codes
        };
        let hint = if codes.is_empty() { hint(&pyramid, module) } else { None };
        Scanned { codes, hint }
    }

    /// QR codes, and the side of a module of what is most like one.
    fn of_qr(
        &mut self,
        frame: &Frame<'_>,
        pyramid: &Pyramid,
        since: &dyn Fn() -> Duration,
    ) -> (Vec<Code>, Option<f32>) {
        let until = self.until();
        if until.is_zero() {
            return (Vec::new(), None);
        }
        self.fusion.next_frame();
        let seen = ladder::seen(pyramid, self.before, &mut self.fusion, &|| since() < until);
        self.before = seen.by.or(self.before.filter(|_| seen.module.is_some()));
        if !seen.codes.is_empty() {
            self.fusion.forget();
        }
        (seen.codes.iter().map(|found| code(frame, found)).collect(), seen.module)
    }

    /// Until when QR codes are looked for: half of the time where others are, too.
    #[cfg(feature = "kinds")]
    fn until(&self) -> Duration {
        match (self.others.kinds().has(Format::Qr), self.others.is_any()) {
            (false, _) => Duration::ZERO,
            (true, true) => self.budget / 2,
            (true, false) => self.budget,
        }
    }

    #[cfg(not(feature = "kinds"))]
    fn until(&self) -> Duration {
        self.budget
    }
}

fn code(frame: &Frame<'_>, found: &Found) -> Code {
    let corners = found.corners.map(|corner| {
        let (x, y) = frame.seen(corner.x, corner.y);
        Corner { x, y }
    });
    let said = &found.read.said;
    Code { format: Format::Qr, bytes: said.bytes.clone(), text: said.text.clone(), corners }
}

/// Modules smaller than this are not told apart, points.
const MODULE_LEAST: f32 = 1.7;
/// A frame whose brightest tenth is darker than this is dark.
const DARK: usize = 60;
/// One part of so many of a picture's points is white where there is glare.
const GLARING: usize = 50;

/// What is in the way, from the smallest picture there is.
fn hint(pyramid: &Pyramid, module: Option<f32>) -> Option<Hint> {
    let grey = pyramid.levels().last()?;
    let count = grey.points.len().max(1);
    let above = |least: usize| grey.points.iter().filter(|point| usize::from(**point) >= least).count();
    if above(DARK) * 10 < count {
        return Some(Hint::TooDark);
    }
    if module.is_some_and(|module| module < MODULE_LEAST) {
        return Some(Hint::TooSmall);
    }
    if above(252) * GLARING > count && above(200) * 2 < count {
        return Some(Hint::Glare);
    }
    if is_blurred(pyramid) {
        return Some(Hint::TooBlurred);
    }
    module.map(|_| Hint::Torn)
}

/// Below this no edge is sharper than over some points.
const BLURRED: f32 = 0.35;
/// Edges that tell how sharp a picture is.
const EDGES_LEAST: usize = 50;
/// How many times a picture is halved until an edge that is out of focus is one again.
const HALVED: usize = 2;

/// Whether there are edges and none of them is sharp; or edges appear only in a smaller picture.
fn is_blurred(pyramid: &Pyramid) -> bool {
    let sharpest = |level: usize| pyramid.levels().get(level).and_then(sharpness);
    match sharpest(0) {
        Some(sharpest) => sharpest < BLURRED,
        None => sharpest(HALVED).is_some() || sharpest(HALVED + 1).is_some(),
    }
}

/// How much of a change from dark to light lies between two neighbouring points, at the sharpest
/// places: 1 for an edge without blur. Nothing where there are no edges.
#[allow(clippy::cast_precision_loss)]
fn sharpness(grey: &Grey) -> Option<f32> {
    let mut steps: Vec<f32> = Vec::new();
    let stride = (grey.height / 64).max(1);
    for y in (0..grey.height).step_by(stride) {
        for window in grey.row(y).windows(9).step_by(3) {
            let (least, most) = window.iter().fold((u8::MAX, 0), |(l, m), point| (l.min(*point), m.max(*point)));
            if most - least < 40 {
                continue;
            }
            let step = window.windows(2).map(|pair| match pair {
                [a, b] => a.abs_diff(*b),
                _ => 0,
            });
            steps.push(f32::from(step.max().unwrap_or(0)) / f32::from(most - least));
        }
    }
    if steps.len() < EDGES_LEAST {
        return None;
    }
    let place = steps.len() * 9 / 10;
    let (_, value, _) = steps.select_nth_unstable_by(place, f32::total_cmp);
    Some(*value)
}
