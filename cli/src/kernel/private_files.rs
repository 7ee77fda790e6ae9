//! Secrets in files: whoever else could read or change one is a fault that is refused.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::kernel::failure::{CliError, Exit, Outcome};

/// A secret that is shorter, in bytes, is guessed.
const SHORTEST: usize = 16;

/// The secret in a file, without the white space around it. `code` is the error's when the file is
/// not there or too short, `advice` what to put there.
///
/// # Errors
/// `code`, and as [`check`].
pub fn secret(path: &Path, code: &str, advice: &str) -> Outcome<Vec<u8>> {
    let fault = |text: String| CliError::new(Exit::Input, code, text).advise(advice);
    let secret = fs::read_to_string(path).map_err(|why| unread(path, &why, code, advice))?;
    check(path)?;
    match secret.trim().as_bytes() {
        short if short.len() < SHORTEST => Err(fault(format!("{} holds fewer than 16 bytes", path.display()))),
        secret => Ok(secret.to_vec()),
    }
}

/// Why a file of secrets cannot be read. One that is there and shut is never written anew: whoever
/// shares it would be cut off.
fn unread(path: &Path, why: &Error, code: &str, advice: &str) -> CliError {
    let text = format!("{} cannot be read: {why}", path.display());
    let error = CliError::new(Exit::Input, code, text);
    if why.kind() == ErrorKind::PermissionDenied { error.advise(shut(path)) } else { error.advise(advice) }
}

/// What helps where this user may not read a file that others do.
#[must_use]
pub fn shut(path: &Path) -> String {
    let who = match owner(path).map(user_name) {
        Some(owner) => format!("{owner} may read it"),
        // Its folder is shut too.
        None => "only another user, such as root, may look into its folder".to_owned(),
    };
    format!(
        "Leave what stands in it: {who}. Of the package systemd hands it to the service: `systemctl start mesto`, and \
         `systemctl start mesto-doctor` for the doctor. By hand, run it as who may read it, or name a copy of it that \
         only you may read."
    )
}

/// A password that somebody else has given, as it stands in a file.
///
/// # Errors
/// `code`, and as [`check`].
pub fn password(path: &Path, code: &str) -> Outcome<String> {
    let advice = "Put the password alone into that file, which only the operator's user may read.";
    let read = fs::read_to_string(path).map_err(|why| unread(path, &why, code, advice))?;
    check(path)?;
    Ok(read.trim().to_owned())
}

/// The password in a file that another file names, in `beside`; what is wrong otherwise, and what
/// would be right.
///
/// A service of systemd finds its secrets where that puts them: a name without a whole path is that
/// of a credential then, and with a folder that of a file in it, as `LoadCredential` names them.
///
/// # Errors
/// As [`password`].
pub fn named_password(beside: &Path, file: &Path) -> Result<String, String> {
    let credentials = env::var_os("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty());
    let found = place_of(credentials.as_deref(), beside, file);
    password(&found, "messages_secret").map_err(|why| {
        let is_credential = credentials.is_some() && !file.is_absolute() && !found.exists();
        let advice = match why.advice {
            _ if is_credential => Some(format!(
                "systemd gives this service its credentials there: let LoadCredential= of the unit name {}, or give the whole path",
                file.display()
            )),
            advice => advice,
        };
        match advice {
            Some(advice) => format!("{}; {advice}", why.text),
            None => why.text,
        }
    })
}

/// `secrets/sms` is `secrets_sms` among the credentials of `LoadCredential=secrets:FOLDER`.
fn place_of(credentials: Option<&OsStr>, beside: &Path, file: &Path) -> PathBuf {
    match credentials {
        Some(folder) if !file.is_absolute() => {
            let names: Vec<String> = file.components().map(|name| name.as_os_str().to_string_lossy().into()).collect();
            Path::new(folder).join(names.join("_"))
        }
        _ => beside.join(file),
    }
}

/// Refuses a file of secrets that not only its owner may change, or that everybody may read; its
/// group may read it. Its folder must not be one in which everybody may put another in its place.
///
/// # Errors
/// `file_unsafe`
pub fn check(path: &Path) -> Outcome<()> {
    is_changed_by_others(path)?;
    if mode(path)?.is_some_and(|mode| mode & 0o007 != 0) {
        let text = format!("{} holds a secret, and everybody on this machine may read it", path.display());
        return Err(unsafe_file(text, format!("chmod 600 {}", path.display())));
    }
    is_replaced_by_others(folder_of(path).unwrap_or(Path::new(".")))
}

/// Refuses a file that not only its owner may change.
///
/// # Errors
/// `file_unsafe`
pub fn is_changed_by_others(path: &Path) -> Outcome<()> {
    if mode(path)?.is_some_and(|mode| mode & 0o022 != 0) {
        let text = format!("others on this machine may change {}", path.display());
        return Err(unsafe_file(text, format!("chmod go-w {}", path.display())));
    }
    owner_is_trusted(path)
}

/// Refuses books that others may change, and takes from others what they may read of them: what
/// `is_shut` says. Only their owner can; for everybody else they stay as they are.
///
/// # Errors
/// `file_unsafe`
#[cfg(unix)]
pub fn books(files: &[PathBuf], is_shut: bool) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt as _;
    for file in files.iter().filter(|file| file.exists()) {
        let Some(mode) = mode(file)? else { continue };
        if mode & 0o022 != 0 {
            let text = format!("others on this machine may change {}, which holds the books", file.display());
            return Err(CliError::new(Exit::Input, "file_unsafe", text).advise(format!(
                "Run `chmod 600 {}`, and look at `mesto admin ledger` if others may have changed it.",
                file.display()
            )));
        }
        if is_shut && mode & 0o077 != 0 && fs::set_permissions(file, fs::Permissions::from_mode(mode & 0o700)).is_ok() {
            let was = format!("{:03o}", mode & 0o777);
            tracing::warn!(file = %file.display(), was, "others could read the books: the file is its owner's alone now");
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub fn books(_: &[PathBuf], _: bool) -> Outcome<()> {
    Ok(())
}

/// Refuses the signing keys when somebody else may change or read them.
///
/// # Errors
/// `file_unsafe`
pub fn check_keys(folder: &Path) -> Outcome<()> {
    // Whatever is not there is said where it is read.
    let Ok(files) = fs::read_dir(folder) else { return Ok(()) };
    is_replaced_by_others(folder)?;
    for file in files.filter_map(Result::ok).map(|entry| entry.path()) {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("seed") => check(&file)?,
            Some("json" | "signed" | "public") => is_changed_by_others(&file)?,
            _ => {}
        }
    }
    Ok(())
}

fn unsafe_file(text: String, command: String) -> CliError {
    CliError::new(Exit::Input, "file_unsafe", text)
        .advise(format!("Run `{command}`, and change the secret if others may have seen it."))
}

/// A folder in which everybody may put another file in the place of one that is there.
fn is_replaced_by_others(folder: &Path) -> Outcome<()> {
    const STICKY: u32 = 0o1000;
    if mode(folder)?.is_some_and(|mode| mode & 0o022 != 0 && mode & STICKY == 0) {
        let text = format!("others on this machine may put another file into {}", folder.display());
        return Err(unsafe_file(text, format!("chmod go-w {}", folder.display())));
    }
    Ok(())
}

#[cfg(unix)]
fn mode(path: &Path) -> Outcome<Option<u32>> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = fs::metadata(path).map_err(|why| CliError::failed(&path.display().to_string(), why))?;
    Ok(Some(found.permissions().mode()))
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Outcome<Option<u32>> {
    Ok(None)
}

/// For whom files are looked at, when not for whom this process runs as.
static READER: OnceLock<u32> = OnceLock::new();

/// Root, who only looks whether others may serve, judges files as they do: as the owner of this
/// folder. For everybody else nothing changes.
#[cfg(target_os = "linux")]
pub fn judge_as_owner_of(folder: &Path) {
    use std::os::unix::fs::MetadataExt as _;
    if own_user() == Some(0)
        && let Ok(found) = fs::metadata(folder)
    {
        READER.get_or_init(|| found.uid());
    }
}

#[cfg(not(target_os = "linux"))]
pub fn judge_as_owner_of(_: &Path) {}

/// Who serves: whom files are looked at for.
#[cfg(target_os = "linux")]
pub fn who_serves() -> Option<u32> {
    READER.get().copied().or_else(own_user)
}

#[cfg(not(target_os = "linux"))]
pub fn who_serves() -> Option<u32> {
    None
}

/// Whether root runs this.
#[cfg(target_os = "linux")]
pub fn is_root() -> bool {
    own_user() == Some(0)
}

#[cfg(not(target_os = "linux"))]
pub fn is_root() -> bool {
    false
}

/// The effective user of this process.
#[cfg(target_os = "linux")]
fn own_user() -> Option<u32> {
    // Real and effective, in this order.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().nth(1)?.parse::<u32>().ok())
}

/// Whose a file is.
#[cfg(unix)]
fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).map(|found| found.uid()).ok()
}

#[cfg(not(unix))]
fn owner(_: &Path) -> Option<u32> {
    None
}

/// What a user of this machine is called; the number where the machine has no name for it.
fn user_name(user: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, number) = (fields.next()?, fields.next()?, fields.next()?);
        (number.parse() == Ok(user)).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| user.to_string())
}

/// Where a file lies.
fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().map(|folder| if folder == Path::new("") { Path::new(".") } else { folder })
}

/// It belongs to whom this process runs as, or to root.
#[cfg(target_os = "linux")]
fn owner_is_trusted(path: &Path) -> Outcome<()> {
    use std::os::unix::fs::MetadataExt as _;
    let own = who_serves();
    if let (Ok(owner), Some(own)) = (fs::metadata(path).map(|found| found.uid()), own)
        && owner != own
        && owner != 0
    {
        let text = format!("{} belongs to another user of this machine, who may change it", path.display());
        // Given to root it would be lost to the one who serves.
        if own == 0 && folder_of(path).is_some_and(|folder| self::owner(folder) == Some(owner)) {
            let advice = format!("Run it as the one who serves: `runuser -u {} -- mesto …`.", user_name(owner));
            return Err(CliError::new(Exit::Input, "file_unsafe", text).advise(advice));
        }
        return Err(unsafe_file(text, format!("chown {own} {}", path.display())));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn owner_is_trusted(_: &Path) -> Outcome<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_that_others_may_read_or_change_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, "0123456789abcdef\n").unwrap();
        for (mode, says) in [
            (0o600, None),
            (0o400, None),
            (0o640, None),
            (0o644, Some("chmod 600")),
            (0o660, Some("chmod go-w")),
            (0o602, Some("chmod go-w")),
            (0o666, Some("chmod go-w")),
        ] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            let read = secret(&file, "bank_secret", "");
            match says {
                None => assert_eq!(read.unwrap(), b"0123456789abcdef", "{mode:o}"),
                Some(says) => {
                    let error = read.unwrap_err();
                    assert_eq!(error.code, "file_unsafe", "{mode:o}");
                    assert!(error.advice.unwrap().contains(says), "{mode:o}");
                }
            }
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(secret(&file, "bank_secret", "").unwrap_err().code, "file_unsafe");
        // As /tmp is: nobody puts a file in the place of another's.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        secret(&file, "bank_secret", "").unwrap();
        fs::write(&file, "short").unwrap();
        assert_eq!(secret(&file, "bank_secret", "").unwrap_err().code, "bank_secret");
        assert_eq!(secret(&folder.path().join("none"), "bank_secret", "").unwrap_err().code, "bank_secret");
    }

    #[test]
    fn a_secret_that_is_shut_is_never_written_anew_and_one_that_is_missing_is() {
        let file = Path::new("/etc/mesto/secrets/bank");
        let of = |kind: ErrorKind| unread(file, &kind.into(), "bank_secret", "openssl rand").advice.unwrap();
        let denied = of(ErrorKind::PermissionDenied);
        assert!(denied.contains("systemctl start mesto") && !denied.contains("openssl"), "{denied}");
        assert_eq!(of(ErrorKind::NotFound), "openssl rand");
        let folder = tempfile::tempdir().unwrap();
        let advice = shut(folder.path());
        assert!(advice.contains(&user_name(owner(folder.path()).unwrap())), "{advice}");
        assert_eq!(user_name(0), "root");
    }

    // Only root gives a file away, and only root is told to be another.
    #[cfg(target_os = "linux")]
    #[test]
    fn root_is_told_to_run_as_the_owner_of_a_folder_and_never_to_take_a_key_from_it() {
        if !is_root() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.signed");
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let give = |path: &Path| std::os::unix::fs::chown(path, Some(1), Some(1)).unwrap();
        give(&file);
        let advice = |path: &Path| check_keys(path).unwrap_err().advice.unwrap();
        // In a folder of root's it was put there by somebody else.
        assert!(advice(folder.path()).contains("chown 0"), "{}", advice(folder.path()));
        give(folder.path());
        let told = advice(folder.path());
        assert!(told.contains(&format!("runuser -u {} -- mesto", user_name(1))) && !told.contains("chown"), "{told}");
    }

    #[test]
    fn a_secret_that_a_file_names_is_a_credential_of_the_service_or_lies_beside_that_file() {
        let place = |credentials: Option<&str>, file: &str| {
            place_of(credentials.map(OsStr::new), Path::new("/etc/mesto"), Path::new(file))
        };
        let second = Some("/run/credentials/mesto@2.service");
        for (credentials, file, found) in [
            (None, "sms.secret", "/etc/mesto/sms.secret"),
            (None, "secrets/sms", "/etc/mesto/secrets/sms"),
            (None, "/root/sms", "/root/sms"),
            (second, "sms.secret", "/run/credentials/mesto@2.service/sms.secret"),
            (second, "secrets/sms", "/run/credentials/mesto@2.service/secrets_sms"),
            (second, "/root/sms", "/root/sms"),
        ] {
            assert_eq!(place(credentials, file), Path::new(found), "{credentials:?} {file}");
        }
    }

    #[test]
    fn a_folder_of_keys_is_safe_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, mode| {
            let file = folder.path().join(name);
            fs::write(&file, "").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        };
        for (name, mode) in [("root.seed", 0o600), ("keys.signed", 0o644), ("notes.txt", 0o666)] {
            file(name, mode);
        }
        check_keys(folder.path()).unwrap();
        for (name, wrong, right) in
            [("root.seed", 0o644, 0o600), ("keys.signed", 0o664, 0o644), ("keys.json", 0o606, 0o600)]
        {
            file(name, wrong);
            let error = check_keys(folder.path()).unwrap_err();
            assert_eq!((error.code.as_str(), error.text.contains(name)), ("file_unsafe", true), "{name}");
            file(name, right);
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o775)).unwrap();
        assert_eq!(check_keys(folder.path()).unwrap_err().code, "file_unsafe");
    }
}
