//! Payment providers: they make addresses, requests and readings, and never talk to anybody
//! themselves. Card data never comes near.
//!
//! A hosted page is an address; a provider's notice is a request to the operator; what the operator
//! asks of a provider waits as a row and is sent outside of every transaction
//! ([`crate::payments::send_due`]).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use mesto_protocol::base::payments::{self as wire, ProviderNotice};
use mesto_protocol::headers::SIGNATURE;
use mesto_protocol::kernel::ids::{PaymentId, RefundId};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::Money;
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::{Request, Response};
use crate::kernel::operator::Operator;
use crate::kernel::text;

/// The provider that takes cards, as the operator was given it.
pub(crate) struct Cards(pub Arc<dyn Provider>);

/// Who takes cards for this operator.
pub(crate) fn card(operator: &Operator) -> Outcome<&dyn Provider> {
    Ok(&*operator.parts.get::<Cards>()?.0)
}

/// The provider of this name.
pub(crate) fn of<'a>(operator: &'a Operator, name: &str) -> Outcome<&'a dyn Provider> {
    let provider = card(operator)?;
    if provider.name() == name { Ok(provider) } else { refuse(ProblemCode::NotFound, "there is no such provider") }
}

/// What is to be paid on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOrder<'a> {
    /// Our payment; comes back in the notice.
    pub reference: PaymentId,
    pub amount: Money,
    /// Where the page leads back to; names the intent by its key and nothing else.
    pub return_url: &'a str,
    /// The page takes no payment after it.
    pub expires_at: DateTime<Utc>,
}

/// What is to be paid back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder<'a> {
    /// Our refund: the provider pays it back once, however often it is asked.
    pub reference: RefundId,
    /// The provider's own payment that it is taken from.
    pub payment: &'a str,
    pub amount: Money,
}

/// A request to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    pub method: &'static str,
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// What a provider answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// The way to providers: one exchange; `None` when there was no answer.
pub trait ProviderLink: Send + Sync {
    fn send(&self, request: HttpRequest) -> Pin<Box<dyn Future<Output = Option<HttpAnswer>> + Send + '_>>;
}

/// What became of a request for a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundAnswer {
    /// The money is on its way to the card.
    Done,
    /// It will not be paid back, for this reason.
    Refused(String),
    /// Nothing is known: ask again.
    NotNow,
}

/// A bank or a payment provider with a hosted page.
pub trait Provider: Send + Sync {
    /// Its name in the store, in the ledger and in the path of its notices; the ids of its payments
    /// are unique among themselves.
    fn name(&self) -> &'static str;

    /// The address of the page for one order. Computed, never asked for.
    fn page(&self, order: &PageOrder<'_>) -> String;

    /// Reads a notice and proves that it is the provider's.
    ///
    /// # Errors
    /// `notice_invalid`.
    fn notice(&self, request: &Request) -> Result<ProviderNotice, Problem>;

    /// What the provider wants to hear when its notice was taken.
    fn acknowledge(&self, _: &ProviderNotice) -> Response {
        Response::empty()
    }

    /// Asks for a refund; `None` where that is done by hand.
    fn refund(&self, order: &RefundOrder<'_>) -> Option<HttpRequest>;

    /// Reads the answer to [`Provider::refund`].
    fn refunded(&self, answer: &HttpAnswer) -> RefundAnswer;
}

/// A hosted page whose links, requests and notices are signed with a shared secret.
pub struct HostedPage {
    /// Address of the bank without a trailing slash: `https://bank.example`.
    bank: String,
    /// Address of the operator as the bank reaches it, without a trailing slash.
    operator: String,
    merchant: String,
    secret: Vec<u8>,
}

/// The name of the bank with the hosted page.
const BANK: &str = "bank";
/// Longest id of a payment, the bank's or ours: it is kept as a key.
const LONGEST_NAME: usize = 64;
/// Most letters that are kept of a provider's reason.
const LONGEST_REASON: usize = 64;

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

impl Provider for HostedPage {
    fn name(&self) -> &'static str {
        BANK
    }

    fn page(&self, order: &PageOrder<'_>) -> String {
        let query = canonical(&[
            ("merchant", &self.merchant),
            ("reference", &order.reference.to_string()),
            ("amount", &order.amount.amount.to_string()),
            ("currency", order.amount.currency.code()),
            ("return_url", order.return_url),
            ("notice_url", &format!("{}{}", self.operator, wire::NOTICE.target(&[BANK], &[]))),
            ("expires", &order.expires_at.timestamp_millis().to_string()),
        ]);
        let signature = sign(&self.secret, query.as_bytes());
        format!("{}/pay?{query}&signature={signature}", self.bank)
    }

    fn notice(&self, request: &Request) -> Result<ProviderNotice, Problem> {
        let invalid = |detail: &str| Problem::new(ProblemCode::NoticeInvalid, detail);
        let given = request.get(SIGNATURE).ok_or_else(|| invalid("the header mesto-signature is missing"))?;
        if !bool::from(given.as_bytes().ct_eq(sign(&self.secret, &request.body).as_bytes())) {
            return Err(invalid("the signature does not belong to this body"));
        }
        let mut notice: ProviderNotice =
            request.read().map_err(|problem| invalid(&format!("the notice cannot be read: {}", problem.detail)))?;
        for (field, text) in [("payment", &notice.payment), ("reference", &notice.reference)] {
            if !(1..=LONGEST_NAME).contains(&text.len()) {
                return Err(invalid(&format!("{field} has 1 to {LONGEST_NAME} bytes, not {}", text.len())));
            }
            // A database takes no zero byte, and no id has another one of these.
            if text.contains(char::is_control) {
                return Err(invalid(&format!("{field} has no control characters")));
            }
        }
        // A word; whatever else a bank writes there is told to no phone as a whole.
        notice.reason = notice.reason.map(|reason| text::plain(&reason, LONGEST_REASON));
        Ok(notice)
    }

    fn refund(&self, order: &RefundOrder<'_>) -> Option<HttpRequest> {
        let body = json!({
            "merchant": self.merchant,
            "payment": order.payment,
            "reference": order.reference,
            "amount": order.amount,
        });
        let body = body.to_string().into_bytes();
        Some(HttpRequest {
            method: "POST",
            url: format!("{}/refunds", self.bank),
            headers: vec![("content-type", "application/json".to_owned()), (SIGNATURE, sign(&self.secret, &body))],
            body,
        })
    }

    fn refunded(&self, answer: &HttpAnswer) -> RefundAnswer {
        #[derive(Deserialize)]
        struct Said {
            state: String,
            #[serde(default)]
            reason: Option<String>,
        }
        let said: Option<Said> = serde_json::from_slice(&answer.body).ok();
        match said {
            Some(said) if answer.status < 300 && said.state == "done" => RefundAnswer::Done,
            Some(said) if (400..500).contains(&answer.status) && said.state == "refused" => {
                RefundAnswer::Refused(said.reason.unwrap_or_else(|| "refused".to_owned()))
            }
            _ => RefundAnswer::NotNow,
        }
    }
}

/// A query with its keys sorted, form-urlencoded: the text that is signed.
#[must_use]
pub fn canonical(pairs: &[(&str, &str)]) -> String {
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable();
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// HMAC-SHA256, lower-case hex.
#[must_use]
pub fn sign(secret: &[u8], message: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(message);
    base16ct::lower::encode_string(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    // echo -n 'what do ya want for nothing?' | openssl dgst -sha256 -hmac Jefe (RFC 4231, test case
    // 2)
    #[test]
    fn hmac_is_that_of_rfc_4231() {
        assert_eq!(
            sign(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn an_answer_of_the_bank_is_done_refused_or_nothing_yet() {
        let page = HostedPage::new("https://bank.example/", "https://operator.example", "mesto", b"secret");
        let answer = |status, body: &str| page.refunded(&HttpAnswer { status, body: body.as_bytes().to_vec() });
        assert_eq!(answer(200, r#"{"state":"done"}"#), RefundAnswer::Done);
        assert_eq!(
            answer(422, r#"{"state":"refused","reason":"card_closed"}"#),
            RefundAnswer::Refused("card_closed".to_owned())
        );
        for (status, body) in [(200, ""), (200, r#"{"state":"later"}"#), (502, r#"{"state":"done"}"#), (404, "<html>")]
        {
            assert_eq!(answer(status, body), RefundAnswer::NotNow, "{status} {body}");
        }
    }
}
