//! From the darkness of each module to what the code says: thresholds of the surroundings, how
//! sure each module is, and codewords that are not sure as erasures.

use super::layout::{self, Division, Grid};
use super::segments::{self, Said};
use super::solomon;

/// What was read, and how much of it had to be put right.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    pub said: Said,
    pub errors: usize,
    pub erased: usize,
    /// What the check codewords had left: 0 when all were used up.
    pub left: f32,
    pub is_mirrored: bool,
}

/// How a module is told dark from light.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Against {
    /// Half way between the lightest and darkest of so many modules each way.
    Middle(usize),
    /// The mean of them.
    Mean(usize),
}

/// One way of looking at the same modules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    pub against: Against,
    /// How much of its neighbours is taken off a module: what blur has put on.
    pub sharpen: f32,
}

pub const MANNERS: [Manner; 6] = [
    Manner { against: Against::Middle(3), sharpen: 0.0 },
    Manner { against: Against::Mean(4), sharpen: 0.0 },
    Manner { against: Against::Middle(4), sharpen: 0.12 },
    Manner { against: Against::Middle(2), sharpen: 0.06 },
    Manner { against: Against::Mean(3), sharpen: 0.2 },
    Manner { against: Against::Middle(6), sharpen: 0.0 },
];

/// How far each module is from its threshold: above 0 dark. About 1 where it is sure.
pub fn margins(dark: &Grid<f32>, manner: Manner) -> Grid<f32> {
    let sharp = if manner.sharpen > 0.0 { sharpened(dark, manner.sharpen) } else { dark.clone() };
    let side = sharp.side;
    let mut out = Grid::filled(side, 0.0);
    match manner.against {
        Against::Middle(around) => {
            let (least, most) = (extremes(&sharp, around, f32::min), extremes(&sharp, around, f32::max));
            for ((into, value), (low, high)) in
                out.values.iter_mut().zip(&sharp.values).zip(least.values.iter().zip(&most.values))
            {
                *into = (value - f32::midpoint(*low, *high)) * 2.0 / (high - low).max(6.0);
            }
        }
        Against::Mean(around) => {
            let (mean, spread) = mean_and_spread(&sharp, around);
            for ((into, value), (mean, spread)) in
                out.values.iter_mut().zip(&sharp.values).zip(mean.values.iter().zip(&spread.values))
            {
                *into = (value - mean) / spread.max(3.0);
            }
        }
    }
    out
}

fn sharpened(dark: &Grid<f32>, by: f32) -> Grid<f32> {
    let mut out = dark.clone();
    for y in 0..dark.side {
        for x in 0..dark.side {
            let here = dark.get(x, y).unwrap_or(0.0);
            let at = |x: Option<usize>, y: Option<usize>| x.zip(y).and_then(|(x, y)| dark.get(x, y)).unwrap_or(here);
            let around = at(x.checked_sub(1), Some(y))
                + at(Some(x + 1), Some(y))
                + at(Some(x), y.checked_sub(1))
                + at(Some(x), Some(y + 1));
            out.set(x, y, here * (1.0 + 4.0 * by) - around * by);
        }
    }
    out
}

/// The least or greatest of so many each way.
fn extremes(grid: &Grid<f32>, around: usize, of: impl Fn(f32, f32) -> f32 + Copy) -> Grid<f32> {
    let once = |grid: &Grid<f32>| {
        let mut out = grid.clone();
        for (row, into) in grid.values.chunks(grid.side).zip(out.values.chunks_mut(grid.side)) {
            for (x, into) in into.iter_mut().enumerate() {
                let window = row.get(x.saturating_sub(around)..(x + around + 1).min(row.len())).unwrap_or_default();
                *into = window.iter().copied().reduce(of).unwrap_or(0.0);
            }
        }
        out
    };
    once(&once(grid).transposed()).transposed()
}

#[allow(clippy::cast_precision_loss)]
fn mean_and_spread(grid: &Grid<f32>, around: usize) -> (Grid<f32>, Grid<f32>) {
    let side = grid.side;
    let (mut mean, mut spread) = (Grid::filled(side, 0.0), Grid::filled(side, 0.0));
    for y in 0..side {
        for x in 0..side {
            let (left, right) = (x.saturating_sub(around), (x + around + 1).min(side));
            let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
            for row in grid.values.chunks(side).take(y + around + 1).skip(y.saturating_sub(around)) {
                for value in row.get(left..right).unwrap_or_default() {
                    sum += value;
                    squares += value * value;
                    count += 1.0;
                }
            }
            let middle: f32 = sum / count;
            mean.set(x, y, middle);
            spread.set(x, y, (squares / count - middle * middle).max(0.0).sqrt());
        }
    }
    (mean, spread)
}

/// Reads modules by their margins; nothing when they are no code.
///
/// With `erasing`, codewords that are not sure may be taken as erased.
pub fn read(margins: &Grid<f32>, version: usize, erasing: bool) -> Option<Read> {
    let mirrored = margins.transposed();
    let (straight, turned) = (formats(margins), formats(&mirrored));
    let first = |of: &[Format]| of.first().map_or(0.0, |format| format.score);
    let (likelier, other) = if first(&straight) >= first(&turned) {
        ((margins, straight, false), (&mirrored, turned, true))
    } else {
        ((&mirrored, turned, true), (margins, straight, false))
    };
    for (grid, formats, is_mirrored) in [likelier, other] {
        for format in formats.iter().take(2) {
            // 15 bits of which at most 3 are wrong in each copy.
            if format.score < 0.4 {
                continue;
            }
            if let Some(read) = with_format(grid, version, format, erasing) {
                return Some(Read { is_mirrored, ..read });
            }
        }
    }
    None
}

struct Format {
    level: layout::Level,
    mask: usize,
    score: f32,
}

/// Formats, the likeliest first.
fn formats(margins: &Grid<f32>) -> Vec<Format> {
    let bits = layout::format_places(margins.side)
        .map(|places| places.map(|(x, y)| margins.get(x, y).unwrap_or(0.0).clamp(-1.0, 1.0)));
    let size: f32 = bits.iter().flatten().map(|bit| bit.abs()).sum::<f32>().max(0.1);
    let mut formats: Vec<Format> = layout::formats()
        .map(|(word, level, mask)| {
            let sum: f32 = bits
                .iter()
                .flat_map(|copy| copy.iter().enumerate())
                .map(|(place, bit)| if word >> (14 - place) & 1 == 1 { *bit } else { -bit })
                .sum();
            Format { level, mask, score: sum / size }
        })
        .collect();
    formats.sort_by(|one, other| other.score.total_cmp(&one.score));
    formats
}

/// A codeword and how sure its least sure bit is.
#[derive(Debug, Clone, Copy)]
struct Codeword {
    value: u8,
    sure: f32,
}

fn with_format(margins: &Grid<f32>, version: usize, format: &Format, erasing: bool) -> Option<Read> {
    let division = Division::of(version, format.level)?;
    let order = layout::order(version);
    let mut codewords = Vec::with_capacity(division.codewords);
    for bits in order.chunks_exact(8).take(division.codewords) {
        let (mut value, mut sure) = (0_u8, f32::MAX);
        for (x, y) in bits {
            let margin = margins.get(*x, *y)?;
            let is_dark = (margin > 0.0) != layout::is_masked(format.mask, *x, *y);
            value = value << 1 | u8::from(is_dark);
            sure = sure.min(margin.abs());
        }
        codewords.push(Codeword { value, sure });
    }
    let (mut data, mut errors, mut erased, mut left) = (Vec::new(), 0, 0, 1.0_f32);
    for block in blocks(&codewords, &division) {
        let checks = division.checks;
        let (mended, corrected) = mend(&block, checks, division.spare, erasing)?;
        data.extend_from_slice(mended.get(..mended.len() - checks)?);
        errors += corrected.errors;
        erased += corrected.erased;
        let used = super::fit::float(2 * corrected.errors + corrected.erased);
        left = left.min(1.0 - used / super::fit::float(checks));
    }
    let said = segments::said(&data, version)?;
    // Where nothing is left to notice a wrong correction, what fills the rest has to.
    let is_sure = said.is_padded_well || left > 0.0;
    (is_sure && !said.bytes.is_empty()).then_some(Read { said, errors, erased, left, is_mirrored: false })
}

/// Puts codewords back into their blocks.
fn blocks(codewords: &[Codeword], division: &Division) -> Vec<Vec<Codeword>> {
    let (short, short_blocks) = division.short();
    let data = short - division.checks;
    let mut blocks: Vec<Vec<Codeword>> = vec![Vec::with_capacity(short + 1); division.blocks];
    let mut next = codewords.iter();
    for row in 0..=data {
        for (place, block) in blocks.iter_mut().enumerate() {
            if row < data || place >= short_blocks {
                block.extend(next.next());
            }
        }
    }
    for _ in 0..division.checks {
        for block in &mut blocks {
            block.extend(next.next());
        }
    }
    blocks
}

/// Puts a block right: with errors alone, and then with more and more of its least sure codewords
/// erased. Two check codewords at least stay to notice a wrong correction.
fn mend(block: &[Codeword], checks: usize, spare: usize, erasing: bool) -> Option<(Vec<u8>, solomon::Corrected)> {
    let mut values: Vec<u8> = block.iter().map(|codeword| codeword.value).collect();
    if let Some(corrected) = solomon::correct(&mut values, checks, &[], spare) {
        return Some((values, corrected));
    }
    if !erasing {
        return None;
    }
    let mut doubtful: Vec<usize> = (0..block.len()).collect();
    let sure = |place: &usize| block.get(*place).map_or(0.0, |codeword| codeword.sure);
    doubtful.sort_by(|one, other| sure(one).total_cmp(&sure(other)));
    let spare = spare.max(2);
    for share in [3, 5, 7, 8] {
        let count = (checks.saturating_sub(spare)) * share / 8;
        let erased = doubtful.get(..count.min(doubtful.len()))?;
        if let Some(corrected) = solomon::correct(&mut values, checks, erased, spare) {
            return Some((values, corrected));
        }
    }
    None
}
