//! Finder patterns: rings of 1, 1, 3, 1, 1 along every line through their middle.

use super::geometry::Point;
use crate::threshold::Mask;

/// A finder pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finder {
    pub at: Point,
    /// The side of a module, points.
    pub module: f32,
    /// Light on dark.
    pub is_inverted: bool,
    /// How many lines went through it.
    pub lines: f32,
    /// The share of ways out from its middle that cross its rings.
    pub rings: f32,
}

/// How many finders back one is looked for that a new line goes through.
const LATELY: usize = 120;
/// Most finders that are looked at together.
const MOST: usize = 28;

/// Rows of a picture that are large enough to be looked at for noise.
const WIDE: usize = 600;

/// Whether a large mask is full of edges: noise, which takes long to look through.
fn is_noisy(mask: &Mask) -> bool {
    const ROWS: usize = 16;
    let edges = |y: usize| mask.row(y).windows(2).filter(|pair| pair.first() != pair.last()).count();
    let rows = (0..ROWS).map(|n| (2 * n + 1) * mask.height / (2 * ROWS));
    mask.width > WIDE && rows.map(edges).sum::<usize>() * 7 > ROWS * mask.width
}

/// Finder patterns of a mask, the surest first. Every `step`-th row is looked at, or every third of
/// those in noise.
pub fn find(mask: &Mask, step: usize) -> Vec<Finder> {
    let step = if is_noisy(mask) { 3 * step } else { step };
    let mut found: Vec<Finder> = Vec::new();
    let mut edges: Vec<usize> = Vec::with_capacity(mask.width + 2);
    for y in (step / 2..mask.height).step_by(step.max(1)) {
        let row = mask.row(y);
        let first = row.first().copied().unwrap_or(0);
        edges.clear();
        edges.push(0);
        let mut last = first;
        for (x, point) in row.iter().enumerate() {
            if *point != last {
                edges.push(x);
                last = *point;
            }
        }
        edges.push(mask.width);
        // A code has an edge every other point at most, and is a part of the row: this is noise.
        if edges.len() * 5 > 2 * mask.width && mask.width > WIDE {
            continue;
        }
        for (run, window) in edges.windows(6).enumerate() {
            let [a, b, c, d, e, f] = *window else { continue };
            let runs = [b - a, c - b, d - c, e - d, f - e];
            if !is_like(runs) {
                continue;
            }
            // Which colour the first run has: they take turns.
            let colour = first ^ u8::from(run % 2 == 1);
            if let Some(finder) = crossed(mask, (c + d) / 2, y, runs.iter().sum(), colour) {
                add(&mut found, finder);
            }
        }
    }
    // Few lines through a large pattern are chance.
    let share =
        |finder: &Finder| (finder.lines * f32::from(u8::try_from(step).unwrap_or(1)) / (finder.module * 3.0)).min(1.0);
    found.retain(|finder| share(finder) > 0.2);
    for finder in &mut found {
        finder.rings = rings(mask, finder);
    }
    let worth = |finder: &Finder| share(finder) * finder.lines.sqrt() * (0.2 + finder.rings);
    found.sort_by(|one, other| worth(other).total_cmp(&worth(one)));
    found.truncate(MOST);
    found
}

/// Whether runs are 1, 1, 3, 1, 1. From edge to like edge a run does not depend on how blur or the
/// threshold moved them.
#[inline]
fn is_like([a, b, c, d, e]: [usize; 5]) -> bool {
    // Most runs are none by this alone.
    if c <= b || c <= d {
        return false;
    }
    let total = a + b + c + d + e;
    // In sevenths of all.
    let near = |sum: usize, modules: usize, off: usize| (7 * sum).abs_diff(modules * total) * 4 <= off * total;
    total >= 7
        && near(a + b, 2, 4)
        && near(d + e, 2, 4)
        && near(b + c, 4, 6)
        && near(c + d, 4, 6)
        && near(c, 3, 6)
        && near(a, 1, 3)
        && near(e, 1, 3)
}

/// Looks from the middle up and down, sideways from the middle of that, and up and down again.
fn crossed(mask: &Mask, x: usize, y: usize, across: usize, colour: u8) -> Option<Finder> {
    let upright = |x, y| along(colour, across, |n| mask.at(x, isize::checked_add_unsigned(n, y)?.try_into().ok()?));
    let (_, middle) = upright(x, y)?;
    let y = place(offset(y) + middle)?;
    let (wide, middle) = along(colour, across, |n| mask.at(isize::checked_add_unsigned(n, x)?.try_into().ok()?, y))?;
    let middle_x = offset(x) + middle;
    let (high, middle) = upright(place(middle_x)?, y)?;
    if !(0.28..3.6).contains(&(size(high) / size(wide))) {
        return None;
    }
    let at = Point { x: middle_x, y: offset(y) + middle };
    Some(Finder { at, module: (size(high) + size(wide)) / 14.0, is_inverted: colour == 0, lines: 1.0, rings: 0.0 })
}

#[allow(clippy::cast_precision_loss)] // Sides of pictures.
fn size(runs: [usize; 5]) -> f32 {
    runs.iter().sum::<usize>() as f32
}

#[allow(clippy::cast_precision_loss)]
fn offset(place: usize) -> f32 {
    place as f32
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Saturates.
fn place(place: f32) -> Option<usize> {
    (place >= 0.0).then_some(place as usize)
}

/// The five runs about a place along a line, and where their middle lies from it.
#[allow(clippy::cast_precision_loss)]
fn along(colour: u8, across: usize, at: impl Fn(isize) -> Option<u8>) -> Option<([usize; 5], f32)> {
    let most = isize::try_from(2 * across).ok()?;
    let side = |sign: isize| {
        let (mut runs, mut run, mut n) = ([0_usize; 3], 0, if sign < 0 { 1 } else { 0 });
        let mut wanted = colour;
        while n < most {
            let Some(point) = at(n * sign) else { break };
            if point != wanted {
                run += 1;
                wanted ^= 1;
                if run == 3 {
                    break;
                }
            }
            *runs.get_mut(run)? += 1;
            n += 1;
        }
        // The last ring may end at the picture's edge.
        (run >= 2).then_some(runs)
    };
    let ([c0, b, a], [c1, d, e]) = (side(-1)?, side(1)?);
    let runs = [a, b, c0 + c1, d, e];
    is_like(runs).then_some((runs, (c1 as f32 - c0 as f32) / 2.0))
}

/// Goes out from its middle in sixteen ways: each crosses a dark square, a light ring and a dark
/// one, where these are for a square turned by any angle.
fn rings(mask: &Mask, finder: &Finder) -> f32 {
    const WAYS: u8 = 16;
    let inside = u8::from(!finder.is_inverted);
    let step = (finder.module / 4.0).max(0.5);
    let good = (0..WAYS).filter(|way| {
        let (sine, cosine) = (f32::from(*way) * std::f32::consts::TAU / f32::from(WAYS)).sin_cos();
        let mut changes = 0;
        let mut last = inside;
        let mut distance = 0.0;
        while distance < 5.6 * finder.module {
            let point = place(finder.at.x + cosine * distance).zip(place(finder.at.y + sine * distance));
            let Some(point) = point.and_then(|(x, y)| mask.at(x, y)) else { break };
            if point != last {
                let modules = distance / finder.module;
                let fits = match changes {
                    0 => (1.0..2.9).contains(&modules),
                    1 => (1.8..4.3).contains(&modules),
                    _ => (2.6..5.6).contains(&modules),
                };
                if !fits {
                    return false;
                }
                changes += 1;
                last = point;
                if changes == 3 {
                    return true;
                }
            }
            distance += step;
        }
        false
    });
    f32::from(u8::try_from(good.count()).unwrap_or(0)) / f32::from(WAYS)
}

fn add(found: &mut Vec<Finder>, new: Finder) {
    // The rows are looked at from above: what is near was seen lately.
    for old in found.iter_mut().rev().take(LATELY) {
        let near = old.module.max(new.module) * 1.5;
        let like = new.module < old.module * 1.6 && old.module < new.module * 1.6;
        if like
            && old.is_inverted == new.is_inverted
            && (old.at.x - new.at.x).abs() < near
            && (old.at.y - new.at.y).abs() < near
        {
            let lines = old.lines + 1.0;
            let mix = |a: f32, b: f32| (a * old.lines + b) / lines;
            *old = Finder {
                at: Point { x: mix(old.at.x, new.at.x), y: mix(old.at.y, new.at.y) },
                module: mix(old.module, new.module),
                is_inverted: old.is_inverted,
                lines,
                rings: 0.0,
            };
            return;
        }
    }
    found.push(new);
}

/// Three finders that may be of one code: top left, top right, bottom left, as seen without a
/// mirror.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Triple {
    pub corners: [Finder; 3],
    /// How far it is from three corners of a square.
    pub strain: f32,
}

impl Triple {
    pub fn is_inverted(&self) -> bool {
        self.corners.first().is_some_and(|corner| corner.is_inverted)
    }

    /// Whether it is of the same place as another.
    pub fn is_near(&self, other: &Self) -> bool {
        self.corners.iter().zip(&other.corners).all(|(one, other)| one.at.minus(other.at).length() < one.module)
    }
}

/// Triples of finders, the likeliest first.
pub fn triples(finders: &[Finder], most: usize) -> Vec<Triple> {
    let mut triples = Vec::new();
    for (n, a) in finders.iter().enumerate() {
        for (m, b) in finders.iter().enumerate().skip(n + 1) {
            for c in finders.iter().skip(m + 1) {
                triples.extend(triple([*a, *b, *c]));
            }
        }
    }
    triples.sort_by(|one: &Triple, other| one.strain.total_cmp(&other.strain));
    triples.truncate(most);
    triples
}

fn triple(corners: [Finder; 3]) -> Option<Triple> {
    let [a, b, c] = corners;
    if a.is_inverted != b.is_inverted || b.is_inverted != c.is_inverted {
        return None;
    }
    let (ab, bc, ca) = (a.at.minus(b.at).length(), b.at.minus(c.at).length(), c.at.minus(a.at).length());
    // Opposite of the longest side is the top left.
    let (top_left, one, other) = if bc >= ab && bc >= ca {
        (a, b, c)
    } else if ca >= ab {
        (b, a, c)
    } else {
        (c, a, b)
    };
    let (u, v) = (one.at.minus(top_left.at), other.at.minus(top_left.at));
    let (top_right, bottom_left) = if u.cross(v) > 0.0 { (one, other) } else { (other, one) };
    let (long, wide) = (u.length(), v.length());
    let modules = [top_left.module, top_right.module, bottom_left.module];
    let (least, greatest) = modules.iter().fold((f32::MAX, 0.0_f32), |(l, g), m| (l.min(*m), g.max(*m)));
    let mean = modules.iter().sum::<f32>() / 3.0;
    let across = long.min(wide) / mean;
    // From the middle of one finder to another: 14 modules at least, 170 at most. A finder that is
    // seen at an angle is measured up to 1.4 times too large, and a near one is larger.
    if greatest > least * 4.5 || !(8.0..190.0).contains(&across) {
        return None;
    }
    let cosine = (u.dot(v) / (long * wide)).abs();
    if cosine > 0.8 || long.max(wide) > 3.0 * long.min(wide) {
        return None;
    }
    let strain = cosine + (long / wide).ln().abs() + (greatest / least).ln() + 0.002 * across;
    let lines: f32 = [top_left, top_right, bottom_left].iter().map(|finder| finder.lines.min(5.0)).sum();
    let rings: f32 = [top_left, top_right, bottom_left].iter().map(|finder| finder.rings).sum();
    let strain = strain - 0.02 * lines - 0.15 * rings;
    Some(Triple { corners: [top_left, top_right, bottom_left], strain })
}
