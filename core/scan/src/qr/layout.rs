//! Where what stands in a QR code (ISO/IEC 18004, 6 and 7): sides, function patterns, blocks,
//! masks, and the codes of format and version.

use std::sync::OnceLock;

/// Least and greatest version: 21 and 177 modules a side.
pub const VERSIONS: std::ops::RangeInclusive<usize> = 1..=40;

/// Levels of error correction, as the format information numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Medium,
    Low,
    High,
    Quartile,
}

impl Level {
    const ALL: [Self; 4] = [Self::Medium, Self::Low, Self::High, Self::Quartile];

    fn row(self) -> usize {
        match self {
            Self::Low => 0,
            Self::Medium => 1,
            Self::Quartile => 2,
            Self::High => 3,
        }
    }
}

#[rustfmt::skip]
const CHECKS: [[u8; 40]; 4] = [
    [7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],
    [10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28],
    [13,22,18,26,18,24,18,22,20,24,28,26,24,20,30,24,28,28,26,30,28,30,30,30,30,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30],
    [17,28,22,16,22,28,26,26,24,28,24,28,22,24,24,30,28,28,26,28,30,24,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30],
];
#[rustfmt::skip]
const BLOCKS: [[u8; 40]; 4] = [
    [1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25],
    [1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49],
    [1,1,2,2,4,4,6,6,8,8,8,10,12,16,12,17,16,18,21,20,23,23,25,27,29,34,34,35,38,40,43,45,48,51,53,56,59,62,65,68],
    [1,1,2,4,4,4,5,6,8,8,11,11,16,16,18,16,19,21,25,25,25,34,30,32,35,37,40,42,45,48,51,54,57,60,63,66,70,74,77,81],
];

/// How the codewords of a symbol are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    pub codewords: usize,
    pub blocks: usize,
    /// Check codewords of each block.
    pub checks: usize,
    /// Check codewords that are kept to notice a wrong correction (table 9, note b).
    pub spare: usize,
}

impl Division {
    pub fn of(version: usize, level: Level) -> Option<Self> {
        let of = |table: &[[u8; 40]; 4]| table.get(level.row())?.get(version.checked_sub(1)?).map(|n| usize::from(*n));
        let spare = match (version, level) {
            (1, Level::Low) => 3,
            (1, Level::Medium) | (2, Level::Low) => 2,
            (1, _) | (3, Level::Low) => 1,
            _ => 0,
        };
        Some(Self { codewords: data_modules(version) / 8, blocks: of(&BLOCKS)?, checks: of(&CHECKS)?, spare })
    }

    /// Codewords of the shorter blocks, and how many blocks are so short.
    pub fn short(&self) -> (usize, usize) {
        (self.codewords / self.blocks, self.blocks - self.codewords % self.blocks)
    }
}

/// Modules that carry codewords and what is left over.
fn data_modules(version: usize) -> usize {
    let patterns = alignment(version).len();
    let all = (16 * version + 128) * version + 64;
    let taken = if version >= 2 { (25 * patterns - 10) * patterns - 55 } else { 0 };
    all - taken - if version >= 7 { 36 } else { 0 }
}

pub fn side(version: usize) -> usize {
    17 + 4 * version
}

/// Rows and columns of the centres of alignment patterns.
pub fn alignment(version: usize) -> Vec<usize> {
    if version < 2 {
        return Vec::new();
    }
    let count = version / 7 + 2;
    let step = (version * 8 + count * 3 + 5) / (count * 4 - 4) * 2;
    let last = side(version) - 7;
    let mut places: Vec<usize> = (0..count - 1).map(|n| last - n * step).collect();
    places.push(6);
    places.reverse();
    places
}

/// The centres of alignment patterns, column and row, without those that finders cover.
pub fn alignment_centres(version: usize) -> Vec<(usize, usize)> {
    let places = alignment(version);
    let last = side(version) - 7;
    let is_finder = |x, y| (x == 6 && (y == 6 || y == last)) || (x == last && y == 6);
    let all = places.iter().flat_map(|y| places.iter().map(move |x| (*x, *y)));
    all.filter(|(x, y)| !is_finder(*x, *y)).collect()
}

/// The colour that a module has in every code of its version: dark, light, or not known.
pub fn fixed(version: usize) -> Grid<Option<bool>> {
    let side = side(version);
    let mut grid = Grid::filled(side, None);
    for place in 8..side - 8 {
        grid.set(place, 6, Some(place % 2 == 0));
        grid.set(6, place, Some(place % 2 == 0));
    }
    let last = side - 7;
    for (left, top) in [(0, 0), (last, 0), (0, last)] {
        for y in 0..9 {
            for x in 0..9 {
                // With its separator, as far as it lies in the symbol.
                let (Some(column), Some(row)) = ((left + x).checked_sub(1), (top + y).checked_sub(1)) else { continue };
                let ring = ring(x, y, 4);
                grid.set(column, row, Some(ring != 2 && ring != 4));
            }
        }
    }
    for (x, y) in alignment_centres(version) {
        for down in 0..5 {
            for right in 0..5 {
                grid.set(x + right - 2, y + down - 2, Some(ring(right, down, 2) != 1));
            }
        }
    }
    grid.set(8, side - 8, Some(true));
    grid
}

/// How far from the middle of a square, in rings.
fn ring(x: usize, y: usize, middle: usize) -> usize {
    x.abs_diff(middle).max(y.abs_diff(middle))
}

/// Whether a module holds neither format nor version nor a pattern.
pub fn is_data(version: usize) -> Grid<bool> {
    let side = side(version);
    let mut grid = fixed(version).map(Option::is_none);
    for (x, y) in format_places(side).into_iter().flatten() {
        grid.set(x, y, false);
    }
    for (x, y) in version_places(version).into_iter().flatten() {
        grid.set(x, y, false);
    }
    grid
}

/// Column and row of the 15 bits of both copies of the format, the most significant first.
pub fn format_places(side: usize) -> [[(usize, usize); 15]; 2] {
    let mut places = [[(0, 0); 15]; 2];
    for (bit, place) in places.iter_mut().flatten().enumerate() {
        // Bits are numbered from the least significant.
        let number = 14 - bit % 15;
        *place = match (bit / 15, number) {
            (0, 0..=5) => (8, number),
            (0, 6) => (8, 7),
            (0, 7) => (8, 8),
            (0, 8) => (7, 8),
            (0, _) => (14 - number, 8),
            (_, 0..=7) => (side - 1 - number, 8),
            _ => (8, side - 15 + number),
        };
    }
    places
}

/// The same of the 18 bits of the version; none below version 7.
pub fn version_places(version: usize) -> Vec<[(usize, usize); 18]> {
    if version < 7 {
        return Vec::new();
    }
    let first = side(version) - 11;
    let place = |bit: usize| (first + (17 - bit) % 3, (17 - bit) / 3);
    let beside: [(usize, usize); 18] = std::array::from_fn(place);
    vec![beside, beside.map(|(x, y)| (y, x))]
}

/// The 32 words of the format: 15 bits after the mask, with level and mask.
pub fn formats() -> impl Iterator<Item = (u32, Level, usize)> {
    (0..32_u32).filter_map(|data| {
        let mut rest = data;
        for _ in 0..10 {
            rest = (rest << 1) ^ ((rest >> 9) * 0x537);
        }
        let level = Level::ALL.get(usize::try_from(data >> 3).ok()?)?;
        Some((((data << 10) | rest) ^ 0x5412, *level, usize::try_from(data & 7).ok()?))
    })
}

/// The 18 bits of a version from 7 on.
pub fn version_word(version: usize) -> u32 {
    let data = u32::try_from(version).unwrap_or(0);
    let mut rest = data;
    for _ in 0..12 {
        rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    }
    (data << 12) | rest
}

/// Whether the mask turns a module over.
pub fn is_masked(mask: usize, x: usize, y: usize) -> bool {
    0 == match mask {
        0 => (x + y) % 2,
        1 => y % 2,
        2 => x % 3,
        3 => (x + y) % 3,
        4 => (x / 3 + y / 2) % 2,
        5 => x * y % 2 + x * y % 3,
        6 => (x * y % 2 + x * y % 3) % 2,
        _ => ((x + y) % 2 + x * y % 3) % 2,
    }
}

/// Modules that carry data in the order of their bits; none of a version that is none. Made once.
pub fn order(version: usize) -> &'static [(usize, usize)] {
    static ORDERS: [OnceLock<Vec<(usize, usize)>>; 40] = [const { OnceLock::new() }; 40];
    let known = version.checked_sub(1).and_then(|place| ORDERS.get(place));
    known.map_or(&[], |order| order.get_or_init(|| ordered(version)))
}

fn ordered(version: usize) -> Vec<(usize, usize)> {
    let (side, data) = (side(version), is_data(version));
    let mut order = Vec::with_capacity(side * side);
    // Pairs of columns from the right; the column of the timing pattern is passed over.
    let rights = (0..side).rev().step_by(2).map(|right| if right <= 6 { right.saturating_sub(1) } else { right });
    let mut is_upward = true;
    for right in rights.filter(|right| *right >= 1) {
        for step in 0..side {
            let y = if is_upward { side - 1 - step } else { step };
            for x in [right, right - 1] {
                if data.get(x, y) == Some(true) {
                    order.push((x, y));
                }
            }
        }
        is_upward = !is_upward;
    }
    order
}

/// A square of values, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid<T> {
    pub side: usize,
    pub values: Vec<T>,
}

impl<T: Copy> Grid<T> {
    pub fn filled(side: usize, value: T) -> Self {
        Self { side, values: vec![value; side * side] }
    }

    pub fn get(&self, x: usize, y: usize) -> Option<T> {
        if x < self.side { self.values.get(y * self.side + x).copied() } else { None }
    }

    pub fn set(&mut self, x: usize, y: usize, value: T) {
        if x < self.side
            && let Some(at) = self.values.get_mut(y * self.side + x)
        {
            *at = value;
        }
    }

    pub fn map<U>(&self, with: impl Fn(&T) -> U) -> Grid<U> {
        Grid { side: self.side, values: self.values.iter().map(with).collect() }
    }

    /// With rows and columns exchanged: what a mirror shows.
    pub fn transposed(&self) -> Self {
        let places = (0..self.side).flat_map(|y| (0..self.side).map(move |x| (y, x)));
        Self { side: self.side, values: places.filter_map(|(x, y)| self.get(x, y)).collect() }
    }
}
