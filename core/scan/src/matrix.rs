//! Matrix codes other than QR, by `rxing` from black and white pictures of our own.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::aztec::AztecReader;
use rxing::common::{BitArray, BitMatrix, LineOrientation};
use rxing::datamatrix::DataMatrixReader;
use rxing::pdf417::PDF417Reader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{
    BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Exceptions, Luma8LuminanceSource, RXingResult, Reader as _,
};

use crate::grey::Pyramid;
use crate::scanner::Format;
use crate::threshold::{self, Way};

/// A matrix code and where it lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    pub format: Format,
    pub text: String,
    pub corners: [(f32, f32); 4],
}

pub const FORMATS: [Format; 4] = [Format::Pdf417, Format::DataMatrix, Format::Aztec, Format::MicroQr];

/// The longer side of a picture that is looked at: each look is a step of some milliseconds.
const fn side_most(format: Format) -> usize {
    match format {
        Format::Pdf417 => 1000,
        _ => 700,
    }
}

const WAYS: [Way; 3] = [Way::Blocks { side: 8 }, Way::Mean { side: 4, around: 4 }, Way::Whole];

/// Looks for one kind. `go_on` is asked before each look.
pub fn seen(pyramid: &Pyramid, format: Format, go_on: &dyn Fn() -> bool) -> Option<Matrix> {
    let small = |side: usize| side <= side_most(format);
    let base = pyramid.levels().iter().position(|grey| small(grey.width.max(grey.height)))?;
    let mut before: Option<Matrix> = None;
    for (level, way) in [(base, 0), (base + 1, 0), (base, 1), (base, 2), (base + 1, 1)] {
        let (Some(grey), Some(way)) = (pyramid.levels().get(level), WAYS.get(way)) else { continue };
        if !go_on() {
            return None;
        }
        let black = Black::of(&threshold::mask(grey, *way))?;
        let scale = f32::from(1_u16 << level);
        let Some(seen) = one(format, black, scale) else { continue };
        // The smallest Micro QR codes correct nothing: they are believed when two looks see them.
        if format != Format::MicroQr || before.as_ref().is_some_and(|before| before.text == seen.text) {
            return Some(seen);
        }
        before = Some(seen);
    }
    None
}

/// What one look shows; a reader that panics read nothing.
fn one(format: Format, black: Black, scale: f32) -> Option<Matrix> {
    let mut picture = BinaryBitmap::new(black);
    let hints = |kind| DecodeHints { PossibleFormats: Some([kind].into()), ..DecodeHints::default() };
    let read = || match format {
        Format::Pdf417 => PDF417Reader::new().decode_with_hints(&mut picture, &hints(BarcodeFormat::PDF_417)),
        Format::DataMatrix => DataMatrixReader.decode_with_hints(&mut picture, &hints(BarcodeFormat::DATA_MATRIX)),
        Format::Aztec => AztecReader.decode_with_hints(&mut picture, &hints(BarcodeFormat::AZTEC)),
        _ => QrReader.decode_with_hints(&mut picture, &hints(BarcodeFormat::MICRO_QR_CODE)),
    };
    let result = catch_unwind(AssertUnwindSafe(read)).ok()?.ok()?;
    let text = result.getText().to_owned();
    (!text.is_empty()).then(|| Matrix { format, text, corners: corners(&result, scale) })
}

/// The first four points about their middle, clockwise from the first.
fn corners(result: &RXingResult, scale: f32) -> [(f32, f32); 4] {
    let points: Vec<(f32, f32)> =
        result.getPoints().iter().take(4).map(|point| (point.x * scale, point.y * scale)).collect();
    let Ok([a, b, c, d]) = <[(f32, f32); 4]>::try_from(points) else { return [(0.0, 0.0); 4] };
    let middle = ((a.0 + b.0 + c.0 + d.0) / 4.0, (a.1 + b.1 + c.1 + d.1) / 4.0);
    let angle = |place: &(f32, f32)| (place.1 - middle.1).atan2(place.0 - middle.0);
    let mut corners = [a, b, c, d];
    corners.sort_by(|one, other| angle(one).total_cmp(&angle(other)));
    while corners.first() != Some(&a) {
        corners.rotate_left(1);
    }
    corners
}

/// A picture that is black and white already.
struct Black {
    matrix: BitMatrix,
    source: Luma8LuminanceSource,
}

impl Black {
    fn of(mask: &threshold::Mask) -> Option<Self> {
        let (width, height) = (u32::try_from(mask.width).ok()?, u32::try_from(mask.height).ok()?);
        let mut matrix = BitMatrix::new(width, height).ok()?;
        for (y, row) in (0..height).zip(mask.points.chunks(mask.width.max(1))) {
            for (x, point) in (0..width).zip(row) {
                if *point == 1 {
                    matrix.set(x, y);
                }
            }
        }
        Some(Self { matrix, source: Luma8LuminanceSource::with_empty_image(1, 1) })
    }
}

impl Binarizer for Black {
    type Source = Luma8LuminanceSource;

    fn get_luminance_source(&self) -> &Self::Source {
        &self.source
    }

    fn get_black_row(&self, y: usize) -> Result<Cow<'_, BitArray>, Exceptions> {
        let y = u32::try_from(y).map_err(|_| Exceptions::INDEX_OUT_OF_BOUNDS)?;
        Ok(Cow::Owned(self.matrix.getRow(y)))
    }

    fn get_black_row_from_matrix(&self, y: usize) -> Result<Cow<'_, BitArray>, Exceptions> {
        self.get_black_row(y)
    }

    fn get_black_matrix(&self) -> Result<&BitMatrix, Exceptions> {
        Ok(&self.matrix)
    }

    fn get_black_line(&self, line: usize, which: LineOrientation) -> Result<Cow<'_, BitArray>, Exceptions> {
        match which {
            LineOrientation::Row => self.get_black_row(line),
            LineOrientation::Column => {
                let x = u32::try_from(line).map_err(|_| Exceptions::INDEX_OUT_OF_BOUNDS)?;
                Ok(Cow::Owned(self.matrix.getCol(x)))
            }
        }
    }

    fn create_binarizer(&self, source: Self::Source) -> Self {
        Self { matrix: self.matrix.clone(), source }
    }

    fn get_width(&self) -> usize {
        usize::try_from(self.matrix.getWidth()).unwrap_or(0)
    }

    fn get_height(&self) -> usize {
        usize::try_from(self.matrix.getHeight()).unwrap_or(0)
    }
}
