//! What merchants asked to be paid back: each refund is decided once, by its reference.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{State, Store, StoreError, read_one};
use crate::amount::{Amount, thousandths};

/// A merchant asks for money of a payment to go back to its card; his signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundAsked {
    pub merchant: String,
    /// The bank's own id of the payment.
    pub payment: String,
    /// The merchant's own name of the refund.
    pub reference: String,
    pub amount: Amount,
}

/// How a refund ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunded {
    Done,
    Refused(RefundRefusal),
}

/// Why nothing goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundRefusal {
    /// This merchant has no payment of this id.
    PaymentUnknown,
    /// The payment was declined, or waits for its payer.
    NotPaid,
    /// It is no amount above zero.
    AmountInvalid,
    CurrencyDiffers,
    /// With what went back before.
    MoreThanPaid,
    /// The reference was used for another payment or amount.
    ReferenceReused,
}

impl RefundRefusal {
    const ALL: [Self; 6] = [
        Self::PaymentUnknown,
        Self::NotPaid,
        Self::AmountInvalid,
        Self::CurrencyDiffers,
        Self::MoreThanPaid,
        Self::ReferenceReused,
    ];

    /// As the merchant is told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentUnknown => "payment_unknown",
            Self::NotPaid => "not_paid",
            Self::AmountInvalid => "amount_invalid",
            Self::CurrencyDiffers => "currency_differs",
            Self::MoreThanPaid => "more_than_paid",
            Self::ReferenceReused => "reference_reused",
        }
    }
}

impl Store {
    /// Pays back, or says why not. The same again is answered the same, and pays nothing more.
    pub fn refund(&mut self, asked: &RefundAsked, now: i64) -> Result<Refunded, StoreError> {
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some((known, ended)) = known(&tx, &asked.merchant, &asked.reference)? {
            return Ok(if known == *asked { ended } else { Refunded::Refused(RefundRefusal::ReferenceReused) });
        }
        let ended = decide(&tx, asked)?;
        let refusal = match ended {
            Refunded::Done => None,
            Refunded::Refused(refusal) => Some(refusal.as_str()),
        };
        tx.execute(
            "INSERT INTO refund (merchant, reference, payment, amount, currency, refusal, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![asked.merchant, asked.reference, asked.payment, asked.amount.amount, asked.amount.currency, refusal, now],
        )?;
        tx.commit()?;
        Ok(ended)
    }
}

/// What was decided for a reference before.
fn known(
    connection: &Connection,
    merchant: &str,
    reference: &str,
) -> Result<Option<(RefundAsked, Refunded)>, StoreError> {
    let sql = "SELECT payment, amount, currency, refusal FROM refund WHERE merchant = ?1 AND reference = ?2";
    let row = connection.prepare_cached(sql)?.query_row(params![merchant, reference], |row| {
        let asked = RefundAsked {
            merchant: merchant.to_owned(),
            payment: row.get(0)?,
            reference: reference.to_owned(),
            amount: Amount { amount: row.get(1)?, currency: row.get(2)? },
        };
        let ended = match row.get::<_, Option<String>>(3)? {
            None => Refunded::Done,
            Some(word) => {
                let refusal = RefundRefusal::ALL.into_iter().find(|refusal| refusal.as_str() == word);
                Refunded::Refused(refusal.ok_or(rusqlite::Error::InvalidQuery)?)
            }
        };
        Ok((asked, ended))
    });
    Ok(row.optional()?)
}

fn decide(connection: &Connection, asked: &RefundAsked) -> Result<Refunded, StoreError> {
    let refused = |refusal| Ok(Refunded::Refused(refusal));
    let found = read_one(connection, "merchant = ?1 AND id = ?2", params![asked.merchant, asked.payment])?;
    let Some(payment) = found else { return refused(RefundRefusal::PaymentUnknown) };
    if payment.state != State::Approved {
        return refused(RefundRefusal::NotPaid);
    }
    let Some(amount) = thousandths(&asked.amount.amount) else { return refused(RefundRefusal::AmountInvalid) };
    if asked.amount.currency != payment.asked.currency {
        return refused(RefundRefusal::CurrencyDiffers);
    }
    let sql = "SELECT amount FROM refund WHERE merchant = ?1 AND payment = ?2 AND refusal IS NULL";
    let before: Vec<String> = connection
        .prepare_cached(sql)?
        .query_map(params![asked.merchant, asked.payment], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let before: i64 = before.iter().filter_map(|amount| thousandths(amount)).sum();
    let paid = thousandths(&payment.asked.amount).unwrap_or(0);
    if before + amount > paid { refused(RefundRefusal::MoreThanPaid) } else { Ok(Refunded::Done) }
}
