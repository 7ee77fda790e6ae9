//! A picture in grey, and smaller ones of it.

/// Farther than any side of a frame.
const FAR: f32 = 16_384.0;

/// Row by row from the top left, 0 black to 255 white.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grey {
    pub width: usize,
    pub height: usize,
    pub points: Vec<u8>,
}

impl Grey {
    /// Whether there are as many points as the sides say, and some.
    #[cfg(feature = "pictures")]
    pub fn is_whole(&self) -> bool {
        self.width > 0 && self.height > 0 && self.width.checked_mul(self.height) == Some(self.points.len())
    }

    pub fn row(&self, y: usize) -> &[u8] {
        let start = y.saturating_mul(self.width);
        self.points.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }

    /// The point; the nearest one beside the picture.
    pub fn near(&self, x: isize, y: isize) -> u8 {
        let within = |place: isize, side: usize| usize::try_from(place).unwrap_or(0).min(side.saturating_sub(1));
        let (x, y) = (within(x, self.width), within(y, self.height));
        self.points.get(y * self.width + x).copied().unwrap_or(0)
    }

    /// The grey at a place between points: the middle of the first one is at 0.5, 0.5.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // Clamped by `near`; floats beyond saturate.
    #[inline]
    pub fn between(&self, x: f32, y: f32) -> f32 {
        // Far beside the picture is as beside it: a fit that has gone astray may ask for any place.
        let (x, y) = (x.clamp(-FAR, FAR) - 0.5, y.clamp(-FAR, FAR) - 0.5);
        // Rounded down also below zero, without a call of the library.
        let floor = |value: f32| value as isize - isize::from(value < 0.0);
        let (left, top) = (floor(x), floor(y));
        let (right, down) = (x - left as f32, y - top as f32);
        // Within the picture as one look at two rows; at its edge point by point.
        let inside =
            left >= 0 && top >= 0 && left.cast_unsigned() + 1 < self.width && top.cast_unsigned() + 1 < self.height;
        let [a, b, c, d] = if inside {
            let place = top.cast_unsigned() * self.width + left.cast_unsigned();
            let (upper, lower) =
                (self.points.get(place..place + 2), self.points.get(place + self.width..place + self.width + 2));
            match (upper, lower) {
                (Some([a, b]), Some([c, d])) => [*a, *b, *c, *d],
                _ => [0; 4],
            }
        } else {
            [self.near(left, top), self.near(left + 1, top), self.near(left, top + 1), self.near(left + 1, top + 1)]
        }
        .map(f32::from);
        let upper = a + (b - a) * right;
        let lower = c + (d - c) * right;
        upper + (lower - upper) * down
    }

    /// Half as wide and high: each point is the mean of four.
    #[must_use]
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut points = Vec::with_capacity(width * height);
        let mut sums = vec![0_u16; self.width];
        for y in 0..height {
            // Down first, then across: both are done for many points at once.
            for ((sum, upper), lower) in sums.iter_mut().zip(self.row(2 * y)).zip(self.row(2 * y + 1)) {
                *sum = u16::from(*upper) + u16::from(*lower);
            }
            let (pairs, _) = sums.as_chunks::<2>();
            points.extend(pairs.iter().map(|[left, right]| quarter(left + right)));
        }
        Self { width, height, points }
    }
}

#[allow(clippy::cast_possible_truncation)] // Of the sum of four bytes it is one.
fn quarter(sum: u16) -> u8 {
    ((sum + 2) / 4) as u8
}

/// A picture and smaller ones, each half as large as the one before.
#[derive(Debug, Default)]
pub struct Pyramid {
    levels: Vec<Grey>,
}

impl Pyramid {
    /// Sides below which no smaller one is made.
    const LEAST: usize = 40;
    const MOST: usize = 5;

    #[must_use]
    pub fn new(grey: Grey) -> Self {
        let mut levels = vec![grey];
        while let Some(last) = levels.last() {
            if levels.len() == Self::MOST || last.width.min(last.height) < 2 * Self::LEAST {
                break;
            }
            levels.push(last.halved());
        }
        Self { levels }
    }

    pub fn levels(&self) -> &[Grey] {
        &self.levels
    }

    /// The level of which a length of the whole picture is still at least `least` points, and how
    /// many times smaller it is.
    pub fn for_length(&self, length: f32, least: f32) -> (&Grey, f32) {
        static NONE: Grey = Grey { width: 0, height: 0, points: Vec::new() };
        let (mut scale, mut level) = (1.0_f32, 0);
        while level + 1 < self.levels.len() && length / (scale * 2.0) >= least {
            scale *= 2.0;
            level += 1;
        }
        (self.levels.get(level).unwrap_or(&NONE), scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_far_away_or_nowhere_has_the_grey_of_an_edge() {
        let grey = Grey { width: 2, height: 2, points: vec![10, 20, 30, 40] };
        for (place, edge) in [((f32::NEG_INFINITY, -1e30), 10.0), ((f32::INFINITY, 1e30), 40.0), ((1e19, -1e19), 20.0)]
        {
            assert!((grey.between(place.0, place.1) - edge).abs() < 0.01, "{place:?}");
        }
        assert!(!(0.0..=255.0).contains(&grey.between(f32::NAN, 1.0)));
    }
}
