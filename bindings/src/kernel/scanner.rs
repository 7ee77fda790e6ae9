//! The scanner of QR codes: frames of a camera, one after the other, and what is in the way while
//! nothing is read.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mesto_scan::{Code, Corner, Frame, FrameError, Hint, Rotation, Scanner};

use crate::kernel::error::MestoError;

/// The longest that a frame may be looked at: for a picture that was picked, not for a camera.
const BUDGET_MOST: Duration = Duration::from_secs(10);

/// How a frame is to be turned, clockwise, so that it stands as the user sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum FrameRotation {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl From<FrameRotation> for Rotation {
    fn from(rotation: FrameRotation) -> Self {
        match rotation {
            FrameRotation::None => Self::None,
            FrameRotation::Quarter => Self::Quarter,
            FrameRotation::Half => Self::Half,
            FrameRotation::ThreeQuarters => Self::ThreeQuarters,
        }
    }
}

/// A frame as a camera gives it: the Y plane of YUV 4:2:0 as it is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ScanFrame {
    /// 8 bits a point, row by row from the top left; the last row may end with its width.
    pub luminance: Vec<u8>,
    /// Points, 1 to 8192.
    pub width: u32,
    pub height: u32,
    /// Bytes from one row to the next; the width where absent.
    #[uniffi(default = None)]
    pub stride: Option<u32>,
    #[uniffi(default = None)]
    pub rotation: Option<FrameRotation>,
}

/// A place in a frame as the user sees it, points from the top left.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct FrameCorner {
    pub x: f32,
    pub y: f32,
}

/// A QR code that was read.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct ScannedCode {
    /// UTF-8 and Latin letters; others are replaced by U+FFFD.
    pub text: String,
    pub bytes: Vec<u8>,
    /// As the code lies: its top left, top right, bottom right and bottom left.
    pub corners: Vec<FrameCorner>,
}

/// What the user can do so that a code is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ScanHint {
    /// Bring light to it.
    TooDark,
    /// Keep the light off it: a part of the code is white with it.
    Glare,
    /// Go nearer.
    TooSmall,
    /// Hold still, or let the camera focus.
    TooBlurred,
    /// A code is seen and not read: a part of it may be torn or covered.
    Torn,
}

/// What a frame showed.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Scanned {
    pub codes: Vec<ScannedCode>,
    /// Only when nothing was read, and something is known to be in the way.
    pub hint: Option<ScanHint>,
}

/// Looks at the frames of one camera, one after the other: what helped with one is tried first with
/// the next, and what no single frame shows is put together. Any thread may call it; a second call
/// waits for the first.
#[derive(uniffi::Object)]
pub struct CodeScanner(Mutex<Scanner>);

#[uniffi::export]
impl CodeScanner {
    /// `budget` is how long a frame is looked at, 36 milliseconds where absent: no step begins
    /// after it, and the longest takes some milliseconds. More is for a picture that was picked, 10
    /// seconds at most.
    #[uniffi::constructor(default(budget = None))]
    pub fn new(budget: Option<Duration>) -> Result<Arc<Self>, MestoError> {
        let budget = budget.unwrap_or(Scanner::BUDGET);
        if budget.is_zero() || budget > BUDGET_MOST {
            return Err(MestoError::out_of_range("budget: more than nothing, 10 seconds at most"));
        }
        Ok(Arc::new(Self(Mutex::new(Scanner::new(budget)))))
    }

    /// The QR codes of a frame. One whose numbers do not fit each other is refused with
    /// `frame_invalid`, and the detail says what would be right. What a code says is not looked at:
    /// ask the part that it is for, and open nothing of it.
    pub fn scan(&self, frame: ScanFrame) -> Result<Scanned, MestoError> {
        #[allow(clippy::disallowed_methods, reason = "how long a frame was looked at")]
        let begun = Instant::now();
        let ScanFrame { luminance, width, height, stride, rotation } = frame;
        let seen = Frame::new(&luminance, points(width), points(height), points(stride.unwrap_or(width)))
            .map_err(|why| MestoError::frame_invalid(said(why)))?
            .turned(rotation.map(Rotation::from).unwrap_or_default());
        // Whoever held it and failed left nothing that the next frame could not be looked at with.
        let mut scanner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mesto_scan::Scanned { codes, hint } = scanner.scan(&seen, &|| begun.elapsed());
        Ok(Scanned { codes: codes.into_iter().map(ScannedCode::from).collect(), hint: hint.map(ScanHint::from) })
    }
}

fn points(side: u32) -> usize {
    usize::try_from(side).unwrap_or(usize::MAX)
}

/// What is wrong with a frame, and what would be right.
fn said(why: FrameError) -> String {
    match why {
        FrameError::Stride { width, .. } => format!("{why}: give the bytes from one row to the next, {width} or more"),
        FrameError::Sides { .. } | FrameError::TooShort { .. } => why.to_string(),
    }
}

impl From<Code> for ScannedCode {
    fn from(code: Code) -> Self {
        let Code { bytes, text, corners, .. } = code;
        Self { text, bytes, corners: corners.map(FrameCorner::from).to_vec() }
    }
}

impl From<Corner> for FrameCorner {
    fn from(Corner { x, y }: Corner) -> Self {
        Self { x, y }
    }
}

impl From<Hint> for ScanHint {
    fn from(hint: Hint) -> Self {
        match hint {
            Hint::TooDark => Self::TooDark,
            Hint::Glare => Self::Glare,
            Hint::TooSmall => Self::TooSmall,
            Hint::TooBlurred => Self::TooBlurred,
            Hint::Torn => Self::Torn,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use mesto_scan::draw::{Drawing, Strength};

    const SIGN: &str = "https://qr.avtobys.kz/almaty/v/K7M2P9QD";

    /// A sign as it is posted in a vehicle, on grey paper that fills the frame.
    fn posted() -> ScanFrame {
        let drawn = Drawing::of(SIGN.as_bytes(), Strength::Medium).unwrap();
        let (side, scale, quiet) = (drawn.side(), 4, Drawing::QUIET);
        let width = (side + 2 * quiet) * scale;
        let dark = |x: usize, y: usize| {
            let (x, y) = (x / scale, y / scale);
            let inside = |at: usize| (quiet..quiet + side).contains(&at);
            inside(x) && inside(y) && drawn.is_dark(x - quiet, y - quiet)
        };
        let luminance = (0..width * width).map(|at| if dark(at % width, at / width) { 30 } else { 210 }).collect();
        let width = u32::try_from(width).unwrap();
        ScanFrame { luminance, width, height: width, stride: None, rotation: None }
    }

    fn scanner() -> Arc<CodeScanner> {
        // A debug build is slow: what is tested is what it reads.
        CodeScanner::new(Some(BUDGET_MOST)).unwrap()
    }

    #[test]
    fn a_posted_sign_is_read_from_a_frame_av_62_av_64() {
        let scanned = scanner().scan(posted()).unwrap();
        assert_eq!(scanned.codes.iter().map(|code| code.text.as_str()).collect::<Vec<_>>(), [SIGN]);
        assert_eq!((scanned.codes[0].corners.len(), scanned.hint), (4, None));
    }

    #[test]
    fn a_frame_whose_numbers_do_not_fit_is_refused_with_what_would_be_right() {
        let refused = |change: &dyn Fn(&mut ScanFrame)| {
            let mut frame = posted();
            change(&mut frame);
            let Err(MestoError::Refused { code, detail, text, .. }) = scanner().scan(frame) else { panic!("taken") };
            assert_eq!(code, "frame_invalid");
            assert!(!text.is_empty());
            detail
        };
        assert!(refused(&|frame| frame.width = 0).contains("1 to 8192"));
        assert!(refused(&|frame| frame.height = 8193).contains("1 to 8192"));
        assert!(refused(&|frame| frame.width = u32::MAX).contains("1 to 8192"));
        assert!(refused(&|frame| frame.stride = Some(frame.width - 1)).contains("or more"));
        let whole = posted().luminance.len();
        assert!(refused(&|frame| frame.luminance.truncate(whole - 1)).contains(&format!("takes {whole} bytes")));
        assert!(refused(&|frame| frame.stride = Some(u32::MAX)).contains("bytes"));
        assert!(refused(&|frame| frame.luminance.clear()).contains("0 were given"));
    }

    #[test]
    fn a_budget_is_more_than_nothing_and_at_most_ten_seconds() {
        for wrong in [Duration::ZERO, BUDGET_MOST + Duration::from_nanos(1), Duration::MAX] {
            assert!(matches!(CodeScanner::new(Some(wrong)), Err(MestoError::Refused { .. })), "{wrong:?}");
        }
        assert!(CodeScanner::new(None).is_ok() && CodeScanner::new(Some(Duration::from_nanos(1))).is_ok());
    }

    #[test]
    fn what_is_in_the_way_is_told_av_64() {
        let dark = ScanFrame { luminance: vec![9; 320 * 240], width: 320, height: 240, stride: None, rotation: None };
        assert_eq!(scanner().scan(dark).unwrap(), Scanned { codes: vec![], hint: Some(ScanHint::TooDark) });
    }

    #[test]
    fn threads_that_share_it_take_turns() {
        let scanner = scanner();
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..3 {
                        assert_eq!(scanner.scan(posted()).unwrap().codes[0].text, SIGN);
                    }
                });
            }
        });
    }
}
