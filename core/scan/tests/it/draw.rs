//! What is drawn is read again.

use std::time::Duration;

use mesto_scan::draw::{DrawError, Drawing, Strength};
use mesto_scan::{Frame, Scanner};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_content_is_read_as_it_was_drawn(content in proptest::collection::vec(any::<u8>(), 1..600), module in 2_usize..5) {
        let (side, points) = Drawing::of(&content, Strength::Low).unwrap().points(module).unwrap();
        let frame = Frame::new(&points, side, side, side).unwrap();
        let seen = Scanner::default().scan(&frame, &|| Duration::ZERO);
        prop_assert_eq!(1, seen.codes.len());
        prop_assert_eq!(&content, &seen.codes[0].bytes);
    }
}

#[test]
fn the_same_is_drawn_in_every_form() {
    let code = Drawing::of(b"MESTO", Strength::Medium).unwrap();
    assert_eq!(21, code.side());
    let (side, points) = code.points(2).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(code.png(2).unwrap()));
    reader.set_transformations(png::Transformations::EXPAND);
    let mut reader = reader.read_info().unwrap();
    let mut out = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut out).unwrap();
    assert_eq!((58, &points), (side, &out));
    let svg = code.svg();
    assert!(svg.starts_with("<svg xmlns=") && svg.contains(r#"viewBox="0 0 29 29""#), "{svg}");
    // The upper edge of the top left finder: seven modules.
    assert!(svg.contains("M4 4h7v1h-7z"), "{svg}");
}

#[test]
fn what_does_not_fit_is_told() {
    assert_eq!(Err(DrawError::TooLong { bytes: 3000 }), Drawing::of(&[7; 3000], Strength::Low));
    let code = Drawing::of(b"MESTO", Strength::High).unwrap();
    assert_eq!(Err(DrawError::TooLarge { module: 0 }), code.png(0));
    assert_eq!(Err(DrawError::TooLarge { module: 9000 }), code.points(9000).map(drop));
}
