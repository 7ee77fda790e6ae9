//! Small text forms: ids, hex, hashes, percent encoding, times.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::kernel::store::StoreError;

const ID_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(HEX.get(usize::from(nibble)).map_or('0', |letter| char::from(*letter)));
        }
    }
    text
}

/// SHA-256 as lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// `prefix_` and 26 letters: 48 bits of time, so that ids of one kind sort by their making, and 80
/// bits of chance.
pub(crate) fn id(prefix: &str, now: DateTime<Utc>, chance: [u8; 10]) -> String {
    let time = u128::from(now.timestamp_millis().unsigned_abs() & 0xffff_ffff_ffff);
    let value = chance.iter().fold(time, |value, byte| (value << 8) | u128::from(*byte));
    let mut text = String::with_capacity(prefix.len() + 27);
    text.push_str(prefix);
    text.push('_');
    for place in (0..26).rev() {
        let letter = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
        text.push(ID_LETTERS.get(letter).map_or('0', |letter| char::from(*letter)));
    }
    text
}

/// `application/x-www-form-urlencoded` of one value: everything but `A-Z a-z 0-9 - . _ *` is
/// escaped, a space is `+`.
pub(crate) fn form_encode(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => text.push(char::from(byte)),
            b' ' => text.push('+'),
            other => {
                text.push('%');
                text.push_str(&hex(&[other]).to_ascii_uppercase());
            }
        }
    }
    text
}

/// The inverse of [`form_encode`]; `None` for broken escapes or bytes that are not UTF-8.
pub(crate) fn form_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok().filter(|digits| !digits.starts_with('+'))?, 16)
                    .ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// A stored time.
pub(crate) fn time(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| StoreError::unreadable("time", millis))
}

/// Compares without telling by its duration where the difference is.
pub(crate) fn same_secret(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_later_moments_sort_behind() {
        let early = id("tk", DateTime::from_timestamp_millis(1_000).unwrap(), [255; 10]);
        let late = id("tk", DateTime::from_timestamp_millis(1_001).unwrap(), [0; 10]);
        assert_eq!(early.len(), 29);
        assert!(early < late, "{early} < {late}");
    }

    #[test]
    fn form_encoding_reads_back_and_broken_escapes_do_not() {
        let text = "https://a.b/c?d=Š &+%";
        assert_eq!(form_decode(&form_encode(text)).as_deref(), Some(text));
        assert_eq!(form_encode("a b/Š"), "a+b%2F%C5%A0");
        for broken in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(form_decode(broken), None, "{broken}");
        }
    }
}
