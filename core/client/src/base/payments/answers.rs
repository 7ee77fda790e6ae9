//! What the operator tells of a sale and its money, and what that means for the intent.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::base::payments::{
    Payment, PaymentState, PaymentsSection, Purchase, Refund, RefundState, SaleState,
};
use mesto_protocol::event::{Change as _, Event};
use mesto_protocol::kernel::json::Json;
use mesto_rules::Money;

use super::KIND;
use crate::kernel::client::ACCOUNT;
use crate::kernel::error::PAID_BACK;
use crate::kernel::intent::{IntentEvent, IntentState, Progress, step};
use crate::kernel::service::{Reading, keep};
use crate::kernel::store::{IntentRow, Stored, Tx};

/// Why a payment by card is not made, as this version knows it.
const REASONS: &[&str] =
    &["card_declined", "authentication_failed", "cancelled", "expired", "abandoned", "account_closed"];
/// For a reason that this version does not know.
const BANK_REFUSED: &str = "bank_refused";
/// For a sale that cannot be delivered any more, when nobody says why.
const UNDELIVERABLE: &str = "undeliverable";

/// What the state of a sale and its payment means for the intent.
pub fn meaning_of(told: &Purchase) -> IntentEvent {
    let (sale, payment) = (&told.sale, &told.payment);
    match (&payment.state, &sale.state) {
        (PaymentState::Captured | PaymentState::Refunded, SaleState::Delivered) => IntentEvent::Accepted,
        (PaymentState::Captured | PaymentState::Refunded | PaymentState::Voided, SaleState::Undeliverable) => {
            IntentEvent::Refused(undeliverable(payment))
        }
        (PaymentState::Declined, _) => refused(payment, BANK_REFUSED, "the bank did not approve the payment"),
        (PaymentState::Expired, _) => refused(payment, "expired", "nobody paid while the page lived"),
        (PaymentState::Abandoned, _) => {
            refused(payment, "abandoned", "it was given up; what the bank still takes for it is paid back")
        }
        (PaymentState::Voided, _) => refused(payment, BANK_REFUSED, "what the bank had promised was let go again"),
        // Neither yes nor no: it waits for one of the two. So does a state of a later version.
        (
            PaymentState::Pending
            | PaymentState::Authorised
            | PaymentState::Captured
            | PaymentState::Refunded
            | PaymentState::Other(_),
            _,
        ) => IntentEvent::AcceptedAtBank,
    }
}

fn problem(code: &str, title: &str, detail: &str, payment: &Payment) -> Problem {
    Problem {
        r#type: format!("urn:mesto:problem:{code}"),
        title: title.to_owned(),
        status: 402,
        detail: detail.to_owned(),
        code: code.to_owned(),
        params: serde_json::Map::new(),
        instance: None,
    }
    .with("amount", payment.amount)
}

fn refused(payment: &Payment, unsaid: &str, detail: &str) -> IntentEvent {
    let said = payment.reason.as_deref().unwrap_or(unsaid);
    let code = if REASONS.contains(&said) { said } else { BANK_REFUSED };
    IntentEvent::Refused(problem(code, "The payment was not made", detail, payment).with("reason", said))
}

/// The money was taken, and what was promised can no longer be given: it goes back.
fn undeliverable(payment: &Payment) -> Problem {
    let code = payment.reason.as_deref().unwrap_or(UNDELIVERABLE);
    let detail = "what was promised can no longer be given; what was paid goes back";
    let sum = |sum: Option<Money>, refund: &Refund| match sum {
        None => Some(refund.amount),
        Some(sum) => sum.checked_add(&refund.amount).ok(),
    };
    let back = payment.refunds.iter().fold(None, sum).unwrap_or(payment.captured);
    let problem = problem(code, "What was paid is paid back", detail, payment).with(PAID_BACK, back);
    match payment.refunds.iter().map(|refund| refund.due_at).max() {
        Some(due_at) => problem.with("due_at", due_at),
        None => problem,
    }
}

/// How far a sale and its money have come: nothing that the operator tells goes back behind it. An
/// answer may be an old one told again, or one that an event overtook.
fn how_far(told: &Purchase) -> (u8, u8, usize, u32) {
    let payment = match told.payment.state {
        PaymentState::Pending | PaymentState::Other(_) => 0,
        PaymentState::Authorised => 1,
        PaymentState::Declined | PaymentState::Expired | PaymentState::Abandoned | PaymentState::Voided => 2,
        PaymentState::Captured => 3,
        PaymentState::Refunded => 4,
    };
    let sale = match told.sale.state {
        SaleState::Open | SaleState::Other(_) => 0,
        SaleState::Authorised => 1,
        SaleState::Delivered | SaleState::Undeliverable | SaleState::Closed => 2,
    };
    let refund = |refund: &Refund| match refund.state {
        RefundState::Due | RefundState::Other(_) => 0,
        RefundState::Sent => 1,
        RefundState::Failed => 2,
        RefundState::Done => 3_u32,
    };
    (payment, sale, told.payment.refunds.len(), told.payment.refunds.iter().map(refund).sum())
}

/// Whether what is told now is not behind what is known.
pub fn is_news(known: Option<&Json>, told: &Purchase) -> bool {
    let known: Option<Purchase> = known.and_then(|known| known.read().ok());
    known.is_none_or(|known| how_far(&known) <= how_far(told))
}

/// Ends or moves the intent whose sale an event or the account told of; part of the sync's
/// transaction.
fn hear(tx: &Tx<'_>, told: &Purchase, now: DateTime<Utc>) -> Stored {
    let json = Json::of(told)?;
    let Some(account) = ACCOUNT.get(tx.db())? else { return Ok(()) };
    for mut row in IntentRow::by_subject(tx.db(), KIND, &told.sale.quote.to_string(), account)? {
        // What surely never left is not what the operator speaks of.
        if row.state == IntentState::Unconfirmed(Progress::Ready) || !is_news(row.told.as_ref(), told) {
            continue;
        }
        if row.state.is_final() {
            IntentRow::keep_told(tx, &row.key, &json)?;
            continue;
        }
        row.state = step(row.state, &meaning_of(told), row.not_after, now).0;
        row.told = Some(json.clone());
        if row.state.is_final() {
            row.ended_at = Some(now);
        }
        row.save(tx)?;
    }
    Ok(())
}

/// Those that wait for a provider. One that is not among them any more has its end there: it is
/// asked for at once.
pub fn take_section(tx: &Tx<'_>, section: Option<&Json>, reading: &Reading) -> Stored {
    let Some(told) = section.map(Json::read::<PaymentsSection>).transpose()? else { return Ok(()) };
    for purchase in &told.open {
        hear(tx, purchase, reading.now)?;
    }
    let Some(account) = ACCOUNT.get(tx.db())? else { return Ok(()) };
    for mut row in IntentRow::open(tx.db(), account)? {
        let waits = row.kind == KIND && row.state == IntentState::Unconfirmed(Progress::AtBank);
        if waits && !told.open.iter().any(|purchase| purchase.sale.quote.to_string() == row.subject) {
            row.next_attempt_at = reading.now;
            row.save(tx)?;
        }
    }
    Ok(())
}

pub fn take_event(tx: &Tx<'_>, event: &Event, now: DateTime<Utc>) -> Stored<bool> {
    match event.kind.as_str() {
        Purchase::KIND => keep(event, |told: Purchase| hear(tx, &told, now)),
        _ => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "01jd4f8q0r3n7w2x5y6z8a9b1c";

    fn told(payment: &str, sale: &str, reason: Option<&str>) -> Purchase {
        let (amount, nothing) =
            (json!({"amount": "200.00", "currency": "RSD"}), json!({"amount": "0.00", "currency": "RSD"}));
        let told = json!({
            "sale": {
                "id": format!("sa_{ID}"), "quote": format!("qt_{ID}"), "city": "belgrade", "state": sale,
                "created_at": "2025-09-03T08:00:00Z", "payer": format!("ac_{ID}"), "actor": format!("ac_{ID}"),
                "items": [], "total": amount,
            },
            "payment": {
                "id": format!("py_{ID}"), "sale": format!("sa_{ID}"), "purpose": "sale", "method": "card", "state": payment, "amount": amount,
                "captured": amount, "refunded": nothing, "reason": reason,
            },
        });
        serde_json::from_str(&told.to_string()).unwrap()
    }

    #[test]
    fn only_what_was_delivered_is_bought_and_only_what_surely_was_not_is_refused_bg_34() {
        for (payment, sale, reason, means) in [
            ("pending", "open", None, "waits"),
            ("authorised", "authorised", None, "waits"),
            ("captured", "open", None, "waits"),
            ("captured", "closed", None, "waits"),
            ("under_review", "open", None, "waits"),
            ("captured", "looked_at", None, "waits"),
            ("captured", "delivered", None, "bought"),
            // Delivered, and taken back since.
            ("refunded", "delivered", None, "bought"),
            ("captured", "undeliverable", Some("quote_stale"), "quote_stale"),
            ("captured", "undeliverable", None, "undeliverable"),
            ("refunded", "undeliverable", Some("limit_reached"), "limit_reached"),
            ("voided", "undeliverable", Some("quote_stale"), "quote_stale"),
            ("voided", "closed", None, "bank_refused"),
            ("declined", "closed", Some("card_declined"), "card_declined"),
            ("declined", "closed", Some("card_is_purple"), "bank_refused"),
            ("declined", "closed", None, "bank_refused"),
            ("expired", "closed", Some("expired"), "expired"),
            ("abandoned", "closed", Some("abandoned"), "abandoned"),
            ("abandoned", "closed", Some("account_closed"), "account_closed"),
        ] {
            let found = match meaning_of(&told(payment, sale, reason)) {
                IntentEvent::AcceptedAtBank => "waits".to_owned(),
                IntentEvent::Accepted => "bought".to_owned(),
                IntentEvent::Refused(problem) => {
                    assert_eq!(problem.params.contains_key(PAID_BACK), sale == "undeliverable", "{payment}, {sale}");
                    problem.code
                }
                other => format!("{other:?}"),
            };
            assert_eq!(found, means, "{payment}, {sale}");
        }
    }

    #[test]
    fn nothing_that_is_told_goes_back_behind_what_is_known() {
        let known = |payment, sale| Json::of(&told(payment, sale, None)).unwrap();
        for (before, after) in [
            (("pending", "open"), ("captured", "delivered")),
            (("pending", "open"), ("declined", "closed")),
            (("declined", "closed"), ("captured", "delivered")),
            (("expired", "closed"), ("captured", "undeliverable")),
            (("captured", "undeliverable"), ("refunded", "undeliverable")),
            (("under_review", "open"), ("captured", "delivered")),
        ] {
            assert!(is_news(Some(&known(before.0, before.1)), &told(after.0, after.1, None)), "{before:?} {after:?}");
            assert!(!is_news(Some(&known(after.0, after.1)), &told(before.0, before.1, None)), "{after:?} {before:?}");
        }
        assert!(is_news(None, &told("pending", "open", None)));
        assert!(is_news(Some(&known("pending", "open")), &told("pending", "open", None)), "the same again");
    }
}
