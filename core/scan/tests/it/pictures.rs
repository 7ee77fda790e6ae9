//! Pictures in files: the three forms as programs write them, and files that are none.

use std::time::Duration;

use mesto_scan::draw::{Drawing, Strength};
use mesto_scan::{Picture, PictureError, Scanner};
use proptest::prelude::*;

const TEXT: &str = "https://avtobys.kz/b/1201";

/// What another program made of the code of `TEXT`, four points a module.
const FILES: [(&str, &[u8]); 6] = [
    ("baseline", include_bytes!("../pictures/code.jpg")),
    ("progressive", include_bytes!("../pictures/code-progressive.jpg")),
    ("grey", include_bytes!("../pictures/code-grey.jpg")),
    ("palette", include_bytes!("../pictures/code-palette.png")),
    ("lossy", include_bytes!("../pictures/code.webp")),
    ("transparent", include_bytes!("../pictures/code-transparent.webp")),
];

fn drawn() -> Vec<u8> {
    Drawing::of(TEXT.as_bytes(), Strength::Medium).unwrap().png(4).unwrap()
}

fn texts(file: &[u8]) -> Vec<String> {
    let picture = Picture::read(file).unwrap();
    let seen = Scanner::default().scan(&picture.frame(), &|| Duration::ZERO);
    seen.codes.into_iter().map(|code| code.text).collect()
}

/// The header of a PNG in grey.
fn header(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    drop(encoder.write_header().unwrap());
    file
}

#[test]
fn a_code_in_a_jpeg_a_png_and_a_webp_is_read() {
    assert_eq!([TEXT], texts(&drawn())[..]);
    for (name, file) in FILES {
        let picture = Picture::read(file).unwrap();
        assert_eq!((132, 132, 132 * 132), (picture.width(), picture.height(), picture.points().len()), "{name}");
        assert_eq!([TEXT], texts(file)[..], "{name}");
    }
}

#[test]
fn sixteen_bits_and_colours_become_eight_bits_of_grey() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 2, 1);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Sixteen);
    // Red, and a black that is half transparent.
    let points = [0xffff_u16, 0, 0, 0xffff, 0, 0, 0, 0x8080].map(u16::to_be_bytes).concat();
    encoder.write_header().unwrap().write_image_data(&points).unwrap();
    assert_eq!([76, 127], Picture::read(&file).unwrap().points());
}

#[test]
fn what_is_no_picture_or_a_damaged_one_says_which() {
    for file in [&b""[..], b"hello", b"GIF89a", b"RIFF\0\0\0\0WAVE"] {
        assert_eq!(Err(PictureError::NotAPicture), Picture::read(file), "{} bytes", file.len());
    }
    let whole = drawn();
    for (name, file) in
        [("JPEG", &b"\xff\xd8\xff"[..]), ("PNG", &whole[..whole.len() / 2]), ("WebP", b"RIFF\x10\0\0\0WEBPVP8 ")]
    {
        assert_eq!(Err(PictureError::Damaged(name)), Picture::read(file));
    }
    for (brand, name) in [(b"heic", "HEIC"), (b"avif", "AVIF")] {
        let file = [&[0, 0, 0, 0x18][..], b"ftyp", brand, &[0; 40]].concat();
        assert_eq!(Err(PictureError::OtherForm(name)), Picture::read(&file));
    }
}

#[test]
fn a_picture_is_bounded_before_it_is_decoded() {
    let too_large = Err(PictureError::TooLarge);
    assert_eq!(too_large, Picture::read(&header(10_000, 5_000)));
    assert_eq!(too_large, Picture::read(&header(u32::MAX >> 1, u32::MAX >> 1)));
    // SOI, and a frame of 8 bits, 5000 by 10000, one component; then a scan.
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xc0, 0x00, 0x0b, 8, 0x13, 0x88, 0x27, 0x10];
    jpeg.extend([1, 1, 0x11, 0, 0xff, 0xda, 0x00, 0x08, 1, 1, 0, 0, 63, 0]);
    assert_eq!(too_large, Picture::read(&jpeg));
    // A lossless one of 16,383 by 16,383: fourteen bits of each side less one.
    let webp = [b"RIFF\x1a\0\0\0WEBPVP8L\x0e\0\0\0\x2f\xfe\xbf\xff\x0f".as_slice(), &[0; 9]].concat();
    assert_eq!(too_large, Picture::read(&webp));
    assert_eq!(too_large, Picture::read(&vec![0; Picture::BYTES_MOST + 1]));
}

#[test]
fn a_picture_longer_than_a_frame_is_made_smaller() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 20_000, 40);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[200; 20_000 * 40]).unwrap();
    let picture = Picture::read(&file).unwrap();
    assert_eq!((5_000, 10), (picture.width(), picture.height()));
    assert!(picture.points().iter().all(|point| *point == 200));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn an_altered_file_is_read_or_refused_and_reads_nothing_else(
        which in 0_usize..6,
        hits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        cut in 0_usize..200,
    ) {
        let mut file = FILES[which].1.to_vec();
        for (place, byte) in hits {
            *place.get_mut(&mut file) = byte;
        }
        file.truncate(file.len().saturating_sub(if cut < 100 { 0 } else { cut }));
        if let Ok(picture) = Picture::read(&file) {
            // A header that was hit may say another size.
            if picture.points().len() < 1_000_000 {
                let seen = Scanner::default().scan(&picture.frame(), &|| Duration::ZERO);
                prop_assert!(seen.codes.iter().all(|code| code.text == TEXT));
            }
        }
    }
}
