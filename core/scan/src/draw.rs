//! A QR code as a picture: tickets, payment codes, signs.

use std::fmt::Write as _;

use qrcode::{EcLevel, QrCode};
use thiserror::Error;

/// How much of a drawn code may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strength {
    /// 7 %: a screen.
    Low,
    /// 15 %: paper.
    #[default]
    Medium,
    /// 25 %.
    Quartile,
    /// 30 %: a sticker outdoors.
    High,
}

/// Why nothing was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DrawError {
    #[error("{bytes} bytes do not fit a QR code of this strength: the largest holds 2,953 bytes at the lowest")]
    TooLong { bytes: usize },
    #[error("a module of {module} points makes a picture larger than {} points a side", Drawing::SIDE_MOST)]
    TooLarge { module: usize },
}

/// A drawn code: its modules without the quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    side: usize,
    dark: Vec<bool>,
}

impl Drawing {
    /// Modules that stay light around a code, as the standard asks.
    pub const QUIET: usize = 4;
    pub const SIDE_MOST: usize = 8192;

    /// The smallest code that holds the content.
    ///
    /// # Errors
    /// `TooLong`.
    pub fn of(content: &[u8], strength: Strength) -> Result<Self, DrawError> {
        let level = match strength {
            Strength::Low => EcLevel::L,
            Strength::Medium => EcLevel::M,
            Strength::Quartile => EcLevel::Q,
            Strength::High => EcLevel::H,
        };
        let too_long = |_| DrawError::TooLong { bytes: content.len() };
        let code = QrCode::with_error_correction_level(content, level).map_err(too_long)?;
        let dark = code.to_colors().into_iter().map(|colour| colour == qrcode::Color::Dark).collect();
        Ok(Self { side: code.width(), dark })
    }

    /// Modules a side.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// Light outside of it.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.side && self.dark.get(y.saturating_mul(self.side).saturating_add(x)).copied().unwrap_or(false)
    }

    /// With its quiet zone, one unit a module; it takes the size that the page gives it.
    #[must_use]
    pub fn svg(&self) -> String {
        let side = self.side + 2 * Self::QUIET;
        let mut path = String::new();
        for y in 0..self.side {
            let mut x = 0;
            while x < self.side {
                let run = (x..self.side).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + Self::QUIET, y + Self::QUIET);
                }
                x += run.max(1);
            }
        }
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{path}"/></svg>"##
        )
    }

    /// In grey, with its quiet zone, so many points a module: width and height, then the points row
    /// by row, 0 dark and 255 light.
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn points(&self, module: usize) -> Result<(usize, Vec<u8>), DrawError> {
        let modules = self.side + 2 * Self::QUIET;
        let side = modules.checked_mul(module).filter(|side| (1..=Self::SIDE_MOST).contains(side));
        let side = side.ok_or(DrawError::TooLarge { module })?;
        let mut points = Vec::with_capacity(side * side);
        for y in 0..modules {
            let is_dark = |x: usize| {
                let inside = x.checked_sub(Self::QUIET).zip(y.checked_sub(Self::QUIET));
                inside.is_some_and(|(x, y)| self.is_dark(x, y))
            };
            let row: Vec<u8> =
                (0..modules).flat_map(|x| std::iter::repeat_n(if is_dark(x) { 0 } else { 255 }, module)).collect();
            (0..module).for_each(|_| points.extend_from_slice(&row));
        }
        Ok((side, points))
    }

    /// The same as a PNG of one bit a point.
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn png(&self, module: usize) -> Result<Vec<u8>, DrawError> {
        let (side, points) = self.points(module)?;
        let too_large = DrawError::TooLarge { module };
        let length = u32::try_from(side).map_err(|_| too_large)?;
        let packed: Vec<u8> = points
            .chunks(side)
            .flat_map(|row| row.chunks(8))
            .map(|bits| bits.iter().enumerate().fold(0, |byte, (place, bit)| byte | (bit & 1) << (7 - place)))
            .collect();
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, length, length);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        // Into memory, of sides and bytes that fit each other: nothing is left to fail.
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&packed));
        written.map(|()| file).map_err(|_| too_large)
    }
}
