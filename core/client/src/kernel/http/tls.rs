//! TLS of the link: ring, but for P-256, which is that of the library that device keys are made
//! with anyway. ring's table of that curve alone would be 150 kB of an app.

use std::sync::Arc;

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::{PublicKey, SecretKey};
use rustls::crypto::hash::Hash;
use rustls::crypto::ring::{DEFAULT_CIPHER_SUITES, cipher_suite, kx_group};
use rustls::crypto::{
    ActiveKeyExchange, CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, SharedSecret, SupportedKxGroup,
    WebPkiSupportedAlgorithms,
};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, PrivateKeyDer, SignatureVerificationAlgorithm, alg_id};
use rustls::sign::SigningKey;
use rustls::{Error, NamedGroup, PeerMisbehaved, SignatureScheme, SupportedCipherSuite};
use webpki::ring as algorithms;

/// What rustls takes by itself, with P-256 from elsewhere and without keys of one's own.
pub fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: DEFAULT_CIPHER_SUITES.to_vec(),
        kx_groups: vec![kx_group::X25519, &P256, kx_group::SECP384R1],
        signature_verification_algorithms: VERIFIED,
        secure_random: &Random,
        key_provider: &NoKeys,
    }
}

/// A phone shows an operator no certificate of its own. What reads private keys and signs with them
/// is left out of the app.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("this link shows no certificate of its own".to_owned()))
    }
}

#[derive(Debug)]
struct Random;

impl SecureRandom for Random {
    #[expect(clippy::disallowed_methods, reason = "the secrets of a connection, which nobody repeats")]
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        getrandom::fill(bytes).map_err(|_| GetRandomFailed)
    }
}

/// ECDSA with a key of P-256.
#[derive(Debug)]
struct EcdsaP256 {
    signed_by: AlgorithmIdentifier,
    hash: fn() -> Option<&'static dyn Hash>,
}

/// The hash of a suite of TLS 1.3.
fn hash_of(suite: SupportedCipherSuite) -> Option<&'static dyn Hash> {
    suite.tls13().map(|suite| suite.common.hash_provider)
}

static P256_SHA256: &dyn SignatureVerificationAlgorithm =
    &EcdsaP256 { signed_by: alg_id::ECDSA_SHA256, hash: || hash_of(cipher_suite::TLS13_AES_128_GCM_SHA256) };
static P256_SHA384: &dyn SignatureVerificationAlgorithm =
    &EcdsaP256 { signed_by: alg_id::ECDSA_SHA384, hash: || hash_of(cipher_suite::TLS13_AES_256_GCM_SHA384) };

impl SignatureVerificationAlgorithm for EcdsaP256 {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(key).map_err(|_| InvalidSignature)?;
        let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        let hash = (self.hash)().ok_or(InvalidSignature)?.hash(message);
        key.verify_prehash(hash.as_ref(), &signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P256
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signed_by
    }
}

static VERIFIED: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[
        P256_SHA256,
        P256_SHA384,
        algorithms::ECDSA_P384_SHA256,
        algorithms::ECDSA_P384_SHA384,
        algorithms::ED25519,
        algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        algorithms::RSA_PKCS1_2048_8192_SHA256,
        algorithms::RSA_PKCS1_2048_8192_SHA384,
        algorithms::RSA_PKCS1_2048_8192_SHA512,
        algorithms::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
        algorithms::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
        algorithms::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    ],
    // For TLS 1.2 the curve is not fixed by the scheme.
    mapping: &[
        (SignatureScheme::ECDSA_NISTP384_SHA384, &[algorithms::ECDSA_P384_SHA384, P256_SHA384]),
        (SignatureScheme::ECDSA_NISTP256_SHA256, &[P256_SHA256, algorithms::ECDSA_P384_SHA256]),
        (SignatureScheme::ED25519, &[algorithms::ED25519]),
        (SignatureScheme::RSA_PSS_SHA512, &[algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY]),
        (SignatureScheme::RSA_PSS_SHA384, &[algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY]),
        (SignatureScheme::RSA_PSS_SHA256, &[algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY]),
        (SignatureScheme::RSA_PKCS1_SHA512, &[algorithms::RSA_PKCS1_2048_8192_SHA512]),
        (SignatureScheme::RSA_PKCS1_SHA384, &[algorithms::RSA_PKCS1_2048_8192_SHA384]),
        (SignatureScheme::RSA_PKCS1_SHA256, &[algorithms::RSA_PKCS1_2048_8192_SHA256]),
    ],
};

/// Key exchange over P-256.
#[derive(Debug)]
struct P256;

impl SupportedKxGroup for P256 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let mut bytes = [0; 32];
        // One in 2^32 is not below the order of the curve.
        for _ in 0..4 {
            Random.fill(&mut bytes)?;
            if let Ok(secret) = SecretKey::from_slice(&bytes) {
                let public = secret.public_key().to_sec1_bytes();
                return Ok(Box::new(Exchange { secret, public }));
            }
        }
        Err(Error::FailedToGetRandomBytes)
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp256r1
    }
}

struct Exchange {
    secret: SecretKey,
    public: Box<[u8]>,
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let wrong = || Error::from(PeerMisbehaved::InvalidKeyShare);
        // TLS has the uncompressed form alone.
        if peer.first() != Some(&4) {
            return Err(wrong());
        }
        let peer = PublicKey::from_sec1_bytes(peer).map_err(|_| wrong())?;
        let shared = p256::ecdh::diffie_hellman(self.secret.to_nonzero_scalar(), peer.as_affine());
        Ok(SharedSecret::from(shared.raw_secret_bytes().as_slice()))
    }

    fn pub_key(&self) -> &[u8] {
        &self.public
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp256r1
    }
}

#[cfg(test)]
mod tests {
    use mesto_operator::testing::Authority;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::hazmat::PrehashSigner as _;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::version::{TLS12, TLS13};
    use rustls::{
        ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion,
    };

    use super::*;

    fn certificates(pem: &str) -> Vec<CertificateDer<'static>> {
        CertificateDer::pem_slice_iter(pem.as_bytes()).map(|one| one.unwrap()).collect()
    }

    /// The group that a phone and a server agree on; the server is certified by `signed_by`, with a
    /// key of P-256, and takes this group alone.
    fn shake(
        version: &'static SupportedProtocolVersion,
        group: &'static dyn SupportedKxGroup,
        trusted: &Authority,
        signed_by: &Authority,
    ) -> Result<NamedGroup, Error> {
        let shown = signed_by.certify("operator.example").unwrap();
        let ring = CryptoProvider { kx_groups: vec![group], ..rustls::crypto::ring::default_provider() };
        let server = ServerConfig::builder_with_provider(ring.into())
            .with_protocol_versions(&[version])?
            .with_no_client_auth()
            .with_single_cert(
                certificates(&shown.certificate),
                PrivateKeyDer::from_pem_slice(shown.key.as_bytes()).unwrap(),
            )?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates(&std::fs::read_to_string(trusted.file()).unwrap()));
        let client = ClientConfig::builder_with_provider(provider().into())
            .with_protocol_versions(&[version])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let host = "operator.example".try_into().unwrap();
        let mut client = ClientConnection::new(client.into(), host)?;
        let mut server = ServerConnection::new(server.into())?;
        for _ in 0..10 {
            let mut wire = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut wire).unwrap();
            }
            let mut sent = wire.as_slice();
            while !sent.is_empty() {
                server.read_tls(&mut sent).unwrap();
                server.process_new_packets()?;
            }
            let mut wire = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut wire).unwrap();
            }
            let mut sent = wire.as_slice();
            while !sent.is_empty() {
                client.read_tls(&mut sent).unwrap();
                client.process_new_packets()?;
            }
        }
        assert!(!client.is_handshaking() && !server.is_handshaking());
        Ok(client.negotiated_key_exchange_group().unwrap().name())
    }

    #[test]
    fn a_phone_reaches_servers_of_every_group_in_both_versions() {
        let authority = Authority::new().unwrap();
        for version in [&TLS12, &TLS13] {
            for group in rustls::crypto::ring::ALL_KX_GROUPS {
                assert_eq!(shake(version, *group, &authority, &authority), Ok(group.name()), "{version:?}");
            }
        }
    }

    #[test]
    fn a_server_that_another_authority_certified_is_refused() {
        let (ours, another) = (Authority::new().unwrap(), Authority::new().unwrap());
        for version in [&TLS12, &TLS13] {
            let why = shake(version, kx_group::X25519, &ours, &another).unwrap_err();
            assert!(matches!(why, Error::InvalidCertificate(_)), "{why:?}");
        }
    }

    #[test]
    fn signatures_of_p256_are_judged_as_ring_judges_them() {
        let signer = SigningKey::from_slice(&[7; 32]).unwrap();
        let key = signer.verifying_key().to_sec1_point(false);
        for (ours, rings, suite) in [
            (P256_SHA256, algorithms::ECDSA_P256_SHA256, cipher_suite::TLS13_AES_128_GCM_SHA256),
            (P256_SHA384, algorithms::ECDSA_P256_SHA384, cipher_suite::TLS13_AES_256_GCM_SHA384),
        ] {
            for number in 0..50_u8 {
                let message = [number; 40];
                let hash = hash_of(suite).unwrap().hash(&message);
                let signature: Signature = signer.sign_prehash(hash.as_ref()).unwrap();
                let der = signature.to_der();
                let mut altered = der.as_bytes().to_vec();
                let place = usize::from(number) % altered.len();
                altered[place] ^= 1;
                for (message, signature, good) in [
                    (message, der.as_bytes(), true),
                    ([number ^ 1; 40], der.as_bytes(), false),
                    (message, altered.as_slice(), false),
                ] {
                    let judged = |by: &dyn SignatureVerificationAlgorithm| {
                        by.verify_signature(key.as_bytes(), &message, signature).is_ok()
                    };
                    assert_eq!((judged(ours), judged(rings)), (good, good), "{number}");
                }
            }
            assert_eq!(ours.public_key_alg_id(), rings.public_key_alg_id());
            assert_eq!(ours.signature_alg_id(), rings.signature_alg_id());
        }
    }

    #[test]
    fn a_point_that_is_none_is_no_key_share() {
        for wrong in [vec![], vec![4; 64], vec![4; 65], vec![2; 33], vec![0]] {
            let exchange = P256.start().unwrap();
            assert_eq!(exchange.pub_key().len(), 65);
            assert!(exchange.complete(&wrong).is_err(), "{wrong:?}");
        }
    }
}
