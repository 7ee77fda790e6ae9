//! Who reads.

use std::time::{Duration, Instant};

use mesto_scan::{Frame, Scanner};
use rxing::common::HybridBinarizer;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, MultiUseMultiFormatReader, Reader as _};

use crate::frames::Made;

/// The next frame of a clip: what is read in it.
type Next = Box<dyn FnMut(&Made) -> Vec<String>>;

pub struct Reader {
    pub name: &'static str,
    /// Reads one frame that it knows nothing of before.
    pub read: fn(&Made) -> (Vec<String>, Duration),
    /// Reads frame after frame.
    pub clip: fn() -> Next,
}

/// Ours, then the first peer.
pub const READERS: &[Reader] = &[
    Reader {
        name: "mesto",
        read: |made| timed(|| mesto(&mut Scanner::default(), made)),
        clip: || {
            let mut scanner = Scanner::default();
            Box::new(move |made| mesto(&mut scanner, made))
        },
    },
    #[cfg(feature = "peers")]
    Reader { name: "zxing-cpp", read: |made| timed(|| zxing_cpp(made)), clip: || Box::new(zxing_cpp) },
    #[cfg(feature = "peers")]
    Reader { name: "rqrr", read: |made| timed(|| rqrr(made)), clip: || Box::new(rqrr) },
    Reader { name: "rxing", read: |made| timed(|| rxing(made)), clip: || Box::new(rxing) },
];

// A bench: the one place where time is measured.
#[allow(clippy::disallowed_methods)]
fn timed(read: impl FnOnce() -> Vec<String>) -> (Vec<String>, Duration) {
    let start = Instant::now();
    let texts = read();
    (texts, start.elapsed())
}

#[allow(clippy::disallowed_methods)]
fn mesto(scanner: &mut Scanner, made: &Made) -> Vec<String> {
    let start = Instant::now();
    let Ok(frame) = Frame::new(&made.points, made.width, made.height, made.width) else { return Vec::new() };
    scanner.scan(&frame, &|| start.elapsed()).codes.into_iter().map(|code| code.text).collect()
}

#[cfg(feature = "peers")]
fn zxing_cpp(made: &Made) -> Vec<String> {
    let side = |side: usize| u32::try_from(side).unwrap_or(0);
    let view =
        zxingcpp::ImageView::from_slice(&made.points, side(made.width), side(made.height), zxingcpp::ImageFormat::Lum);
    let reader = zxingcpp::read()
        .formats([zxingcpp::BarcodeFormat::QRCode])
        .try_harder(true)
        .try_rotate(true)
        .try_invert(true)
        .try_downscale(true);
    let read = view.ok().and_then(|view| reader.from(view).ok()).unwrap_or_default();
    read.iter().filter(|code| code.is_valid()).map(|code| code.text()).collect()
}

#[cfg(feature = "peers")]
fn rqrr(made: &Made) -> Vec<String> {
    let read = std::panic::catch_unwind(|| {
        let at = |x: usize, y: usize| made.points.get(y * made.width + x).copied().unwrap_or(0);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(made.width, made.height, at);
        image.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
    });
    read.unwrap_or_default()
}

/// Alone, as its own reader of several formats does it.
fn rxing(made: &Made) -> Vec<String> {
    let side = |side: usize| u32::try_from(side).unwrap_or(0);
    let Ok(source) = Luma8LuminanceSource::new(made.points.clone(), side(made.width), side(made.height)) else {
        return Vec::new();
    };
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints {
        PossibleFormats: Some([BarcodeFormat::QR_CODE].into()),
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        ..DecodeHints::default()
    };
    let read = MultiUseMultiFormatReader::default().decode_with_hints(&mut picture, &hints);
    read.into_iter().map(|code| code.getText().to_owned()).collect()
}
