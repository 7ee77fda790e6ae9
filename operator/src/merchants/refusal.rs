//! What a code, a text or an amount is refused with.

use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::merchants::{CodeError, PaymentError};

use crate::kernel::failure::{Failure, Outcome};
use crate::merchants::tables::{InvoiceWord, MerchantRow, MerchantWord};

/// Why a text is no code here. The text itself is left out, but for the host it leads to.
pub(super) fn code(error: &CodeError) -> Problem {
    let detail = error.to_string();
    match error {
        CodeError::NotAMerchantCode { host } => Problem::new(ProblemCode::NotAMerchantCode, detail).with("host", host),
        CodeError::OtherCity { city } => {
            Problem::new(ProblemCode::MerchantCodeOfAnotherCity, detail).with("city", city)
        }
        CodeError::Unreadable => Problem::new(ProblemCode::MerchantCodeUnreadable, detail),
    }
}

/// Why an amount is not paid.
pub(super) fn amount(error: PaymentError, field: &str) -> Failure {
    let detail = error.to_string();
    match error {
        PaymentError::OutOfRange { least, most } => Problem::new(ProblemCode::OutOfRange, detail)
            .with("field", field)
            .with("least", least)
            .with("most", most)
            .into(),
        PaymentError::DayLimit { most, left } => {
            Problem::new(ProblemCode::PaymentDayLimit, detail).with("most", most).with("left", left).into()
        }
        PaymentError::Money(_) => bad(field, "the amount is in another currency than the city's, or does not fit"),
    }
}

/// Refuses a merchant that takes no payments now.
pub(super) fn unless_active(merchant: &MerchantRow) -> Outcome<()> {
    let detail = match merchant.state {
        MerchantWord::Active => return Ok(()),
        MerchantWord::Suspended => "this merchant takes no payments for now; pay in another way",
        MerchantWord::Ended => "this merchant takes no payments any more; pay in another way",
    };
    Err(Problem::new(ProblemCode::MerchantNotActive, detail).with("state", merchant.state.word()).into())
}

/// Refuses an invoice that cannot be paid, by its state at the moment.
pub(super) fn unless_waiting(state: InvoiceWord, expires_at: chrono::DateTime<chrono::Utc>) -> Outcome<()> {
    let over = |detail: &str| Problem::new(ProblemCode::InvoiceOver, detail).with("state", state.word());
    match state {
        InvoiceWord::Waiting => Ok(()),
        InvoiceWord::Paid => Err(Problem::new(ProblemCode::InvoicePaid, "this invoice is paid already").into()),
        InvoiceWord::Withdrawn => Err(over("the till has withdrawn this invoice; ask for another one").into()),
        InvoiceWord::Expired => {
            let detail = "the time of this invoice is over; ask for another one";
            Err(over(detail).with("expired_at", expires_at).into())
        }
    }
}

pub(super) fn bad(field: &str, detail: &str) -> Failure {
    Problem::new(ProblemCode::BadRequest, detail.to_owned()).with("field", field).into()
}

/// A number as an office or a till writes it: 1 to so many letters, digits and `- / . _`.
pub(super) fn reference(field: &str, typed: &str, most: usize) -> Outcome<String> {
    let is_sign = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '/' | '.' | '_');
    if (1..=most).contains(&typed.chars().count()) && typed.chars().all(is_sign) {
        return Ok(typed.to_owned());
    }
    Err(bad(field, &format!("a number such as 17/2026: 1 to {most} letters, digits and - / . _")))
}

/// A name that people read, as it was typed.
pub(super) fn name(field: &str, typed: &str, most: usize) -> Outcome<String> {
    let trimmed = typed.trim();
    let is_plain = crate::kernel::text::plain(trimmed, most) == trimmed;
    if !trimmed.is_empty() && is_plain {
        return Ok(trimmed.to_owned());
    }
    Err(bad(field, &format!("a name of 1 to {most} letters, without control characters")))
}
