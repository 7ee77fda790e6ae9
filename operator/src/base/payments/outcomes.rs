//! How a payment at a provider ends: by the provider's notice, by time, or because the payer leaves
//! it. All that is read is read before anything is written.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::{NoticeOutcome, ProviderNotice, Purchase};
use mesto_protocol::kernel::ids::PaymentId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::Money;

use crate::base::incidents;
use crate::base::payments::purchases::{self, Charged, Standing, charge};
use crate::base::payments::refunds::{self, ToCard};
use crate::base::payments::rows::{
    NoticeRow, OutcomeWord, PaymentRow, PaymentStateWord, ProviderPaymentRow, QuoteRow, SaleRow, SaleStateWord,
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

/// A provider tells how a payment ended, as often as it takes until it hears that. Every notice is
/// kept, and each counts once: an approval also after a decline of the same payment. What
/// contradicts what was told or asked before is refused, and somebody has to look at it.
pub(crate) fn notice(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let provider = provider::of(call.operator, call.named())?;
    let notice = provider.notice(call.request)?;
    let found = match notice.reference.parse() {
        Ok(payment) => AtProvider::of(tx, call.operator, call.now, payment)?,
        Err(_) => None,
    };
    let Some(mut found) = found else {
        let problem = Problem::new(ProblemCode::NoticeInvalid, "there is no payment with this reference");
        let detail = "a provider tells of a payment that is not known";
        return contradicted(tx, call, "notice_unknown", &notice, detail, problem);
    };
    let (payment, amount, currency) = (found.payment.id, found.payment.amount, found.payment.currency);
    if notice.amount != Money::from_minor(amount, currency) {
        let problem = Problem::new(ProblemCode::NoticeInvalid, "the amount is not that of the payment");
        let detail = "a provider tells another amount than was asked for";
        return contradicted(tx, call, "notice_amount", &notice, detail, problem);
    }
    let (name, reference) = (provider.name(), &notice.payment);
    let first = tx.first(find!(ProviderPaymentRow { provider: name, reference: reference }))?;
    if let Some(other) = first.as_ref().filter(|first| first.payment != payment) {
        let problem = Problem::new(
            ProblemCode::NoticeContradicts,
            "this payment was told of another one of ours; nothing was booked, and somebody looks at it",
        )
        .with("known", other.payment);
        let detail = format!("a provider tells of one payment for two of ours, first for {}", other.payment);
        return contradicted(tx, call, "notice_contradicts", &notice, &detail, problem);
    }
    let outcome = OutcomeWord::try_from(notice.outcome)?;
    let known = find!(NoticeRow { provider: name, reference: reference, outcome: outcome });
    if tx.first(known)?.is_some() {
        return Ok(provider.acknowledge(&notice));
    }
    found.take_outcome(tx, &notice)?;
    if first.is_none() {
        // Told of two of our payments at the same moment, one of the two inserts collides, runs
        // again and is then found above.
        let (provider, reference) = (name.to_owned(), reference.clone());
        tx.write(Write::insert(ProviderPaymentRow { provider, reference, payment }))?;
    }
    tx.write(Write::insert(NoticeRow {
        provider: name.to_owned(),
        reference: reference.clone(),
        outcome,
        payment,
        amount,
        currency,
        reason: notice.reason.clone(),
        at: call.now,
    }))?;
    found.account.release(tx, call.now)?;
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

/// A payment that a provider takes, with its sale. Its account is locked.
struct AtProvider<'a> {
    operator: &'a Operator,
    now: DateTime<Utc>,
    account: LockedAccount,
    payment: PaymentRow,
    /// The sale; its payment stands beside it.
    standing: Standing,
}

impl<'a> AtProvider<'a> {
    /// Locks the account of a payment, and then reads it; `None` when there is no such payment.
    fn of(tx: &mut dyn Tx, operator: &'a Operator, now: DateTime<Utc>, payment: PaymentId) -> Outcome<Option<Self>> {
        let Some(row) = tx.first(find!(PaymentRow { id: payment }))? else { return Ok(None) };
        let account = LockedAccount::take(tx, row.account)?;
        let standing = purchases::standing(tx, operator, now, (account.id, payment.sale()))?;
        let standing = standing.ok_or_else(|| StoreError::unreadable("sale", "it is gone"))?;
        Ok(Self::with(operator, now, account, standing).ok())
    }

    /// With an account that is locked; a sale that no provider takes the money of comes back.
    fn with(
        operator: &'a Operator,
        now: DateTime<Utc>,
        account: LockedAccount,
        mut standing: Standing,
    ) -> Result<Self, Standing> {
        match standing.payment.take() {
            Some(payment) => Ok(Self { operator, now, account, payment, standing }),
            None => Err(standing),
        }
    }

    fn take_outcome(&mut self, tx: &mut dyn Tx, notice: &ProviderNotice) -> Outcome<()> {
        let payment = self.payment.id;
        match (notice.outcome, self.payment.state) {
            (NoticeOutcome::Approved, PaymentStateWord::Captured | PaymentStateWord::Refunded) => {
                tracing::error!(%payment, "it was paid twice; the second payment goes back");
                self.back(tx, notice, "paid_twice")
            }
            (NoticeOutcome::Approved, _) if self.account.is_closed => {
                tracing::warn!(%payment, "a payment of a closed account was approved; it goes back");
                self.back(tx, notice, "account_closed")
            }
            (NoticeOutcome::Approved, PaymentStateWord::Abandoned | PaymentStateWord::Voided) => {
                tracing::warn!(%payment, "a payment that was given up was approved after all; it goes back");
                self.back(tx, notice, "abandoned")
            }
            // Approved after it was declined or had expired, the money is there all the same.
            (
                NoticeOutcome::Approved,
                PaymentStateWord::Pending
                | PaymentStateWord::Authorised
                | PaymentStateWord::Declined
                | PaymentStateWord::Expired,
            ) => self.approved(tx, notice),
            (NoticeOutcome::Declined, PaymentStateWord::Pending) => {
                let reason = notice.reason.as_deref().unwrap_or("card_declined");
                self.end(tx, PaymentStateWord::Declined, reason)
            }
            // Notices may come in another order than they were sent: a decline takes nothing back.
            (NoticeOutcome::Declined, _) => Ok(()),
        }
    }

    /// The money is there: what was promised is delivered, or the money goes back.
    fn approved(&mut self, tx: &mut dyn Tx, notice: &ProviderNotice) -> Outcome<()> {
        let sale = self.standing.sale.id;
        let quote = tx.first(find!(QuoteRow { id: sale.quote() }))?;
        match self.deliver(tx, quote.as_ref()) {
            Ok((quote, Delivered { reference, kind, gains, outcome })) => {
                let charged = Charged { kind, reference: &reference, gains };
                let (at, from) = ((self.operator, self.now), self.clearing());
                charge(tx, at, &mut self.account, from, quote, charged)?;
                let mut items = self.standing.sale.items.read()?;
                for item in &mut items {
                    item.reference = Some(reference.clone());
                }
                self.standing.outcomes = vec![Some(outcome)];
                self.standing.sale.items = Json::of(&items)?;
                self.capture(tx, notice, SaleStateWord::Delivered, None)?;
                self.tell()
            }
            // It refused before it wrote.
            Err(Failure::Refused(problem)) => {
                tracing::warn!(payment = %self.payment.id, code = problem.code, "what was paid cannot be delivered; it goes back");
                self.capture(tx, notice, SaleStateWord::Undeliverable, Some(problem.code))?;
                self.back(tx, notice, "undeliverable")
            }
            Err(failure) => Err(failure),
        }
    }

    fn deliver<'q>(&mut self, tx: &mut dyn Tx, quote: Option<&'q QuoteRow>) -> Outcome<(&'q QuoteRow, Delivered)> {
        let Some(quote) = quote else {
            return refuse(ProblemCode::QuoteUnknown, "what was promised is no longer known");
        };
        let (operator, now, sale) = (self.operator, self.now, &self.standing.sale);
        let sells = operator.parts.get::<Sellers>()?.of(&quote.service)?;
        let (sale, device, account) = (sale.id, sale.device.as_deref(), &mut self.account);
        let delivered = (sells.deliver)(tx, &mut Delivery { operator, now, quote, sale, device, account })?;
        Ok((quote, delivered))
    }

    fn capture(
        &mut self,
        tx: &mut dyn Tx,
        notice: &ProviderNotice,
        sale: SaleStateWord,
        reason: Option<String>,
    ) -> Outcome<()> {
        (self.payment.captured, self.payment.reference) = (self.payment.amount, Some(notice.payment.clone()));
        self.change(tx, PaymentStateWord::Captured, reason, sale)
    }

    /// Stores how the payment and its sale stand now.
    fn change(
        &mut self,
        tx: &mut dyn Tx,
        state: PaymentStateWord,
        reason: Option<String>,
        sale_state: SaleStateWord,
    ) -> Outcome<()> {
        let (payment, sale) = (&mut self.payment, &mut self.standing.sale);
        // The job that ends one by time removes itself.
        if payment.state == PaymentStateWord::Pending && state != PaymentStateWord::Expired {
            due::forget(tx, &PAGE_END, &payment.id)?;
        }
        (payment.state, payment.reason, sale.state) = (state, reason, sale_state);
        // What was declined or has expired may still be paid.
        if matches!(sale_state, SaleStateWord::Delivered | SaleStateWord::Undeliverable) {
            sale.device = None;
        }
        tx.write(update!(PaymentRow { id: payment.id } set {
            state: state, captured: payment.captured, reference: payment.reference.clone(), reason: payment.reason.clone()
        }))?;
        tx.write(update!(SaleRow { account: sale.account, id: sale.id } set {
            state: sale_state, items: sale.items.clone(), device: sale.device.clone()
        }))?;
        Ok(())
    }

    /// Money of this payment at its provider.
    fn clearing(&self) -> LedgerAccount {
        LedgerAccount::Clearing { provider: self.payment.provider.clone() }
    }

    /// Owes what came by a notice back to its card.
    fn back(&mut self, tx: &mut dyn Tx, notice: &ProviderNotice, reason: &str) -> Outcome<()> {
        let payment = &self.payment;
        let back = ToCard {
            account: self.account.id,
            payment: payment.id,
            provider: &payment.provider,
            reference: &notice.payment,
            amount: payment.amount,
            currency: payment.currency,
            reason,
            from: self.clearing(),
        };
        let refund = refunds::to_card(tx, self.operator, self.now, back)?;
        self.standing.refunds.push(refund);
        self.tell()
    }

    /// Ends a payment that brought no money, and its sale with it.
    fn end(&mut self, tx: &mut dyn Tx, state: PaymentStateWord, reason: &str) -> Outcome<()> {
        self.change(tx, state, Some(reason.to_owned()), SaleStateWord::Closed)?;
        self.tell()
    }

    /// Tells the account how the payment stands; of one that is closed nobody reads it.
    fn tell(&mut self) -> Outcome<()> {
        if self.account.is_closed {
            return Ok(());
        }
        let purchase = self.told()?;
        self.account.tell(&purchase)
    }

    fn told(&self) -> Outcome<Purchase> {
        let Standing { sale, outcomes, refunds, .. } = &self.standing;
        let payment = self.payment.clone().told(self.now, refunds.clone());
        Ok(Purchase { sale: sale.told(outcomes.clone())?, payment })
    }
}

/// Ends a payment that nobody made in time.
pub(crate) fn expire(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, payment: &str) -> Outcome<()> {
    let payment: PaymentId = payment.parse().map_err(|error| StoreError::unreadable("due payment", error))?;
    let Some(mut found) = AtProvider::of(tx, operator, now, payment)? else { return Ok(()) };
    if found.payment.state == PaymentStateWord::Pending {
        found.end(tx, PaymentStateWord::Expired, "expired")?;
        found.account.release(tx, now)?;
    }
    Ok(())
}

/// The payer gives it up. One that ended stays as it ended.
pub(crate) fn abandon(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Purchase> {
    let (operator, now, named) = (call.operator, call.now, purchases::named(call)?);
    let account = call.who()?.account;
    if call.is_beyond_share() && purchases::standing(tx, operator, now, (account, named.sale()))?.is_none() {
        return refuse(ProblemCode::NotFound, "there is no such payment of yours");
    }
    // The provider's notice waits for the account too: either it is seen here, or it will see this.
    let account = LockedAccount::of_caller(tx, account)?;
    let Some(standing) = purchases::standing(tx, operator, now, (account.id, named.sale()))? else {
        return refuse(ProblemCode::NotFound, "there is no such payment of yours");
    };
    let mut found = match AtProvider::with(operator, now, account, standing) {
        Ok(found) => found,
        Err(from_deposit) => return from_deposit.told(now),
    };
    if found.payment.state == PaymentStateWord::Pending {
        found.end(tx, PaymentStateWord::Abandoned, "abandoned")?;
        found.account.release(tx, now)?;
    }
    found.told()
}
