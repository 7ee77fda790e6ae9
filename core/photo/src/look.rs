//! Looking at a picture for codes: made smaller, and turned.

use std::collections::HashSet;

use mesto_client::Decoded;
use rxing::common::HybridBinarizer;
use rxing::multi::{GenericMultipleBarcodeReader, MultipleBarcodeReader as _};
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, MultiUseMultiFormatReader};

use crate::grey::Grey;

/// One way of looking.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The longer side is made no longer than this, points.
    side: usize,
    /// Turned by so many degrees. The reader itself also looks from the side and upside down, so
    /// that 67 degrees are as -22.
    degrees: f64,
}

/// Every look at a picture, the likeliest first. Bars are still read when they are a dozen degrees
/// askew.
pub const LOOKS: [Look; 6] = [
    Look { side: 1600, degrees: 0.0 },
    Look { side: 800, degrees: 0.0 },
    Look { side: 2800, degrees: 0.0 },
    Look { side: 1400, degrees: 22.5 },
    Look { side: 1400, degrees: -22.5 },
    Look { side: 1400, degrees: 45.0 },
];

/// The codes that tickets have, with their names.
const FORMATS: [(BarcodeFormat, &str); 6] = [
    (BarcodeFormat::CODE_128, "code_128"),
    (BarcodeFormat::ITF, "itf"),
    (BarcodeFormat::CODABAR, "codabar"),
    (BarcodeFormat::CODE_39, "code_39"),
    (BarcodeFormat::EAN_13, "ean_13"),
    (BarcodeFormat::QR_CODE, "qr_code"),
];

/// The codes that are seen with one look; none when there are none.
pub fn codes(grey: &Grey, look: &Look) -> Vec<Decoded> {
    let seen = turned(smaller(grey, look.side), look.degrees);
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let Ok(source) = Luma8LuminanceSource::new(seen.points, side(seen.width), side(seen.height)) else {
        return Vec::new();
    };
    let hints = DecodeHints {
        PossibleFormats: Some(HashSet::from(FORMATS.map(|(format, _)| format))),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let mut reader = GenericMultipleBarcodeReader::new(MultiUseMultiFormatReader::default());
    let found = reader.decode_multiple_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints);
    let mut codes: Vec<Decoded> = Vec::new();
    for result in found.unwrap_or_default() {
        let name = FORMATS.iter().find(|(format, _)| format == result.getBarcodeFormat()).map(|(_, name)| *name);
        let Some(name) = name else { continue };
        let code = Decoded { format: name.to_owned(), text: result.getText().to_owned() };
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// The picture with no side longer than `side`: each point is the mean of those that it stands for.
fn smaller(grey: &Grey, side: usize) -> Grey {
    let longest = grey.width.max(grey.height);
    if longest <= side {
        return grey.clone();
    }
    let scaled = |length: usize| (length * side / longest).max(1);
    let (width, height) = (scaled(grey.width), scaled(grey.height));
    let mut points = Vec::with_capacity(width * height);
    for y in 0..height {
        let rows = y * grey.height / height..((y + 1) * grey.height / height).max(y * grey.height / height + 1);
        for x in 0..width {
            let columns = x * grey.width / width..((x + 1) * grey.width / width).max(x * grey.width / width + 1);
            let (mut sum, mut count) = (0_usize, 0_usize);
            for row in rows.clone() {
                for column in columns.clone() {
                    sum += usize::from(grey.at(column, row));
                    count += 1;
                }
            }
            points.push(u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX));
        }
    }
    Grey { width, height, points }
}

/// The picture turned about its middle, in a square that holds it at any angle; white around it.
// Sides are a few thousand points: exact in a float, and back.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn turned(grey: Grey, degrees: f64) -> Grey {
    if degrees.abs() < f64::EPSILON {
        return grey;
    }
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (middle_x, middle_y) = (grey.width as f64 / 2.0, grey.height as f64 / 2.0);
    let side = middle_x.hypot(middle_y) * 2.0;
    let (side, middle) = (side.ceil() as usize, side / 2.0);
    let mut points = Vec::with_capacity(side * side);
    for y in 0..side {
        for x in 0..side {
            let (right, down) = (x as f64 - middle, y as f64 - middle);
            let from_x = right * cosine + down * sine + middle_x;
            let from_y = down * cosine - right * sine + middle_y;
            points.push(between(&grey, from_x, from_y));
        }
    }
    Grey { width: side, height: side, points }
}

/// The grey at a place between four points.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn between(grey: &Grey, x: f64, y: f64) -> u8 {
    if x < 0.0 || y < 0.0 || x >= grey.width as f64 || y >= grey.height as f64 {
        return u8::MAX;
    }
    let (left, top) = (x as usize, y as usize);
    let (right, down) = (x - left as f64, y - top as f64);
    let at = |x, y| f64::from(grey.at(x, y));
    let upper = at(left, top) * (1.0 - right) + at(left + 1, top) * right;
    let lower = at(left, top + 1) * (1.0 - right) + at(left + 1, top + 1) * right;
    (upper * (1.0 - down) + lower * down).round() as u8
}
