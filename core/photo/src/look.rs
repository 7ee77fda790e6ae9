//! Looking at a picture for codes: made smaller, and turned.

use mesto_client::Decoded;
use mesto_scan::Picture;
use rxing::common::HybridBinarizer;
use rxing::multi::{GenericMultipleBarcodeReader, MultipleBarcodeReader as _};
use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, MultiUseMultiFormatReader, RXingResult, Reader as _,
};

/// A picture in grey as a look sees it, row by row from the top left.
struct Grey<P> {
    width: usize,
    height: usize,
    points: P,
}

impl<P: AsRef<[u8]>> Grey<P> {
    /// The point, and white beside the picture.
    fn at(&self, x: usize, y: usize) -> u8 {
        let inside = x < self.width && y < self.height;
        let point = self.points.as_ref().get(y.saturating_mul(self.width).saturating_add(x)).copied();
        point.filter(|_| inside).unwrap_or(u8::MAX)
    }
}

/// One way of looking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// The longer side is made no longer than this, points.
    side: usize,
    /// Turned by so many degrees. The reader itself also looks from the side and upside down, so
    /// that 67 degrees are as -22.
    degrees: f64,
}

impl Look {
    /// Two looks beside this one, each over other points of the same bars.
    pub fn near(self) -> [Self; 2] {
        let Self { side, degrees } = self;
        [Self { side: side * 9 / 10, degrees: degrees + 4.0 }, Self { side, degrees: degrees - 6.0 }]
    }
}

/// The looks at a picture that differ: a small one is not made smaller.
pub fn looks(picture: &Picture) -> Vec<Look> {
    let mut looks: Vec<Look> = Vec::new();
    for Look { side, degrees } in LOOKS {
        let one = Look { side: side.min(picture.width().max(picture.height())), degrees };
        if !looks.contains(&one) {
            looks.push(one);
        }
    }
    looks
}

/// Every look at a picture, the likeliest first. Bars are still read when they are a dozen degrees
/// askew.
const LOOKS: [Look; 6] = [
    Look { side: 1600, degrees: 0.0 },
    Look { side: 800, degrees: 0.0 },
    Look { side: 2800, degrees: 0.0 },
    Look { side: 1400, degrees: 22.5 },
    Look { side: 1400, degrees: -22.5 },
    Look { side: 1400, degrees: 45.0 },
];

/// The codes that tickets have, with their names, and whether each has a checksum that is read.
const FORMATS: [(BarcodeFormat, &str, bool); 6] = [
    (BarcodeFormat::CODE_128, "code_128", true),
    (BarcodeFormat::ITF, "itf", false),
    (BarcodeFormat::CODABAR, "codabar", false),
    (BarcodeFormat::CODE_39, "code_39", false),
    (BarcodeFormat::EAN_13, "ean_13", true),
    (BarcodeFormat::QR_CODE, "qr_code", true),
];

/// The codes that are seen with one look; none when there are none.
pub fn codes(picture: &Picture, look: &Look) -> Vec<Decoded> {
    let Some(mut bitmap) = bitmap(picture, look) else { return Vec::new() };
    let mut reader = GenericMultipleBarcodeReader::new(MultiUseMultiFormatReader::default());
    let found = reader.decode_multiple_with_hints(&mut bitmap, &hints(|_| true));
    let mut codes: Vec<Decoded> = Vec::new();
    for code in found.unwrap_or_default().iter().filter_map(decoded) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// The one code without a checksum that is seen with one look. The picture is not cut, as it is to
/// find several: a cut goes through bars, too.
pub fn unchecked(picture: &Picture, look: &Look) -> Option<Decoded> {
    let mut bitmap = bitmap(picture, look)?;
    let found = MultiUseMultiFormatReader::default().decode_with_hints(&mut bitmap, &hints(|is_checked| !is_checked));
    decoded(&found.ok()?)
}

fn bitmap(picture: &Picture, look: &Look) -> Option<BinaryBitmap<HybridBinarizer<Luma8LuminanceSource>>> {
    let seen = turned(smaller(picture, look.side), look.degrees);
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let source = Luma8LuminanceSource::new(seen.points, side(seen.width), side(seen.height)).ok()?;
    Some(BinaryBitmap::new(HybridBinarizer::new(source)))
}

/// With the formats that have a checksum, or have none.
fn hints(is_looked_for: impl Fn(bool) -> bool) -> DecodeHints {
    let formats = FORMATS.iter().filter(|(.., is_checked)| is_looked_for(*is_checked)).map(|(format, ..)| *format);
    DecodeHints { PossibleFormats: Some(formats.collect()), TryHarder: Some(true), ..DecodeHints::default() }
}

fn decoded(result: &RXingResult) -> Option<Decoded> {
    let (_, name, is_checked) = FORMATS.iter().find(|(format, ..)| format == result.getBarcodeFormat())?;
    Some(Decoded { format: (*name).to_owned(), text: result.getText().to_owned(), is_checked: *is_checked })
}

/// The picture with no side longer than `side`: each point is the mean of those that it stands for.
fn smaller(picture: &Picture, side: usize) -> Grey<Vec<u8>> {
    let grey = Grey { width: picture.width(), height: picture.height(), points: picture.points() };
    let longest = grey.width.max(grey.height);
    if longest <= side {
        return Grey { width: grey.width, height: grey.height, points: grey.points.to_vec() };
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
fn turned(grey: Grey<Vec<u8>>, degrees: f64) -> Grey<Vec<u8>> {
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
fn between(grey: &Grey<Vec<u8>>, x: f64, y: f64) -> u8 {
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
