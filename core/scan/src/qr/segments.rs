//! What the data codewords of a QR code say (ISO/IEC 18004, 7.4).

use super::letters::{self, Letters};

/// The content of a code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    pub bytes: Vec<u8>,
    pub text: String,
    /// Whether what fills the rest is as the standard has it: a sign that every bit is right.
    pub is_padded_well: bool,
    pub is_gs1: bool,
}

struct Bits<'a> {
    codewords: &'a [u8],
    next: usize,
}

impl Bits<'_> {
    fn left(&self) -> usize {
        self.codewords.len() * 8 - self.next
    }

    fn take(&mut self, count: usize) -> Option<usize> {
        if count > self.left() {
            return None;
        }
        let mut value = 0;
        for place in self.next..self.next + count {
            let codeword = self.codewords.get(place / 8)?;
            value = value << 1 | usize::from(codeword >> (7 - place % 8) & 1);
        }
        self.next += count;
        Some(value)
    }
}

const ALPHANUMERIC: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// Reads them; nothing when they are not what a code holds.
pub fn said(codewords: &[u8], version: usize) -> Option<Said> {
    let mut bits = Bits { codewords, next: 0 };
    let mut said = Said::default();
    let mut letters: Option<Letters> = None;
    let size = if version < 10 { 0 } else { 1 + usize::from(version > 26) };
    let length = |of: [usize; 3]| of.get(size).copied();
    loop {
        if bits.left() < 4 {
            said.is_padded_well = bits.left() == 0 || bits.take(bits.left()) == Some(0);
            break;
        }
        match bits.take(4)? {
            0b0000 => {
                said.is_padded_well = is_padding(&mut bits);
                break;
            }
            0b0001 => {
                let mut digits = bits.take(length([10, 12, 14])?)?;
                while digits > 0 {
                    let (count, width) = [(1, 4), (2, 7), (3, 10)].get(digits.min(3) - 1).copied()?;
                    let value = bits.take(width)?;
                    if value >= 10_usize.pow(u32::try_from(count).ok()?) {
                        return None;
                    }
                    push(&mut said, format!("{value:0count$}").as_bytes(), None);
                    digits -= count;
                }
            }
            0b0010 => {
                let mut letters = bits.take(length([9, 11, 13])?)?;
                let mut word = Vec::new();
                while letters > 0 {
                    let pair = if letters > 1 { bits.take(11)? } else { bits.take(6)? };
                    if letters > 1 {
                        word.push(*ALPHANUMERIC.get(pair / 45)?);
                    }
                    word.push(*ALPHANUMERIC.get(pair % 45)?);
                    letters -= letters.min(2);
                }
                if said.is_gs1 {
                    word = of_gs1(&word);
                }
                push(&mut said, &word, None);
            }
            0b0100 => {
                let count = bits.take(length([8, 16, 16])?)?;
                if count * 8 > bits.left() {
                    return None;
                }
                let bytes: Vec<u8> =
                    (0..count).filter_map(|_| bits.take(8)).filter_map(|b| u8::try_from(b).ok()).collect();
                push(&mut said, &bytes, Some(letters));
            }
            0b1000 => {
                for _ in 0..bits.take(length([8, 10, 12])?)? {
                    let value = bits.take(13)?;
                    let both = ((value / 0xc0) << 8) | (value % 0xc0);
                    let both = both + if both < 0x1f00 { 0x8140 } else { 0xc140 };
                    let pair = u16::try_from(both).ok()?.to_be_bytes();
                    push(&mut said, &pair, Some(Some(letters::SHIFT_JIS)));
                }
            }
            0b1101 => {
                // Hanzi of GB/T 18284: its subset, then as kanji.
                if bits.take(4)? != 1 {
                    return None;
                }
                for _ in 0..bits.take(length([8, 10, 12])?)? {
                    let value = bits.take(13)?;
                    let both = ((value / 0x60) << 8) | (value % 0x60);
                    let both = both + if both < 0xa00 { 0xa1a1 } else { 0xa6a1 };
                    let pair = u16::try_from(both).ok()?.to_be_bytes();
                    push(&mut said, &pair, Some(Some(letters::GB18030)));
                }
            }
            0b0111 => {
                let first = bits.take(8)?;
                let number = match first {
                    0..=0x7f => first,
                    0x80..=0xbf => (first & 0x3f) << 8 | bits.take(8)?,
                    0xc0..=0xdf => (first & 0x1f) << 16 | bits.take(16)?,
                    _ => return None,
                };
                letters = Some(letters::of_eci(number)?);
            }
            // Structured append: which of how many, and their parity.
            0b0011 => drop(bits.take(16)?),
            0b0101 => said.is_gs1 = true,
            0b1001 => {
                said.is_gs1 = true;
                bits.take(8)?;
            }
            _ => return None,
        }
    }
    Some(said)
}

fn is_padding(bits: &mut Bits<'_>) -> bool {
    let within = bits.left() % 8;
    bits.take(within) == Some(0)
        && (0..bits.left() / 8).all(|n| bits.take(8) == Some(if n % 2 == 0 { 0xec } else { 0x11 }))
}

/// In GS1 `%` ends a field, and `%%` is a percent sign.
fn of_gs1(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((first, after)) = rest.split_first() {
        rest = match (first, after.split_first()) {
            (b'%', Some((b'%', after))) => {
                out.push(b'%');
                after
            }
            (b'%', _) => {
                out.push(0x1d);
                after
            }
            (letter, _) => {
                out.push(*letter);
                after
            }
        };
    }
    out
}

/// Adds bytes: as ASCII, or as an encoding says; as what they look like where none was given.
fn push(said: &mut Said, bytes: &[u8], of: Option<Option<Letters>>) {
    said.bytes.extend_from_slice(bytes);
    let of = of.map_or(letters::UTF_8, |known| known.unwrap_or_else(|| letters::looks_like(bytes)));
    said.text.push_str(&letters::read(of, bytes));
}
