//! The other kinds of codes: drawn by another library, as they are and damaged; and what is none.

use std::cell::Cell;
use std::time::Duration;

use mesto_scan::draw::{Drawing, Strength};
use mesto_scan::{Code, Format, Frame, Kinds, Scanner};
use proptest::prelude::*;
use rxing::{BarcodeFormat, MultiFormatWriter, Writer as _};

const WIDTH: usize = 900;
const HEIGHT: usize = 600;

/// A grey picture.
#[derive(Clone)]
struct Picture(Vec<u8>);

impl Picture {
    fn white() -> Self {
        Self(vec![230; WIDTH * HEIGHT])
    }

    /// A code in the middle, turned by `degrees`; `width` and `height` are points of the code.
    fn of(text: &str, format: BarcodeFormat, (width, height): (usize, usize), degrees: f32) -> Self {
        let bits = MultiFormatWriter.encode(text, &format, width as i32, height as i32).unwrap();
        let (width, height) = (bits.getWidth() as f32, bits.getHeight() as f32);
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let mut picture = Self::white();
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let mut light = 0_u32;
                for (sub_x, sub_y) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let (right, down) = (x as f32 + sub_x - WIDTH as f32 / 2.0, y as f32 + sub_y - HEIGHT as f32 / 2.0);
                    let (u, v) =
                        (right * cosine + down * sine + width / 2.0, down * cosine - right * sine + height / 2.0);
                    let is_in = u >= 0.0 && v >= 0.0 && u < width && v < height;
                    light += if is_in && bits.get(u as u32, v as u32) { 25 } else { 230 };
                }
                picture.0[y * WIDTH + x] = u8::try_from(light / 4).unwrap();
            }
        }
        picture
    }

    fn put(&mut self, code: &Drawing, module: usize, (left, top): (usize, usize)) {
        for y in 0..code.side() * module {
            for x in 0..code.side() * module {
                if code.is_dark(x / module, y / module) {
                    self.0[(top + y) * WIDTH + left + x] = 25;
                }
            }
        }
    }

    fn scanned(&self, kinds: Kinds) -> Vec<Code> {
        let frame = Frame::new(&self.0, WIDTH, HEIGHT, WIDTH).unwrap();
        Scanner::default().looking_for(kinds).scan(&frame, &|| Duration::ZERO).codes
    }

    fn seen(&self, kinds: Kinds) -> Vec<(Format, String)> {
        self.scanned(kinds).into_iter().map(|code| (code.format, code.text)).collect()
    }
}

const DRAWN: [(BarcodeFormat, Format, &str, (usize, usize)); 8] = [
    (BarcodeFormat::CODE_128, Format::Code128, "GR004217", (500, 160)),
    (BarcodeFormat::ITF, Format::Itf, "12345678901231", (500, 160)),
    (BarcodeFormat::EAN_13, Format::Ean13, "5901234123457", (500, 160)),
    (BarcodeFormat::CODABAR, Format::Codabar, "A1234567A", (500, 160)),
    (BarcodeFormat::CODE_39, Format::Code39, "GR004217", (500, 160)),
    (BarcodeFormat::PDF_417, Format::Pdf417, "MESTO card 9643 0000 1234", (500, 200)),
    (BarcodeFormat::DATA_MATRIX, Format::DataMatrix, "MESTO:0042", (200, 200)),
    (BarcodeFormat::AZTEC, Format::Aztec, "MESTO Almaty 0042", (220, 220)),
];

#[test]
fn every_kind_is_read_as_another_library_draws_it_and_its_corners_are_told() {
    for (drawn, format, text, size) in DRAWN {
        let picture = Picture::of(text, drawn, size, 0.0);
        let read = text.trim_matches('A').to_owned();
        for kinds in [Kinds::of(&[format]), Kinds::ALL] {
            let codes = picture.scanned(kinds);
            let [code] = codes.as_slice() else { panic!("{format:?}: {codes:?}") };
            assert_eq!((format, &read, read.as_bytes()), (code.format, &code.text, code.bytes.as_slice()));
            // About the middle of the frame, not larger than what was drawn.
            let (x, y) = code.corners.iter().fold((0.0, 0.0), |sum, corner| (sum.0 + corner.x, sum.1 + corner.y));
            assert!((x / 4.0 - 450.0).abs() < 40.0 && (y / 4.0 - 300.0).abs() < 80.0, "{format:?}: {:?}", code.corners);
            let spread = |of: fn(&mesto_scan::Corner) -> f32| {
                code.corners.iter().map(of).fold((f32::MAX, f32::MIN), |(l, m), at| (l.min(at), m.max(at)))
            };
            let (left, right) = spread(|corner| corner.x);
            assert!((80.0..=520.0).contains(&(right - left)), "{format:?}: {:?}", code.corners);
        }
    }
}

#[test]
fn a_micro_qr_code_is_read() {
    let code = qrcode::QrCode::with_version(b"MESTO7", qrcode::Version::Micro(3), qrcode::EcLevel::M).unwrap();
    let mut picture = Picture::white();
    for (place, colour) in code.to_colors().into_iter().enumerate() {
        let (left, top) = (300 + place % code.width() * 10, 200 + place / code.width() * 10);
        for y in top..top + 10 {
            let row = y * WIDTH + left;
            picture.0[row..row + 10].fill(if colour == qrcode::Color::Dark { 25 } else { 230 });
        }
    }
    assert_eq!(vec![(Format::MicroQr, "MESTO7".to_owned())], picture.seen(Kinds::of(&[Format::MicroQr])));
    assert_eq!(vec![(Format::MicroQr, "MESTO7".to_owned())], picture.seen(Kinds::ALL));
}

#[test]
fn only_what_is_asked_for_is_looked_for_and_qr_codes_come_first() {
    let mut picture = Picture::of("GR004217", BarcodeFormat::CODE_128, (500, 160), 0.0);
    assert!(picture.seen(Kinds::default()).is_empty());
    assert!(picture.seen(Kinds::of(&[Format::Ean13, Format::Aztec])).is_empty());
    picture.put(&Drawing::of(b"MESTO:1201", Strength::Medium).unwrap(), 5, (60, 60));
    assert_eq!(vec![(Format::Qr, "MESTO:1201".to_owned())], picture.seen(Kinds::ALL));
    assert_eq!(vec![(Format::Code128, "GR004217".to_owned())], picture.seen(Kinds::BARS));
}

#[test]
fn bars_are_read_however_they_lie_and_their_corners_turn_with_them() {
    for (drawn, format, text, size) in DRAWN.into_iter().take(5) {
        for degrees in [8.0_f32, -15.0, 30.0, 45.0, 90.0, 120.0, 180.0, 270.0] {
            let codes = Picture::of(text, drawn, size, degrees).scanned(Kinds::BARS);
            let [code] = codes.as_slice() else { panic!("{format:?} at {degrees}: {codes:?}") };
            assert_eq!((format, text.trim_matches('A')), (code.format, code.text.as_str()), "{degrees}");
            let [left, right, ..] = code.corners;
            let angle = (right.y - left.y).atan2(right.x - left.x).to_degrees();
            let off = (angle - degrees + 540.0).rem_euclid(360.0) - 180.0;
            // Lines that are a little askew read it, too.
            assert!(off.abs() < 30.0, "{format:?} at {degrees}: told at {angle}");
        }
    }
}

#[test]
fn bars_in_noise_in_blur_and_in_little_light_are_read() {
    let mut state = 7_u64;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        i32::from(state.to_le_bytes()[2] % 31) - 15
    };
    for (drawn, format, text, size) in DRAWN.into_iter().take(5) {
        let picture = Picture::of(text, drawn, size, 5.0);
        let noisy = picture.0.iter().map(|point| (i32::from(*point) + noise()).clamp(0, 255) as u8).collect();
        let dim = picture.0.iter().enumerate().map(|(at, point)| point / 8 + (at % WIDTH / 12) as u8).collect();
        let mut blurred = picture.0.clone();
        for (at, point) in blurred.iter_mut().enumerate().filter(|(at, _)| (3..WIDTH - 3).contains(&(at % WIDTH))) {
            let near = picture.0[at - 1..=at + 1].iter().map(|point| u32::from(*point)).sum::<u32>();
            *point = (near / 3) as u8;
        }
        for (trouble, points) in [("noise", noisy), ("little light", dim), ("blur", blurred)] {
            let seen = Picture(points).seen(Kinds::BARS);
            assert_eq!(vec![(format, text.trim_matches('A').to_owned())], seen, "{trouble}");
        }
    }
}

#[test]
fn bars_that_are_torn_or_leave_the_frame_are_not_read_as_others() {
    for (drawn, format, text, size) in DRAWN.into_iter().take(5) {
        let whole = Picture::of(text, drawn, size, 0.0);
        let read = vec![(format, text.trim_matches('A').to_owned())];
        for (ink, width) in [(25, 30), (230, 20), (230, 40), (128, 40)] {
            for left in (200..700).step_by(13) {
                let mut torn = whole.clone();
                torn.0.chunks_mut(WIDTH).for_each(|row| row[left..left + width].fill(ink));
                let seen = torn.seen(Kinds::BARS);
                // Without a check the rest is as good where the tear is as wide as its margin.
                let is_short = seen.iter().all(|(kind, seen)| {
                    *kind == format
                        && !matches!(format, Format::Code128 | Format::Ean13)
                        && text.contains(seen.as_str())
                });
                assert!(
                    seen.is_empty() || seen == read || width == 60 && is_short,
                    "{format:?}, {ink} at {left}: {seen:?}"
                );
            }
        }
        for left in (200..700).step_by(13) {
            let mut cut = whole.clone();
            cut.0.chunks_mut(WIDTH).for_each(|row| row.copy_within(left.., 0));
            cut.0.chunks_mut(WIDTH).for_each(|row| row[WIDTH - left..].fill(230));
            let seen = cut.seen(Kinds::BARS);
            assert!(seen.is_empty() || seen == read, "{format:?}, cut at {left}: {seen:?}");
        }
    }
}

#[test]
fn no_step_begins_after_the_budget_and_the_kinds_take_turns() {
    let picture = Picture::white();
    let frame = Frame::new(&picture.0, WIDTH, HEIGHT, WIDTH).unwrap();
    let mut scanner = Scanner::new(Duration::from_millis(36)).looking_for(Kinds::ALL);
    for _ in 0..6 {
        let asked = Cell::new(0_u32);
        let since = || {
            asked.set(asked.get() + 1);
            Duration::from_millis(u64::from(asked.get()) * 5)
        };
        let _ = scanner.scan(&frame, &since);
        // Seven are answered yes; each group that was under way then hears no, and begins nothing.
        assert!(asked.get() <= 20, "asked {} times", asked.get());
    }
    // A matrix code comes last in the first frame, and has its turn in a later one.
    let picture = Picture::of("MESTO Almaty 0042", BarcodeFormat::AZTEC, (220, 220), 0.0);
    let frame = Frame::new(&picture.0, WIDTH, HEIGHT, WIDTH).unwrap();
    let mut scanner = Scanner::new(Duration::from_millis(36)).looking_for(Kinds::ALL);
    let read_at = (0..8).find(|_| {
        let asked = Cell::new(0_u32);
        let since = || {
            asked.set(asked.get() + 1);
            Duration::from_millis(u64::from(asked.get()) * 5)
        };
        !scanner.scan(&frame, &since).codes.is_empty()
    });
    assert!(read_at.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn noise_and_stripes_are_no_code_of_any_kind(
        seed in any::<u64>(),
        width in 20_usize..500,
        height in 20_usize..400,
        coarse in (1_usize..12, 1_usize..12),
    ) {
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        let across = width / coarse.0 + 1;
        for is_striped in [false, true] {
            let cells: Vec<u8> = (0..across * (height / coarse.1 + 1)).map(|_| if next() < 128 { 30 } else { 220 }).collect();
            let points = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            let row = |y: usize| if is_striped { 0 } else { y / coarse.1 };
            let points: Vec<u8> = points.map(|(x, y)| cells[row(y) * across + x / coarse.0]).collect();
            let frame = Frame::new(&points, width, height, width).unwrap();
            let seen = Scanner::default().looking_for(Kinds::ALL).scan(&frame, &|| Duration::ZERO);
            prop_assert!(seen.codes.is_empty(), "{:?}", seen.codes);
        }
    }
}
