//! The payment page: a signed link to a bank's hosted page, and the bank's signed notice. Card data never comes near.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use mesto_protocol::base::payments::BankNotice;
use mesto_protocol::{Problem, ProblemCode, route};
use mesto_rules::money::Money;
use sha2::Sha256;

use crate::kernel::http::Request;
use crate::kernel::text::{form_encode, hex, same_secret};

/// Header of a notice: HMAC-SHA256 of the raw body, lower-case hex.
pub const SIGNATURE: &str = "mesto-signature";

/// What is to be paid on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOrder<'a> {
    /// Our top-up id; comes back in the notice.
    pub reference: &'a str,
    pub amount: Money,
    /// Where the page leads back to, with only the intent's key.
    pub return_url: &'a str,
    pub intent: &'a str,
    /// The page takes no payment after it.
    pub expires: DateTime<Utc>,
}

/// A bank or a payment provider with a hosted page.
pub trait PaymentPage: Send + Sync {
    /// The address of the page for one order. Computed, never asked for: no call leaves a transaction.
    fn page_url(&self, order: &PageOrder<'_>) -> String;

    /// Reads a notice and proves that it is the bank's.
    ///
    /// # Errors
    /// `bank_notice_invalid`.
    fn verify_notice(&self, request: &Request) -> Result<BankNotice, Problem>;
}

/// A hosted page whose links and notices are signed with a shared secret.
pub struct HostedPage {
    /// Address of the bank without a trailing slash: `https://bank.example`.
    bank: String,
    /// Address of the operator as the bank reaches it, without a trailing slash.
    operator: String,
    merchant: String,
    secret: Vec<u8>,
}

impl HostedPage {
    /// `bank` and `operator` are base addresses; the secret is shared with the bank.
    #[must_use]
    pub fn new(bank: &str, operator: &str, merchant: &str, secret: &[u8]) -> Self {
        Self {
            bank: bank.trim_end_matches('/').into(),
            operator: operator.trim_end_matches('/').into(),
            merchant: merchant.into(),
            secret: secret.into(),
        }
    }
}

impl PaymentPage for HostedPage {
    fn page_url(&self, order: &PageOrder<'_>) -> String {
        let separator = if order.return_url.contains('?') { '&' } else { '?' };
        let query = canonical(&[
            ("merchant", &self.merchant),
            ("reference", order.reference),
            ("amount", &order.amount.amount.to_string()),
            ("currency", order.amount.currency.code()),
            ("return_url", &format!("{}{separator}intent={}", order.return_url, form_encode(order.intent))),
            ("notice_url", &format!("{}{}", self.operator, route::BANK_NOTICE)),
            ("expires", &order.expires.timestamp_millis().to_string()),
        ]);
        let signature = sign(&self.secret, query.as_bytes());
        format!("{}/pay?{query}&signature={signature}", self.bank)
    }

    fn verify_notice(&self, request: &Request) -> Result<BankNotice, Problem> {
        let invalid = |detail: &str| Problem::new(ProblemCode::BankNoticeInvalid, detail);
        let given = request.get(SIGNATURE).ok_or_else(|| invalid("the header mesto-signature is missing"))?;
        if !same_secret(given.as_bytes(), sign(&self.secret, &request.body).as_bytes()) {
            return Err(invalid("the signature does not belong to this body"));
        }
        serde_json::from_slice(&request.body).map_err(|error| invalid(&format!("the notice cannot be read: {error}")))
    }
}

/// A query with its keys sorted, form-urlencoded: the text that is signed.
#[must_use]
pub fn canonical(pairs: &[(&str, &str)]) -> String {
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable();
    let encoded: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}={}", form_encode(key), form_encode(value))).collect();
    encoded.join("&")
}

/// HMAC-SHA256, lower-case hex.
#[must_use]
pub fn sign(secret: &[u8], message: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(message);
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    // echo -n 'what do ya want for nothing?' | openssl dgst -sha256 -hmac Jefe (RFC 4231, test case 2)
    #[test]
    fn hmac_is_that_of_rfc_4231() {
        assert_eq!(
            sign(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
