//! Dark and light: a picture in grey against thresholds of its surroundings.

use crate::grey::Grey;

/// One byte a point: 1 dark, 0 light.
#[derive(Debug, Clone)]
pub struct Mask {
    pub width: usize,
    pub height: usize,
    pub points: Vec<u8>,
}

impl Mask {
    pub fn row(&self, y: usize) -> &[u8] {
        let start = y.saturating_mul(self.width);
        self.points.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }

    pub fn at(&self, x: usize, y: usize) -> Option<u8> {
        if x < self.width { self.points.get(y.checked_mul(self.width)?.checked_add(x)?).copied() } else { None }
    }
}

/// How the threshold of a place is found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    /// The mean of blocks that show a contrast, over five blocks each way.
    Blocks { side: usize },
    /// The mean of a square of so many blocks each way from the place's own.
    Mean { side: usize, around: usize },
    /// One for the whole picture, after Otsu.
    Whole,
}

/// Contrast below which a block is one colour.
const FLAT: u8 = 24;

pub fn mask(grey: &Grey, way: Way) -> Mask {
    match way {
        Way::Blocks { side } => of_blocks(grey, &Blocks::new(grey, side).smooth(Blocks::black_points, 2)),
        Way::Mean { side, around } => of_blocks(grey, &Blocks::new(grey, side).smooth(Blocks::means, around)),
        Way::Whole => {
            let threshold = otsu(grey);
            let points = grey.points.iter().map(|point| u8::from(*point <= threshold)).collect();
            Mask { width: grey.width, height: grey.height, points }
        }
    }
}

/// Squares of a picture, with the least, greatest and mean grey of each.
struct Blocks {
    side: usize,
    across: usize,
    down: usize,
    of: Vec<(u8, u8, u8)>,
}

struct Thresholds {
    side: usize,
    across: usize,
    values: Vec<u8>,
}

impl Blocks {
    fn new(grey: &Grey, side: usize) -> Self {
        let side = side.max(2);
        let (across, down) = (grey.width.div_ceil(side), grey.height.div_ceil(side));
        let mut of = Vec::with_capacity(across * down);
        let mut row = vec![(u8::MAX, 0_u8, 0_u32); across];
        for band in 0..down {
            row.fill((u8::MAX, 0, 0));
            let rows = band * side..((band + 1) * side).min(grey.height);
            let height = rows.len();
            for y in rows {
                for (block, points) in row.iter_mut().zip(grey.row(y).chunks(side)) {
                    let (mut least, mut most, mut sum) = *block;
                    for point in points {
                        least = least.min(*point);
                        most = most.max(*point);
                        sum += u32::from(*point);
                    }
                    *block = (least, most, sum);
                }
            }
            for (place, (least, most, sum)) in row.iter().enumerate() {
                let width = side.min(grey.width - place * side);
                let count = u32::try_from(width * height).unwrap_or(1).max(1);
                of.push((*least, *most, u8::try_from(sum / count).unwrap_or(u8::MAX)));
            }
        }
        Self { side, across, down, of }
    }

    fn means(&self) -> Vec<u8> {
        self.of.iter().map(|(.., mean)| *mean).collect()
    }

    /// The mean where there is a contrast; else light, unless the blocks before are darker than
    /// that.
    fn black_points(&self) -> Vec<u8> {
        let mut points: Vec<u8> = Vec::with_capacity(self.of.len());
        for (place, (least, most, mean)) in self.of.iter().enumerate() {
            let point = if most - least > FLAT {
                *mean
            } else {
                let flat = least / 2;
                let (x, y) = (place % self.across, place / self.across);
                let before = if x > 0 && y > 0 {
                    let at = |back: usize| points.get(place - back).map_or(0, |point| u16::from(*point));
                    (at(self.across) + 2 * at(1) + at(self.across + 1)) / 4
                } else {
                    0
                };
                if before > u16::from(*least) { u8::try_from(before).unwrap_or(u8::MAX) } else { flat }
            };
            points.push(point);
        }
        points
    }

    /// Each the mean of its neighbours, so many each way.
    fn smooth(&self, of: fn(&Self) -> Vec<u8>, around: usize) -> Thresholds {
        let values = of(self);
        let (across, down) = (self.across, self.down);
        // Sums over a rectangle from the top left.
        let mut sums = vec![0_u32; (across + 1) * (down + 1)];
        let sum = |sums: &[u32], x: usize, y: usize| sums.get(y * (across + 1) + x).copied().unwrap_or(0);
        for y in 0..down {
            let mut so_far = 0;
            for x in 0..across {
                so_far += values.get(y * across + x).map_or(0, |value| u32::from(*value));
                let above = sum(&sums, x + 1, y);
                if let Some(at) = sums.get_mut((y + 1) * (across + 1) + x + 1) {
                    *at = above + so_far;
                }
            }
        }
        let mut out = Vec::with_capacity(values.len());
        for y in 0..down {
            let (top, bottom) = window(y, around, down);
            for x in 0..across {
                let (left, right) = window(x, around, across);
                let all = sum(&sums, right, bottom) + sum(&sums, left, top)
                    - sum(&sums, left, bottom)
                    - sum(&sums, right, top);
                let count = u32::try_from((right - left) * (bottom - top)).unwrap_or(1).max(1);
                out.push(u8::try_from(all / count).unwrap_or(u8::MAX));
            }
        }
        Thresholds { side: self.side, across, values: out }
    }
}

/// Of `2 * around + 1` places about one, moved so that it stays inside.
fn window(place: usize, around: usize, count: usize) -> (usize, usize) {
    let width = (2 * around + 1).min(count);
    let first = place.saturating_sub(around).min(count - width);
    (first, first + width)
}

fn of_blocks(grey: &Grey, thresholds: &Thresholds) -> Mask {
    let mut points = Vec::with_capacity(grey.points.len());
    for y in 0..grey.height {
        let start = y / thresholds.side * thresholds.across;
        let row = thresholds.values.get(start..start + thresholds.across).unwrap_or_default();
        for (block, threshold) in grey.row(y).chunks(thresholds.side).zip(row) {
            points.extend(block.iter().map(|point| u8::from(point <= threshold)));
        }
    }
    Mask { width: grey.width, height: grey.height, points }
}

/// The threshold with the least spread of both sides.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn otsu(grey: &Grey) -> u8 {
    let mut counts = [0_u32; 256];
    for point in grey.points.iter().step_by(3) {
        if let Some(count) = counts.get_mut(usize::from(*point)) {
            *count += 1;
        }
    }
    let all: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let moment: f64 = counts.iter().enumerate().map(|(value, count)| value as f64 * f64::from(*count)).sum();
    let (mut below, mut moment_below, mut best) = (0.0, 0.0, (0.0, 127));
    for (value, count) in counts.iter().enumerate() {
        below += f64::from(*count);
        moment_below += value as f64 * f64::from(*count);
        if below == 0.0 || all - below <= 0.0 {
            continue;
        }
        let apart = moment_below / below - (moment - moment_below) / (all - below);
        let between = below * (all - below) * apart * apart;
        if between > best.0 {
            best = (between, value as u8);
        }
    }
    best.1
}
