//! An image as grey points, from a file of bounded size.

use std::io::Cursor;

use mesto_client::DecodeError;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Most bytes of a file.
pub const BYTES_MOST: usize = 24 * 1024 * 1024;
/// Most points of a picture: width times height.
pub const PIXELS_MOST: usize = 40_000_000;

const JPEG: &[u8] = &[0xff, 0xd8, 0xff];
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture in grey, row by row from the top left, 0 black to 255 white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grey {
    pub width: usize,
    pub height: usize,
    pub points: Vec<u8>,
}

impl Grey {
    /// The point, and white beside the picture.
    pub fn at(&self, x: usize, y: usize) -> u8 {
        let inside = x < self.width && y < self.height;
        let point = self.points.get(y.saturating_mul(self.width).saturating_add(x)).copied();
        point.filter(|_| inside).unwrap_or(u8::MAX)
    }
}

/// Reads a file. Its size is known before its picture is decoded.
pub fn read(image: &[u8]) -> Result<Grey, DecodeError> {
    if image.len() > BYTES_MOST {
        return Err(DecodeError::TooLarge);
    }
    let grey = if image.starts_with(JPEG) {
        jpeg(image)?
    } else if image.starts_with(PNG) {
        png(image)?
    } else {
        return Err(other_form(image).map_or(DecodeError::NotAnImage, DecodeError::OtherForm));
    };
    let is_whole = grey.width > 0 && grey.points.len() == grey.width * grey.height;
    if is_whole { Ok(grey) } else { Err(DecodeError::NotAnImage) }
}

/// A form of photos that is known and not read, by its name: an iPhone writes HEIC unless it is
/// told otherwise.
fn other_form(image: &[u8]) -> Option<&'static str> {
    // ISO/IEC 14496-12: the length of the first box, its name, the brand of the file.
    let brand = image.get(4..12)?.strip_prefix(b"ftyp")?;
    match brand {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => Some("HEIC"),
        b"avif" | b"avis" => Some("AVIF"),
        _ => None,
    }
}

fn bounded(width: usize, height: usize) -> Result<(), DecodeError> {
    let fits = width.checked_mul(height).is_some_and(|points| points <= PIXELS_MOST);
    if fits { Ok(()) } else { Err(DecodeError::TooLarge) }
}

fn jpeg(image: &[u8]) -> Result<Grey, DecodeError> {
    let unreadable = |_| DecodeError::NotAnImage;
    // The sides are bounded by the product below; the library's own bound would call a large
    // picture a damaged one.
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(image), options);
    decoder.decode_headers().map_err(unreadable)?;
    let (width, height) = decoder.dimensions().ok_or(DecodeError::NotAnImage)?;
    bounded(width, height)?;
    let points = decoder.decode().map_err(unreadable)?;
    Ok(Grey { width, height, points })
}

fn png(image: &[u8]) -> Result<Grey, DecodeError> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(image), png::Limits { bytes: 4 * PIXELS_MOST });
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let size = decoder.read_header_info().map_err(|_| DecodeError::NotAnImage)?.size();
    let side = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
    let (width, height) = (side(size.0), side(size.1));
    bounded(width, height)?;
    let unreadable = |_| DecodeError::NotAnImage;
    let mut reader = decoder.read_info().map_err(unreadable)?;
    let mut bytes = vec![0; reader.output_buffer_size().ok_or(DecodeError::TooLarge)?];
    let frame = reader.next_frame(&mut bytes).map_err(unreadable)?;
    let samples = frame.color_type.samples();
    let points = bytes.chunks_exact(samples).take(width * height).map(grey_of).collect();
    Ok(Grey { width, height, points })
}

/// Grey, grey with alpha, red green blue, or these with alpha; what is transparent is white.
fn grey_of(point: &[u8]) -> u8 {
    let (value, alpha) = match *point {
        [grey] => (u32::from(grey), 255),
        [grey, alpha] => (u32::from(grey), u32::from(alpha)),
        [red, green, blue] => (luma(red, green, blue), 255),
        [red, green, blue, alpha] => (luma(red, green, blue), u32::from(alpha)),
        _ => (255, 255),
    };
    u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

/// ITU-R BT.601, in thousandths.
fn luma(red: u8, green: u8, blue: u8) -> u32 {
    (299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue)) / 1000
}
