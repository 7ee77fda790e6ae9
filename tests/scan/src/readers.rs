//! Who reads.

use std::cell::Cell;
use std::time::Duration;

use mesto_scan::{Format, Frame, Hint, Kinds, Scanner};
use rxing::common::HybridBinarizer;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, MultiUseMultiFormatReader, Reader as _};

/// A picture in grey.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub points: &'a [u8],
    pub width: usize,
    pub height: usize,
}

/// The next frame of a clip: what is read in it.
type Next = Box<dyn FnMut(&View<'_>) -> Vec<String>>;

pub struct Reader {
    pub name: &'static str,
    /// Reads one frame that it knows nothing of before: codes of one kind.
    pub read: fn(&View<'_>, Format) -> Seen,
    /// Reads QR codes frame after frame.
    pub clip: fn() -> Next,
}

/// What was read, and how long it took.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub texts: Vec<String>,
    pub time: Duration,
    /// The longest time between two questions whether there is any left; nothing of a reader that
    /// does not ask.
    pub step: Duration,
}

/// Ours, then the first peer.
pub const READERS: &[Reader] = &[
    Reader {
        name: "mesto",
        read: |view, format| mesto(&mut Scanner::default().looking_for(Kinds::of(&[format])), view),
        clip: || {
            let mut scanner = Scanner::default();
            Box::new(move |view| mesto(&mut scanner, view).texts)
        },
    },
    #[cfg(feature = "peers")]
    Reader { name: "zxing-cpp", read: |view, format| timed(|| zxing_cpp(view, format)), clip: || qr(zxing_cpp) },
    #[cfg(feature = "zbar")]
    Reader { name: "zbar", read: |view, format| timed(|| zbar(view, format)), clip: || qr(zbar) },
    #[cfg(feature = "peers")]
    Reader { name: "rqrr", read: |view, format| timed(|| rqrr(view, format)), clip: || qr(rqrr) },
    Reader { name: "rxing", read: |view, format| timed(|| rxing(view, format)), clip: || qr(rxing) },
];

fn qr(read: fn(&View<'_>, Format) -> Vec<String>) -> Next {
    Box::new(move |view| read(view, Format::Qr))
}

/// Processor time of this thread: what else runs on the machine does not count.
fn now() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let part = |part: i64| u64::try_from(part).unwrap_or(0);
    Duration::from_secs(part(now.tv_sec)) + Duration::from_nanos(part(now.tv_nsec))
}

fn timed(read: impl FnOnce() -> Vec<String>) -> Seen {
    let start = now();
    let texts = read();
    Seen { texts, time: now().saturating_sub(start), step: Duration::ZERO }
}

/// With every kind asked for at once.
pub fn all_kinds(view: &View<'_>) -> Seen {
    mesto(&mut Scanner::default().looking_for(Kinds::ALL), view)
}

/// What a frame shows, and the hint where it shows nothing.
pub fn hint(view: &View<'_>) -> (Seen, Option<Hint>) {
    scanned(&mut Scanner::default(), view)
}

fn mesto(scanner: &mut Scanner, view: &View<'_>) -> Seen {
    scanned(scanner, view).0
}

fn scanned(scanner: &mut Scanner, view: &View<'_>) -> (Seen, Option<Hint>) {
    let start = now();
    let Ok(frame) = Frame::new(view.points, view.width, view.height, view.width) else { return Default::default() };
    let (asked, step) = (Cell::new(Duration::ZERO), Cell::new(Duration::ZERO));
    let since = || {
        let now = now().saturating_sub(start);
        step.set(step.get().max(now.saturating_sub(asked.get())));
        asked.set(now);
        now
    };
    let shown = scanner.scan(&frame, &since);
    let time = since();
    let texts = shown.codes.into_iter().map(|code| code.text).collect();
    (Seen { texts, time, step: step.get() }, shown.hint)
}

#[cfg(feature = "peers")]
fn zxing_cpp(view: &View<'_>, format: Format) -> Vec<String> {
    use zxingcpp::BarcodeFormat as Named;
    let format = match format {
        Format::MicroQr => Named::MicroQRCode,
        Format::Aztec => Named::Aztec,
        Format::DataMatrix => Named::DataMatrix,
        Format::Pdf417 => Named::PDF417,
        Format::Code128 => Named::Code128,
        Format::Itf => Named::ITF,
        Format::Ean13 => Named::EAN13,
        Format::Codabar => Named::Codabar,
        Format::Code39 => Named::Code39,
        _ => Named::QRCode,
    };
    let side = |side: usize| u32::try_from(side).unwrap_or(0);
    let lum = zxingcpp::ImageFormat::Lum;
    let view = zxingcpp::ImageView::from_slice(view.points, side(view.width), side(view.height), lum);
    let reader =
        zxingcpp::read().formats([format]).try_harder(true).try_rotate(true).try_invert(true).try_downscale(true);
    let read = view.ok().and_then(|view| reader.from(view).ok()).unwrap_or_default();
    read.iter().filter(|code| code.is_valid()).map(|code| code.text()).collect()
}

#[cfg(feature = "zbar")]
fn zbar(view: &View<'_>, format: Format) -> Vec<String> {
    use zbar_rust::{ZBarConfig, ZBarImageScanner, ZBarSymbolType as Named};
    let symbol = match format {
        Format::Qr => Named::ZBarQRCode,
        Format::Code128 => Named::ZBarCode128,
        Format::Itf => Named::ZBarI25,
        Format::Ean13 => Named::ZBarEAN13,
        Format::Codabar => Named::ZBarCodeBar,
        Format::Code39 => Named::ZBarCode39,
        _ => return Vec::new(),
    };
    let mut scanner = ZBarImageScanner::new();
    let all = scanner.set_config(Named::ZBarNone, ZBarConfig::ZBarCfgEnable, 0);
    let one = scanner.set_config(symbol, ZBarConfig::ZBarCfgEnable, 1);
    if all.is_err() || one.is_err() {
        return Vec::new();
    }
    let side = |side: usize| u32::try_from(side).unwrap_or(0);
    let read = scanner.scan_y800(view.points.to_vec(), side(view.width), side(view.height)).unwrap_or_default();
    read.into_iter().map(|code| String::from_utf8_lossy(&code.data).into_owned()).collect()
}

#[cfg(feature = "peers")]
fn rqrr(view: &View<'_>, format: Format) -> Vec<String> {
    if format != Format::Qr {
        return Vec::new();
    }
    let read = std::panic::catch_unwind(|| {
        let at = |x: usize, y: usize| view.points.get(y * view.width + x).copied().unwrap_or(0);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(view.width, view.height, at);
        image.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
    });
    read.unwrap_or_default()
}

/// Alone, as its own reader of several formats does it.
fn rxing(view: &View<'_>, format: Format) -> Vec<String> {
    let format = match format {
        Format::MicroQr => BarcodeFormat::MICRO_QR_CODE,
        Format::Aztec => BarcodeFormat::AZTEC,
        Format::DataMatrix => BarcodeFormat::DATA_MATRIX,
        Format::Pdf417 => BarcodeFormat::PDF_417,
        Format::Code128 => BarcodeFormat::CODE_128,
        Format::Itf => BarcodeFormat::ITF,
        Format::Ean13 => BarcodeFormat::EAN_13,
        Format::Codabar => BarcodeFormat::CODABAR,
        Format::Code39 => BarcodeFormat::CODE_39,
        _ => BarcodeFormat::QR_CODE,
    };
    let side = |side: usize| u32::try_from(side).unwrap_or(0);
    let Ok(source) = Luma8LuminanceSource::new(view.points.to_vec(), side(view.width), side(view.height)) else {
        return Vec::new();
    };
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints {
        PossibleFormats: Some([format].into()),
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        ..DecodeHints::default()
    };
    let mut reader = MultiUseMultiFormatReader::default();
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        reader.decode_with_hints(&mut picture, &hints).ok().map(|code| code.getText().to_owned())
    }));
    read.ok().flatten().into_iter().collect()
}
