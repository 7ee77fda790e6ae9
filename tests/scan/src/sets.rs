//! Public sets of pictures, from a folder: zxing, zxing-cpp, jsQR, BoofCV as their repositories
//! have them.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mesto_scan::{Format, Picture};

use crate::readers::{READERS, Seen, View};
use crate::{at, share};

/// What a picture shows, as its set says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    Text(String),
    /// A code, and not what it says.
    Something,
    Nothing,
}

/// A picture of a set.
#[derive(Debug)]
struct Shown {
    file: PathBuf,
    truth: Truth,
}

/// The longer side as a camera gives it: larger pictures are halved first, for every reader.
const SIDE_MOST: usize = 2000;

/// What one reader made of a set.
#[derive(Debug, Default)]
struct Done {
    read: usize,
    wrong: Vec<String>,
    times: Vec<Duration>,
    step: Duration,
}

/// Every set below a folder whose name has one of `words` (all without any), one line each.
pub fn run(folder: &Path, words: &[String], is_listing: bool) -> std::io::Result<()> {
    let mut sets: BTreeMap<(String, String), Vec<Shown>> = BTreeMap::new();
    let mut known = HashSet::new();
    walk(folder, &mut |file| {
        let Some((kind, name)) = set_of(folder, &file) else { return };
        let Ok(bytes) = std::fs::read(&file) else { return };
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        // The sets have many pictures of each other.
        if let Some(truth) = truth(&file, &kind).filter(|_| known.insert((kind.clone(), hasher.finish()))) {
            sets.entry((kind, name)).or_default().push(Shown { file, truth });
        }
    })?;
    let mut all: BTreeMap<String, (usize, Vec<Done>)> = BTreeMap::new();
    println!("kind, set, pictures, then of each reader: read %, wrong, ms (median, p95, longest, longest step)");
    for ((kind, name), shown) in &sets {
        if !words.is_empty() && !words.iter().any(|word| format!("{kind}/{name}").contains(word.as_str())) {
            continue;
        }
        let mut done: Vec<Done> = READERS.iter().map(|_| Done::default()).collect();
        let mut count = 0;
        for shown in shown {
            let Some(picture) = std::fs::read(&shown.file).ok().and_then(|file| Picture::read(&file).ok()) else {
                println!("  cannot be read: {}", shown.file.display());
                continue;
            };
            count += 1;
            of_picture(&picture, shown, format(kind), &mut done, is_listing);
        }
        line(kind, name, count, &mut done);
        let (total, sums) = all.entry(kind.clone()).or_default();
        *total += count;
        sums.resize_with(READERS.len(), Done::default);
        for (sum, done) in sums.iter_mut().zip(done) {
            sum.read += done.read;
            sum.wrong.extend(done.wrong);
            sum.times.extend(done.times);
            sum.step = sum.step.max(done.step);
        }
    }
    println!();
    for (kind, (count, mut done)) in all {
        line(&kind, "all", count, &mut done);
        for (reader, done) in READERS.iter().zip(&done) {
            done.wrong.iter().for_each(|wrong| println!("    {} wrong: {wrong}", reader.name));
        }
    }
    Ok(())
}

fn of_picture(picture: &Picture, shown: &Shown, format: Option<Format>, done: &mut [Done], is_listing: bool) {
    let (points, width, height) = camera(picture);
    let view = View { points: &points, width, height };
    let mut reads = Vec::new();
    for (reader, done) in READERS.iter().zip(done) {
        // Where nothing is to be read, everything is looked for.
        let seen: Vec<Seen> = match format {
            Some(format) => vec![(reader.read)(&view, format)],
            None => Format::ALL.into_iter().map(|format| (reader.read)(&view, format)).collect(),
        };
        let texts: Vec<&str> = seen.iter().flat_map(|seen| &seen.texts).map(String::as_str).collect();
        let is_read = match &shown.truth {
            Truth::Text(text) => texts.iter().any(|seen| same(seen, text, format)),
            Truth::Something => !texts.is_empty(),
            Truth::Nothing => texts.is_empty(),
        };
        done.read += usize::from(is_read);
        if !is_read && !texts.is_empty() {
            done.wrong.push(format!("{} as {texts:?}", shown.file.display()));
        }
        for seen in &seen {
            done.times.push(seen.time);
            done.step = done.step.max(seen.step);
        }
        reads.push(is_read);
    }
    if is_listing && reads.iter().any(|read| *read != reads.contains(&true)) {
        let who = READERS.iter().zip(&reads).filter(|(_, read)| **read).map(|(reader, _)| reader.name);
        println!("  {} by {:?}", shown.file.display(), who.collect::<Vec<_>>());
    }
}

fn line(kind: &str, name: &str, count: usize, done: &mut [Done]) {
    print!("{kind:11} {name:32} {count:4}");
    for (reader, done) in READERS.iter().zip(done) {
        print!(
            " | {} {:5.1} {:2} {:5.1} {:5.1} {:6.1} {:4.1}",
            reader.name,
            share(done.read, count),
            done.wrong.len(),
            at(&mut done.times, 50),
            at(&mut done.times, 95),
            at(&mut done.times, 100),
            done.step.as_secs_f64() * 1e3,
        );
    }
    println!();
}

/// The points, halved until no side is longer than a camera's.
fn camera(picture: &Picture) -> (Vec<u8>, usize, usize) {
    let (mut points, mut width, mut height) = (picture.points().to_vec(), picture.width(), picture.height());
    while width.max(height) > SIDE_MOST {
        let (half, low) = (width / 2, height / 2);
        let at = |x: usize, y: usize| points.get(y * width + x).map_or(0, |point| u32::from(*point));
        let mean = |x: usize, y: usize| {
            at(2 * x, 2 * y) + at(2 * x + 1, 2 * y) + at(2 * x, 2 * y + 1) + at(2 * x + 1, 2 * y + 1)
        };
        let smaller = (0..low).flat_map(|y| (0..half).map(move |x| (x, y)));
        let smaller = smaller.map(|(x, y)| u8::try_from((mean(x, y) + 2) / 4).unwrap_or(u8::MAX)).collect();
        (points, width, height) = (smaller, half, low);
    }
    (points, width, height)
}

fn walk(folder: &Path, take: &mut impl FnMut(PathBuf)) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            walk(&entry, take)?;
        } else if entry.extension().is_some_and(|form| ["png", "jpg", "webp"].into_iter().any(|known| form == known)) {
            take(entry);
        }
    }
    Ok(())
}

const KINDS: [(&str, Format); 10] = [
    ("microqrcode", Format::MicroQr),
    ("qrcode", Format::Qr),
    ("aztec", Format::Aztec),
    ("datamatrix", Format::DataMatrix),
    ("pdf417", Format::Pdf417),
    ("code128", Format::Code128),
    ("itf", Format::Itf),
    ("ean13", Format::Ean13),
    ("codabar", Format::Codabar),
    ("code39", Format::Code39),
];

const NOTHING: &str = "nothing";

fn format(kind: &str) -> Option<Format> {
    KINDS.into_iter().find(|(name, _)| *name == kind).map(|(_, format)| format)
}

/// The kind of a picture's set, and the set's name; nothing of pictures that are no test.
fn set_of(folder: &Path, file: &Path) -> Option<(String, String)> {
    let below = file.strip_prefix(folder).ok()?;
    let parts: Vec<&str> = below.parent()?.iter().filter_map(|part| part.to_str()).collect();
    let (whose, set) = (parts.first()?, parts.last()?);
    let kind = match (*whose, parts.get(1).copied().unwrap_or_default()) {
        ("jsqr", "end-to-end") | ("boofcv", "detection" | "decoding") => "qrcode",
        ("zxing", "blackbox") | ("zxing-cpp", "samples") => {
            // What a reader makes of two codes at once, or of one that is written in another's.
            if ["ean13-extension", "code39-2"].iter().any(|name| set.starts_with(name)) {
                return None;
            }
            let is_negative = ["falsepositives", "unsupported"].iter().any(|name| set.starts_with(name));
            if is_negative { NOTHING } else { KINDS.into_iter().find(|(name, _)| set.starts_with(name))?.0 }
        }
        _ => return None,
    };
    let set = if *whose == "jsqr" { "end-to-end" } else { set };
    Some((kind.to_owned(), format!("{whose}/{set}")))
}

/// What the set says of a picture; nothing where it says what only a program saw, or bytes.
fn truth(file: &Path, kind: &str) -> Option<Truth> {
    if kind == NOTHING {
        return Some(Truth::Nothing);
    }
    if let Ok(seen) = std::fs::read_to_string(file.with_file_name("output.json")) {
        // jsQR's own: its null is not that nothing is there.
        let seen: serde_json::Value = serde_json::from_str(&seen).ok()?;
        let text = seen.get("data")?.as_str().filter(|text| !text.is_empty())?;
        return Some(Truth::Text(text.to_owned()));
    }
    let text = std::fs::read(file.with_extension("txt")).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    // BoofCV's tell corners.
    let is_places = |line: &str| {
        line == "SETS"
            || line.starts_with('#')
            || line.split_whitespace().all(|word| word.contains('.') && word.parse::<f64>().is_ok())
    };
    let is_boofcv = file.iter().any(|part| part == "detection");
    Some(if is_boofcv && text.lines().all(is_places) { Truth::Something } else { Truth::Text(text) })
}

/// Ends of lines are as the file's editor left them; the letters about a Codabar number are told by
/// some readers.
fn same(seen: &str, text: &str, format: Option<Format>) -> bool {
    let plain = |text: &str| {
        let text = text.replace("\r\n", "\n").trim_end_matches(['\n', '\r']).to_owned();
        let is_codabar = format == Some(Format::Codabar);
        if is_codabar { text.trim_matches(|letter| ('A'..='D').contains(&letter)).to_owned() } else { text }
    };
    plain(seen) == plain(text)
}
