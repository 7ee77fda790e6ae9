//! How a payment at a provider ends: by the provider's notice, by time, or because the payer leaves it.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::{NoticeOutcome, ProviderNotice, Purchase};
use mesto_protocol::kernel::ids::PaymentId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::Money;

use crate::base::incidents;
use crate::base::payments::purchases::{self, Charged, charge};
use crate::base::payments::refunds::{self, ToCard};
use crate::base::payments::rows::{
    NoticeRow, OutcomeWord, PaymentRow, PaymentStateWord, ProviderPaymentRow, QuoteRow, SaleRow, SaleStateWord,
    StoredItem,
};
use crate::base::payments::sells::{Delivered, Delivery, Sellers};
use crate::base::payments::{PAGE_END, provider};
use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::due;
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::operator::Operator;
use crate::kernel::store::{Json, StoreError, Tx, Write};
use crate::{find, update};

/// A provider tells how a payment ended, as often as it takes until it hears that. Every notice is kept, and each counts once: an approval
/// also after a decline of the same payment. What contradicts what was told or asked before is refused, and somebody has to look at it.
pub(crate) fn notice(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let provider = provider::of(call.operator, call.named())?;
    let notice = provider.notice(call.request)?;
    let found = match notice.reference.parse() {
        Ok(payment) => locked(tx, payment)?,
        Err(_) => None,
    };
    let Some((mut account, payment)) = found else {
        let problem = Problem::new(ProblemCode::NoticeInvalid, "there is no payment with this reference");
        let detail = "a provider tells of a payment that is not known";
        return contradicted(tx, call, "notice_unknown", &notice, detail, problem);
    };
    if notice.amount != Money::from_minor(payment.amount, payment.currency) {
        let problem = Problem::new(ProblemCode::NoticeInvalid, "the amount is not that of the payment");
        let detail = "a provider tells another amount than was asked for";
        return contradicted(tx, call, "notice_amount", &notice, detail, problem);
    }
    // Told of two of our payments at the same moment, one of the two inserts collides, runs again and is then found here.
    let (name, reference) = (provider.name(), &notice.payment);
    match tx.first(find!(ProviderPaymentRow { provider: name, reference: reference }))? {
        Some(other) if other.payment != payment.id => {
            let problem = Problem::new(
                ProblemCode::NoticeContradicts,
                "this payment was told of another one of ours; nothing was booked, and somebody looks at it",
            )
            .with("known", other.payment);
            let detail = format!("a provider tells of one payment for two of ours, first for {}", other.payment);
            return contradicted(tx, call, "notice_contradicts", &notice, &detail, problem);
        }
        Some(_) => {}
        None => tx.write(Write::insert(ProviderPaymentRow {
            provider: name.to_owned(),
            reference: reference.clone(),
            payment: payment.id,
        }))?,
    }
    let outcome = OutcomeWord::try_from(notice.outcome)?;
    let known = find!(NoticeRow { provider: name, reference: reference, outcome: outcome });
    if tx.first(known)?.is_some() {
        return Ok(provider.acknowledge(&notice));
    }
    tx.write(Write::insert(NoticeRow {
        provider: name.to_owned(),
        reference: reference.clone(),
        outcome,
        payment: payment.id,
        amount: payment.amount,
        currency: payment.currency,
        reason: notice.reason.clone(),
        at: call.now,
    }))?;
    take_outcome(tx, call.operator, call.now, &mut account, payment, &notice)?;
    account.release(tx, call.now)?;
    Ok(provider.acknowledge(&notice))
}

/// Refuses a genuine notice that cannot be true, and keeps it for somebody to look at.
fn contradicted(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    kind: &str,
    notice: &ProviderNotice,
    detail: &str,
    problem: Problem,
) -> Outcome<Response> {
    let ProviderNotice { payment, reference, amount, outcome, .. } = notice;
    let outcome = OutcomeWord::try_from(*outcome)?.word();
    let about = format!("payment {payment} of {reference}, {amount}, {outcome}");
    incidents::report(tx, call.now, kind, &about, detail)?;
    Err(Failure::Counted(Box::new(problem)))
}

/// A payment whose account is locked, and the payment with it.
fn locked(tx: &mut dyn Tx, payment: PaymentId) -> Outcome<Option<(LockedAccount, PaymentRow)>> {
    let Some(row) = tx.first(find!(PaymentRow { id: payment }))? else { return Ok(None) };
    let account = LockedAccount::take(tx, row.account)?;
    Ok(tx.first(find!(PaymentRow { id: payment }))?.map(|row| (account, row)))
}

fn take_outcome(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    payment: PaymentRow,
    notice: &ProviderNotice,
) -> Outcome<()> {
    let was_pending = payment.state == PaymentStateWord::Pending;
    if was_pending {
        due::forget(tx, &PAGE_END, &payment.id)?;
    }
    match (notice.outcome, payment.state) {
        (NoticeOutcome::Approved, PaymentStateWord::Captured | PaymentStateWord::Refunded) => {
            tracing::error!(payment = %payment.id, "it was paid twice; the second payment goes back");
            back(tx, (operator, now), account, &payment, notice, "paid_twice")
        }
        (NoticeOutcome::Approved, _) if account.is_closed => {
            tracing::warn!(payment = %payment.id, "a payment of a closed account was approved; it goes back");
            back(tx, (operator, now), account, &payment, notice, "account_closed")
        }
        (NoticeOutcome::Approved, PaymentStateWord::Abandoned | PaymentStateWord::Voided) => {
            tracing::warn!(payment = %payment.id, "a payment that was given up was approved after all; it goes back");
            back(tx, (operator, now), account, &payment, notice, "abandoned")
        }
        // Approved after it was declined or had expired, the money is there all the same.
        (
            NoticeOutcome::Approved,
            PaymentStateWord::Pending
            | PaymentStateWord::Authorised
            | PaymentStateWord::Declined
            | PaymentStateWord::Expired,
        ) => approved(tx, operator, now, account, payment, notice),
        (NoticeOutcome::Declined, PaymentStateWord::Pending) => {
            let reason = notice.reason.clone().unwrap_or_else(|| "card_declined".into());
            end(tx, (operator, now), account, payment.id, PaymentStateWord::Declined, Some(&reason))
        }
        // Notices may come in another order than they were sent: a decline takes nothing back.
        (NoticeOutcome::Declined, _) => Ok(()),
    }
}

/// Money at the provider of a payment.
fn clearing(payment: &PaymentRow) -> LedgerAccount {
    LedgerAccount::Clearing { provider: payment.provider.clone() }
}

/// The money is there: what was promised is delivered, or the money goes back.
fn approved(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    payment: PaymentRow,
    notice: &ProviderNotice,
) -> Outcome<()> {
    let sale = tx.first(find!(SaleRow { account: payment.account, id: payment.id.sale() }))?;
    let sale = sale.ok_or_else(|| StoreError::unreadable("sale", "it is gone"))?;
    let quote = tx.first(find!(QuoteRow { id: sale.id.quote() }))?;
    let delivered = match &quote {
        Some(quote) => {
            let sells = operator.parts.get::<Sellers>()?.of(&quote.service)?;
            let device = sale.device.as_deref();
            (sells.deliver)(tx, &mut Delivery { operator, now, quote, sale: sale.id, device, account: &mut *account })
        }
        None => refuse(ProblemCode::QuoteUnknown, "what was promised is no longer known"),
    };
    let captured = |reason: Option<&str>| {
        update!(PaymentRow { id: payment.id } set {
            state: PaymentStateWord::Captured, captured: payment.amount, reason: reason
        })
    };
    match (delivered, &quote) {
        (Ok(Delivered { reference, kind, gains, .. }), Some(quote)) => {
            let charged = Charged { kind, reference: &reference, gains };
            charge(tx, (operator, now), account, clearing(&payment), quote, charged)?;
            let mut items: Vec<StoredItem> = sale.items.read()?;
            for item in &mut items {
                item.reference = Some(reference.clone());
            }
            tx.write(update!(SaleRow { account: sale.account, id: sale.id } set {
                state: SaleStateWord::Delivered, items: Json::of(&items)?
            }))?;
            tx.write(captured(None))?;
        }
        (Err(Failure::Refused(problem)), _) => {
            tracing::warn!(payment = %payment.id, code = problem.code, "what was paid cannot be delivered; it goes back");
            tx.write(
                update!(SaleRow { account: sale.account, id: sale.id } set { state: SaleStateWord::Undeliverable }),
            )?;
            tx.write(captured(Some(&problem.code)))?;
            back(tx, (operator, now), account, &payment, notice, "undeliverable")?;
        }
        (Err(failure), _) => return Err(failure),
        (Ok(_), None) => return Err(StoreError::Broken("something was delivered without a quote".into()).into()),
    }
    tell(tx, operator, now, account, payment.id)
}

/// Owes a provider's payment back to its card.
fn back(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    account: &LockedAccount,
    payment: &PaymentRow,
    notice: &ProviderNotice,
    reason: &str,
) -> Outcome<()> {
    refunds::to_card(
        tx,
        operator,
        now,
        ToCard {
            account: account.id,
            payment: payment.id,
            provider: &payment.provider,
            reference: &notice.payment,
            amount: payment.amount,
            currency: payment.currency,
            reason,
            from: clearing(payment),
        },
    )
}

/// Ends a payment that brought no money, and its sale with it.
fn end(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    account: &mut LockedAccount,
    payment: PaymentId,
    state: PaymentStateWord,
    reason: Option<&str>,
) -> Outcome<()> {
    tx.write(update!(PaymentRow { id: payment } set { state: state, reason: reason }))?;
    tx.write(update!(SaleRow { account: account.id, id: payment.sale() } set { state: SaleStateWord::Closed }))?;
    tell(tx, operator, now, account, payment)
}

/// Tells the account how a payment stands.
fn tell(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    payment: PaymentId,
) -> Outcome<()> {
    match purchases::one(tx, operator, now, (account.id, payment.sale()))? {
        Some(purchase) => account.tell(&purchase),
        None => Err(StoreError::unreadable("sale", "it is gone").into()),
    }
}

/// Ends a payment that nobody made in time.
pub(crate) fn expire(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, payment: &str) -> Outcome<()> {
    let payment: PaymentId = payment.parse().map_err(|error| StoreError::unreadable("due payment", error))?;
    let Some((mut account, payment)) = locked(tx, payment)? else { return Ok(()) };
    if payment.state == PaymentStateWord::Pending {
        end(tx, (operator, now), &mut account, payment.id, PaymentStateWord::Expired, Some("expired"))?;
        account.release(tx, now)?;
    }
    Ok(())
}

/// The payer gives it up. One that ended stays as it ended.
pub(crate) fn abandon(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Purchase> {
    let (operator, now, named) = (call.operator, call.now, purchases::named(call)?);
    // The provider's notice waits for the account too: either it is seen here, or it will see this.
    let mut account = LockedAccount::of_caller(tx, call.who()?.account)?;
    let waits = tx
        .first(find!(PaymentRow { id: named, account: account.id }))?
        .is_some_and(|row| row.state == PaymentStateWord::Pending);
    if waits {
        due::forget(tx, &PAGE_END, &named)?;
        end(tx, (operator, now), &mut account, named, PaymentStateWord::Abandoned, Some("abandoned"))?;
        account.release(tx, now)?;
    }
    match purchases::one(tx, operator, now, (account.id, named.sale()))? {
        Some(purchase) => Ok(purchase),
        None => refuse(ProblemCode::NotFound, "there is no such payment of yours"),
    }
}
