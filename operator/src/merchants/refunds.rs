//! A payment that is given back, all or some of it, by its merchant or by staff of the city. The
//! fee goes back only of a payment that was made in error (AV-119).

use mesto_protocol::kernel::ids::MerchantRefundId;
use mesto_protocol::merchants::tills::{self as wire, MerchantRefund, MerchantRefundToMake, REFERENCE_MOST};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::merchants::{Commission, GiveBack, GiveBackError, Given};
use mesto_rules::money::Money;

use crate::base::payments::refunds::{self, ToDeposit};
use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::grants::{self, Logged};
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{StoreError, Tx, Write};
use crate::merchants::tables::{MerchantRow, PaymentRow, RefundRow};
use crate::merchants::{NAME, REFUND, payers, refusal, sales, tills};
use crate::{find, update};

pub(crate) const OPERATIONS: &[Served] = &[serve!(post wire::REFUND => give_back)];

fn told(row: RefundRow) -> MerchantRefund {
    let money = |minor| Money::from_minor(minor, row.currency);
    MerchantRefund {
        id: row.id,
        payment: row.payment,
        amount: money(row.amount),
        fee: money(row.fee),
        owed: money(row.owed),
        is_erroneous: row.is_erroneous,
        refunded_at: row.refunded_at,
        reference: row.reference,
    }
}

/// Gives back what is left of a payment, or some of it; by the same reference once. Of two at once
/// the second sees what the first left.
fn give_back(tx: &mut dyn Tx, call: &mut Call<'_>, asked: MerchantRefundToMake) -> Outcome<MerchantRefund> {
    let (operator, now) = (call.operator, call.now);
    let Some(found) = tx.first(find!(PaymentRow { id: asked.payment }))? else {
        return refuse(ProblemCode::NotFound, "there is no such payment to a merchant");
    };
    call.in_place(found.city.as_str(), &found.merchant.to_string())?;
    if asked.is_erroneous {
        // That a payment was made in error is not for the merchant to say: it costs the operator.
        call.in_city(found.city.as_str())?;
    }
    let reference = refusal::reference("reference", &asked.reference, REFERENCE_MOST)?;
    if asked.reason.trim().is_empty() {
        return Err(refusal::bad("reason", "say why, for the audit log"));
    }
    let amount = sales::in_currency(asked.amount, found.currency, "amount")?.minor()?;
    let city = operator.city(found.city.as_str())?;
    let mut account = LockedAccount::take(tx, found.account)?;
    let merchant = tills::locked(tx, found.merchant)?;
    // Read again: now nobody else changes it.
    let row = tx.first(find!(PaymentRow { id: found.id }).locking("merchant_payment"))?;
    let row = row.ok_or_else(|| StoreError::unreadable("payment", "it is gone"))?;
    if let Some(known) = tx.first(find!(RefundRow { payment: row.id, reference: &reference }))? {
        if (known.amount, known.is_erroneous) == (amount, asked.is_erroneous) {
            return Ok(told(known));
        }
        let detail = "another amount was given back by this reference; take another one";
        return Err(Problem::new(ProblemCode::GiveBackReferenceUsed, detail)
            .with("refund", known.id)
            .with("amount", Money::from_minor(known.amount, known.currency))
            .into());
    }
    if now > row.give_back_until {
        let detail = "the time in which this payment is given back is over";
        return Err(Problem::new(ProblemCode::GiveBackOver, detail).with("until", row.give_back_until).into());
    }
    let back = divided(&row, &merchant, amount, asked.is_erroneous)?;
    let refund = RefundRow {
        id: operator.new_id(now),
        payment: row.id,
        merchant: merchant.id,
        city: row.city.clone(),
        reference,
        amount: back.amount,
        fee: back.fee,
        commission: back.commission,
        owed: back.owed,
        currency: row.currency,
        is_erroneous: asked.is_erroneous,
        refunded_at: now,
        refunded_day: city.local_day(now),
        refunded_by: call.who()?.account.to_string(),
        settlement: None,
    };
    let row = PaymentRow {
        given_back: row.given_back + back.amount,
        fee_given_back: row.fee_given_back + back.fee,
        commission_given_back: row.commission_given_back + back.commission,
        ..row
    };
    tx.write(update!(PaymentRow { id: row.id } set {
        given_back: row.given_back,
        fee_given_back: row.fee_given_back,
        commission_given_back: row.commission_given_back
    }))?;
    tx.write(update!(MerchantRow { id: merchant.id } set {
        payable: merchant.payable - back.off_payable, owed: merchant.owed + back.owed
    }))?;
    book(tx, call, &mut account, (&row, &merchant, refund.id), &back)?;
    if !account.is_closed {
        account.tell(&payers::told(row.clone())?)?;
    }
    account.release(tx, now)?;
    log(tx, call, &row, &back, &asked.reason)?;
    tx.write(Write::insert(refund.clone()))?;
    Ok(told(refund))
}

/// Who gives back what.
fn divided(row: &PaymentRow, merchant: &MerchantRow, amount: i64, is_erroneous: bool) -> Outcome<GiveBack> {
    let commission =
        Commission::new(row.basis_points).ok_or_else(|| StoreError::Broken("no such commission".into()))?;
    let given = Given { amount: row.amount, fee: row.fee, back: row.given_back, fee_back: row.fee_given_back };
    let divided = given.give_back(amount, commission, merchant.payable, is_erroneous);
    divided.map_err(|why| -> Failure {
        let (detail, money) = (why.to_string(), |minor| Money::from_minor(minor, row.currency));
        match why {
            GiveBackError::Nothing => refusal::bad("amount", &detail),
            GiveBackError::MoreThanLeft { left } => {
                Problem::new(ProblemCode::GiveBackTooMuch, detail).with("left", money(left)).into()
            }
            GiveBackError::NotWhole { left } => {
                Problem::new(ProblemCode::GiveBackNotWhole, detail).with("left", money(left)).into()
            }
            GiveBackError::Overflow => StoreError::Broken(detail).into(),
        }
    })
}

/// Books it: from what is payable to the merchant, and beyond that as what it owes; the operator's
/// commission and, of an error, the fee.
fn book(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    account: &mut LockedAccount,
    (row, merchant, refund): (&PaymentRow, &MerchantRow, MerchantRefundId),
    back: &GiveBack,
) -> Outcome<()> {
    let (city, id) = (|| row.city.clone(), || merchant.id.to_string());
    let from = [
        (LedgerAccount::Payable { service: NAME, city: city(), to: id() }, back.off_payable),
        (LedgerAccount::OwedBy { service: NAME, city: city(), by: id() }, back.owed),
        (LedgerAccount::Revenue { service: NAME, city: city() }, back.commission),
        (LedgerAccount::Fees { service: NAME, city: city(), to: row.organisation.clone() }, back.fee),
    ];
    let reference = refund.to_string();
    let to_deposit = ToDeposit {
        payment: row.sale.payment(),
        currency: row.currency,
        from: from.into_iter().filter(|(_, amount)| *amount != 0).collect(),
        reason: "given_back",
        kind: REFUND,
        reference: &reference,
    };
    refunds::to_deposit(tx, call.operator, call.now, account, to_deposit)
}

fn log(tx: &mut dyn Tx, call: &Call<'_>, row: &PaymentRow, back: &GiveBack, reason: &str) -> Outcome<()> {
    let (actor, subject) = (call.who()?.account.to_string(), row.id.to_string());
    let amount = Money::from_minor(back.amount + back.fee, row.currency);
    let note = format!("{amount}: {reason}");
    let logged = Logged { actor: &actor, action: "merchant_payment.given_back", subject: &subject, note: &note };
    grants::log(tx, call.operator, call.now, &logged)
}
