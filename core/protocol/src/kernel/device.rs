//! The device's own P-256 key: the port it signs through, the forms phones give keys and signatures
//! in, a software key for tests and desktops.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};

/// A phone's signing key, made and kept in its secure hardware (Secure Enclave, Keystore).
/// Synchronous: the hardware answers in milliseconds.
pub trait DeviceSigner: Send + Sync {
    /// P-256 public key, SEC1 uncompressed: `04 || x || y`. Android gives a SubjectPublicKeyInfo,
    /// see [`DeviceKey::from_spki`].
    fn public_key(&self) -> [u8; 65];

    /// ECDSA with SHA-256 over `message`, as `r || s`. Android and iOS give DER, see
    /// [`signature_from_der`].
    ///
    /// # Errors
    /// When the hardware refuses: locked, key gone, user said no.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceSignError>;
}

/// The device did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the device did not sign: {reason}")]
pub struct DeviceSignError {
    pub reason: String,
}

/// What is wrong with a device key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeviceKeyError {
    #[error("a device key is the base64url of 65 bytes (87 characters), without padding")]
    NotBase64Url,
    #[error("a device key is a P-256 point, SEC1 uncompressed: 65 bytes that begin with 4")]
    NotAPoint,
    #[error("the seed is not a P-256 secret key")]
    NotASecret,
    #[error("the signature is not the DER form of an ECDSA signature with P-256")]
    NotASignature,
}

/// A P-256 public key that is a point of the curve.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceKey([u8; 65]);

/// Beginning of the SubjectPublicKeyInfo of every uncompressed P-256 key (RFC 5480).
const SPKI_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

impl DeviceKey {
    /// From SEC1 bytes, uncompressed.
    ///
    /// # Errors
    /// [`DeviceKeyError::NotAPoint`]
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, DeviceKeyError> {
        let whole: [u8; 65] = bytes.try_into().map_err(|_| DeviceKeyError::NotAPoint)?;
        VerifyingKey::from_sec1_bytes(&whole).map_err(|_| DeviceKeyError::NotAPoint)?;
        Ok(Self(whole))
    }

    /// From the text of a sign-in (`SignIn::device_key`): base64url without padding.
    ///
    /// # Errors
    /// [`DeviceKeyError::NotBase64Url`] or [`DeviceKeyError::NotAPoint`]
    pub fn from_text(text: &str) -> Result<Self, DeviceKeyError> {
        Self::from_sec1(&URL_SAFE_NO_PAD.decode(text).map_err(|_| DeviceKeyError::NotBase64Url)?)
    }

    /// From a SubjectPublicKeyInfo, the form `java.security.PublicKey.getEncoded()` has.
    ///
    /// # Errors
    /// [`DeviceKeyError::NotAPoint`]
    pub fn from_spki(bytes: &[u8]) -> Result<Self, DeviceKeyError> {
        Self::from_sec1(bytes.strip_prefix(&SPKI_HEAD).ok_or(DeviceKeyError::NotAPoint)?)
    }

    /// The text of a sign-in: base64url without padding.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// SEC1 uncompressed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 65] {
        &self.0
    }

    /// From the coordinates of a COSE_Key whose `y` is only its sign (RFC 9053 §7.1.1).
    pub(crate) fn from_x(x: &[u8], y_is_odd: bool) -> Result<Self, DeviceKeyError> {
        let mut compressed = vec![if y_is_odd { 3 } else { 2 }];
        compressed.extend_from_slice(x);
        let key = VerifyingKey::from_sec1_bytes(&compressed).map_err(|_| DeviceKeyError::NotAPoint)?;
        Self::from_sec1(key.to_sec1_point(false).as_bytes())
    }

    /// The x coordinate, and whether y is odd.
    pub(crate) fn to_x(self) -> ([u8; 32], bool) {
        let [_, point @ ..] = self.0;
        let (x, y) = point.split_at(32);
        let mut out = [0; 32];
        out.copy_from_slice(x);
        (out, y.last().is_some_and(|byte| byte & 1 == 1))
    }

    /// Whether the device signed exactly this message.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(key) = VerifyingKey::from_sec1_bytes(&self.0) else { return false };
        Signature::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "DeviceKey({})", self.to_text())
    }
}

/// `r || s` from the DER form that `java.security.Signature` and `SecKeyCreateSignature` give
/// (X9.62).
///
/// # Errors
/// [`DeviceKeyError::NotASignature`]
pub fn signature_from_der(der: &[u8]) -> Result<[u8; 64], DeviceKeyError> {
    fn number(input: &[u8]) -> Option<([u8; 32], &[u8])> {
        let [0x02, length, rest @ ..] = input else { return None };
        let (digits, rest) = rest.split_at_checked(usize::from(*length))?;
        let digits = if let [0, low @ ..] = digits { low } else { digits };
        let mut fixed = [0; 32];
        fixed.get_mut(32_usize.checked_sub(digits.len())?..)?.copy_from_slice(digits);
        Some((fixed, rest))
    }
    let read = || {
        let [0x30, length, rest @ ..] = der else { return None };
        (usize::from(*length) == rest.len()).then_some(())?;
        let (r, rest) = number(rest)?;
        let (s, rest) = number(rest)?;
        rest.is_empty().then_some(())?;
        let mut fixed = [0; 64];
        fixed.get_mut(..32)?.copy_from_slice(&r);
        fixed.get_mut(32..)?.copy_from_slice(&s);
        Some(fixed)
    };
    let fixed = read().ok_or(DeviceKeyError::NotASignature)?;
    Signature::from_slice(&fixed).map_err(|_| DeviceKeyError::NotASignature)?;
    Ok(fixed)
}

/// A device key in memory, for desktops, servers and tests; a phone uses its hardware. Signs
/// deterministically (RFC 6979).
pub struct SoftwareDevice {
    key: SigningKey,
    public: DeviceKey,
}

impl SoftwareDevice {
    /// # Errors
    /// [`DeviceKeyError::NotASecret`] for 0 and for numbers beyond the curve's order: draw another
    /// seed.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, DeviceKeyError> {
        let key = SigningKey::from_slice(seed).map_err(|_| DeviceKeyError::NotASecret)?;
        let public = DeviceKey::from_sec1(key.verifying_key().to_sec1_point(false).as_bytes())?;
        Ok(Self { key, public })
    }

    #[must_use]
    pub fn device_key(&self) -> DeviceKey {
        self.public
    }
}

/// The secret half is not shown.
impl fmt::Debug for SoftwareDevice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SoftwareDevice").field("public", &self.public).finish_non_exhaustive()
    }
}

impl DeviceSigner for SoftwareDevice {
    fn public_key(&self) -> [u8; 65] {
        *self.public.as_bytes()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], DeviceSignError> {
        let signature: Signature =
            self.key.try_sign(message).map_err(|fault| DeviceSignError { reason: fault.to_string() })?;
        Ok(signature.to_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn device() -> SoftwareDevice {
        SoftwareDevice::from_seed(&[9; 32]).unwrap()
    }

    #[test]
    fn a_device_key_survives_every_form_it_travels_in() {
        let key = device().device_key();
        assert_eq!(DeviceKey::from_text(&key.to_text()), Ok(key));
        assert_eq!(key.to_text().len(), 87);
        let spki: Vec<u8> = SPKI_HEAD.iter().chain(key.as_bytes()).copied().collect();
        assert_eq!(DeviceKey::from_spki(&spki), Ok(key));
        let (x, odd) = key.to_x();
        assert_eq!(DeviceKey::from_x(&x, odd), Ok(key));
        assert_ne!(DeviceKey::from_x(&x, !odd), Ok(key));
    }

    #[test]
    fn what_is_not_a_point_is_refused() {
        let mut off_curve = *device().device_key().as_bytes();
        off_curve[64] ^= 1;
        assert_eq!(DeviceKey::from_sec1(&off_curve), Err(DeviceKeyError::NotAPoint));
        assert_eq!(DeviceKey::from_sec1(&[4; 64]), Err(DeviceKeyError::NotAPoint));
        assert_eq!(DeviceKey::from_text("not base64!"), Err(DeviceKeyError::NotBase64Url));
        assert_eq!(DeviceKey::from_spki(device().device_key().as_bytes()), Err(DeviceKeyError::NotAPoint));
        assert_eq!(SoftwareDevice::from_seed(&[0; 32]).err(), Some(DeviceKeyError::NotASecret));
        assert_eq!(SoftwareDevice::from_seed(&[0xff; 32]).err(), Some(DeviceKeyError::NotASecret));
    }

    /// RFC 6979 A.2.5, P-256 with SHA-256, message "sample".
    #[test]
    fn signs_as_rfc_6979_does() {
        let seed = hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        let device = SoftwareDevice::from_seed(&seed.try_into().unwrap()).unwrap();
        let expected = hex(
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        );
        assert_eq!(device.sign(b"sample").unwrap().to_vec(), expected);
        assert!(device.device_key().verifies(b"sample", &expected));
        assert!(!device.device_key().verifies(b"Sample", &expected));
    }

    #[test]
    fn a_der_signature_of_a_phone_becomes_the_fixed_form() {
        let fixed = device().sign(b"moment").unwrap();
        let number = |digits: &[u8]| {
            let mut digits = digits.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<_>>();
            if digits[0] & 0x80 != 0 {
                digits.insert(0, 0);
            }
            [vec![2, u8::try_from(digits.len()).unwrap()], digits].concat()
        };
        let body = [number(&fixed[..32]), number(&fixed[32..])].concat();
        let der = [vec![0x30, u8::try_from(body.len()).unwrap()], body].concat();
        assert_eq!(signature_from_der(&der), Ok(fixed));
        for cut in 0..der.len() {
            assert_eq!(signature_from_der(&der[..cut]), Err(DeviceKeyError::NotASignature), "cut at {cut}");
        }
        assert_eq!(signature_from_der(&[der, vec![0]].concat()), Err(DeviceKeyError::NotASignature));
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }
}
