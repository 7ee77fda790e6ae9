//! Signatures shared with a merchant: HMAC-SHA256 in hex, over the canonical query of a link, or
//! the raw body of a notice or of a request for a refund.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The pairs of a query in the form that is signed: `signature` left out, sorted by key (bytes),
/// form-urlencoded, joined by `&`.
#[must_use]
pub fn canonical_query(pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = pairs.iter().filter(|(key, _)| key != "signature").collect();
    sorted.sort();
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in sorted {
        query.append_pair(key, value);
    }
    query.finish()
}

/// HMAC-SHA256 of `message`, lower-case hex.
#[must_use]
pub fn sign(secret: &[u8], message: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(message);
    base16ct::lower::encode_string(&mac.finalize().into_bytes())
}

/// Whether `signature` (hex) is that of `message`; compared in constant time. An unreadable
/// signature is a wrong one.
#[must_use]
pub fn verify(secret: &[u8], message: &[u8], signature: &str) -> bool {
    let Ok(expected) = base16ct::mixed::decode_vec(signature) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
    mac.update(message);
    mac.verify_slice(&expected).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        links: Vec<Link>,
        notices: Vec<Notice>,
        refunds: Vec<Notice>,
    }
    #[derive(serde::Deserialize)]
    struct Link {
        secret: String,
        pairs: Vec<(String, String)>,
        canonical: String,
        signature: String,
    }
    #[derive(serde::Deserialize)]
    struct Notice {
        secret: String,
        body: String,
        signature: String,
    }

    #[test]
    fn links_and_notices_are_signed_as_the_shared_vectors_say() {
        let vectors: Vectors = serde_json::from_str(include_str!("../../tests/vectors/bank.json")).unwrap();
        assert!(!vectors.links.is_empty() && !vectors.notices.is_empty() && !vectors.refunds.is_empty());
        for link in vectors.links {
            assert_eq!(canonical_query(&link.pairs), link.canonical);
            assert_eq!(sign(link.secret.as_bytes(), link.canonical.as_bytes()), link.signature);
            assert!(verify(link.secret.as_bytes(), link.canonical.as_bytes(), &link.signature));
        }
        for notice in vectors.notices.into_iter().chain(vectors.refunds) {
            assert_eq!(sign(notice.secret.as_bytes(), notice.body.as_bytes()), notice.signature);
        }
    }

    #[test]
    fn a_signature_that_is_short_or_not_hex_or_of_another_secret_is_wrong() {
        let right = sign(b"secret", b"text");
        assert!(verify(b"secret", b"text", &right));
        assert!(!verify(b"other", b"text", &right));
        assert!(!verify(b"secret", b"text2", &right));
        assert!(!verify(b"secret", b"text", &right[..62]));
        assert!(!verify(b"secret", b"text", &"é".repeat(32)));
        assert!(!verify(b"secret", b"text", ""));
    }
}
