//! Idempotency keys and the hash that tells whether a repeated request is the same request.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A usable Idempotency-Key: 16 to 64 of `A-Z a-z 0-9 _ -`. Shorter ones are guessed or collide too
/// easily.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(String);

/// Why a key is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdempotencyKeyError {
    #[error("an Idempotency-Key has 16 to 64 characters, this one has {length}")]
    Length { length: usize },
    #[error("an Idempotency-Key is made of A-Z a-z 0-9 _ and -, not of {character:?}")]
    Character { character: char },
}

impl IdempotencyKey {
    /// # Errors
    /// Says which rule is broken.
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        if let Some(character) = text.chars().find(|one| !one.is_ascii_alphanumeric() && !matches!(one, '_' | '-')) {
            return Err(IdempotencyKeyError::Character { character });
        }
        if !(16..=64).contains(&text.len()) {
            return Err(IdempotencyKeyError::Length { length: text.len() });
        }
        Ok(Self(text.to_owned()))
    }

    /// A key from 16 random bytes: 22 characters.
    #[must_use]
    pub fn from_random(bytes: &[u8; 16]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// SHA-256, lower-case hex, of method, path (with query) and the bytes of the body: equal exactly
/// for the same request.
///
/// ```
/// # use mesto_protocol::idempotency::body_hash;
/// assert_eq!(body_hash("POST", "/v1/tickets", b"{}").len(), 64);
/// assert_ne!(body_hash("POST", "/v1/tickets", b"{}"), body_hash("POST", "/v1/tickets", b"{ }"));
/// ```
#[must_use]
pub fn body_hash(method: &str, path: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [method.as_bytes(), path.as_bytes(), body] {
        // The length in front keeps "/a" + "b" apart from "/ab" + "".
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        for digit in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
        hex
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_key_has_16_to_64_plain_characters() {
        for (length, fits) in [(0, false), (15, false), (16, true), (17, true), (63, true), (64, true), (65, false)] {
            let key = "a".repeat(length);
            let expected =
                if fits { Ok(IdempotencyKey(key.clone())) } else { Err(IdempotencyKeyError::Length { length }) };
            assert_eq!(IdempotencyKey::parse(&key), expected);
        }
        for character in [' ', '\n', '=', '+', '/', 'š', 'А', '\u{202e}'] {
            let key = format!("0123456789abcdef{character}");
            assert_eq!(IdempotencyKey::parse(&key), Err(IdempotencyKeyError::Character { character }));
        }
        assert!(IdempotencyKey::parse("AZaz09_-AZaz09_-").is_ok());
    }

    #[test]
    fn a_random_key_is_a_usable_key() {
        let key = IdempotencyKey::from_random(&[0xff; 16]);
        assert_eq!(IdempotencyKey::parse(key.as_str()), Ok(key));
    }

    #[test]
    fn any_change_of_a_request_changes_its_hash() {
        let hashes = [
            body_hash("POST", "/a", b"b"),
            body_hash("POST", "/ab", b""),
            body_hash("POST", "/", b"ab"),
            body_hash("POS", "T/a", b"b"),
            body_hash("DELETE", "/a", b"b"),
        ];
        for (at, hash) in hashes.iter().enumerate() {
            assert!(hashes[..at].iter().all(|other| other != hash));
        }
        // printf '\0\0\0\0\0\0\0\4POST\0\0\0\0\0\0\0\2/a\0\0\0\0\0\0\0\1b' | sha256sum
        assert_eq!(hashes[0], EXPECTED);
    }
    const EXPECTED: &str = "e307701a74b0ad97ac78aa80b2b13719e26d3d69d04734432337455f74d28247";
}
