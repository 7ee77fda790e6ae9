//! A little damage to what was right.

use crate::random::Random;

/// Numbers at which arithmetic goes wrong, and texts that are not what they look like.
const SHARP: &[&str] = &[
    "0",
    "-1",
    "1.5",
    "255",
    "65536",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "1e308",
    "79228162514264337593543950335",
    "null",
    "true",
    "\"\"",
    "[]",
    "{}",
    "\"Š\"",
    "\u{202e}",
    "\u{0}",
    "’",
    "🚗",
    "9999-12-31T23:59:59Z",
    "0000-01-01",
    "2025-02-30",
    "25:00",
    "%00",
    "%",
    "../",
];

/// One to four alterations of a text; a piece is replaced as often as a byte is hit.
pub fn bytes(right: &[u8], random: &mut Random) -> Vec<u8> {
    let mut altered = right.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(altered.len().max(1));
        let span = (1 + random.below(8)).min(altered.len().saturating_sub(at));
        match random.below(7) {
            0 => {
                if let Some(byte) = altered.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            1 => {
                if let Some(byte) = altered.get_mut(at) {
                    *byte = random.word().to_le_bytes()[0];
                }
            }
            2 => {
                altered.drain(at..at + span);
            }
            3 => {
                let piece: Vec<u8> = altered[at..at + span].to_vec();
                let times = 1 + random.below(40);
                altered.splice(at..at, piece.repeat(times));
            }
            4 => altered.truncate(at),
            5 => {
                let sharp = random.pick(SHARP).copied().unwrap_or_default();
                altered.splice(at..at, sharp.bytes());
            }
            _ => value(&mut altered, at, random),
        }
    }
    altered
}

/// Replaces the word around a place (a number, a key, a part of a path) by a sharp one.
fn value(text: &mut Vec<u8>, at: usize, random: &mut Random) {
    let ends_word = |byte: &u8| !(byte.is_ascii_alphanumeric() || b".-_".contains(byte));
    let from = text[..at].iter().rposition(ends_word).map_or(0, |before| before + 1);
    let until = text[at..].iter().position(ends_word).map_or(text.len(), |after| at + after);
    let sharp = random.pick(SHARP).copied().unwrap_or_default();
    text.splice(from..until, sharp.bytes());
}
