//! Notices on their way to merchants: sent at once, resent with growing pauses until they are taken
//! (2xx), across restarts.

use crate::Bank;
use crate::signature::sign;
use crate::store::{StoreError, Waiting};

/// The header with the HMAC-SHA256 (hex) of the raw body.
pub const SIGNATURE_HEADER: &str = "mesto-signature";

/// The way to merchants: http or https, never following a redirect with a signed body.
pub fn link() -> Result<reqwest::Client, Box<dyn std::error::Error>> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(std::time::Duration::from_secs(5));
    Ok(client.build()?)
}

impl Bank {
    /// Ends payments whose time is over and sends every notice that is due; says how many were
    /// taken. A virtual clock calls it after each advance; [`crate::serve`] calls it by itself.
    ///
    /// # Errors
    /// When the bank's own store fails. A merchant that cannot be reached is no error: his notice
    /// waits.
    pub async fn deliver_due(&self) -> Result<usize, StoreError> {
        let _one_at_a_time = self.inner.delivering.lock().await;
        let now = self.inner.clock.now_ms();
        let waiting = self
            .with_store(move |store| {
                store.expire(now)?;
                store.due(now)
            })
            .await?;
        let mut delivered = 0;
        for notice in waiting {
            let taken = self.send(&notice).await;
            delivered += usize::from(taken);
            self.with_store(move |store| store.attempted(&notice, taken, now)).await?;
        }
        Ok(delivered)
    }

    async fn send(&self, notice: &Waiting) -> bool {
        let Some(merchant) = self.merchant(&notice.merchant) else {
            tracing::warn!(merchant = %notice.merchant, "a notice for a merchant that is gone");
            return false;
        };
        let sent = self
            .inner
            .link
            .post(&notice.url)
            .header("content-type", "application/json")
            .header(SIGNATURE_HEADER, sign(&merchant.secret, notice.body.as_bytes()))
            .body(notice.body.clone())
            .send()
            .await;
        match sent {
            Ok(answer) if answer.status().is_success() => true,
            Ok(answer) => {
                tracing::info!(
                    status = answer.status().as_u16(),
                    attempt = notice.attempts + 1,
                    "a notice was not taken"
                );
                false
            }
            Err(error) => {
                tracing::info!(
                    connect = error.is_connect(),
                    attempt = notice.attempts + 1,
                    "a merchant was not reached"
                );
                false
            }
        }
    }
}
