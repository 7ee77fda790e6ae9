//! Payments at merchants in the database, as the operator told them last.

use mesto_protocol::kernel::ids::MerchantPaymentId;
use mesto_protocol::merchants::payers::{MerchantPayment, MerchantsSection, PAYMENTS_TOLD};
use rusqlite::{Connection as Database, params};

use super::TOPIC;
use crate::kernel::service::Reading;
use crate::kernel::store::{Stored, Tx, list};

/// How many are shown; older ones are asked for.
const SHOWN: u32 = 100;

/// What the operator said last about a payment.
pub fn put(tx: &Tx<'_>, payment: &MerchantPayment) -> Stored {
    write(tx, payment, "UPDATE SET forgotten = 0, json = excluded.json")
}

/// A payment from the answer of a purchase, which may be an old one told again: what was heard
/// since stays.
pub fn put_if_new(tx: &Tx<'_>, payment: &MerchantPayment) -> Stored {
    write(tx, payment, "NOTHING")
}

fn write(tx: &Tx<'_>, payment: &MerchantPayment, conflict: &str) -> Stored {
    tx.write(
        TOPIC,
        &format!(
            "INSERT INTO merchant_payment (id, forgotten, json) VALUES (?1, 0, ?2)
             ON CONFLICT (id) DO {conflict}"
        ),
        params![payment.id.to_string(), serde_json::to_string(payment)?],
    )?;
    Ok(())
}

pub fn payment(db: &Database, id: MerchantPaymentId) -> Stored<Option<MerchantPayment>> {
    Ok(list(db, "SELECT json FROM merchant_payment WHERE id = ?1", params![id.to_string()])?.into_iter().next())
}

/// The newest, newest first.
pub fn known(db: &Database) -> Stored<Vec<MerchantPayment>> {
    list(db, "SELECT json FROM merchant_payment WHERE forgotten = 0 ORDER BY id DESC LIMIT ?1", params![SHOWN])
}

/// Those that the operator no longer knows, newest first.
pub fn forgotten(db: &Database) -> Stored<Vec<MerchantPayment>> {
    list(db, "SELECT json FROM merchant_payment WHERE forgotten = 1 ORDER BY id DESC LIMIT ?1", params![SHOWN])
}

/// Takes a reading of the account as the whole truth about the payments that it names. When the
/// operator's books were put back from a copy, what is newer than the oldest that is told, and is
/// not told, is forgotten. A service that the operator does not have can have forgotten nothing.
pub fn replace(tx: &Tx<'_>, told: Option<&MerchantsSection>, reading: &Reading) -> Stored {
    let Some(MerchantsSection { payments: told }) = told else { return Ok(()) };
    if reading.is_behind {
        let oldest = told.last().map(|payment| payment.id).filter(|_| told.len() >= PAYMENTS_TOLD);
        let stored: Vec<MerchantPayment> = list(tx.db(), "SELECT json FROM merchant_payment", [])?;
        for payment in stored.iter().filter(|payment| oldest.is_none_or(|oldest| payment.id > oldest)) {
            if !told.iter().any(|known| known.id == payment.id) {
                let id = payment.id.to_string();
                tx.write(TOPIC, "UPDATE merchant_payment SET forgotten = 1 WHERE id = ?1", params![id])?;
            }
        }
    }
    told.iter().try_for_each(|payment| put(tx, payment))
}

pub fn forget(tx: &Tx<'_>) -> Stored {
    tx.write(TOPIC, "DELETE FROM merchant_payment", [])?;
    Ok(())
}
