//! `scan-bench`: the scanner and its peers over the same frames, one table each; with `--sets` over
//! public sets of pictures. The peers are there with the features `peers` and `zbar`.
#![allow(clippy::print_stdout)]

mod empty;
mod frames;
mod readers;
mod sets;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use frames::Made;
use mesto_scan::Format;
use readers::{READERS, Reader};

/// What a reader did over a set of frames.
#[derive(Debug, Default)]
struct Done {
    read: usize,
    wrong: usize,
    times: Vec<Duration>,
    /// Of the frames that the first peer reads.
    times_of_read: Vec<Duration>,
    by_trouble: BTreeMap<&'static str, (usize, usize)>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, otherwise: u64| {
        let after = words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
        after.map_or(Ok(otherwise), |word| word.parse::<u64>())
    };
    if let Some(folder) = words.iter().position(|word| word == "--sets").and_then(|at| words.get(at + 1)) {
        let after = |name: &str| {
            words
                .iter()
                .zip(words.iter().skip(1))
                .filter(|(word, _)| *word == name)
                .map(|(_, given)| given.clone())
                .collect::<Vec<_>>()
        };
        return Ok(sets::run(Path::new(folder), &after("--of"), words.iter().any(|word| word == "--list"))?);
    }
    let count = number("--frames", 270)?;
    let clips = number("--clips", 36)?;
    let first = number("--first", 0)?;
    for (width, height) in [(1280, 720), (1920, 1080)].into_iter().filter(|_| count > 0) {
        let mut done: Vec<Done> = READERS.iter().map(|_| Done::default()).collect();
        for seed in first..first + count {
            let Some(made) = frames::frame(seed, width, height) else { continue };
            let outcomes: Vec<(bool, bool, Duration)> = READERS.iter().map(|reader| one(reader, &made)).collect();
            let is_read_by_peer = outcomes.get(1).is_some_and(|(read, ..)| *read);
            for (done, (is_read, is_wrong, time)) in done.iter_mut().zip(outcomes) {
                done.read += usize::from(is_read);
                done.wrong += usize::from(is_wrong);
                done.times.push(time);
                if is_read_by_peer {
                    done.times_of_read.push(time);
                }
                let (all, read) = done.by_trouble.entry(made.trouble).or_default();
                *all += 1;
                *read += usize::from(is_read);
            }
        }
        println!(
            "\n{count} frames of {width} x {height}: read %, wrong, ms (median, p95, longest; p95 of those that the first peer reads)"
        );
        for (reader, done) in READERS.iter().zip(&mut done) {
            let rate = share(done.read, usize::try_from(count)?);
            let of_read = if done.times_of_read.is_empty() { 0.0 } else { at(&mut done.times_of_read, 95) };
            println!(
                "  {:10} {rate:5.1} {:3}   {:6.1} {:6.1} {:6.1} {of_read:6.1}",
                reader.name,
                done.wrong,
                at(&mut done.times, 50),
                at(&mut done.times, 95),
                at(&mut done.times, 100),
            );
        }
        for (reader, done) in READERS.iter().zip(&done) {
            let rates =
                done.by_trouble.iter().map(|(trouble, (all, read))| format!("{trouble} {:.0}", share(*read, *all)));
            println!("  {:10} {}", reader.name, rates.collect::<Vec<_>>().join(", "));
        }
    }
    if clips > 0 {
        of_clips(first, clips);
    }
    let nothing = number("--empty", 120)?;
    if nothing > 0 {
        empty::run(nothing);
    }
    let troubled = number("--hints", 40)?;
    if troubled > 0 {
        empty::hints(troubled);
    }
    Ok(())
}

/// Whether it read the code, whether it read anything else, and how long it took.
fn one(reader: &Reader, made: &Made) -> (bool, bool, Duration) {
    let seen = (reader.read)(&made.view(), Format::Qr);
    let is_read = seen.texts.contains(&made.text);
    (is_read, seen.texts.iter().any(|text| *text != made.text), seen.time)
}

/// Clips of thirty frames: which are read at all and within ten frames, and the mean frame of the
/// first read, of those that every reader reads.
fn of_clips(from: u64, clips: u64) {
    const FRAMES: usize = 30;
    let mut firsts: Vec<Vec<Option<usize>>> = READERS.iter().map(|_| Vec::new()).collect();
    for seed in from..from + clips {
        let Some(clip) = frames::clip(seed, FRAMES, 1280, 720) else { continue };
        for (reader, firsts) in READERS.iter().zip(&mut firsts) {
            let mut next = (reader.clip)();
            firsts.push(clip.iter().position(|made| next(&made.view()).contains(&made.text)));
        }
    }
    println!(
        "\n{clips} clips of {FRAMES} frames of 1280 x 720: read, read within ten, mean frame of the first read where the first two read it"
    );
    let both: Vec<bool> = (0..firsts.first().map_or(0, Vec::len))
        .map(|clip| firsts.iter().take(2).all(|firsts| firsts.get(clip).is_some_and(Option::is_some)))
        .collect();
    for (reader, firsts) in READERS.iter().zip(&firsts) {
        let read = firsts.iter().flatten().count();
        let soon = firsts.iter().flatten().filter(|first| **first < 10).count();
        let common: Vec<usize> = firsts.iter().zip(&both).filter_map(|(first, both)| first.filter(|_| *both)).collect();
        #[allow(clippy::cast_precision_loss)]
        let mean = common.iter().map(|first| first + 1).sum::<usize>() as f64 / common.len().max(1) as f64;
        println!("  {:10} {read:3} {soon:3} {mean:5.2}", reader.name);
    }
}

#[allow(clippy::cast_precision_loss)]
fn share(part: usize, all: usize) -> f64 {
    100.0 * part as f64 / all.max(1) as f64
}

/// A percentile, milliseconds.
fn at(times: &mut [Duration], percent: usize) -> f64 {
    times.sort();
    let place = (times.len().saturating_sub(1)) * percent / 100;
    times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
