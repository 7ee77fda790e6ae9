//! Every version and level is laid out as another implementation lays it out.

use mesto_scan::qr::{layout::Grid, soft};
use qrcode::{EcLevel, QrCode, Version};

fn margins(code: &QrCode) -> Grid<f32> {
    let values = code.to_colors().into_iter().map(|colour| if colour == qrcode::Color::Dark { 1.0 } else { -1.0 });
    Grid { side: code.width(), values: values.collect() }
}

#[test]
fn every_version_and_level_is_read_as_it_was_drawn_av_31() {
    for version in 1..=40_i16 {
        for level in [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H] {
            let text = format!("MESTO {version} {level:?} 0123456789 abc");
            // The smallest hold less.
            let text = if version < 5 { &text[..7] } else { &text };
            let code = QrCode::with_version(text, Version::Normal(version), level).unwrap();
            let number = usize::try_from(version).unwrap();
            for grid in [margins(&code), margins(&code).transposed()] {
                let read = soft::read(&grid, number, true).unwrap_or_else(|| panic!("{version} {level:?}"));
                assert_eq!(text, read.said.text);
                assert!(read.said.is_padded_well);
                assert_eq!((0, 0), (read.errors, read.erased));
            }
        }
    }
}

#[test]
fn as_many_wrong_codewords_as_the_level_allows_are_put_right() {
    let code = QrCode::with_version(b"https://avtobys.kz/b/1201", Version::Normal(3), EcLevel::H).unwrap();
    let sound = margins(&code);
    for seed in 0..200_u64 {
        let mut grid = sound.clone();
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        // A square stain: 9 of 29 modules a side at a place of its own.
        let mut next = |most: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % most).unwrap()
        };
        let (left, top) = (9 + next(11), 9 + next(11));
        for y in top..top + 9 {
            for x in left..left + 9 {
                grid.set(x, y, 0.05);
            }
        }
        let read = soft::read(&grid, 3, true).unwrap_or_else(|| panic!("{left} {top}"));
        assert_eq!("https://avtobys.kz/b/1201", read.said.text);
    }
}
