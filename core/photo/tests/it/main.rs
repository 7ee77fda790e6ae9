//! Photos of tickets, drawn by these tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use mesto_client::{DecodeError, Decoded, StillDecoder as _};
use mesto_photo::Photos;
use mesto_scan::Picture as Limits;
use proptest::prelude::*;
use rxing::{BarcodeFormat, MultiFormatWriter, Writer as _};

const NUMBER: &str = "GR004217";

/// A picture in grey.
#[derive(Clone)]
struct Picture {
    width: usize,
    height: usize,
    points: Vec<u8>,
}

impl Picture {
    fn white(width: usize, height: usize) -> Self {
        Self { width, height, points: vec![255; width * height] }
    }

    /// A code on white paper.
    fn of(text: &str, format: BarcodeFormat, width: usize, height: usize) -> Self {
        let bars = MultiFormatWriter.encode(text, &format, width as i32, height as i32).unwrap();
        let mut paper = Self::white(width + 120, height + 120);
        for y in 0..height {
            for x in 0..width {
                if bars.get(x as u32, y as u32) {
                    paper.points[(y + 60) * (width + 120) + x + 60] = 0;
                }
            }
        }
        paper
    }

    fn ticket() -> Self {
        Self::of(NUMBER, BarcodeFormat::CODE_128, 600, 200)
    }

    /// Both, one below the other.
    fn above(&self, other: &Self) -> Self {
        let mut both = Self::white(self.width.max(other.width), self.height + other.height);
        for (top, part) in [(0, self), (self.height, other)] {
            for y in 0..part.height {
                let from = (top + y) * both.width;
                both.points[from..from + part.width]
                    .copy_from_slice(&part.points[y * part.width..(y + 1) * part.width]);
            }
        }
        both
    }

    fn at(&self, x: isize, y: isize) -> u8 {
        let is_inside = x >= 0 && y >= 0 && (x as usize) < self.width && (y as usize) < self.height;
        if is_inside { self.points[y as usize * self.width + x as usize] } else { 255 }
    }

    fn turned(&self, degrees: f64) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let side = (self.width as f64).hypot(self.height as f64).ceil();
        let mut turned = Self::white(side as usize, side as usize);
        for y in 0..turned.height {
            for x in 0..turned.width {
                let (right, down) = (x as f64 - side / 2.0, y as f64 - side / 2.0);
                let from_x = right * cosine + down * sine + self.width as f64 / 2.0;
                let from_y = down * cosine - right * sine + self.height as f64 / 2.0;
                turned.points[y * turned.width + x] = self.at(from_x.floor() as isize, from_y.floor() as isize);
            }
        }
        turned
    }

    /// Each point the mean of those around it.
    fn blurred(&self) -> Self {
        let mut blurred = self.clone();
        for y in 0..self.height as isize {
            for x in 0..self.width as isize {
                let around = (-1..=1).flat_map(|down| (-1..=1).map(move |right| (right, down)));
                let sum: u32 = around.map(|(right, down)| u32::from(self.at(x + right, y + down))).sum();
                blurred.points[y as usize * self.width + x as usize] = (sum / 9) as u8;
            }
        }
        blurred
    }

    /// In bad light: white is a dark grey.
    fn dark(&self) -> Self {
        let points = self.points.iter().map(|point| 20 + point / 5).collect();
        Self { points, ..self.clone() }
    }

    fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&self.points).unwrap();
        bytes
    }

    fn png_in_colour(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgba);
        let points: Vec<u8> = self.points.iter().flat_map(|point| [*point, *point, *point, 255]).collect();
        encoder.write_header().unwrap().write_image_data(&points).unwrap();
        bytes
    }
}

fn read(image: &[u8]) -> Vec<String> {
    let mut texts: Vec<String> = Photos.decode(image).unwrap().into_iter().map(|code| code.text).collect();
    texts.sort();
    texts
}

#[test]
fn a_ticket_is_read_as_it_was_printed_bg_65() {
    let seen = Photos.decode(&Picture::ticket().png()).unwrap();
    assert_eq!(seen, [Decoded { format: "code_128".to_owned(), text: NUMBER.to_owned(), is_checked: true }]);
    assert_eq!(read(&Picture::ticket().png_in_colour()), [NUMBER]);
}

#[test]
fn a_ticket_is_read_however_it_lies_bg_65() {
    for degrees in [8.0, 20.0, 45.0, 70.0, 90.0, 135.0, 180.0, 300.0] {
        assert_eq!(read(&Picture::ticket().turned(degrees).png()), [NUMBER], "{degrees} degrees");
    }
}

#[test]
fn a_ticket_is_read_when_the_photo_is_a_little_blurred_or_dark_bg_65() {
    assert_eq!(read(&Picture::ticket().blurred().png()), [NUMBER]);
    assert_eq!(read(&Picture::ticket().dark().png()), [NUMBER]);
    assert_eq!(read(&Picture::ticket().turned(8.0).blurred().dark().png()), [NUMBER]);
}

#[test]
fn a_large_photo_is_read_bg_65() {
    let mut wall = Picture::white(4000, 3000);
    let ticket = Picture::of(NUMBER, BarcodeFormat::CODE_128, 1800, 500);
    for y in 0..ticket.height {
        let from = (y + 900) * wall.width + 700;
        wall.points[from..from + ticket.width]
            .copy_from_slice(&ticket.points[y * ticket.width..(y + 1) * ticket.width]);
    }
    assert_eq!(read(&wall.png()), [NUMBER]);
}

#[test]
fn other_codes_of_tickets_are_read_too_bg_65() {
    for (format, name, text, height) in [
        (BarcodeFormat::ITF, "itf", "12345678901234", 200),
        (BarcodeFormat::CODABAR, "codabar", "A1234567A", 200),
        (BarcodeFormat::CODE_39, "code_39", "GR004217", 200),
        (BarcodeFormat::EAN_13, "ean_13", "5901234123457", 200),
        (BarcodeFormat::QR_CODE, "qr_code", "GR004217", 600),
    ] {
        let seen = Photos.decode(&Picture::of(text, format, 600, height).png()).unwrap();
        assert_eq!(seen.iter().map(|code| code.format.as_str()).collect::<Vec<_>>(), [name]);
        assert_eq!(seen[0].text, text.trim_matches('A'));
        assert!(seen[0].is_checked, "{name}: another look sees it too");
    }
}

#[test]
fn a_code_that_black_and_white_do_not_show_is_read_bg_65() {
    // A stain over four of ten of its modules' rows, and a sheet of tracing paper over all of it.
    let mut picture = Picture::of("https://mesto.example/t/GR004217", BarcodeFormat::QR_CODE, 300, 300);
    for (place, point) in picture.points.iter_mut().enumerate() {
        let (x, y) = (place % 420, place / 420);
        *point = 150 + *point / 8;
        if x.abs_diff(230) < 30 && y.abs_diff(250) < 30 {
            *point = 165;
        }
    }
    assert_eq!(read(&picture.png()), ["https://mesto.example/t/GR004217"]);
}

#[test]
fn two_tickets_in_one_photo_are_both_told_bg_65() {
    let other = Picture::of("GR004218", BarcodeFormat::CODE_128, 600, 200);
    assert_eq!(read(&Picture::ticket().above(&other).png()), [NUMBER, "GR004218"]);
}

#[test]
fn a_photo_without_a_code_has_none_bg_65() {
    assert_eq!(read(&Picture::white(640, 480).png()), [""; 0]);
    assert_eq!(read(&Picture::white(1, 1).png()), [""; 0]);
}

#[test]
fn what_is_no_image_or_a_damaged_one_is_refused_bg_65() {
    let whole = Picture::ticket().png();
    let not_an_image = Err(DecodeError::NotAnImage);
    for bytes in
        [&b""[..], b"hello", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", &whole[..60], &whole[..whole.len() / 3]]
    {
        assert_eq!(Photos.decode(bytes), not_an_image, "{} bytes", bytes.len());
    }
}

#[test]
fn a_picture_that_is_too_large_is_refused_by_its_header_bg_65() {
    let mut header = Vec::new();
    let mut encoder = png::Encoder::new(&mut header, 10_000, 5_000);
    encoder.set_color(png::ColorType::Grayscale);
    drop(encoder.write_header().unwrap());
    assert!(10_000 * 5_000 > Limits::POINTS_MOST && header.len() < 200);
    assert_eq!(Photos.decode(&header), Err(DecodeError::TooLarge));
    // The same as JPEG: SOI, and a frame of 8 bits, 5000 by 10000, one component; then a scan.
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xc0, 0x00, 0x0b, 8];
    jpeg.extend(5_000_u16.to_be_bytes());
    jpeg.extend(10_000_u16.to_be_bytes());
    jpeg.extend([1, 1, 0x11, 0, 0xff, 0xda, 0x00, 0x08, 1, 1, 0, 0, 63, 0]);
    assert_eq!(Photos.decode(&jpeg), Err(DecodeError::TooLarge));
    assert_eq!(Photos.decode(&vec![0; Limits::BYTES_MOST + 1]), Err(DecodeError::TooLarge));
}

#[test]
fn a_photo_in_another_form_is_told_by_its_header_bg_65() {
    let file = |brand: &[u8]| [&[0, 0, 0, 0x18][..], b"ftyp", brand, &[0; 400]].concat();
    for brand in [b"heic", b"heix", b"mif1"] {
        assert_eq!(Photos.decode(&file(brand)), Err(DecodeError::OtherForm("HEIC")));
    }
    assert_eq!(Photos.decode(&file(b"avif")), Err(DecodeError::OtherForm("AVIF")));
    for bytes in [&file(b"mp42")[..], b"\0\0\0\x18ftyphei", b"\0\0\0\x18heicftyp"] {
        assert_eq!(Photos.decode(bytes), Err(DecodeError::NotAnImage));
    }
}

#[test]
fn a_torn_itf_may_be_read_short_and_then_nothing_says_that_it_is_checked_bg_65() {
    let whole = Picture::of("12345678901234", BarcodeFormat::ITF, 600, 200);
    let seen = Photos.decode(&whole.png()).unwrap();
    assert_eq!(seen, [Decoded { format: "itf".to_owned(), text: "12345678901234".to_owned(), is_checked: true }]);
    let mut misread = 0;
    for (left, ink) in [(500, 0), (560, 255), (600, 0), (600, 255), (618, 0), (618, 255)] {
        let mut torn = whole.clone();
        for row in torn.points.chunks_exact_mut(whole.width) {
            row[left..left + 36].fill(ink);
        }
        for code in Photos.decode(&torn.png()).unwrap() {
            assert!(code.text == "12345678901234" || !code.is_checked, "torn at {left} with {ink}: {code:?}");
            misread += usize::from(code.text != "12345678901234");
        }
    }
    assert!(misread > 0, "a misread is what this is about");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn altered_files_are_read_or_refused_and_never_panic_bg_65(place in 0_usize..100, byte: u8, cut in 0_usize..400) {
        let mut bytes = Picture::of(NUMBER, BarcodeFormat::CODE_128, 200, 40).png();
        let length = bytes.len();
        bytes[place % length] = byte;
        bytes.truncate(length.saturating_sub(cut));
        let _ = Photos.decode(&bytes);
    }
}
