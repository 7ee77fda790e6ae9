//! What takes bytes of strangers, as functions of bytes: a panic is a finding.
//!
//! `cargo xtask fuzz --minutes N` hands them inputs that libFuzzer alters, led by the code that
//! they reach; the tests of this crate hand them the right ones, altered by a seed. Panics of
//! libraries that the scanner catches are no findings.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use mesto_protocol::keys::KeySet;
use mesto_protocol::services::{self, CodeClaims};
use mesto_protocol::signed_code::{Claims, ClockRule, Verifier};
use mesto_rules::rides::fares::{self, Leg, Line, Rider};
use mesto_scan::draw::{Drawing, Strength};
use mesto_scan::qr::segments;
use mesto_scan::{Format, Frame, Kinds, Picture, Rotation, Scanner};
use serde_json::Value;

/// Something that takes bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    /// Panics where something is wrong.
    pub take: fn(&[u8]),
    /// Inputs that are right.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Most bytes of an input.
    pub most: usize,
}

pub const TARGETS: [Target; 7] = [
    Target { name: "scanner", take: scanner, seeds: frames, most: 16_384 },
    Target { name: "kinds", take: kinds, seeds: frames, most: 16_384 },
    Target { name: "segments", take: said, seeds: codewords, most: 512 },
    Target { name: "picture", take: picture, seeds: files, most: 8192 },
    Target { name: "grammar", take: grammar, seeds: texts, most: 512 },
    Target { name: "signed", take: signed, seeds: codes, most: 2048 },
    Target { name: "feed", take: feed, seeds: feeds, most: 4096 },
];

/// Whether a panic there is a finding: what the scanner's libraries do is caught where they are
/// called.
#[must_use]
pub fn is_ours(file: &str) -> bool {
    !["/rxing-", "/zune-", "/image-webp-", "/png-"].iter().any(|library| file.contains(library))
}

/// Width, height and way it is turned, then points.
fn frame(input: &[u8]) -> Option<Frame<'_>> {
    let [width, height, turned, points @ ..] = input else { return None };
    let frame = Frame::new(points, usize::from(*width), usize::from(*height), usize::from(*width)).ok()?;
    let rotation = match turned % 4 {
        1 => Rotation::Quarter,
        2 => Rotation::Half,
        3 => Rotation::ThreeQuarters,
        _ => Rotation::None,
    };
    Some(frame.turned(rotation))
}

/// Scans a frame twice, the second time with less time than it takes.
fn scan(input: &[u8], kinds: Kinds) {
    let Some(frame) = frame(input) else { return };
    let mut scanner = Scanner::default().looking_for(kinds);
    for least in [0, 3] {
        let asked = Cell::new(0_u64);
        let since = || {
            asked.set(asked.get() + 1);
            Duration::from_millis(asked.get() * least)
        };
        for code in scanner.scan(&frame, &since).codes {
            assert!(code.corners.iter().all(|corner| corner.x.is_finite() && corner.y.is_finite()));
            assert!(kinds.has(code.format), "{:?} was not asked for", code.format);
        }
    }
}

fn scanner(input: &[u8]) {
    scan(input, Kinds::QR);
}

fn kinds(input: &[u8]) {
    scan(input, Kinds::of(Format::ALL.get(1..).unwrap_or_default()));
}

/// A version, then the codewords of a QR code behind its correction.
fn said(input: &[u8]) {
    let [version, codewords @ ..] = input else { return };
    if let Some(said) = segments::said(codewords, usize::from(*version % 40) + 1) {
        assert!(said.text.chars().count() <= 8 * codewords.len(), "it says more than it can hold");
    }
}

fn picture(input: &[u8]) {
    // What says that it is large takes long, and is looked at no other way.
    if let Ok(picture) = Picture::read(input)
        && picture.points().len() < 100_000
    {
        let _ = Scanner::default().scan(&picture.frame(), &|| Duration::ZERO);
    }
}

const HOSTS: [&str; 2] = ["mesto.example", "avtobys.kz"];

fn grammar(input: &[u8]) {
    let _ = services::read_code(input, &HOSTS);
    if let Ok(text) = std::str::from_utf8(input) {
        let hosts = HOSTS.map(str::to_owned);
        let _ = mesto_rules::rides::read_sign(text, "almaty", &hosts);
    }
}

/// The keys of the shared vectors, and their texts.
struct Known {
    keys: KeySet,
    issuer: String,
    texts: Vec<String>,
}

fn known() -> Option<Known> {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let (tickets, shown) =
        (read(include_str!("../../vectors/ticket.json"))?, read(include_str!("../../vectors/ticket-code.json"))?);
    let hex = tickets.get("root_public")?.as_str()?;
    let root: Vec<u8> = (0..32).filter_map(|at| u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()).collect();
    let keys = KeySet::verify(tickets.get("key_set")?.as_str()?, &root.try_into().ok()?, 0).ok()?;
    let cases = [&tickets, &shown].into_iter().filter_map(|vectors| vectors.get("cases")?.as_array()).flatten();
    let texts = cases.filter_map(|case| Some(case.get("text")?.as_str()?.to_owned())).collect();
    Some(Known { keys, issuer: shown.get("issuer")?.as_str()?.to_owned(), texts })
}

const MARK: &str = "MESTO1:";

/// The first byte says what the others are: the bytes beneath a code that is shown, those beneath
/// one that is stored, or a text.
fn signed(input: &[u8]) {
    thread_local! {
        static KNOWN: Option<Known> = known();
    }
    let [how, bytes @ ..] = input else { return };
    let text = match how % 3 {
        0 => format!("{MARK}{}", base45::encode(bytes)),
        1 => base45::encode(bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    // Whatever signature it has: what it says is read as what it says to be.
    if let Ok(claims) = Claims::unverified(&text) {
        let _ = CodeClaims::read(&claims);
    }
    let Ok(now) = "2025-09-03T08:30:00Z".parse() else { return };
    KNOWN.with(|known| {
        let Some(Known { keys, issuer, texts }) = known else { return };
        let verifier = Verifier { issuer, keys, revocations: None, seen: None, clock: ClockRule::default() };
        let is_believed = verifier.verify(&text, now).is_ok();
        assert!(!is_believed || texts.iter().any(|right| right == text.trim()), "something altered is believed");
    });
}

/// Between two files of a feed.
const NEXT_FILE: u8 = 0x1e;

/// Files of a feed, each after its name on a line of its own: read, and a journey priced by it.
fn feed(input: &[u8]) {
    let named = |part: &[u8]| {
        let end = part.iter().position(|byte| *byte == b'\n')?;
        let name = std::str::from_utf8(part.get(..end)?).ok()?;
        Some((name.to_owned(), part.get(end + 1..)?.to_vec()))
    };
    let files: BTreeMap<String, Vec<u8>> = input.split(|byte| *byte == NEXT_FILE).filter_map(named).collect();
    let read = match fares::read(&files) {
        Ok(read) => read,
        Err(errors) => {
            assert!(errors.is_sorted() && (1..=200).contains(&errors.len()), "{} errors", errors.len());
            return;
        }
    };
    let written = serde_json::to_vec(&read).unwrap_or_default();
    assert!(mesto_rules::from_json(&written).is_ok_and(|again: fares::Fares| again == read), "it comes back another");
    let Ok(begin) = "2026-04-29T08:00:00+05:00".parse() else { return };
    let mut legs = Vec::new();
    for (minutes, (route, from, to)) in (0..).step_by(25).zip([("1", "a", "b"), ("1", "b", "c"), ("2", "c", "a")]) {
        let boarded_at: chrono::DateTime<chrono::FixedOffset> = begin;
        let boarded_at = boarded_at + chrono::TimeDelta::minutes(minutes);
        let alighted_at = Some(boarded_at + chrono::TimeDelta::minutes(20));
        legs.push(Leg { line: Line::Route(route), from, to: Some(to), boarded_at, alighted_at, held: None });
    }
    let tapped: Vec<Leg<'_>> = legs.iter().map(|leg| Leg { to: None, alighted_at: None, ..*leg }).collect();
    for legs in [legs, tapped] {
        for way in read.journey(&legs, &Rider::default()).ways {
            assert!(way.total.minor().is_ok_and(|minor| minor >= 0), "{} is paid out", way.total);
        }
    }
}

/// Drawn codes of three points a module.
fn frames() -> Vec<Vec<u8>> {
    let of = |text: &str, strength: Strength, module: usize, turned: u8| {
        let (side, points) = Drawing::of(text.as_bytes(), strength).ok()?.points(module).ok()?;
        let length = u8::try_from(side).ok()?;
        Some([vec![length, length, turned], points].concat())
    };
    let mut seeds: Vec<Vec<u8>> = [
        of("MESTO:1201", Strength::Low, 3, 0),
        of("https://avtobys.kz/b/1201", Strength::Medium, 3, 1),
        of("12345678", Strength::High, 4, 2),
        of("MESTO:1201", Strength::Quartile, 2, 3),
    ]
    .into_iter()
    .flatten()
    .collect();
    // Stripes like those of bars, and a plain one.
    for (width, coarse) in [(200_usize, 2_usize), (120, 3)] {
        let row: Vec<u8> =
            (0..width).map(|x| if (x / coarse * 7 + x / coarse % 3) % 4 < 2 { 20 } else { 220 }).collect();
        seeds.push([vec![u8::try_from(width).unwrap_or(0), 40, 0], row.repeat(40)].concat());
    }
    seeds
}

/// A number, letters, bytes, Kanji, each with its mode and count as version 1 writes them.
fn codewords() -> Vec<Vec<u8>> {
    let of = |bytes: &[u8]| [&[0], bytes].concat();
    vec![
        of(&[0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11]),
        of(&[0x20, 0x29, 0xce, 0xe7, 0x21, 0x00]),
        of(&[0x40, 0x54, 0xd4, 0x55, 0x35, 0x44, 0xf0, 0xec, 0x11]),
        of(&[0x71, 0xa4, 0x02, 0xd0, 0xb0, 0x00]),
        of(&[0x80, 0x16, 0xcf, 0x60]),
    ]
}

fn files() -> Vec<Vec<u8>> {
    let file = |bytes: &'static [u8]| bytes.to_vec();
    vec![
        file(include_bytes!("../../../core/scan/tests/pictures/code-grey.jpg")),
        file(include_bytes!("../../../core/scan/tests/pictures/code-progressive.jpg")),
        file(include_bytes!("../../../core/scan/tests/pictures/code-palette.png")),
        file(include_bytes!("../../../core/scan/tests/pictures/code-transparent.webp")),
        file(include_bytes!("../../../core/scan/tests/pictures/code.webp")),
    ]
}

fn texts() -> Vec<Vec<u8>> {
    [
        "SMS 9111 ZONA 1",
        "9111",
        "smsto:9111:BG789PP",
        "sms:+9111?body=BG789PP",
        "https://mesto.example/z/9111?x=1",
        "https://avtobys.kz/almaty/v/k7Qm2Zs9",
        "https://avtobys.kz/almaty/t/k7Qm2Zs9.1764230400.c2lnbmF0dXJl",
        "mesto://return?intent=0123456789abcdef0123456789abcdef",
        "MESTO1:NLGR7SRWGERK.-4+23BO01VE3Z6W8BYAL0$C6$CHWEY",
        "K:PR|V:01|C:1|R:160000000000000000|N:Parking|I:RSD80,00",
        "BG 789-PP",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn feeds() -> Vec<Vec<u8>> {
    let of = |files: &[(&str, &str)]| {
        let files: Vec<String> = files.iter().map(|(name, text)| format!("{name}\n{text}")).collect();
        files.join("\u{1e}").into_bytes()
    };
    let products = ("fare_products.txt", "fare_product_id,amount,currency\np,120.00,KZT\nq,-50.00,KZT\n");
    let routes = ("routes.txt", "route_id,network_id\n1,n\n2,m\n");
    let stops = ("stops.txt", "stop_id,location_type,parent_station\ns,1,\na,,s\nb,0,\nc,0,\n");
    let areas = ("areas.txt", "area_id\nx\ny\n");
    let within = ("stop_areas.txt", "area_id,stop_id\nx,s\ny,b\n");
    vec![
        of(&[
            products,
            routes,
            stops,
            areas,
            within,
            ("fare_leg_rules.txt", "network_id,from_area_id,to_area_id,fare_product_id\nn,x,y,p\n,,,p\n"),
        ]),
        of(&[
            products,
            routes,
            ("fare_leg_rules.txt", "leg_group_id,network_id,fare_product_id,rule_priority\ng,n,p,\nh,,p,1\n"),
            (
                "fare_transfer_rules.txt",
                "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,\
                 fare_transfer_type,fare_product_id\nh,h,-1,3600,1,0,\ng,h,,5400,2,1,q\nh,g,,,,2,q\n",
            ),
        ]),
        of(&[
            products,
            ("fare_leg_rules.txt", "from_timeframe_group_id,to_timeframe_group_id,fare_product_id\nt,,p\n,t,p\n"),
            ("timeframes.txt", "timeframe_group_id,start_time,end_time,service_id\nt,07:00:00,09:00:00,s\nt,,,d\n"),
            (
                "calendar.txt",
                "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n\
                 s,1,1,1,1,1,0,0,20260101,20261231\n",
            ),
            ("calendar_dates.txt", "service_id,date,exception_type\ns,20260508,2\nd,20260322,1\n"),
        ]),
        of(&[
            ("rider_categories.txt", "rider_category_id,rider_category_name,is_default_fare_category\nr,R,1\n"),
            ("fare_media.txt", "fare_media_id,fare_media_type\nc,2\n"),
            (
                "fare_products.txt",
                "fare_product_id,rider_category_id,fare_media_id,amount,currency\np,r,c,120.00,KZT\np,,,0.00,KZT\n",
            ),
            stops,
            ("networks.txt", "network_id\nn\n"),
            ("routes.txt", "route_id\n1\n2\n"),
            ("route_networks.txt", "network_id,route_id\nn,1\nn,2\n"),
            ("fare_leg_join_rules.txt", "from_network_id,to_network_id,from_stop_id,to_stop_id\nn,n,,\nn,n,b,s\n"),
            ("fare_leg_rules.txt", "\u{feff}network_id,fare_product_id\r\n\"n\",p\r\n"),
        ]),
    ]
}

fn codes() -> Vec<Vec<u8>> {
    let texts = known().map(|known| known.texts).unwrap_or_default();
    let beneath = texts.iter().filter_map(|text| {
        let (how, inner) = text.strip_prefix(MARK).map_or((1, text.as_str()), |inner| (0, inner));
        Some([vec![how], base45::decode(inner).ok()?].concat())
    });
    let above = texts.iter().map(|text| [&[2], text.as_bytes()].concat());
    beneath.chain(above).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::panic;

    use super::*;

    /// xorshift64*.
    struct Random(u64);

    impl Random {
        fn below(&mut self, most: usize) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
            usize::try_from(number).unwrap() % most.max(1)
        }

        fn byte(&mut self) -> u8 {
            const SHARP: [u8; 6] = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
            if self.below(2) == 0 { SHARP[self.below(6)] } else { u8::try_from(self.below(256)).unwrap() }
        }

        /// One to four alterations.
        fn alter(&mut self, right: &[u8], most: usize) -> Vec<u8> {
            let mut altered = right.to_vec();
            for _ in 0..=self.below(4) {
                let at = self.below(altered.len());
                let span = (1 + self.below(40)).min(altered.len() - at);
                match self.below(5) {
                    0 if !altered.is_empty() => altered[at] = self.byte(),
                    1 => drop(altered.drain(at..at + span)),
                    2 => {
                        let piece = altered[at..at + span].to_vec();
                        altered.splice(at..at, piece);
                    }
                    3 => {
                        let byte = self.byte();
                        altered[at..at + span].fill(byte);
                    }
                    _ => altered.truncate(altered.len() - span / 8),
                }
            }
            altered.truncate(most);
            altered
        }
    }

    thread_local! {
        /// A panic of ours that something caught.
        static CAUGHT: Cell<bool> = const { Cell::new(false) };
    }

    #[test]
    fn altered_inputs_of_a_fixed_seed_make_nothing_panic() {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |told| {
            if told.location().is_none_or(|place| is_ours(place.file())) {
                CAUGHT.set(true);
                before(told);
            }
        }));
        for target in TARGETS {
            let seeds = (target.seeds)();
            assert!(seeds.len() > 3, "{}: few seeds", target.name);
            let mut random = Random(0x5eed_0000_0001);
            let rounds = if target.most > 4096 { 12 } else { 400 };
            for round in 0..rounds {
                for (number, seed) in seeds.iter().enumerate() {
                    let input = if round == 0 { seed.clone() } else { random.alter(seed, target.most) };
                    (target.take)(&input);
                    assert!(!CAUGHT.get(), "{}: seed {number}, round {round}", target.name);
                }
            }
        }
    }

    fn is_a_feed(seed: &[u8]) -> bool {
        let parts = std::str::from_utf8(seed).unwrap().split('\u{1e}');
        let files = parts.map(|part| part.split_once('\n').unwrap()).map(|(name, text)| (name.to_owned(), text));
        fares::read(&files.collect::<BTreeMap<String, &str>>()).is_ok_and(|read| !read.leg_rules.is_empty())
    }

    #[test]
    fn the_seeds_are_right() {
        let read = |input: &[u8], kinds| {
            let mut scanner = Scanner::default().looking_for(kinds);
            scanner.scan(&frame(input).unwrap(), &|| Duration::ZERO).codes
        };
        assert!(frames().iter().take(4).all(|seed| !read(seed, Kinds::QR).is_empty()));
        let names = |seed: &Vec<u8>| seed.split(|byte| *byte == NEXT_FILE).count();
        assert!(feeds().iter().all(|seed| names(seed) >= 3 && is_a_feed(seed)));
        assert!(codewords().iter().filter(|seed| segments::said(&seed[1..], 1).is_some()).count() >= 4);
        assert!(files().iter().all(|seed| Picture::read(seed).is_ok()));
        let stored = codes().into_iter().filter(|seed| seed[0] == 1).map(|seed| base45::encode(&seed[1..]));
        let claims = stored.filter_map(|text| Claims::unverified(&text).ok());
        assert!(claims.filter(|claims| CodeClaims::read(claims).is_ok()).count() > 0);
        assert!(known().is_some_and(|known| !known.texts.is_empty()));
    }
}
