//! Pictures in files: JPEG, PNG and WebP as grey points, of bounded size.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use thiserror::Error;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::frame::Frame;
use crate::grey::Grey;

const JPEG: &[u8] = &[0xff, 0xd8, 0xff];
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Why a file is no picture that can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PictureError {
    #[error("a file has at most {} bytes and a picture at most {} points", Picture::BYTES_MOST, Picture::POINTS_MOST)]
    TooLarge,
    #[error("the file is no JPEG, PNG or WebP")]
    NotAPicture,
    #[error("the picture is in the form {0}, which is not read: JPEG, PNG and WebP are")]
    OtherForm(&'static str),
    #[error("the file says that it is a {0}, and is damaged or cut short")]
    Damaged(&'static str),
}

/// A picture in grey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture(Grey);

impl Picture {
    /// Most bytes of a file.
    pub const BYTES_MOST: usize = 24 * 1024 * 1024;
    /// Most points: width times height.
    pub const POINTS_MOST: usize = 40_000_000;

    /// Reads a file. Its size is known before its picture is decoded; one that is longer than a
    /// frame may be is halved until it fits.
    ///
    /// # Errors
    /// When it is none of the three forms, damaged, or too large.
    pub fn read(file: &[u8]) -> Result<Self, PictureError> {
        if file.len() > Self::BYTES_MOST {
            return Err(PictureError::TooLarge);
        }
        let (name, read): (_, Reader) = if file.starts_with(JPEG) {
            ("JPEG", jpeg)
        } else if file.starts_with(PNG) {
            ("PNG", png)
        } else if is_webp(file) {
            ("WebP", webp)
        } else {
            return Err(other_form(file).map_or(PictureError::NotAPicture, PictureError::OtherForm));
        };
        // A library that panics met a file that it cannot read.
        let read = catch_unwind(AssertUnwindSafe(|| read(file))).unwrap_or_default();
        let mut grey = match read {
            Some(Reading::Whole(grey)) if grey.is_whole() => grey,
            Some(Reading::TooLarge) => return Err(PictureError::TooLarge),
            _ => return Err(PictureError::Damaged(name)),
        };
        while grey.width.max(grey.height) > Frame::SIDE_MOST && grey.width.min(grey.height) > 1 {
            grey = grey.halved();
        }
        if grey.width.max(grey.height) > Frame::SIDE_MOST { Err(PictureError::TooLarge) } else { Ok(Self(grey)) }
    }

    #[must_use]
    pub fn width(&self) -> usize {
        self.0.width
    }

    #[must_use]
    pub fn height(&self) -> usize {
        self.0.height
    }

    /// Row by row from the top left, 0 black to 255 white.
    #[must_use]
    pub fn points(&self) -> &[u8] {
        &self.0.points
    }

    #[must_use]
    pub fn frame(&self) -> Frame<'_> {
        Frame::of(&self.0)
    }
}

type Reader = fn(&[u8]) -> Option<Reading>;

/// What a file held.
enum Reading {
    Whole(Grey),
    TooLarge,
}

fn is_webp(file: &[u8]) -> bool {
    file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP")
}

/// A form of photos that is known and not read, by its name: an iPhone writes HEIC unless it is
/// told otherwise.
fn other_form(file: &[u8]) -> Option<&'static str> {
    // ISO/IEC 14496-12: the length of the first box, its name, the brand of the file.
    let brand = file.get(4..12)?.strip_prefix(b"ftyp")?;
    match brand {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => Some("HEIC"),
        b"avif" | b"avis" => Some("AVIF"),
        _ => None,
    }
}

fn fits(width: usize, height: usize) -> bool {
    width.checked_mul(height).is_some_and(|points| points <= Picture::POINTS_MOST)
}

fn sides((width, height): (u32, u32)) -> (usize, usize) {
    let side = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
    (side(width), side(height))
}

fn jpeg(file: &[u8]) -> Option<Reading> {
    // The sides are bounded by their product; the library's own bound would call a large picture a
    // damaged one.
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(file), options);
    decoder.decode_headers().ok()?;
    let (width, height) = decoder.dimensions()?;
    if !fits(width, height) {
        return Some(Reading::TooLarge);
    }
    let points = decoder.decode().ok()?;
    Some(Reading::Whole(Grey { width, height, points }))
}

fn png(file: &[u8]) -> Option<Reading> {
    let limits = png::Limits { bytes: 4 * Picture::POINTS_MOST };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().ok()?;
    let (width, height) = sides(header.size());
    let is_interlaced = header.interlaced;
    if !fits(width, height) {
        return Some(Reading::TooLarge);
    }
    let mut reader = decoder.read_info().ok()?;
    let samples = reader.output_color_type().0.samples();
    let mut points = Vec::with_capacity(width * height);
    if is_interlaced {
        let mut bytes = vec![0; reader.output_buffer_size()?];
        reader.next_frame(&mut bytes).ok()?;
        points.extend(bytes.chunks_exact(samples).take(width * height).map(grey_of));
    } else {
        // Row by row: a picture in colour is never whole in memory.
        while let Some(row) = reader.next_row().ok()? {
            points.extend(row.data().chunks_exact(samples).take(width).map(grey_of));
        }
    }
    Some(Reading::Whole(Grey { width, height, points }))
}

fn webp(file: &[u8]) -> Option<Reading> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).ok()?;
    let (width, height) = sides(decoder.dimensions());
    if !fits(width, height) {
        return Some(Reading::TooLarge);
    }
    decoder.set_memory_limit(4 * Picture::POINTS_MOST);
    let samples = if decoder.has_alpha() { 4 } else { 3 };
    let mut bytes = vec![0; decoder.output_buffer_size()?];
    decoder.read_image(&mut bytes).ok()?;
    let points = bytes.chunks_exact(samples).map(grey_of).collect();
    Some(Reading::Whole(Grey { width, height, points }))
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
