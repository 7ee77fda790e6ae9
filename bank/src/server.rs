//! The bank's addresses: the signed link, the card page, the 3-D Secure page, and the signed status
//! and refunds for merchants.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Form, FromRequestParts, Path, Query, RawQuery, State as AxumState};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::{get, post};
use chrono::{DateTime, Datelike};
use mesto_protocol::kernel::return_address::ReturnAddress;
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::amount::thousandths;
use crate::card::CardForm;
use crate::notice::SIGNATURE_HEADER;
use crate::signature::{canonical_query, sign, verify};
use crate::store::{Asked, Payment, State, Step, StoreError, notice_of};
use crate::texts::{Language, texts};
use crate::{Bank, DEMO_CODE, page, refund};

/// How long the payer waits for the merchant to take the notice before he is led back; the notice
/// is then resent behind him.
const NOTICE_BEFORE_RETURN: Duration = Duration::from_secs(2);
/// How often waiting notices are looked at; whether one is due is the clock port's business.
const LOOK_EVERY: Duration = Duration::from_millis(500);

type Page = Response<Body>;

/// Serves the bank until `shutdown` ends; delivers notices on the side.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    bank: Bank,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let deliveries = tokio::spawn(deliver_forever(bank.clone()));
    let served = axum::serve(listener, routes(bank)).with_graceful_shutdown(shutdown).await;
    deliveries.abort();
    served
}

async fn deliver_forever(bank: Bank) {
    loop {
        if let Err(error) = bank.deliver_due().await {
            tracing::error!(%error, "notices wait");
        }
        tokio::select! {
            () = bank.inner.wake.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

fn routes(bank: Bank) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/bank.css", get(style))
        .route("/pay", get(enter))
        .route("/p/{session}", get(show))
        .route("/p/{session}/card", post(take_card))
        .route("/p/{session}/code", post(take_code))
        .route("/p/{session}/cancel", post(cancel))
        .route("/payments/{reference}", get(status))
        .route("/refunds", post(refund::take))
        .fallback(|headers: HeaderMap| async move {
            let language = language(&Lang::default(), &headers);
            html(StatusCode::NOT_FOUND, page::refused(texts(language).no_payment, language), "")
        })
        .layer(DefaultBodyLimit::max(8 * 1024))
        .with_state(bank)
}

/// A payer before the page of one payment.
struct Payer {
    bank: Bank,
    session: String,
    language: Language,
}

impl FromRequestParts<Bank> for Payer {
    type Rejection = Page;

    async fn from_request_parts(parts: &mut Parts, bank: &Bank) -> Result<Self, Page> {
        let Query(lang) = Query::<Lang>::from_request_parts(parts, bank).await.unwrap_or_default();
        let language = language(&lang, &parts.headers);
        match Path::<String>::from_request_parts(parts, bank).await {
            Ok(Path(session)) => Ok(Self { bank: bank.clone(), session, language }),
            Err(_) => Err(no_payment(language)),
        }
    }
}

/// `?lang=`, the payer's choice.
#[derive(Deserialize, Default)]
struct Lang {
    lang: Option<String>,
}

fn language(lang: &Lang, headers: &HeaderMap) -> Language {
    Language::choose(lang.lang.as_deref(), headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}

async fn style() -> Page {
    respond(
        StatusCode::OK,
        &[("content-type", "text/css; charset=utf-8"), ("cache-control", "max-age=3600")],
        page::STYLE.to_owned(),
    )
}

fn respond(status: StatusCode, headers: &[(&str, &str)], body: String) -> Page {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    answer.body(Body::from(body)).unwrap_or_else(|_| Response::new(Body::empty()))
}

/// A page nobody may keep, frame or script; its forms lead here and back to the merchant (`back`)
/// only.
fn html(status: StatusCode, body: String, back: &str) -> Page {
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {}; frame-ancestors 'none'; base-uri 'none'",
        source_of(back)
    );
    respond(
        status,
        &[
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", policy.trim()),
        ],
        body,
    )
}

/// The CSP source of a merchant's address: its origin for http(s), its scheme for an app's own.
fn source_of(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            format!("{scheme}://{}", rest.split(['/', '?', '#']).next().unwrap_or(""))
        }
        Some((scheme, _)) => format!("{scheme}:"),
        None => String::new(),
    }
}

fn see_other(target: &str) -> Page {
    respond(
        StatusCode::SEE_OTHER,
        &[("location", target), ("cache-control", "no-store"), ("referrer-policy", "no-referrer")],
        String::new(),
    )
}

fn failed(error: &StoreError, language: Language) -> Page {
    tracing::error!(%error, "the bank's store failed");
    html(StatusCode::SERVICE_UNAVAILABLE, page::refused(texts(language).failed, language), "")
}

fn no_payment(language: Language) -> Page {
    html(StatusCode::NOT_FOUND, page::refused(texts(language).no_payment, language), "")
}

/// Why a link is refused before a payment exists.
enum LinkRefusal {
    Altered,
    Expired,
}

/// Reads and checks a merchant's link.
fn read_link(bank: &Bank, query: &str, now: i64) -> Result<Asked, LinkRefusal> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let one = |key: &str| -> Option<String> {
        let mut values = pairs.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone());
        values.next().filter(|value| !value.is_empty() && values.next().is_none())
    };
    let checked = || -> Option<Asked> {
        let merchant = bank.merchant(&one("merchant")?)?;
        verify(&merchant.secret, canonical_query(&pairs).as_bytes(), &one("signature")?).then_some(())?;
        Some(Asked {
            merchant: merchant.id.clone(),
            reference: one("reference").filter(|text| text.len() <= 64)?,
            amount: one("amount").filter(|text| thousandths(text).is_some())?,
            currency: one("currency").filter(|text| text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()))?,
            return_url: one("return_url").filter(|url| ReturnAddress::parse(url).is_ok())?,
            notice_url: one("notice_url").filter(|url| is_web_address(url))?,
            expires: one("expires")?.parse().ok()?,
        })
    };
    let asked = checked().ok_or(LinkRefusal::Altered)?;
    if now > asked.expires { Err(LinkRefusal::Expired) } else { Ok(asked) }
}

/// The address of the merchant's server.
fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    url.len() <= 500 && !rest.is_empty() && url.bytes().all(|one| one.is_ascii_graphic())
}

async fn enter(AxumState(bank): AxumState<Bank>, RawQuery(query): RawQuery, headers: HeaderMap) -> Page {
    let language = language(&Lang::default(), &headers);
    let now = bank.inner.clock.now_ms();
    let refuse = |status, why| html(status, page::refused(why, language), "");
    let asked = match read_link(&bank, query.as_deref().unwrap_or(""), now) {
        Ok(asked) => asked,
        Err(LinkRefusal::Altered) => return refuse(StatusCode::FORBIDDEN, texts(language).link_altered),
        Err(LinkRefusal::Expired) => return refuse(StatusCode::GONE, texts(language).link_expired),
    };
    let (session, id) = (random_name(&bank), format!("pay_{}", random_name(&bank)));
    match bank.with_store(move |store| store.enter(&asked, &session, &id, now)).await {
        Ok(Some(payment)) => see_other(&format!("/p/{}", payment.session)),
        Ok(None) => refuse(StatusCode::CONFLICT, texts(language).link_reused),
        Err(error) => failed(&error, language),
    }
}

/// 128 unguessable bits: whoever has the address of a payment's page may pay it.
fn random_name(bank: &Bank) -> String {
    let mut bytes = [0_u8; 16];
    bank.inner.entropy.fill(&mut bytes);
    base16ct::lower::encode_string(&bytes)
}

fn merchant_name(bank: &Bank, payment: &Payment) -> String {
    bank.merchant(&payment.asked.merchant)
        .map_or_else(|| payment.asked.merchant.clone(), |merchant| merchant.name.clone())
}

async fn show(Payer { bank, session, language }: Payer) -> Page {
    let now = bank.inner.clock.now_ms();
    let found = bank
        .with_store(move |store| {
            store.expire(now)?;
            store.payment(&session)
        })
        .await;
    match found {
        Ok(Some(payment)) => {
            let merchant = merchant_name(&bank, &payment);
            let body = match &payment.state {
                State::Card => page::card(&payment, &merchant, &CardForm::default(), &[], language),
                State::Code { tries } => page::code(&payment, &merchant, false, *tries, language),
                State::Approved | State::Declined(_) => page::ended(&payment, &merchant, language),
            };
            html(StatusCode::OK, body, &payment.asked.return_url)
        }
        Ok(None) => no_payment(language),
        Err(error) => failed(&error, language),
    }
}

async fn take_card(Payer { bank, session, language }: Payer, Form(form): Form<CardForm>) -> Page {
    let today = DateTime::from_timestamp_millis(bank.inner.clock.now_ms()).unwrap_or_default();
    match form.check(today.year(), today.month()) {
        Ok(card) => advance(Payer { bank, session, language }, Step::Card(card)).await,
        Err(errors) => match bank.with_store(move |store| store.payment(&session)).await {
            Ok(Some(payment)) => {
                let body = page::card(&payment, &merchant_name(&bank, &payment), &form, &errors, language);
                html(StatusCode::UNPROCESSABLE_ENTITY, body, &payment.asked.return_url)
            }
            Ok(None) => no_payment(language),
            Err(error) => failed(&error, language),
        },
    }
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

async fn take_code(payer: Payer, Form(form): Form<CodeForm>) -> Page {
    let right = form.code.trim() == DEMO_CODE;
    advance(payer, Step::Code { right }).await
}

async fn cancel(payer: Payer) -> Page {
    advance(payer, Step::Cancel).await
}

/// Takes a step, tells the merchant when the payment ended, and leads the payer on.
async fn advance(Payer { bank, session, language }: Payer, taken: Step) -> Page {
    let now = bank.inner.clock.now_ms();
    let wrong_code = matches!(taken, Step::Code { right: false });
    match bank.with_store(move |store| store.take(&session, &taken, now)).await {
        Ok(Some(payment)) => match &payment.state {
            State::Code { tries } if wrong_code => {
                let body = page::code(&payment, &merchant_name(&bank, &payment), true, *tries, language);
                html(StatusCode::UNPROCESSABLE_ENTITY, body, &payment.asked.return_url)
            }
            State::Card | State::Code { .. } => see_other(&format!("/p/{}?lang={}", payment.session, language.tag())),
            State::Approved | State::Declined(_) => {
                // The notice comes first where it can, so that the payer finds his payment done; it
                // waits in the store where it cannot.
                if tokio::time::timeout(NOTICE_BEFORE_RETURN, bank.deliver_due()).await.is_err() {
                    bank.inner.wake.notify_one();
                }
                see_other(&payment.asked.return_url)
            }
        },
        Ok(None) => no_payment(language),
        Err(error) => failed(&error, language),
    }
}

/// `GET /payments/{reference}?merchant=&expires=&signature=`: how a payment stands, for its
/// merchant. The signature covers `expires`, `merchant` and `reference` in the canonical form; the
/// answer is signed like a notice.
async fn status(AxumState(bank): AxumState<Bank>, Path(reference): Path<String>, RawQuery(query): RawQuery) -> Page {
    let mut pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    pairs.push(("reference".to_owned(), reference.clone()));
    let value =
        |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()).unwrap_or_default();
    let refusal = |status, why: &str| {
        respond(status, &[("content-type", "application/json")], serde_json::json!({ "error": why }).to_string())
    };
    let Some(merchant) = bank.merchant(&value("merchant")).cloned() else {
        return refusal(StatusCode::FORBIDDEN, "merchant unknown");
    };
    let fresh = value("expires").parse::<i64>().is_ok_and(|until| bank.inner.clock.now_ms() <= until);
    if !fresh || !verify(&merchant.secret, canonical_query(&pairs).as_bytes(), &value("signature")) {
        return refusal(StatusCode::FORBIDDEN, "signature wrong or expired");
    }
    let id = merchant.id.clone();
    match bank.with_store(move |store| store.by_reference(&id, &reference)).await {
        Ok(Some(payment)) => match serde_json::to_string(&notice_of(&payment)) {
            Ok(body) => {
                let signature = sign(&merchant.secret, body.as_bytes());
                respond(StatusCode::OK, &[("content-type", "application/json"), (SIGNATURE_HEADER, &signature)], body)
            }
            Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "failed"),
        },
        Ok(None) => refusal(StatusCode::NOT_FOUND, "no payment with this reference"),
        Err(error) => {
            tracing::error!(%error, "the bank's store failed");
            refusal(StatusCode::SERVICE_UNAVAILABLE, "the store failed")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_go_to_web_addresses_only() {
        for good in
            ["https://operator.example/v1/providers/bank/notices", "http://127.0.0.1:8080/v1/providers/bank/notices"]
        {
            assert!(is_web_address(good), "{good}");
        }
        for bad in ["mesto://notice", "https://", "", "https://a b", "https://a/\r\nx", "javascript://x"] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn forms_may_lead_back_to_the_merchant_only() {
        assert_eq!(source_of("https://app.example:8443/back?x#y"), "https://app.example:8443");
        assert_eq!(source_of("mesto://back"), "mesto:");
        assert_eq!(source_of(""), "");
    }
}
