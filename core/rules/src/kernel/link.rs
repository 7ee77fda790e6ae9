//! Plain links that codes on vehicles and counters hold. Deny by default: what is not written
//! exactly so is no link.

/// Longest text that is read as a link.
const LONGEST: usize = 512;

/// The host, in lower case, and the path of a plain https link: without credentials, port, query
/// or escapes.
pub(crate) fn plain(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = (text.get(..8)?, text.get(8..)?);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    if text.len() > LONGEST || !scheme.eq_ignore_ascii_case("https://") || !rest.bytes().all(plain) {
        return None;
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_host = host.contains('.') && host.split('.').all(|label| !label.is_empty());
    is_host.then(|| (host.to_ascii_lowercase(), path))
}

/// Whether a text is a host as a city's data writes one: in lower case, without a port.
pub(crate) fn is_host(host: &str) -> bool {
    host.contains('.')
        && host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
}
