//! Bar codes along lines across a picture: edges between points, runs of dark and light, and what
//! several lines agree on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::common::BitArray;
use rxing::oned::{CodaBarReader, Code39Reader, Code128Reader, EAN13Reader, ITFReader, OneDReader as _};
use rxing::{DecodeHints, RXingResult};

use crate::grey::Grey;
use crate::kinds::Kinds;
use crate::scanner::Format;

type Place = (f32, f32);

/// A bar code that several lines agree on.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    pub format: Format,
    pub text: String,
    pub corners: [Place; 4],
}

/// What one line says.
#[derive(Debug, Clone)]
struct Hit {
    format: Format,
    text: String,
    from: Place,
    to: Place,
    /// How far beside the middle of the picture its line lies.
    beside: f32,
}

/// Degrees of the lines, in the order in which they are tried: bars are read when they are a dozen
/// degrees askew.
const DEGREES: [f32; 8] = [0.0, 90.0, 22.5, -22.5, 67.5, -67.5, 45.0, -45.0];
/// Lines of one direction.
const LINES: u8 = 25;
/// Lines that are read before time is asked for again.
const STEP: usize = 4;
/// How far beside a line that read something others look for the same, points, and how many degrees
/// they are turned.
const NEAR: [(f32, f32); 11] = [
    (0.0, 0.0),
    (4.0, 0.0),
    (-4.0, 0.0),
    (9.0, 0.0),
    (-9.0, 0.0),
    (0.0, 4.0),
    (0.0, -4.0),
    (15.0, 2.0),
    (-15.0, -2.0),
    (22.0, 0.0),
    (-22.0, 0.0),
];

/// How many lines have to agree for each that says something else.
const AGREE: usize = 4;

/// Lines that have to agree. What has no check digit is believed later.
const fn needed(format: Format) -> usize {
    match format {
        Format::Code128 => 2,
        Format::Ean13 => 3,
        _ => 5,
    }
}

/// Whether each code of the kind ends with a check of its own.
const fn has_check(format: Format) -> bool {
    matches!(format, Format::Code128 | Format::Ean13)
}

/// Every bar code of these kinds, or the first one with `is_one_enough`. `go_on` is asked before
/// each step and says when there is no more time; `from` is the direction that is begun with.
pub fn seen(grey: &Grey, kinds: Kinds, is_one_enough: bool, from: usize, go_on: &dyn Fn() -> bool) -> Vec<Bars> {
    let mut found: Vec<Bars> = Vec::new();
    let mut done = 0;
    for turn in 0..DEGREES.len() {
        let Some(degrees) = DEGREES.get((from + turn) % DEGREES.len()) else { continue };
        for number in 0..LINES {
            if done % STEP == 0 && !go_on() {
                return found;
            }
            done += 1;
            // From the middle outwards.
            let away = f32::from(number.div_ceil(2)) / f32::from(LINES / 2 + 1);
            let side = if number % 2 == 0 { away } else { -away };
            let line = Line::across(grey, *degrees, side * reach(grey, *degrees));
            for hit in line.hits(kinds) {
                if found.iter().any(|known| known.text == hit.text && known.format == hit.format) {
                    continue;
                }
                let agreed = agreed(grey, kinds, *degrees, &hit, go_on);
                let is_new =
                    |one: &Bars| found.iter().all(|known| (known.format, &known.text) != (one.format, &one.text));
                let new = agreed.filter(is_new);
                found.extend(new);
                if is_one_enough && !found.is_empty() {
                    return found;
                }
            }
        }
    }
    found
}

/// Half the height of the picture as lines of these degrees see it.
#[allow(clippy::cast_precision_loss)] // Sides of a frame.
fn reach(grey: &Grey, degrees: f32) -> f32 {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    (grey.width as f32 * sine.abs() + grey.height as f32 * cosine.abs()) / 2.0
}

/// A code that lines right across the bars agree on, where one line read something.
fn agreed(grey: &Grey, kinds: Kinds, degrees: f32, hit: &Hit, go_on: &dyn Fn() -> bool) -> Option<Bars> {
    let middle = (f32::midpoint(hit.from.0, hit.to.0), f32::midpoint(hit.from.1, hit.to.1));
    let degrees = across(grey, hit, degrees);
    let mut hits: Vec<Hit> = Vec::new();
    for (beside, turned) in NEAR {
        if !go_on() {
            break;
        }
        let near = Line::through(grey, middle, degrees + turned, beside).hits(kinds);
        hits.extend(near.into_iter().filter(|near| near.is_about(middle)));
        // What has no check digit is looked at by every line.
        if has_check(hit.format) && hits.len() >= needed(hit.format) && hits.iter().all(|near| near.says(hit)) {
            break;
        }
    }
    // A line askew may have read a part: what most of these say is what is there.
    let count = |one: &Hit| hits.iter().filter(|other| other.says(one)).count();
    let most = hits.iter().max_by_key(|one| count(one))?.clone();
    let agree = count(&most);
    if agree < needed(most.format).max(AGREE * (hits.len() - agree)) {
        return None;
    }
    hits.retain(|one| one.says(&most));
    hits.sort_by(|one, other| one.beside.total_cmp(&other.beside));
    let (top, bottom) = (hits.first()?, hits.last()?);
    // Read from the right the code lies upside down.
    let (top, bottom) = if top.is_reversed(degrees) { (bottom, top) } else { (top, bottom) };
    Some(Bars { format: most.format, text: most.text, corners: [top.from, top.to, bottom.to, bottom.from] })
}

/// The direction right across the bars that a line crossed, degrees: that in which the greys along
/// it change most.
fn across(grey: &Grey, hit: &Hit, degrees: f32) -> f32 {
    let (right, down) = (hit.to.0 - hit.from.0, hit.to.1 - hit.from.1);
    let length = right.hypot(down).max(1.0);
    let mut sums = (0.0_f32, 0.0_f32);
    let mut along = 0.0;
    while along < length {
        let (x, y) = (hit.from.0 + right * along / length, hit.from.1 + down * along / length);
        let across = grey.between(x + 1.0, y) - grey.between(x - 1.0, y);
        let upright = grey.between(x, y + 1.0) - grey.between(x, y - 1.0);
        sums = (sums.0 + across * across - upright * upright, sums.1 + 2.0 * across * upright);
        along += 1.0;
    }
    let most = (sums.1.atan2(sums.0) / 2.0).to_degrees();
    // Of the two opposite ways the one of the line.
    let off = (most - degrees + 90.0).rem_euclid(180.0) - 90.0;
    degrees + off
}

impl Hit {
    fn says(&self, other: &Self) -> bool {
        self.format == other.format && self.text == other.text
    }

    /// Whether a place lies within it along its line.
    fn is_about(&self, (x, y): Place) -> bool {
        let along = |(from, to): (f32, f32), at: f32| at >= from.min(to) - 4.0 && at <= from.max(to) + 4.0;
        along((self.from.0, self.to.0), x) && along((self.from.1, self.to.1), y)
    }

    fn is_reversed(&self, degrees: f32) -> bool {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        (self.to.0 - self.from.0) * cosine + (self.to.1 - self.from.1) * sine < 0.0
    }
}

/// A line across the picture: where it begins, a step of one point along it, and its greys.
struct Line {
    from: Place,
    step: Place,
    beside: f32,
    greys: Vec<f32>,
}

impl Line {
    fn across(grey: &Grey, degrees: f32, beside: f32) -> Self {
        #[allow(clippy::cast_precision_loss)] // Sides of a frame.
        let middle = (grey.width as f32 / 2.0, grey.height as f32 / 2.0);
        Self::through(grey, middle, degrees, beside)
    }

    /// Through a place, or so many points beside it.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // Sides of a frame.
    fn through(grey: &Grey, (x, y): Place, degrees: f32, beside: f32) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let (x, y) = (x - sine * beside, y + cosine * beside);
        // How far it goes each way before it leaves the picture.
        let mut within = (-1e6_f32, 1e6_f32);
        for (at, step, side) in [(x, cosine, grey.width as f32), (y, sine, grey.height as f32)] {
            if step.abs() > 1e-4 {
                let (one, other) = ((0.5 - at) / step, (side - 0.5 - at) / step);
                within = (within.0.max(one.min(other)), within.1.min(one.max(other)));
            } else if at < 0.0 || at > side {
                within = (0.0, 0.0);
            }
        }
        let (first, last) = (within.0.ceil() as i32, within.1.floor() as i32);
        let from = (x + cosine * first as f32, y + sine * first as f32);
        let greys = (0..(last - first).max(0)).map(|place| {
            let (x, y) = (from.0 + cosine * place as f32, from.1 + sine * place as f32);
            // Three beside each other: bars go on there, noise does not.
            let beside = grey.between(x - sine, y + cosine) + grey.between(x + sine, y - cosine);
            (beside + grey.between(x, y)) / 3.0
        });
        Self { from, step: (cosine, sine), beside, greys: greys.collect() }
    }

    fn at(&self, along: f32) -> Place {
        (self.from.0 + self.step.0 * along, self.from.1 + self.step.1 * along)
    }

    fn hits(&self, kinds: Kinds) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (sharpening, least) in MANNERS {
            let greys = sharpened(&self.greys, sharpening);
            let edges = edges(&greys, least, FAINT * (1.0 + sharpening));
            for piece in pieces(&edges, &greys) {
                piece.read(kinds, |format, text, from, to| {
                    let hit = Hit { format, text, from: self.at(from), to: self.at(to), beside: self.beside };
                    if !hits.iter().any(|known| known.text == hit.text && known.format == hit.format) {
                        hits.push(hit);
                    }
                });
            }
            if !hits.is_empty() {
                break;
            }
        }
        hits
    }
}

/// How much a line is sharpened, and which part of the contrast about it is an edge.
const MANNERS: [(f32, f32); 3] = [(0.0, 0.3), (0.0, 0.12), (1.5, 0.15)];

/// Each point moved away from the mean of those two beside it.
fn sharpened(greys: &[f32], by: f32) -> Vec<f32> {
    let at = |place: usize| greys.get(place.min(greys.len() - 1)).copied().unwrap_or(0.0);
    let sharp = |place: usize| (at(place) - f32::midpoint(at(place.saturating_sub(2)), at(place + 2))) * by;
    (0..greys.len()).map(|place| at(place) + sharp(place)).collect()
}

/// Contrast below which nothing is an edge, greys.
const FAINT: f32 = 9.0;
/// Of what an edge is where the line's contrast is strongest, so much it is anywhere.
const FAINTEST: f32 = 0.4;
/// Points within which a contrast is compared to the strongest.
const AROUND: usize = 24;

/// Where dark and light meet: half-way between a darkest and a lightest point that differ by
/// `least` of the contrast about them. The first is from light to dark.
#[allow(clippy::cast_precision_loss)] // Sides of a frame.
fn edges(greys: &[f32], least: f32, faint: f32) -> Vec<f32> {
    let spans: Vec<(f32, f32)> = greys
        .chunks(AROUND)
        .map(|part| part.iter().fold((f32::MAX, f32::MIN), |(low, high), grey| (low.min(*grey), high.max(*grey))))
        .collect();
    let contrast = |place: usize| {
        let block = place / AROUND;
        let near = spans.get(block.saturating_sub(1)..(block + 2).min(spans.len())).unwrap_or_default();
        let (low, high) = near.iter().fold((f32::MAX, f32::MIN), |(l, h), (low, high)| (l.min(*low), h.max(*high)));
        high - low
    };
    let strongest = (0..spans.len()).map(|block| contrast(block * AROUND)).fold(0.0, f32::max);
    let faint = faint.max(FAINTEST * least * strongest);
    // Lightest and darkest points by turns, with their places.
    let mut turns: Vec<(usize, f32)> = Vec::new();
    let Some(first) = greys.first() else { return Vec::new() };
    let (mut low, mut high) = ((0, *first), (0, *first));
    let mut is_rising: Option<bool> = None;
    for (place, grey) in greys.iter().enumerate() {
        if *grey < low.1 {
            low = (place, *grey);
        }
        if *grey > high.1 {
            high = (place, *grey);
        }
        let swing = (least * contrast(place)).max(faint);
        if is_rising != Some(false) && high.1 - grey >= swing {
            turns.push(high);
            is_rising = Some(false);
            low = (place, *grey);
        } else if is_rising != Some(true) && grey - low.1 >= swing {
            turns.push(low);
            is_rising = Some(true);
            high = (place, *grey);
        }
    }
    match is_rising {
        Some(true) => turns.push(high),
        Some(false) => turns.push(low),
        None => {}
    }
    let mut edges = Vec::with_capacity(turns.len());
    for pair in turns.windows(2) {
        let [(from, one), (to, other)] = pair else { continue };
        let middle = f32::midpoint(*one, *other);
        let is_down = other < one;
        // A picture that begins with dark.
        if edges.is_empty() && !is_down {
            edges.push(0.0);
        }
        let part = greys.get(*from..=*to).unwrap_or_default();
        let crossing = part.windows(2).enumerate().find_map(|(place, pair)| match pair {
            [a, b] if (*a >= middle) != (*b >= middle) => Some(place as f32 + (a - middle) / (a - b)),
            _ => None,
        });
        edges.push(*from as f32 + crossing.unwrap_or(0.0));
    }
    edges
}

/// Runs between two gaps that are wide beside them.
struct Piece<'a> {
    edges: &'a [f32],
    /// The light before and after, points.
    gaps: (f32, f32),
    /// The narrower runs, points.
    narrow: f32,
    widest: f32,
    /// Whether bars go on behind one of the gaps: it may be a tear.
    goes_on: bool,
}

impl<'a> Piece<'a> {
    fn new(edges: &'a [f32], gaps: (f32, f32)) -> Self {
        let mut widths: Vec<f32> = edges.windows(2).map(|pair| if let [a, b] = pair { b - a } else { 0.0 }).collect();
        widths.sort_by(f32::total_cmp);
        let narrow = widths.get(widths.len() / 4).copied().unwrap_or(1.0).max(0.5);
        Self { edges, gaps, narrow, widest: widths.last().copied().unwrap_or(1.0), goes_on: false }
    }

    /// Whether it is a code of its own, and whole: what is cut off at the picture's edge is not.
    fn is_apart(&self) -> bool {
        let is_whole = !self.goes_on && self.widest <= WIDE * self.narrow;
        is_whole && self.gaps.0.min(self.gaps.1) >= MARGIN * self.narrow
    }
}

/// Runs that a code has at least: odd, from dark to dark.
const RUNS_LEAST: usize = 19;
/// Runs that tell how wide those of a code are.
const RUNS_NEAR: usize = 8;
/// A gap is so many times as wide.
const GAP: f32 = 5.0;
/// No bar and no light between bars is so many times as wide.
const WIDE: f32 = 6.0;
/// The margin of a code that has no check: by the standard it is ten narrow bars, and often less.
const MARGIN: f32 = 5.0;

#[allow(clippy::cast_precision_loss)] // Sides of a frame.
fn pieces<'a>(edges: &'a [f32], greys: &[f32]) -> Vec<Piece<'a>> {
    let all = greys.len() as f32;
    let edge = |place: usize| edges.get(place).copied().unwrap_or(all);
    let middle = |runs: &[f32]| {
        let mut widths: Vec<f32> = runs.windows(2).map(|pair| if let [a, b] = pair { b - a } else { 0.0 }).collect();
        widths.sort_by(f32::total_cmp);
        widths.get(widths.len() / 2).copied().unwrap_or(1.0)
    };
    let mut pieces = Vec::new();
    if edges.len() < RUNS_LEAST {
        return pieces;
    }
    let before = |start: usize| edge(start) - start.checked_sub(1).map_or(0.0, edge);
    let after = |end: usize| edge(end + 1) - edge(end);
    let runs = |from: usize, to: usize| edges.get(from..=to.min(edges.len() - 1)).unwrap_or_default();
    // Dark begins at each second edge, and ends at the others.
    for start in (0..edges.len()).step_by(2) {
        if start > 0 && before(start) < GAP * middle(runs(start, start + RUNS_NEAR)) {
            continue;
        }
        let is_end = |end: usize| after(end) >= GAP * middle(runs(end.saturating_sub(RUNS_NEAR), end));
        let mut ends = (start + RUNS_LEAST..edges.len()).step_by(2);
        if let Some(end) = ends.find(|end| end + 2 >= edges.len() || is_end(*end)) {
            let mut piece = Piece::new(runs(start, end), (before(start), after(end)));
            // Eight runs as wide as those of a code, not far behind a gap.
            let are_bars = |from: usize, to: usize| edge(to) - edge(from) < 3.0 * RUNS_NEAR as f32 * piece.narrow;
            let is_near = |gap: f32| gap < 6.0 * MARGIN * piece.narrow;
            let is_before = start > RUNS_NEAR && is_near(before(start)) && are_bars(start - 1 - RUNS_NEAR, start - 1);
            let is_after =
                end + 1 + RUNS_NEAR < edges.len() && is_near(after(end)) && are_bars(end + 1, end + 1 + RUNS_NEAR);
            piece.goes_on = is_before || is_after;
            pieces.push(piece);
        }
    }
    // Together: what lies close to a code may hide its quiet zone.
    if let (Some(first), Some(last)) = (edges.first(), edges.last())
        && !matches!(pieces.as_slice(), [one] if one.edges.len() == edges.len())
    {
        pieces.push(Piece::new(edges, (first.min(2.0), (all - last).min(2.0))));
    }
    pieces
}

/// Bits that stand for the narrower runs.
const BITS: f32 = 6.0;
const BITS_MOST: f32 = 6000.0;

impl Piece<'_> {
    /// Hands over what it says: its kind and text, and from where to where, along the line.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A few thousand.
    fn read(&self, kinds: Kinds, mut take: impl FnMut(Format, String, f32, f32)) {
        let (Some(first), Some(last)) = (self.edges.first(), self.edges.last()) else { return };
        let gaps = (self.gaps.0.min(15.0 * self.narrow), self.gaps.1.min(15.0 * self.narrow));
        let length = last - first + gaps.0 + gaps.1;
        let scale = (BITS / self.narrow).min(BITS_MOST / length.max(1.0));
        let bit = |along: f32| ((along - first + gaps.0) * scale).round() as usize;
        let size = (length * scale).ceil() as usize + 1;
        let mut row = BitArray::with_size(size);
        for pair in self.edges.windows(2).step_by(2) {
            let [from, to] = pair else { continue };
            let (from, to) = (bit(*from), bit(*to).max(bit(*from) + 1).min(size));
            (from.min(size)..to).for_each(|bit| row.set(bit));
        }
        let along = |bit: f32| bit / scale + first - gaps.0;
        for is_reversed in [false, true] {
            if is_reversed {
                row.reverse();
            }
            for format in
                FORMATS.into_iter().filter(|format| kinds.has(*format) && (self.is_apart() || has_check(*format)))
            {
                let Some(result) = one(format, &row) else { continue };
                // Where the library saw it; of what stands apart all of it is the code.
                let points = result.getPoints();
                let (Some(from), Some(to)) = (points.first(), points.last()) else { continue };
                let place = |x: f32| along(if is_reversed { size as f32 - x } else { x });
                let (from, to) = match (has_check(format), is_reversed) {
                    (true, _) => (place(from.x), place(to.x)),
                    (false, false) => (*first, *last),
                    (false, true) => (*last, *first),
                };
                take(format, result.getText().to_owned(), from, to);
            }
        }
    }
}

const FORMATS: [Format; 5] = [Format::Ean13, Format::Code128, Format::Itf, Format::Codabar, Format::Code39];

/// What a row says as one kind; a reader that panics read nothing.
fn one(format: Format, row: &BitArray) -> Option<RXingResult> {
    let hints = DecodeHints::default();
    let read = || match format {
        Format::Ean13 => EAN13Reader.decode_row(0, row, &hints),
        Format::Code128 => Code128Reader.decode_row(0, row, &hints),
        Format::Itf => ITFReader::default().decode_row(0, row, &hints),
        Format::Codabar => CodaBarReader::default().decode_row(0, row, &hints),
        _ => Code39Reader::default().decode_row(0, row, &hints),
    };
    catch_unwind(AssertUnwindSafe(read)).ok()?.ok().filter(|result| !result.getText().is_empty())
}
