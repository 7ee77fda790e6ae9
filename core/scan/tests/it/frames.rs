//! Codes in frames: turned, mirrored, on dark, small, stained; and frames without any.

use std::cell::Cell;
use std::time::Duration;

use mesto_scan::draw::{Drawing, Strength};
use mesto_scan::{Frame, Hint, Rotation, Scanned, Scanner};
use proptest::prelude::*;

const TEXT: &str = "https://avtobys.kz/b/1201";

/// A picture with a code drawn into it.
struct Picture {
    width: usize,
    height: usize,
    points: Vec<u8>,
}

/// The code of `TEXT`, `module` points a module, turned by `degrees`, in the middle of a frame.
fn picture(module: f32, degrees: f32, change: impl Fn(usize, usize, u8) -> u8) -> Picture {
    let (width, height) = (640, 480);
    let code = Drawing::of(TEXT.as_bytes(), Strength::Medium).unwrap();
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let half = code.side() as f32 / 2.0;
    let mut points = Vec::new();
    for y in 0..height {
        for x in 0..width {
            // Four samples a point: edges between points are grey.
            let mut light = 0_u32;
            for (sub_x, sub_y) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                let (right, down) = (x as f32 + sub_x - width as f32 / 2.0, y as f32 + sub_y - height as f32 / 2.0);
                let (u, v) =
                    ((right * cosine + down * sine) / module + half, (down * cosine - right * sine) / module + half);
                let is_dark = u >= 0.0 && v >= 0.0 && code.is_dark(u as usize, v as usize);
                light += if is_dark { 30 } else { 220 };
            }
            points.push(change(x, y, u8::try_from(light / 4).unwrap()));
        }
    }
    Picture { width, height, points }
}

fn scanned(picture: &Picture) -> Scanned {
    let frame = Frame::new(&picture.points, picture.width, picture.height, picture.width).unwrap();
    Scanner::default().scan(&frame, &|| Duration::ZERO)
}

fn texts(scanned: &Scanned) -> Vec<&str> {
    scanned.codes.iter().map(|code| code.text.as_str()).collect()
}

#[test]
fn a_code_is_read_at_any_angle_and_its_corners_are_told_av_31() {
    for degrees in (0..360_i16).step_by(15) {
        let seen = scanned(&picture(5.0, f32::from(degrees), |_, _, point| point));
        assert_eq!([TEXT], texts(&seen)[..], "{degrees}");
        assert_eq!(None, seen.hint);
        // 25 modules of 5 points about the middle of the frame.
        let (sine, cosine) = f32::from(degrees).to_radians().sin_cos();
        let half = 25.0 * 2.5;
        let right = [(-half, -half), (half, -half), (half, half), (-half, half)];
        for (corner, (x, y)) in seen.codes[0].corners.iter().zip(right) {
            let (x, y) = (320.0 + x * cosine - y * sine, 240.0 + x * sine + y * cosine);
            assert!((corner.x - x).hypot(corner.y - y) < 3.0, "{degrees}: {corner:?} instead of {x}, {y}");
        }
    }
}

#[test]
fn a_code_of_two_points_a_module_and_a_large_one_are_read() {
    for module in [2.0, 2.5, 3.3, 8.0, 14.0] {
        assert_eq!([TEXT], texts(&scanned(&picture(module, 7.0, |_, _, point| point)))[..], "{module}");
    }
}

#[test]
fn light_on_dark_in_a_mirror_and_in_little_light_are_read() {
    let inverted = picture(4.0, 20.0, |_, _, point| !point);
    assert_eq!([TEXT], texts(&scanned(&inverted))[..]);
    let mut mirrored = picture(4.0, 20.0, |_, _, point| point);
    mirrored.points.chunks_mut(640).for_each(<[u8]>::reverse);
    assert_eq!([TEXT], texts(&scanned(&mirrored))[..]);
    let dim = picture(4.0, 20.0, |x, _, point| point / 8 + u8::try_from(x / 16).unwrap());
    assert_eq!([TEXT], texts(&scanned(&dim))[..]);
}

#[test]
fn a_stain_and_a_glare_are_read_over() {
    let stained =
        picture(6.0, 10.0, |x, y, point| if x.abs_diff(330) < 20 && y.abs_diff(250) < 20 { 128 } else { point });
    assert_eq!([TEXT], texts(&scanned(&stained))[..]);
    let glaring = picture(
        6.0,
        10.0,
        |x, y, point| if x.abs_diff(340).pow(2) + y.abs_diff(250).pow(2) < 500 { 255 } else { point },
    );
    assert_eq!([TEXT], texts(&scanned(&glaring))[..]);
}

#[test]
fn what_no_single_frame_shows_is_put_together() {
    // Each frame hides another three fifths of the code: alone none can be read.
    let hidden = |number: usize| {
        picture(6.0, 0.0, move |x, y, point| {
            let (column, row) = ((x / 6) % 5, (y / 6) % 5);
            let is_inside = x.abs_diff(320) < 78 && y.abs_diff(240) < 78;
            let is_finder = !(294..=346).contains(&x) && y < 214 || x < 294 && y > 266;
            if is_inside && !is_finder && (column + 2 * row + number) % 5 < 3 { 125 } else { point }
        })
    };
    let mut scanner = Scanner::default();
    let mut read_at = None;
    for number in 0..8 {
        let frame = hidden(number);
        let alone = scanned(&frame);
        assert!(alone.codes.is_empty(), "frame {number} is read alone: nothing is shown by it");
        let frame = Frame::new(&frame.points, frame.width, frame.height, frame.width).unwrap();
        let seen = scanner.scan(&frame, &|| Duration::ZERO);
        if !seen.codes.is_empty() {
            assert_eq!([TEXT], texts(&seen)[..]);
            read_at = Some(number);
            break;
        }
    }
    assert!(read_at.is_some());
}

#[test]
fn the_frame_is_told_as_the_user_holds_the_phone() {
    let picture = picture(5.0, 0.0, |_, _, point| point);
    let frame = Frame::new(&picture.points, picture.width, picture.height, picture.width).unwrap();
    let seen = Scanner::default().scan(&frame.turned(Rotation::Quarter), &|| Duration::ZERO);
    // The code's top left lies at 257.5, 177.5 of the sensor, so at 302.5, 257.5 of the screen.
    let corner = seen.codes[0].corners[0];
    assert!((corner.x - 302.5).hypot(corner.y - 257.5) < 3.0, "{corner:?}");
}

#[test]
fn no_step_begins_after_the_budget() {
    let frame = picture(5.0, 10.0, |x, y, point| if (x / 3 + y / 3) % 2 == 0 { 255 - point } else { point });
    let frame = Frame::new(&frame.points, frame.width, frame.height, frame.width).unwrap();
    let asked = Cell::new(0_u32);
    let since = || {
        asked.set(asked.get() + 1);
        Duration::from_millis(u64::from(asked.get()) * 10)
    };
    let _ = Scanner::new(Duration::from_millis(35)).scan(&frame, &since);
    // Three are answered yes; each that was under way then hears no, and begins nothing.
    assert!(asked.get() <= 8, "asked {} times", asked.get());
}

#[test]
fn what_is_in_the_way_is_told() {
    let hint = |picture: &Picture| {
        let seen = scanned(picture);
        assert!(seen.codes.is_empty());
        seen.hint
    };
    assert_eq!(Some(Hint::TooDark), hint(&picture(5.0, 0.0, |_, _, _| 20)));
    assert_eq!(
        Some(Hint::TooSmall),
        hint(&picture(1.5, 0.0, |x, y, point| if x > 315 && y > 234 { 220 } else { point }))
    );
    let torn = |x: usize, y: usize, point: u8| if x > 300 && y > 215 { 220 } else { point };
    assert_eq!(Some(Hint::Torn), hint(&picture(6.0, 0.0, torn)));
    assert_eq!(None, scanned(&picture(5.0, 0.0, |_, _, _| 180)).hint);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_frame_makes_it_panic_or_read_what_is_not_there(
        seed in any::<u64>(),
        width in 1_usize..400,
        height in 1_usize..300,
        coarse in 1_usize..12,
    ) {
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        let cells: Vec<u8> = (0..(width / coarse + 1) * (height / coarse + 1)).map(|_| next()).collect();
        let across = width / coarse + 1;
        let points = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let points: Vec<u8> = points.map(|(x, y)| cells[y / coarse * across + x / coarse]).collect();
        let frame = Frame::new(&points, width, height, width).unwrap();
        let seen = Scanner::default().scan(&frame, &|| Duration::ZERO);
        prop_assert!(seen.codes.is_empty());
    }
}
