//! Frames without a code, by a seed: what a camera sees on the way to one.

use mesto_scan::{Format, Hint};

use crate::frames::{self, Random, Trouble};
use crate::readers::{READERS, Seen, View, all_kinds};
use crate::{at, share};

pub const SCENES: [&str; 6] = ["letters", "grating", "bars", "foliage", "tiles", "rings"];

/// The frame of a number, and what it shows.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn frame(number: u64, width: usize, height: usize) -> (&'static str, Vec<u8>) {
    let scene = SCENES.get(usize::try_from(number).unwrap_or(0) % SCENES.len()).copied().unwrap_or_default();
    let mut random = Random::new(number.wrapping_add(7_000_003));
    let (sine, cosine) = random.between(-3.1, 3.1).sin_cos();
    let pitch = random.between(3.0, 40.0);
    let (dark, light) = (random.between(10.0, 90.0), random.between(130.0, 245.0));
    // What differs from cell to cell: of a size that no cell of a frame is beyond.
    let cells: Vec<f32> = (0..4096).map(|_| random.unit()).collect();
    let cell = |x: f32, y: f32| {
        let (column, row) = (x.floor() as i64 & 63, y.floor() as i64 & 63);
        cells.get((row * 64 + column) as usize).copied().unwrap_or(0.0)
    };
    let noise = random.between(0.0, 9.0);
    let mut points = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = ((x as f32 * cosine + y as f32 * sine) / pitch, (y as f32 * cosine - x as f32 * sine) / pitch);
            let value = match scene {
                // Strokes within cells, with lines of space between.
                "letters" => {
                    let is_line = v.rem_euclid(2.0) < 1.2 && u.rem_euclid(9.0) < 7.5;
                    let stroke = cell((u * 4.0).floor() * 0.37 + 5.0, (v * 4.0).floor() * 0.73);
                    f32::from(u8::from(!(is_line && stroke < 0.45)))
                }
                "grating" => 0.5 + 0.5 * (u * std::f32::consts::TAU).sin(),
                // Bars of one to four widths, as long as the frame.
                "bars" => f32::from(u8::from(cell(u * 2.0, 0.0) < 0.5)),
                "foliage" => {
                    let octave = |scale: f32| cell(u * scale, v * scale) / scale.sqrt();
                    (octave(0.25) * 0.5 + octave(1.0) + octave(4.0) + octave(9.0)) / 2.3
                }
                "tiles" => f32::from(u8::from((u.floor() + v.floor()).rem_euclid(2.0) < 1.0)),
                // Squares within squares, as windows and fans have them.
                _ => {
                    let (a, b) = ((u.rem_euclid(9.0) - 4.5).abs(), (v.rem_euclid(9.0) - 4.5).abs());
                    let ring = a.max(b);
                    f32::from(u8::from(!(ring < 1.5 || (2.5..3.5).contains(&ring))))
                }
            };
            let value = dark + (light - dark) * value.clamp(0.0, 1.0) + noise * random.normal();
            points.push(value.round().clamp(0.0, 255.0) as u8);
        }
    }
    (scene, points)
}

/// What is read where nothing is, and how long the scanner takes for it with every kind asked for.
pub fn run(count: u64) {
    let (width, height) = (1920, 1080);
    let mut wrong: Vec<Vec<String>> = READERS.iter().map(|_| Vec::new()).collect();
    let mut all: Vec<Seen> = Vec::new();
    for number in 0..count {
        let (scene, points) = frame(number, width, height);
        let view = View { points: &points, width, height };
        for (reader, wrong) in READERS.iter().zip(&mut wrong) {
            let texts = Format::ALL.into_iter().flat_map(|format| (reader.read)(&view, format).texts);
            wrong.extend(texts.map(|text| format!("{scene} {number}: {text:?}")));
        }
        let seen = all_kinds(&view);
        wrong.iter_mut().take(1).for_each(|ours| {
            ours.extend(seen.texts.iter().map(|text| format!("{scene} {number}, all kinds: {text:?}")));
        });
        all.push(seen);
    }
    println!("\n{count} frames of {width} x {height} without a code, every kind asked for: what is read");
    for (reader, wrong) in READERS.iter().zip(&wrong) {
        println!("  {:10} {} {}", reader.name, wrong.len(), wrong.join(", "));
    }
    let mut times: Vec<_> = all.iter().map(|seen| seen.time).collect();
    let step = all.iter().map(|seen| seen.step).max().unwrap_or_default();
    println!(
        "  mesto, all kinds at once: ms median {:.1}, p95 {:.1}, longest {:.1}, longest step {:.1}",
        at(&mut times, 50),
        at(&mut times, 95),
        at(&mut times, 100),
        step.as_secs_f64() * 1e3
    );
}

/// How often the hint says what is in the way, of frames that are not read because of it.
pub fn hints(count: u64) {
    println!("\nhints, of frames of 1280 x 720 that one trouble keeps from being read: the right one, others");
    for trouble in Trouble::ALL {
        let right = match trouble {
            Trouble::Dark => Hint::TooDark,
            Trouble::Blurred => Hint::TooBlurred,
            Trouble::Small => Hint::TooSmall,
            Trouble::Glaring => Hint::Glare,
            Trouble::Torn => Hint::Torn,
        };
        let (mut unread, mut fits, mut others) = (0, 0, Vec::new());
        for number in 0..count {
            let Some(made) = frames::troubled(number, trouble, 1280, 720) else { continue };
            let (seen, hint) = crate::readers::hint(&made.view());
            if !seen.texts.is_empty() {
                continue;
            }
            unread += 1;
            if hint == Some(right) {
                fits += 1;
            } else {
                others.push(hint.map_or("none".to_owned(), |hint| format!("{hint:?}")));
            }
        }
        others.sort();
        let mut told: Vec<(String, usize)> = Vec::new();
        for other in others {
            match told.last_mut() {
                Some((last, times)) if *last == other => *times += 1,
                _ => told.push((other, 1)),
            }
        }
        println!(
            "  {:8} {unread:3} unread, {:5.1} % right, others {told:?}",
            format!("{trouble:?}"),
            share(fits, unread)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_in_frames_without_a_code() {
        for number in 0..12 {
            let (scene, points) = frame(number, 640, 360);
            let seen = all_kinds(&View { points: &points, width: 640, height: 360 });
            assert!(seen.texts.is_empty(), "{scene} {number}: {:?}", seen.texts);
        }
    }
}
