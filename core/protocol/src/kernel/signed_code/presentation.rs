//! What a driver shows: the code, and the moment it is shown, signed by the device it is bound to.
//!
//! `MESTO1:` and the base45 of a CBOR array: `[code, moment, signature]`, or `[code]` for one that
//! is bound to no device and can be copied. The device signs (ES256) the Sig_structure of a
//! COSE_Sign1 of which nothing else could differ, so that only the moment and the signature are
//! carried.

use chrono::{DateTime, Utc};
use ciborium::Value;
use coset::{HeaderBuilder, ProtectedHeader, SignatureContext, iana, sig_structure_data};
use sha2::{Digest, Sha256};

use crate::kernel::cbor;
use crate::kernel::code;
use crate::kernel::device::{DeviceKey, DeviceSigner};
use crate::kernel::signature::{Signed, TrustError};
use crate::kernel::signed_code::{Claims, CodeError, Unread, garbage};

/// Longest text of a code, signed or shown: what the largest QR code holds.
const MAX_TEXT: usize = 4296;
const MOMENT_CONTEXT: &[u8] = b"mesto.moment.1";

/// What a driver shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presentation {
    pub(super) code: Vec<u8>,
    pub(super) moment: Option<Moment>,
}

/// The moment a code is shown, and the device's signature of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    seconds: i64,
    signature: Vec<u8>,
}

impl Presentation {
    /// The text of the QR for this moment, of a code's text as `/v1` gives it; made anew every few
    /// seconds while the code is shown. `now` is the corrected clock.
    ///
    /// # Errors
    /// Garbage when `signed` is not a code's text, device mismatch when it belongs to another
    /// device, or the device did not sign.
    pub fn encode(signed: &str, device: &dyn DeviceSigner, now: DateTime<Utc>) -> Result<String, CodeError> {
        let code = decode(signed)?;
        let moment = match Claims::<Unread>::of_code(&code)?.device {
            None => None,
            Some(key) if *key.as_bytes() != device.public_key() => return Err(CodeError::DeviceMismatch),
            Some(_) => {
                let seconds = now.timestamp();
                let signature = device.sign(&to_be_signed(&code, seconds)?)?.to_vec();
                Some(Moment { seconds, signature })
            }
        };
        Self { code, moment }.to_text()
    }

    fn to_text(&self) -> Result<String, CodeError> {
        let mut parts = vec![Value::Bytes(self.code.clone())];
        if let Some(Moment { seconds, signature }) = &self.moment {
            parts.extend([Value::from(*seconds), Value::Bytes(signature.clone())]);
        }
        let bytes = cbor::write(&Value::Array(parts)).map_err(garbage)?;
        Ok(format!("{}{}", code::SIGNED, base45::encode(bytes)))
    }

    pub(super) fn read(text: &str) -> Result<Self, CodeError> {
        let body = text.strip_prefix(code::SIGNED).ok_or_else(|| garbage("it does not begin with MESTO1:"))?;
        let Value::Array(parts) = cbor::read(&decode(body)?).map_err(garbage)? else {
            return Err(garbage("not an array"));
        };
        match parts.as_slice() {
            [Value::Bytes(code)] => Ok(Self { code: code.clone(), moment: None }),
            [Value::Bytes(code), seconds, Value::Bytes(signature)] => {
                let seconds = cbor::integer(seconds).ok_or_else(|| garbage("its moment is not a time"))?;
                Ok(Self { code: code.clone(), moment: Some(Moment { seconds, signature: signature.clone() }) })
            }
            _ => Err(garbage("not a code, or a code, a moment and a signature")),
        }
    }
}

impl Moment {
    /// The moment, when this device signed it for this code.
    pub(super) fn shown_by(&self, device: DeviceKey, code: &[u8]) -> Result<DateTime<Utc>, CodeError> {
        if !device.verifies(&to_be_signed(code, self.seconds)?, &self.signature) {
            return Err(CodeError::DeviceMismatch);
        }
        DateTime::from_timestamp(self.seconds, 0).ok_or_else(|| garbage("its moment is not a time"))
    }
}

/// The Sig_structure (RFC 9052 §4.4) that a device signs.
fn to_be_signed(code: &[u8], seconds: i64) -> Result<Vec<u8>, CodeError> {
    let header = HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build();
    let header = ProtectedHeader { original_data: None, header };
    let external = [MOMENT_CONTEXT, Sha256::digest(code).as_slice()].concat();
    let payload = cbor::write(&Value::from(seconds)).map_err(garbage)?;
    Ok(sig_structure_data(SignatureContext::CoseSign1, header, None, &external, &payload))
}

/// Bytes of a base45 text; one text per bytes.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, TrustError> {
    let garbage = |why: &str| TrustError::garbage(Signed::Code, why);
    if text.len() > MAX_TEXT {
        return Err(garbage("longer than any QR code"));
    }
    let bytes = base45::decode(text).map_err(|_| garbage("not base45"))?;
    if base45::encode(&bytes) == text { Ok(bytes) } else { Err(garbage("not base45")) }
}
