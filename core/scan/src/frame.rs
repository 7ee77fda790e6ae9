//! A frame as a camera gives it.

use thiserror::Error;

use crate::grey::Grey;

/// How a frame is to be turned, clockwise, so that it stands as the user sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rotation {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

/// 8-bit luminance, row by row from the top left: the Y plane of YUV 4:2:0 as it is.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    points: &'a [u8],
    width: usize,
    height: usize,
    stride: usize,
    rotation: Rotation,
}

/// Why a frame cannot be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    #[error("a frame has sides of 1 to {} points, not {width} x {height}", Frame::SIDE_MOST)]
    Sides { width: usize, height: usize },
    #[error("the stride of {stride} bytes is shorter than the width of {width}")]
    Stride { stride: usize, width: usize },
    #[error("a frame of that size takes {needed} bytes, and {given} were given")]
    TooShort { needed: usize, given: usize },
}

impl<'a> Frame<'a> {
    pub const SIDE_MOST: usize = 8192;

    /// The last row may end with its width.
    ///
    /// # Errors
    /// When the numbers do not fit each other.
    pub fn new(points: &'a [u8], width: usize, height: usize, stride: usize) -> Result<Self, FrameError> {
        let sides = 1..=Self::SIDE_MOST;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(FrameError::Sides { width, height });
        }
        if stride < width {
            return Err(FrameError::Stride { stride, width });
        }
        let needed = (height - 1).saturating_mul(stride).saturating_add(width);
        if points.len() < needed {
            return Err(FrameError::TooShort { needed, given: points.len() });
        }
        Ok(Self { points, width, height, stride, rotation: Rotation::None })
    }

    /// Of sides that a frame may have.
    #[cfg(feature = "pictures")]
    pub(crate) fn of(grey: &'a Grey) -> Self {
        let Grey { width, height, points } = grey;
        Self { points, width: *width, height: *height, stride: *width, rotation: Rotation::None }
    }

    #[must_use]
    pub fn turned(self, rotation: Rotation) -> Self {
        Self { rotation, ..self }
    }

    pub(crate) fn grey(&self) -> Grey {
        let rows = self.points.chunks(self.stride).take(self.height);
        let points = rows.flat_map(|row| row.get(..self.width).unwrap_or_default()).copied().collect();
        Grey { width: self.width, height: self.height, points }
    }

    /// A place in the frame as the user sees it.
    #[allow(clippy::cast_precision_loss)] // At most `SIDE_MOST`.
    pub(crate) fn seen(&self, x: f32, y: f32) -> (f32, f32) {
        let (width, height) = (self.width as f32, self.height as f32);
        match self.rotation {
            Rotation::None => (x, y),
            Rotation::Quarter => (height - y, x),
            Rotation::Half => (width - x, height - y),
            Rotation::ThreeQuarters => (y, width - x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_do_not_fit_are_told() {
        let points = [0; 100];
        assert_eq!(Frame::new(&points, 0, 5, 10).err(), Some(FrameError::Sides { width: 0, height: 5 }));
        assert_eq!(Frame::new(&points, 5, 9000, 10).err(), Some(FrameError::Sides { width: 5, height: 9000 }));
        assert_eq!(Frame::new(&points, 11, 5, 10).err(), Some(FrameError::Stride { stride: 10, width: 11 }));
        assert_eq!(Frame::new(&points, 10, 11, 10).err(), Some(FrameError::TooShort { needed: 110, given: 100 }));
        // The last row without what fills up its stride.
        assert!(Frame::new(&points, 8, 9, 11).is_ok_and(|frame| frame.grey().points.len() == 72));
    }

    #[test]
    fn a_place_is_told_as_the_user_sees_it() {
        let points = [0; 12];
        let frame = Frame::new(&points, 4, 3, 4).unwrap();
        let seen = |rotation| frame.turned(rotation).seen(1.0, 0.5);
        assert_eq!(seen(Rotation::None), (1.0, 0.5));
        assert_eq!(seen(Rotation::Quarter), (2.5, 1.0));
        assert_eq!(seen(Rotation::Half), (3.0, 2.5));
        assert_eq!(seen(Rotation::ThreeQuarters), (0.5, 3.0));
    }
}
