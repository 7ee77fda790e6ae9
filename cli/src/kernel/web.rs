//! HTTP from the command line: this machine only, or anybody's with time-outs; nobody's redirects
//! are followed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mesto_operator::is_this_machine;
use reqwest::redirect::Policy;

/// A request that has no answer after this long has none.
const TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

fn tls(roots: rustls::RootCertStore) -> Result<rustls::ClientConfig, String> {
    Ok(rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// A client for loopback addresses, for the testbed and the demo: it waits as long as it is made to
/// wait.
///
/// # Errors
/// When TLS cannot be set up (it is never used, but the library wants it).
pub fn client() -> Result<reqwest::Client, String> {
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls(rustls::RootCertStore::empty())?);
    builder.redirect(Policy::none()).no_proxy().build().map_err(|error| error.to_string())
}

/// A client for an address of the web, by a proxy of the environment unless it is this machine's
/// own.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client_for(url: &str) -> Result<reqwest::Client, String> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(roots)?)
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none());
    let is_here = is_here(url);
    let builder = if is_here { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| error.to_string())
}

/// Whether an address of the web is of this machine.
#[must_use]
pub fn is_here(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| url.host_str().is_some_and(is_this_machine))
}

/// TLS to a server that is not one of the web: its certificate is signed by an authority in this
/// file (PEM), or by one that browsers trust.
///
/// # Errors
/// When the file holds no certificate, or TLS cannot be set up.
pub fn tls_connector(authorities: Option<&Path>) -> Result<tokio_rustls::TlsConnector, String> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    let roots = match authorities {
        None => rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() },
        Some(file) => {
            let fault = |why: String| format!("{} cannot be used: {why}", file.display());
            let mut roots = rustls::RootCertStore::empty();
            for certificate in CertificateDer::pem_file_iter(file).map_err(|why| fault(why.to_string()))? {
                let certificate = certificate.map_err(|why| fault(why.to_string()))?;
                roots.add(certificate).map_err(|why| fault(why.to_string()))?;
            }
            if roots.is_empty() {
                return Err(fault("it holds no certificate".to_owned()));
            }
            roots
        }
    };
    Ok(Arc::new(tls(roots)?).into())
}

/// The whole body of an answer; `None` when it breaks off, or is longer than so many bytes.
pub async fn body_within(mut answer: reqwest::Response, most: usize) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.ok()? {
        if body.len() + part.len() > most {
            return None;
        }
        body.extend_from_slice(&part);
    }
    Some(body)
}
