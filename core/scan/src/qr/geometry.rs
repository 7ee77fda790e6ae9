//! Points and projections.

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

impl Point {
    pub fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub fn minus(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y }
    }

    pub fn plus(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }

    pub fn times(self, by: f32) -> Self {
        Self { x: self.x * by, y: self.y * by }
    }

    pub fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    pub fn cross(self, other: Self) -> f32 {
        self.x * other.y - self.y * other.x
    }

    pub fn length(self) -> f32 {
        self.x.hypot(self.y)
    }
}

/// A projection of one plane on another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection([f32; 8]);

impl Projection {
    #[inline]
    pub fn of(&self, at: Point) -> Point {
        let [a, b, c, d, e, f, g, h] = self.0;
        let below = g * at.x + h * at.y + 1.0;
        Point { x: (a * at.x + b * at.y + c) / below, y: (d * at.x + e * at.y + f) / below }
    }

    /// The one that takes each of the first points to its second as well as can be; nothing for
    /// fewer than four, or for points on a line. The third value is the weight of a pair.
    pub fn fitted(pairs: &[(Point, Point, f32)]) -> Option<Self> {
        if pairs.len() < 4 {
            return None;
        }
        // Scaled, so that the sums of squares keep their digits.
        let scale = pairs.iter().map(|(from, ..)| from.x.abs().max(from.y.abs())).fold(1.0_f32, f32::max);
        let mut sums = [[0.0_f64; 9]; 8];
        for (from, to, weight) in pairs {
            let (x, y) = (f64::from(from.x / scale), f64::from(from.y / scale));
            let (u, v) = (f64::from(to.x), f64::from(to.y));
            for (row, value) in
                [([x, y, 1.0, 0.0, 0.0, 0.0, -x * u, -y * u], u), ([0.0, 0.0, 0.0, x, y, 1.0, -x * v, -y * v], v)]
            {
                for (sum, a) in sums.iter_mut().zip(row) {
                    for (into, b) in sum.iter_mut().zip(row.iter().chain([&value])) {
                        *into += f64::from(*weight) * a * b;
                    }
                }
            }
        }
        let solved = solved(&mut sums)?;
        let s = f64::from(scale);
        let [a, b, c, d, e, f, g, h] = solved;
        #[allow(clippy::cast_possible_truncation)]
        let narrow = [a / s, b / s, c, d / s, e / s, f, g / s, h / s].map(|value| value as f32);
        narrow.iter().all(|value| value.is_finite()).then_some(Self(narrow))
    }

    /// The side of a module about a place, points.
    pub fn module(&self, at: Point) -> f32 {
        let here = self.of(at);
        let right = self.of(Point::new(at.x + 1.0, at.y)).minus(here);
        let down = self.of(Point::new(at.x, at.y + 1.0)).minus(here);
        right.cross(down).abs().sqrt()
    }
}

/// Gauss, with the greatest pivot of each column.
fn solved(rows: &mut [[f64; 9]; 8]) -> Option<[f64; 8]> {
    for column in 0..8 {
        let size = |row: &[f64; 9]| row.get(column).map_or(0.0, |value| value.abs());
        let (best, _) = rows.iter().enumerate().skip(column).max_by(|(_, a), (_, b)| size(a).total_cmp(&size(b)))?;
        rows.swap(column, best);
        let pivot = *rows.get(column)?;
        let lead = *pivot.get(column)?;
        if lead.abs() < 1e-9 {
            return None;
        }
        for row in rows.iter_mut().skip(column + 1) {
            let by = row.get(column)? / lead;
            for (into, from) in row.iter_mut().zip(pivot) {
                *into -= by * from;
            }
        }
    }
    let mut solution = [0.0; 8];
    for column in (0..8).rev() {
        let row = rows.get(column)?;
        let known: f64 = row.iter().zip(solution).skip(column + 1).take(7 - column).map(|(a, b)| a * b).sum();
        *solution.get_mut(column)? = (row.get(8)? - known) / row.get(column)?;
    }
    Some(solution)
}
