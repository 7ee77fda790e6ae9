//! Where the modules of a code lie in a picture: from its three finders to a projection that meets
//! all its patterns as well as can be.

use super::finders::{Finder, Triple};
use super::geometry::{Point, Projection};
use super::layout::{self, Grid};
use crate::grey::{Grey, Pyramid};

/// A code's modules in the picture.
#[derive(Debug, Clone)]
pub struct Fit {
    pub version: usize,
    pub projection: Projection,
    /// How well its patterns are met: 1 at best.
    pub score: f32,
    /// How far what is seen lies from that.
    pub bend: Bend,
}

/// How far alignment patterns lie from where the projection has them, at rows and columns of their
/// centres; between them it changes evenly. Empty for what is flat or has too few of them.
#[derive(Debug, Clone, Default)]
pub struct Bend {
    at: Vec<usize>,
    moved: Vec<Point>,
}

impl Bend {
    fn of(&self, place: Point) -> Point {
        if self.at.len() < 3 {
            return Point::default();
        }
        let (x, right) = self.between(place.x - 0.5);
        let (y, down) = self.between(place.y - 0.5);
        let at = |x: usize, y: usize| self.moved.get(y * self.at.len() + x).copied().unwrap_or_default();
        let upper = at(x, y).times(1.0 - right).plus(at(x + 1, y).times(right));
        let lower = at(x, y + 1).times(1.0 - right).plus(at(x + 1, y + 1).times(right));
        upper.times(1.0 - down).plus(lower.times(down))
    }

    /// The centre before a place, and how far it is on the way to the next.
    fn between(&self, place: f32) -> (usize, f32) {
        let before = self.at.iter().skip(1).take_while(|at| float(**at) < place).count().min(self.at.len() - 2);
        let (from, to) = (self.at.get(before).copied().unwrap_or(0), self.at.get(before + 1).copied().unwrap_or(1));
        (before, ((place - float(from)) / float(to - from).max(1.0)).clamp(-0.5, 1.5))
    }
}

/// Half of the differences of neighbouring colours, whichever way the code has them.
#[derive(Clone, Copy)]
pub struct View<'a> {
    grey: &'a Grey,
    /// How many times smaller than the whole picture.
    scale: f32,
    sign: f32,
}

impl View<'_> {
    /// Greater where it is darker.
    #[inline]
    fn dark(&self, at: Point) -> f32 {
        (128.0 - self.grey.between(at.x / self.scale, at.y / self.scale)) * self.sign
    }
}

/// A finder with the way its rows and columns run.
#[derive(Debug, Clone, Copy)]
struct Frame {
    at: Point,
    right: Point,
    down: Point,
}

impl Frame {
    fn of(&self, right: f32, down: f32) -> Point {
        self.at.plus(self.right.times(right)).plus(self.down.times(down))
    }
}

/// The colours of a finder with its separator, from the middle: +1 dark, -1 light.
fn finder_colour(right: i8, down: i8) -> f32 {
    let ring = right.abs().max(down.abs());
    if ring == 2 || ring == 4 { -1.0 } else { 1.0 }
}

/// How well a finder lies there: the correlation of colours and greys.
fn finder_score(view: View<'_>, frame: &Frame) -> f32 {
    let (mut count, mut sum, mut squares, mut signs, mut products) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    for down in -4..=4_i8 {
        for right in -4..=4_i8 {
            let colour = finder_colour(right, down);
            let dark = view.dark(frame.of(f32::from(right), f32::from(down)));
            count += 1.0;
            sum += dark;
            squares += dark * dark;
            signs += colour;
            products += colour * dark;
        }
    }
    // A spread of one grey is none.
    let spread = (squares - sum * sum / count).max(count).sqrt();
    let colours = (count - signs * signs / count).sqrt();
    (products - sum * signs / count) / (spread * colours)
}

/// Moves and turns it until it lies best.
fn settled(view: View<'_>, start: Frame) -> (Frame, f32) {
    let (mut best, mut score) = (start, finder_score(view, &start));
    let side = start.right.length().max(start.down.length());
    for step in [0.5, 0.25, 0.12, 0.06] {
        for _ in 0..4 {
            let before = score;
            for which in 0..6 {
                for sign in [1.0, -1.0] {
                    let by = sign * step * side;
                    let mut next = best;
                    match which {
                        0 => next.at.x += by,
                        1 => next.at.y += by,
                        2 => next.right.x += by / 4.0,
                        3 => next.right.y += by / 4.0,
                        4 => next.down.x += by / 4.0,
                        _ => next.down.y += by / 4.0,
                    }
                    let now = finder_score(view, &next);
                    if now > score {
                        (best, score) = (next, now);
                    }
                }
            }
            if score - before < 0.002 {
                break;
            }
        }
    }
    (best, score)
}

/// Colours that every code of a version has, as places and signs.
struct Known {
    places: Vec<(Point, f32)>,
}

impl Known {
    /// Finders, timing patterns and the alignment patterns of the far corner and the middle: those
    /// between are met afterwards.
    fn of(version: usize) -> Self {
        let fixed = layout::fixed(version);
        let side = fixed.side;
        let centres = layout::alignment_centres(version);
        let far = centres.last().copied();
        let central = centres.iter().copied().min_by_key(|(x, y)| x.abs_diff(side / 2) + y.abs_diff(side / 2));
        let kept = [far, central];
        let is_kept = |x: usize, y: usize| {
            let is_alignment = |(cx, cy): &(usize, usize)| cx.abs_diff(x) <= 2 && cy.abs_diff(y) <= 2;
            kept.iter().flatten().any(is_alignment) || !centres.iter().any(is_alignment)
        };
        let mut places = Vec::new();
        for y in 0..side {
            for x in 0..side {
                if let Some(Some(is_dark)) = fixed.get(x, y)
                    && is_kept(x, y)
                {
                    places.push((middle(x, y), if is_dark { 1.0 } else { -1.0 }));
                }
            }
        }
        // The quiet zone, as far as a finder's ring needs it.
        let side = float(side);
        for n in 0_u8..7 {
            let along = f32::from(n) + 0.5;
            let far = side - along;
            for at in [(along, -0.5), (-0.5, along), (far, -0.5), (-0.5, far), (side + 0.5, along), (along, side + 0.5)]
            {
                places.push((Point::new(at.0, at.1), -0.6));
            }
        }
        Self { places }
    }
}

impl Known {
    /// The timing patterns alone.
    fn timing(version: usize) -> Self {
        let side = layout::side(version);
        let places = (7..side - 7).flat_map(|n| {
            let colour = if n % 2 == 0 { 1.0 } else { -1.0 };
            [(middle(n, 6), colour), (middle(6, n), colour)]
        });
        Self { places: places.collect() }
    }
}

/// The middle of a module.
pub fn middle(x: usize, y: usize) -> Point {
    Point::new(float(x) + 0.5, float(y) + 0.5)
}

#[allow(clippy::cast_precision_loss)] // At most some hundreds.
pub fn float(count: usize) -> f32 {
    count as f32
}

/// What greys are compared with: linear over the code, from its finders.
#[derive(Debug, Clone, Copy)]
struct Light {
    at: Point,
    base: f32,
    slope: Point,
    contrast: f32,
}

impl Light {
    fn of(view: View<'_>, frames: &[Frame; 3]) -> Self {
        let of = |frame: &Frame| {
            let (mut dark, mut light) = (0.0, 0.0);
            for n in -1..=1_i8 {
                for m in -1..=1_i8 {
                    dark += view.dark(frame.of(f32::from(n), f32::from(m))) / 9.0;
                }
            }
            for n in -2..=2_i8 {
                let n = f32::from(n);
                for (right, down) in [(n, -2.0), (n, 2.0), (-2.0, n), (2.0, n)] {
                    light += view.dark(frame.of(right, down)) / 20.0;
                }
            }
            (f32::midpoint(dark, light), (dark - light).max(4.0) / 2.0)
        };
        let [a, b, c] = frames.map(|frame| of(&frame));
        let [p, q, r] = frames.map(|frame| frame.at);
        let (u, v) = (q.minus(p), r.minus(p));
        let area = u.cross(v);
        let (du, dv) = (b.0 - a.0, c.0 - a.0);
        let slope = if area.abs() < 1.0 {
            Point::default()
        } else {
            Point { x: (du * v.y - dv * u.y) / area, y: (dv * u.x - du * v.x) / area }
        };
        Self { at: p, base: a.0, slope, contrast: (a.1 + b.1 + c.1) / 3.0 }
    }

    #[inline]
    fn relative(&self, view: View<'_>, at: Point) -> f32 {
        let threshold = self.base + self.slope.dot(at.minus(self.at));
        ((view.dark(at) - threshold) / self.contrast).clamp(-1.0, 1.0)
    }
}

fn score(view: View<'_>, light: &Light, known: &Known, projection: &Projection) -> f32 {
    let (mut sum, mut weights) = (0.0, 0.0_f32);
    for (place, sign) in &known.places {
        sum += sign * light.relative(view, projection.of(*place));
        weights += sign.abs();
    }
    sum / weights.max(1.0)
}

/// Moves the corners until the patterns are met best.
fn refined(view: View<'_>, light: &Light, known: &Known, start: &Fit, steps: &[f32]) -> Option<Fit> {
    let Fit { version, projection: start, .. } = *start;
    let side = float(layout::side(version));
    let corners =
        [(3.5, 3.5), (side - 3.5, 3.5), (3.5, side - 3.5), (side - 6.5, side - 6.5)].map(|(x, y)| Point::new(x, y));
    let mut at = corners.map(|corner| start.of(corner));
    let module = start.module(Point::new(side / 2.0, side / 2.0));
    let project = |at: &[Point; 4]| {
        let [a, b, c, d] = corners;
        let [p, q, r, s] = *at;
        Projection::fitted(&[(a, p, 1.0), (b, q, 1.0), (c, r, 1.0), (d, s, 1.0)])
    };
    let mut best = (score(view, light, known, &start), start);
    for step in steps {
        for _ in 0..3 {
            let before = best.0;
            // The corner without a finder moves most.
            for which in [3, 0, 1, 2] {
                let reach = if which == 3 { *step } else { step / 2.0 } * module;
                for (x, y) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                    let mut next = at;
                    if let Some(corner) = next.get_mut(which) {
                        *corner = corner.plus(Point::new(x * reach, y * reach));
                    }
                    let Some(projection) = project(&next) else { continue };
                    let now = score(view, light, known, &projection);
                    if now > best.0 {
                        best = (now, projection);
                        at = next;
                    }
                }
            }
            if best.0 - before < 0.002 {
                break;
            }
        }
    }
    Some(Fit { version, projection: best.1, score: best.0, bend: Bend::default() })
}

/// How well the timing patterns of a code are met at a glance, at least; where there is none, they
/// are met by chance.
const TIMED: f32 = 0.2;
/// The same with finders that are settled: of large codes and wrinkled ones not much is met yet.
const HARDLY_TIMED: f32 = 0.0;
/// How well all patterns are met at least when they are met as well as can be; noise reaches 0.3.
const MET: f32 = 0.28;

/// A triple that is looked at more and more closely.
pub struct Candidate<'a> {
    view: View<'a>,
    pub is_inverted: bool,
    frames: [Frame; 3],
    light: Light,
    /// Fits that were tried, to go on from.
    fits: Vec<Fit>,
    /// The best of those that were moved, likewise.
    refined: Vec<Fit>,
    /// How sure it is that there is a code.
    pub worth: f32,
    /// The side of a module as its finders have it, points.
    pub module: f32,
    /// The least share of ways out of a finder that cross its rings.
    rings: f32,
}

impl<'a> Candidate<'a> {
    /// As its finders were found.
    pub fn new(pyramid: &'a Pyramid, triple: &Triple) -> Self {
        let [a, b, c] = triple.corners;
        let module = (a.module + b.module + c.module) / 3.0;
        let (grey, scale) = pyramid.for_length(module, 2.5);
        let view = View { grey, scale, sign: if triple.is_inverted() { -1.0 } else { 1.0 } };
        let (u, v) = (b.at.minus(a.at), c.at.minus(a.at));
        let unit = |way: Point| way.times(1.0 / way.length().max(1.0));
        let (right, down) = (unit(u), unit(v));
        let frames = [a, b, c].map(|finder| {
            let wide = along(view, &finder, right).unwrap_or(finder.module);
            let high = along(view, &finder, down).unwrap_or(finder.module);
            Frame { at: finder.at, right: right.times(wide), down: down.times(high) }
        });
        let light = Light::of(view, &frames);
        let worth = frames.iter().map(|frame| finder_score(view, frame)).fold(1.0, f32::min);
        let rings = triple.corners.iter().map(|finder| finder.rings).fold(1.0, f32::min);
        Self {
            view,
            is_inverted: triple.is_inverted(),
            frames,
            light,
            fits: Vec::new(),
            refined: Vec::new(),
            worth,
            module,
            rings,
        }
    }

    /// Whether its finders may be real, before they are settled.
    pub fn is_like_a_code(&self) -> bool {
        self.worth > 0.3 || self.rings > 0.6
    }

    /// From the finders as they are and the alignment pattern: cheap, and right for most codes.
    pub fn at_a_glance(&mut self, go_on: &dyn Fn() -> bool) -> Vec<Fit> {
        let mut fits = self.timed(0.05, 2, TIMED);
        self.align(&mut fits, go_on);
        fits
    }

    /// Versions that it may have by its finders, those first whose timing patterns are met best:
    /// `most` of them that are met better than `least`. `corners` as for [`from_frames`].
    fn timed(&self, corners: f32, most: usize, least: f32) -> Vec<Fit> {
        let (view, light) = (self.view, self.light);
        let of_version = |version| {
            let projection = from_frames(&self.frames, version, corners)?;
            let score = score(view, &light, &Known::timing(version), &projection);
            Some(Fit { version, projection, score, bend: Bend::default() })
        };
        let mut fits: Vec<Fit> = versions(view, &light, &self.frames).into_iter().filter_map(of_version).collect();
        fits.sort_by(|one, other| other.score.total_cmp(&one.score));
        fits.truncate(most);
        fits.retain(|fit| fit.score > least);
        fits
    }

    /// Meets their alignment patterns.
    fn align(&self, fits: &mut [Fit], go_on: &dyn Fn() -> bool) {
        for fit in fits.iter_mut().take_while(|_| go_on()) {
            if let Some(projection) = met_alignment(self.view, &self.light, fit) {
                fit.projection = projection;
            }
            fit.bend = bend(self.view, &self.light, fit);
        }
    }

    /// Moves its finders until they are met as well as can be.
    pub fn settle(&mut self) {
        let settled = self.frames.map(|frame| settled(self.view, frame));
        self.worth = settled.iter().map(|(_, score)| *score).fold(1.0, f32::min);
        self.frames = settled.map(|(frame, _)| frame);
        self.light = Light::of(self.view, &self.frames);
    }

    /// From finders that are settled.
    pub fn closely(&mut self, go_on: &dyn Fn() -> bool) -> Vec<Fit> {
        let mut fits = self.timed(1.0, 3, HARDLY_TIMED);
        self.fits.clone_from(&fits);
        self.align(&mut fits, go_on);
        self.fits.extend(fits.iter().cloned());
        fits
    }

    /// Where the code is not flat: as its modules differ most.
    pub fn unwrinkled(&mut self) -> Vec<Fit> {
        let mut fits = std::mem::take(&mut self.refined);
        for fit in &mut fits {
            fit.bend = wrinkles(self.view, fit);
        }
        fits
    }

    /// With all patterns met as well as can be, the best first.
    pub fn patiently(&mut self, go_on: &dyn Fn() -> bool) -> Vec<Fit> {
        let (view, light) = (self.view, self.light);
        let mut fits: Vec<Fit> = Vec::new();
        for start in self.fits.iter().take_while(|_| go_on()) {
            let known = Known::of(start.version);
            let Some(fit) = refined(view, &light, &known, start, &[1.0, 0.5, 0.25, 0.12]) else { continue };
            match fits.iter_mut().find(|other| other.version == fit.version) {
                Some(other) if other.score < fit.score => *other = fit,
                Some(_) => {}
                None => fits.push(fit),
            }
        }
        fits.sort_by(|one, other| other.score.total_cmp(&one.score));
        fits.truncate(2);
        fits.retain(|fit| fit.score > MET);
        for fit in &mut fits {
            fit.bend = bend(view, &light, fit);
        }
        self.refined = fits.iter().take(1).cloned().collect();
        fits
    }
}

/// The side of a module along a way, from the ring of the finder: how far its black square reaches.
fn along(view: View<'_>, finder: &Finder, way: Point) -> Option<f32> {
    let step = finder.module / 8.0;
    // Half way to the lightest: the ring lies at 2 modules, and at 1.4 of those of a finder that is
    // turned by half a right angle and was measured too large.
    let ring = (9_u8..22).flat_map(|n| [f32::from(n), -f32::from(n)]);
    let lightest = ring.map(|n| view.dark(finder.at.plus(way.times(n * step)))).fold(f32::MAX, f32::min);
    let light = f32::midpoint(view.dark(finder.at), lightest);
    // Out from the middle: dark, light, dark, light. The last change is the rim at 3.5 modules.
    let rim = |sign: f32| {
        let (mut changes, mut is_dark) = (0, true);
        for n in 1_u8..64 {
            let distance = f32::from(n) * step;
            let now = view.dark(finder.at.plus(way.times(sign * distance))) > light;
            if now != is_dark {
                changes += 1;
                is_dark = now;
                if changes == 3 {
                    return Some(distance - step / 2.0);
                }
            }
        }
        None
    };
    Some((rim(1.0)? + rim(-1.0)?) / 7.0).filter(|module| (0.4..2.0).contains(&(module / finder.module)))
}

/// The projection that meets the corners of the three finders.
/// `corners` is what a corner weighs beside the middle of a finder.
fn from_frames(frames: &[Frame; 3], version: usize, corners: f32) -> Option<Projection> {
    let far = float(layout::side(version)) - 3.5;
    let mut pairs = Vec::new();
    for (frame, middle) in frames.iter().zip([Point::new(3.5, 3.5), Point::new(far, 3.5), Point::new(3.5, far)]) {
        pairs.push((middle, frame.at, 4.0));
        for (right, down) in [(-3.5, -3.5), (3.5, -3.5), (-3.5, 3.5), (3.5, 3.5)] {
            pairs.push((Point::new(middle.x + right, middle.y + down), frame.of(right, down), corners));
        }
    }
    Projection::fitted(&pairs)
}

/// Versions that it may have: from the distances of its finders and from its timing patterns.
fn versions(view: View<'_>, light: &Light, frames: &[Frame; 3]) -> Vec<usize> {
    let [a, b, c] = frames;
    let of_distance = |from: &Frame, to: &Frame, way: fn(&Frame) -> Point| {
        let distance = to.at.minus(from.at).length();
        let module = f32::midpoint(way(from).length(), way(to).length());
        (distance / module + 7.0 - 17.0) / 4.0
    };
    let (across, down) = (of_distance(a, b, |f| f.right), of_distance(a, c, |f| f.down));
    let counted =
        [count(view, light, a.of(3.0, 3.0), b.of(-3.0, 3.0)), count(view, light, a.of(3.0, 3.0), c.of(3.0, -3.0))];
    let mut versions = Vec::new();
    let mut push = |version: f32| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let version = version.round().clamp(0.0, 41.0) as usize;
        if layout::VERSIONS.contains(&version) && !versions.contains(&version) {
            versions.push(version);
        }
    };
    told(view, light, frames).for_each(&mut push);
    counted.into_iter().flatten().for_each(&mut push);
    let mean = f32::midpoint(across, down);
    [mean, across, down, mean - 0.6, mean + 0.6].into_iter().for_each(&mut push);
    versions.truncate(5);
    versions
}

/// The version as the code itself tells it, from 7 on: beside its top right and its bottom left
/// finder.
fn told<'a>(view: View<'a>, light: &'a Light, frames: &'a [Frame; 3]) -> impl Iterator<Item = f32> + 'a {
    let [_, top_right, bottom_left] = frames;
    let copies = [(top_right, false), (bottom_left, true)];
    copies.into_iter().filter_map(move |(frame, is_below)| {
        let mut bits = [0.0_f32; 18];
        let mut size = 0.1;
        for (bit, into) in bits.iter_mut().enumerate() {
            let (along, across) = (float(bit % 3) - 7.0, float(bit / 3) - 3.0);
            let (right, down) = if is_below { (across, along) } else { (along, across) };
            *into = light.relative(view, frame.of(right, down));
            size += into.abs();
        }
        let score = |version: usize| {
            let word = layout::version_word(version);
            let bits = bits.iter().enumerate();
            bits.map(|(bit, value)| if word >> bit & 1 == 1 { *value } else { -value }).sum::<f32>() / size
        };
        let best = (7..=40).max_by(|one, other| score(*one).total_cmp(&score(*other)))?;
        (score(best) > 0.6).then_some(float(best))
    })
}

/// A version by the changes of colour along a timing pattern, where they are what one has.
fn count(view: View<'_>, light: &Light, from: Point, to: Point) -> Option<f32> {
    let way = to.minus(from);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let steps = (way.length() / view.scale * 2.0).clamp(8.0, 1000.0) as u16;
    let (mut changes, mut is_dark) = (0_u8, true);
    for n in 0..=steps {
        let relative = light.relative(view, from.plus(way.times(f32::from(n) / f32::from(steps))));
        // A little beyond the threshold, or noise counts.
        if if is_dark { relative < -0.15 } else { relative > 0.15 } {
            changes = changes.saturating_add(1);
            is_dark = !is_dark;
        }
    }
    // From dark to dark: side - 13 modules, and one change fewer.
    let side = f32::from(changes) + 1.0 + 12.0;
    let version = (side - 17.0) / 4.0;
    ((version - version.round()).abs() < 0.3).then_some(version)
}

/// Looks for the alignment pattern nearest to the corner without a finder, about where it should
/// be, and meets it.
fn met_alignment(view: View<'_>, light: &Light, fit: &Fit) -> Option<Projection> {
    let side = layout::side(fit.version);
    let (x, y) = *layout::alignment_centres(fit.version).last()?;
    let place = middle(x, y);
    let here = fit.projection.of(place);
    let right = fit.projection.of(Point::new(place.x + 1.0, place.y)).minus(here);
    let down = fit.projection.of(Point::new(place.x, place.y + 1.0)).minus(here);
    let alignment = |at: Point| alignment_score(view, light, at, right, down);
    let moved = |n: i8, m: i8| here.plus(right.times(f32::from(n) / 2.0)).plus(down.times(f32::from(m) / 2.0));
    let mut best = (alignment(here) + 1.0, here);
    let look = |reach: i8, is_sketched: bool, best: &mut (f32, Point)| {
        for n in -reach..=reach {
            for m in -reach..=reach {
                let at = moved(n, m);
                // Nine of its modules tell most places from it.
                if is_sketched && sketch_score(view, light, at, right, down) < 4.0 {
                    continue;
                }
                let now = alignment(at);
                if now > best.0 {
                    *best = (now, at);
                }
            }
        }
    };
    look(2, false, &mut best);
    if best.0 < 17.0 {
        look(if fit.version < 7 { 8 } else { 10 }, true, &mut best);
    }
    // Six of 25 modules may have the other colour.
    if best.0 < 13.0 {
        return None;
    }
    let far = float(side) - 3.5;
    let corners = [Point::new(3.5, 3.5), Point::new(far, 3.5), Point::new(3.5, far)];
    let mut pairs: Vec<_> = corners.map(|corner| (corner, fit.projection.of(corner), 1.0)).to_vec();
    pairs.push((place, best.1, 1.0));
    Projection::fitted(&pairs)
}

/// The same of nine of its modules: 9 at best.
fn sketch_score(view: View<'_>, light: &Light, at: Point, right: Point, down: Point) -> f32 {
    let mut sum = light.relative(view, at);
    for (n, m) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
        sum -= light.relative(view, at.plus(right.times(n)).plus(down.times(m)));
        let (n, m) = (n + m, m - n);
        sum += light.relative(view, at.plus(right.times(2.0 * n)).plus(down.times(2.0 * m)));
    }
    sum
}

/// How well an alignment pattern lies at a place: 25 at best.
fn alignment_score(view: View<'_>, light: &Light, at: Point, right: Point, down: Point) -> f32 {
    let mut sum = 0.0;
    for n in -2..=2_i8 {
        for m in -2..=2_i8 {
            let colour = if n.abs().max(m.abs()) == 1 { -1.0 } else { 1.0 };
            let place = at.plus(right.times(f32::from(n))).plus(down.times(f32::from(m)));
            sum += colour * light.relative(view, place);
        }
    }
    sum
}

/// Where the alignment patterns of a large code really are.
fn bend(view: View<'_>, light: &Light, fit: &Fit) -> Bend {
    let at = layout::alignment(fit.version);
    if at.len() < 3 {
        return Bend::default();
    }
    let count = at.len();
    let mut moved = vec![Point::default(); count * count];
    let is_finder = |x: usize, y: usize| (x == 0 && (y == 0 || y == count - 1)) || (x == count - 1 && y == 0);
    let get = |moved: &[Point], x: usize, y: usize| moved.get(y * count + x).copied().unwrap_or_default();
    for (y, row) in at.iter().enumerate() {
        for (x, column) in at.iter().enumerate() {
            if is_finder(x, y) {
                continue;
            }
            let place = middle(*column, *row);
            let here = fit.projection.of(place);
            let right = fit.projection.of(Point::new(place.x + 1.0, place.y)).minus(here);
            let down = fit.projection.of(Point::new(place.x, place.y + 1.0)).minus(here);
            // As its neighbours that are known.
            let expected = match (x, y) {
                (0, _) => get(&moved, x, y - 1),
                (_, 0) => get(&moved, x - 1, y),
                _ => get(&moved, x - 1, y).plus(get(&moved, x, y - 1)).times(0.5),
            };
            let mut best = (alignment_score(view, light, here.plus(expected), right, down) + 1.0, expected);
            for step in [0.5, 0.2] {
                let from = best.1;
                for n in -3..=3_i8 {
                    for m in -3..=3_i8 {
                        let by = from.plus(right.times(f32::from(n) * step)).plus(down.times(f32::from(m) * step));
                        let now = alignment_score(view, light, here.plus(by), right, down);
                        if now > best.0 {
                            best = (now, by);
                        }
                    }
                }
            }
            let seen = if best.0 > 11.0 { best.1 } else { expected };
            if let Some(into) = moved.get_mut(y * count + x) {
                *into = seen;
            }
        }
    }
    Bend { at, moved }
}

/// Modules from one place to the next where a wrinkled code is met.
const MESH: usize = 6;

/// Where the modules of a code lie that is not flat: at each place of a mesh as they differ most,
/// because between two modules greys are alike. From the finders on, each from its neighbours.
fn wrinkles(view: View<'_>, fit: &Fit) -> Bend {
    let side = layout::side(fit.version);
    let steps = (side - 7).div_ceil(MESH).max(2);
    let at: Vec<usize> = (0..=steps).map(|n| 3 + n * (side - 7) / steps).collect();
    let count = at.len();
    let far = count - 1;
    let mut order: Vec<(usize, usize)> = (0..count).flat_map(|y| (0..count).map(move |x| (x, y))).collect();
    let from_finder = |(x, y): &(usize, usize)| (x + y).min(far - x + y).min(x + far - y);
    order.sort_by_key(from_finder);
    let mut moved: Vec<Option<Point>> = vec![None; count * count];
    let step = |from: Point, to: Point| fit.projection.of(to).minus(fit.projection.of(from));
    for (x, y) in order {
        let (Some(column), Some(row)) = (at.get(x), at.get(y)) else { continue };
        let place = middle(*column, *row);
        let right = step(place, Point::new(place.x + 1.0, place.y));
        let down = step(place, Point::new(place.x, place.y + 1.0));
        let here = fit.projection.of(place).plus(fit.bend.of(place));
        let beside = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
        let known: Vec<Point> = beside
            .iter()
            .filter(|(x, y)| *x < count && *y < count)
            .filter_map(|(x, y)| moved.get(y * count + x).copied().flatten())
            .collect();
        let expected =
            known.iter().fold(Point::default(), |sum, by| sum.plus(*by)).times(1.0 / float(known.len().max(1)));
        let spread = |by: Point| {
            let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
            for n in -4..=4_i8 {
                for m in -4..=4_i8 {
                    let (column, row) = (place.x + f32::from(m), place.y + f32::from(n));
                    if column < 0.0 || row < 0.0 || column > float(side) || row > float(side) {
                        continue;
                    }
                    let at = here.plus(by).plus(right.times(f32::from(m))).plus(down.times(f32::from(n)));
                    let dark = view.dark(at);
                    sum += dark;
                    squares += dark * dark;
                    count += 1.0;
                }
            }
            squares / count - (sum / count) * (sum / count)
        };
        let mut best = (spread(expected) * 1.03, expected);
        for reach in [0.3, 0.12] {
            let from = best.1;
            for n in -2..=2_i8 {
                for m in -2..=2_i8 {
                    let by = from.plus(right.times(f32::from(m) * reach)).plus(down.times(f32::from(n) * reach));
                    let now = spread(by);
                    if now > best.0 {
                        best = (now, by);
                    }
                }
            }
        }
        if let Some(into) = moved.get_mut(y * count + x) {
            *into = Some(best.1);
        }
    }
    let bent = |place: &(usize, usize)| fit.bend.of(middle(place.0, place.1));
    let places = at.iter().flat_map(|y| at.iter().map(move |x| (*x, *y)));
    let moved = moved.iter().zip(places).map(|(by, place)| by.unwrap_or_default().plus(bent(&place))).collect();
    Bend { at, moved }
}

/// The darkness of each module, and how its neighbours' limits lie: see [`super::soft`].
pub fn sampled(pyramid: &Pyramid, fit: &Fit, is_inverted: bool) -> Grid<f32> {
    let side = layout::side(fit.version);
    let half = float(side) / 2.0;
    let module = fit.projection.module(Point::new(half, half));
    let (grey, scale) = pyramid.for_length(module, 2.0);
    let view = View { grey, scale, sign: if is_inverted { -1.0 } else { 1.0 } };
    let at = |x: usize, y: usize| {
        let place = middle(x, y);
        fit.projection.of(place).plus(fit.bend.of(place))
    };
    let mut values = Vec::with_capacity(side * side);
    let mut row: Vec<Point> = (0..=side).map(|x| at(x, 0)).collect();
    for y in 0..side {
        let next: Vec<Point> = (0..=side).map(|x| at(x, y + 1)).collect();
        for ((here, right), down) in row.iter().zip(row.iter().skip(1)).zip(&next) {
            let (right, down) = (right.minus(*here).times(0.22), down.minus(*here).times(0.22));
            let (along, across) = (right.plus(down), right.minus(down));
            let around = [*here, here.plus(along), here.minus(along), here.plus(across), here.minus(across)];
            values.push(around.into_iter().map(|place| view.dark(place)).sum::<f32>() / 5.0);
        }
        row = next;
    }
    Grid { side, values }
}
