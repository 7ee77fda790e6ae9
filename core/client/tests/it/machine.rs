//! This machine's own ports: secrets in a file, a device key, clocks.

use mesto_client::system::{FileSecrets, MemorySecrets, SystemClock, SystemEntropy, device_signer};
use mesto_client::{Clock as _, DeviceSigner as _, Entropy as _, OperatorName, Secrets as _};

#[test]
fn secrets_outlive_the_process_and_only_their_owner_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.json");
    let secrets = FileSecrets::new(&path);
    assert_eq!(secrets.get("token").unwrap(), None);
    secrets.set("token", "one").unwrap();
    secrets.set("other", "two").unwrap();
    secrets.remove("token").unwrap();
    let again = FileSecrets::new(&path);
    assert_eq!((again.get("token").unwrap(), again.get("other").unwrap()), (None, Some("two".to_owned())));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&path, b"not json").unwrap();
    assert!(again.get("other").is_err());
}

#[test]
fn the_device_key_is_made_once() {
    let secrets = MemorySecrets::default();
    let first = device_signer(&secrets, &OperatorName::localhost(), &SystemEntropy).unwrap().public_key();
    assert_eq!(device_signer(&secrets, &OperatorName::localhost(), &SystemEntropy).unwrap().public_key(), first);
    let other = "other.example".parse().unwrap();
    let of_other = device_signer(&secrets, &other, &SystemEntropy).unwrap().public_key();
    assert_ne!(of_other, first, "another operator cannot tell that it is the same phone");
    assert_ne!(
        device_signer(&MemorySecrets::default(), &OperatorName::localhost(), &SystemEntropy).unwrap().public_key(),
        first
    );
}

#[test]
fn clocks_go_forward_and_chance_differs() {
    let (first, second) = (SystemClock.monotonic(), SystemClock.monotonic());
    assert!(second >= first);
    assert_eq!(SystemClock.boot(), SystemClock.boot());
    let mut bytes = [[0; 32]; 2];
    bytes.iter_mut().for_each(|bytes| SystemEntropy.fill(bytes));
    assert_ne!(bytes[0], bytes[1]);
}
