//! Frames put together: modules that no single frame shows well enough, summed over several.

use crate::qr::fit::Fit;
use crate::qr::layout::Grid;
use crate::qr::{self, Found, soft};

/// Frames after which a sum that was not added to is let go of.
const KEPT: u8 = 6;
/// How alike two grids are of the same code: 1 for the same, 0 for any two.
const ALIKE: f32 = 0.25;
/// Most sums at a time.
const MOST: usize = 4;

/// What was seen of one code so far.
#[derive(Debug)]
struct Sum {
    version: usize,
    margins: Grid<f32>,
    frames: f32,
    idle: u8,
}

/// What was seen of codes that were not read.
#[derive(Debug, Default)]
pub struct Fusion {
    sums: Vec<Sum>,
}

impl Fusion {
    /// A frame was looked at.
    pub fn next_frame(&mut self) {
        for sum in &mut self.sums {
            sum.idle += 1;
        }
        self.sums.retain(|sum| sum.idle < KEPT);
    }

    pub fn forget(&mut self) {
        self.sums.clear();
    }

    /// Adds what a frame shows to what those before it showed of the same code, and reads that.
    pub fn read_with(&mut self, fit: &Fit, margins: &Grid<f32>) -> Option<Found> {
        let alike = self.sums.iter_mut().find(|sum| sum.version == fit.version && alike(&sum.margins, margins) > ALIKE);
        let Some(sum) = alike else {
            if self.sums.len() == MOST {
                self.sums.remove(0);
            }
            self.sums.push(Sum { version: fit.version, margins: margins.map(clamped), frames: 1.0, idle: 0 });
            return None;
        };
        for (into, value) in sum.margins.values.iter_mut().zip(&margins.values) {
            *into += clamped(value);
        }
        sum.frames += 1.0;
        sum.idle = 0;
        let mean = sum.margins.map(|value| value / sum.frames);
        let read = soft::read(&mean, fit.version, true)?;
        self.forget();
        Some(qr::found(fit, read))
    }
}

/// A glaring module must not outweigh all the others.
fn clamped(value: &f32) -> f32 {
    value.clamp(-1.0, 1.0)
}

/// The correlation of two grids about zero.
fn alike(one: &Grid<f32>, other: &Grid<f32>) -> f32 {
    let mut sums = (0.0_f32, 0.0_f32, 0.0_f32);
    for (a, b) in one.values.iter().zip(&other.values) {
        let b = clamped(b);
        sums = (sums.0 + a * b, sums.1 + a * a, sums.2 + b * b);
    }
    sums.0 / (sums.1 * sums.2).sqrt().max(1e-6)
}
