//! Refunds: money on its way back, a row each, and the requests that wait for a provider.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::{PayMethod, Refund};
use mesto_protocol::kernel::ids::{AccountId, PaymentId, RefundId, SaleId};
use mesto_rules::money::{Currency, Money};

use super::PaymentLimits;
use crate::base::deposit;
use crate::base::incidents;
use crate::base::payments::provider::{self, HttpAnswer, HttpRequest, ProviderLink, RefundAnswer, RefundOrder};
use crate::base::payments::purchases;
use crate::base::payments::rows::{
    PaymentRow, PaymentStateWord, ProviderRequestRow, RefundRow, RefundStateWord, RouteWord,
};
use crate::kernel::account::LockedAccount;
use crate::kernel::failure::Outcome;
use crate::kernel::lease::{Lease, Pause};
use crate::kernel::ledger::{self, LedgerAccount, Movement};
use crate::kernel::operator::{Operator, in_store};
use crate::kernel::ports::Clock;
use crate::kernel::store::{Select, Store, StoreError, Tx, Write};
use crate::{delete, find, update, values};

/// Kinds of movements: money that came and is owed back; money that went back.
pub(crate) const OWED_BACK: &str = "payments.owed_back";
const PAID_BACK: &str = "payments.paid_back";
/// The kind of incident of a refund that its provider will not make.
pub(crate) const REFUSED: &str = "refund_refused";

/// How long a request is one sender's; then another may send it.
const LEASE: Lease = Lease::seconds(60);
const CLAIM: i64 = 20;
/// Longest pause between two tries.
const LONGEST_PAUSE: Pause = Pause::seconds(3_600);

/// Money to be given back to the card it came from.
pub(crate) struct ToCard<'a> {
    pub account: AccountId,
    pub payment: PaymentId,
    pub provider: &'a str,
    /// The provider's payment.
    pub reference: &'a str,
    pub amount: i64,
    pub currency: Currency,
    pub reason: &'a str,
    /// Where the money stands now: debited when it becomes a refund that is owed.
    pub from: LedgerAccount,
}

/// Owes money back to a card: a refund that is due, a movement, and the request to its provider.
pub(crate) fn to_card(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, back: ToCard<'_>) -> Outcome<Refund> {
    let id: RefundId = operator.new_id(now);
    let refund = RefundRow {
        id,
        account: back.account,
        payment: Some(back.payment),
        reference: Some(back.reference.to_owned()),
        amount: back.amount,
        currency: back.currency,
        reason: back.reason.to_owned(),
        route: RouteWord::Card,
        state: RefundStateWord::Due,
        due_at: now + operator.limits::<PaymentLimits>().refund_within,
        created_at: now,
        done_at: None,
    };
    tx.write(Write::insert(refund.clone()))?;
    tx.write(Write::insert(ProviderRequestRow {
        refund: id,
        provider: back.provider.to_owned(),
        next_at: now,
        tries: 0,
        lease_until: DateTime::UNIX_EPOCH,
    }))?;
    let reference = id.to_string();
    let legs = vec![(back.from, back.amount), (LedgerAccount::RefundsPayable { holder: back.account }, -back.amount)];
    let movement =
        Movement { id: operator.new_id(now), kind: OWED_BACK, reference: &reference, currency: back.currency, legs };
    ledger::post(tx, now, None, movement)?;
    Ok(refund.into())
}

/// The reason of the refund of what was left of a deposit.
const CLOSED: &str = "account_closed";

/// What was left of the deposit of an account that was closed; `None` when nothing was.
pub(crate) fn left_of_deposit(tx: &mut dyn Tx, account: AccountId) -> Outcome<Option<Refund>> {
    let select = Select::<RefundRow>::of(
        "FROM refund WHERE refund.account = $1 AND refund.payment IS NULL AND refund.reason = $2 ORDER BY refund.id LIMIT 1",
        values![account, CLOSED],
    );
    Ok(tx.first(select)?.map(Refund::from))
}

/// What is left of the deposit of an account that is closed: owed, and paid by hand.
pub(crate) fn of_closed_deposit(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
) -> Outcome<Option<Refund>> {
    if account.deposit <= 0 {
        return Ok(None);
    }
    let (id, amount, holder): (RefundId, _, _) = (operator.new_id(now), account.deposit, account.id);
    let refund = RefundRow {
        id,
        account: holder,
        payment: None,
        reference: None,
        amount,
        currency: account.currency,
        reason: CLOSED.to_owned(),
        route: RouteWord::Transfer,
        state: RefundStateWord::Due,
        due_at: now + operator.limits::<PaymentLimits>().refund_within,
        created_at: now,
        done_at: None,
    };
    tx.write(Write::insert(refund.clone()))?;
    let reference = id.to_string();
    let legs = vec![(LedgerAccount::Deposit { holder }, amount), (LedgerAccount::RefundsPayable { holder }, -amount)];
    let movement = Movement {
        id: operator.new_id(now),
        kind: "wallet.refund",
        reference: &reference,
        currency: account.currency,
        legs,
    };
    deposit::book(tx, now, account, movement)?;
    Ok(Some(refund.into()))
}

/// What was sold is taken back, and its price goes where it came from: to the deposit, or to the
/// card (BG-97).
pub(crate) struct TakenBack<'a> {
    pub sale: SaleId,
    pub pay: &'a PayMethod,
    pub price: Money,
    /// Who gives the money back: debited.
    pub from: LedgerAccount,
    pub reason: &'a str,
    /// `<service>.refund`, with the id of what was sold.
    pub kind: &'static str,
    pub reference: &'a str,
}

/// Gives the price of what was sold back. Of a closed account, what came from its deposit becomes a
/// refund that is owed.
pub(crate) fn give_back(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    back: TakenBack<'_>,
) -> Outcome<()> {
    let (amount, currency, holder) = (back.price.minor()?, back.price.currency, account.id);
    let payment = back.sale.payment();
    if *back.pay == PayMethod::Card {
        let row = tx.first(find!(PaymentRow { id: payment }))?;
        let row = row.ok_or_else(|| StoreError::unreadable("payment", "it is gone"))?;
        let reference = row.reference.as_deref();
        let reference = reference.ok_or_else(|| StoreError::unreadable("payment", "nothing was captured"))?;
        to_card(
            tx,
            operator,
            now,
            ToCard {
                account: holder,
                payment,
                provider: &row.provider,
                reference,
                amount,
                currency,
                reason: back.reason,
                from: back.from,
            },
        )?;
        return Ok(());
    }
    let from = vec![(back.from, amount)];
    let TakenBack { reason, kind, reference, .. } = back;
    to_deposit(tx, operator, now, account, ToDeposit { payment, currency, from, reason, kind, reference })
}

/// Some of what was paid from a deposit goes back to it.
pub(crate) struct ToDeposit<'a> {
    pub payment: PaymentId,
    pub currency: Currency,
    /// Who gives the money back, minor units: debits.
    pub from: Vec<(LedgerAccount, i64)>,
    pub reason: &'a str,
    /// `<service>.refund`, with the id of what is given back by it.
    pub kind: &'static str,
    pub reference: &'a str,
}

/// Gives back what was paid from a deposit; of a closed account it becomes a refund that is owed.
pub(crate) fn to_deposit(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    back: ToDeposit<'_>,
) -> Outcome<()> {
    let (holder, is_owed, currency) = (account.id, account.is_closed, back.currency);
    let amount = back.from.iter().try_fold(0_i64, |sum, (_, amount)| sum.checked_add(*amount));
    let amount = amount.ok_or_else(|| StoreError::Broken("what goes back does not fit".into()))?;
    tx.write(Write::insert(RefundRow {
        id: operator.new_id(now),
        account: holder,
        payment: Some(back.payment),
        reference: None,
        amount,
        currency,
        reason: back.reason.to_owned(),
        route: if is_owed { RouteWord::Transfer } else { RouteWord::Deposit },
        state: if is_owed { RefundStateWord::Due } else { RefundStateWord::Done },
        due_at: if is_owed { now + operator.limits::<PaymentLimits>().refund_within } else { now },
        created_at: now,
        done_at: (!is_owed).then_some(now),
    }))?;
    let gains = if is_owed { LedgerAccount::RefundsPayable { holder } } else { LedgerAccount::Deposit { holder } };
    let mut legs = back.from;
    legs.push((gains, -amount));
    let movement = Movement { id: operator.new_id(now), kind: back.kind, reference: back.reference, currency, legs };
    deposit::book(tx, now, account, movement)
}

/// The refunds of a payment, oldest first.
pub(crate) fn of(tx: &mut dyn Tx, payment: PaymentId) -> Outcome<Vec<Refund>> {
    let select = Select::of("FROM refund WHERE refund.payment = $1 ORDER BY refund.id", values![payment]);
    let rows: Vec<RefundRow> = tx.all(select)?;
    Ok(rows.into_iter().map(Refund::from).collect())
}

/// A request that is to be sent to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Outgoing {
    refund: RefundId,
    provider: String,
    tries: i64,
    request: HttpRequest,
}

/// Sends what waits for providers, and keeps what they answer; returns how many requests were
/// answered. Any number of operators may call it at once. Nothing is sent inside a transaction: a
/// request whose answer is lost is sent again, and providers pay a refund once.
///
/// # Errors
/// When the store fails.
pub async fn send_due(
    operator: &Arc<Operator>,
    store: &Arc<dyn Store>,
    clock: &dyn Clock,
    link: &dyn ProviderLink,
) -> Result<usize, StoreError> {
    let mut answered = 0;
    for outgoing in in_store(operator, store, clock.now(), claim).await? {
        let answer = link.send(outgoing.request.clone()).await;
        answered += usize::from(answer.is_some());
        operator.metrics.provider_request(if answer.is_some() { "answered" } else { "no_answer" });
        in_store(operator, store, clock.now(), move |tx, operator, now| {
            keep_answer(tx, operator, now, &outgoing, answer.as_ref())
        })
        .await?;
    }
    Ok(answered)
}

fn claim(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Outgoing>> {
    let waiting = Select::<ProviderRequestRow>::of(
        &format!(
            "FROM provider_request WHERE {} AND {} ORDER BY provider_request.next_at, provider_request.refund LIMIT $2",
            Pause::is_over("provider_request", 1, 4),
            Lease::is_free("provider_request", 1, 3)
        ),
        values![now.timestamp_millis(), CLAIM, LEASE.last(now), LONGEST_PAUSE.last(now)],
    );
    let mut outgoing = Vec::new();
    for row in tx.all(waiting.locking_free("provider_request"))? {
        let Some(refund) = tx.first(find!(RefundRow { id: row.refund }))? else { continue };
        let order = RefundOrder {
            reference: refund.id,
            payment: refund.reference.as_deref().unwrap_or_default(),
            amount: Money::from_minor(refund.amount, refund.currency),
        };
        let request = provider::of(operator, &row.provider).ok().and_then(|provider| provider.refund(&order));
        let Some(request) = request else {
            // Done by hand from here on.
            tx.write(delete!(ProviderRequestRow { refund: row.refund }))?;
            continue;
        };
        let leased = update!(ProviderRequestRow { refund: row.refund } set { lease_until: LEASE.until(now) });
        tx.write(leased)?;
        outgoing.push(Outgoing { refund: row.refund, provider: row.provider, tries: row.tries, request });
    }
    Ok(outgoing)
}

fn keep_answer(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    outgoing: &Outgoing,
    answer: Option<&HttpAnswer>,
) -> Outcome<()> {
    let (id, provider) = (outgoing.refund, provider::of(operator, &outgoing.provider)?);
    let Some(refund) = tx.first(find!(RefundRow { id: id }))? else { return Ok(()) };
    let mut account = LockedAccount::take(tx, refund.account)?;
    // Read again: now nobody else changes it.
    let Some(refund) = tx.first(find!(RefundRow { id: id }))? else { return Ok(()) };
    if refund.state != RefundStateWord::Due {
        return Ok(tx.write(delete!(ProviderRequestRow { refund: id }))?);
    }
    match answer.map_or(RefundAnswer::NotNow, |answer| provider.refunded(answer)) {
        RefundAnswer::Done => {
            done(tx, (operator, now), &mut account, (refund, RouteWord::Card, &outgoing.provider))?;
            account.release(tx, now)
        }
        RefundAnswer::Refused(reason) => {
            let payment = refund.payment;
            tx.write(update!(RefundRow { id: id } set { state: RefundStateWord::Failed }))?;
            tx.write(delete!(ProviderRequestRow { refund: id }))?;
            incidents::report(tx, now, REFUSED, &id.to_string(), &format!("the provider refused: {reason}"))?;
            tell(tx, (operator, now), &mut account, payment)?;
            account.release(tx, now)
        }
        RefundAnswer::NotNow => {
            let tries = outgoing.tries + 1;
            let pause = TimeDelta::seconds(1 << tries.clamp(1, 12)).min(LONGEST_PAUSE.longest());
            tx.write(update!(ProviderRequestRow { refund: id } set {
                tries: tries, next_at: now + pause, lease_until: DateTime::UNIX_EPOCH
            }))?;
            Ok(())
        }
    }
}

/// The money went back, by a route and from where it stood: a provider, or [`ledger::ELSEWHERE`].
pub(crate) fn done(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    account: &mut LockedAccount,
    (refund, route, from): (RefundRow, RouteWord, &str),
) -> Outcome<()> {
    tx.write(
        update!(RefundRow { id: refund.id } set { state: RefundStateWord::Done, route: route, done_at: Some(now) }),
    )?;
    tx.write(delete!(ProviderRequestRow { refund: refund.id }))?;
    let (reference, amount) = (refund.id.to_string(), refund.amount);
    let legs = vec![
        (LedgerAccount::RefundsPayable { holder: refund.account }, amount),
        (LedgerAccount::Clearing { provider: from.to_owned() }, -amount),
    ];
    let (id, currency) = (operator.new_id(now), refund.currency);
    ledger::post(tx, now, None, Movement { id, kind: PAID_BACK, reference: &reference, currency, legs })?;
    if let Some(payment) = refund.payment
        && let Some(row) = tx.first(find!(PaymentRow { id: payment }))?
    {
        // What came twice, or after it was given up, was never captured.
        if row.reference.is_some() && row.reference == refund.reference {
            let refunded = row.refunded + amount;
            let state = if refunded >= row.captured { PaymentStateWord::Refunded } else { row.state };
            tx.write(update!(PaymentRow { id: payment } set { state: state, refunded: refunded }))?;
        }
    }
    tell(tx, (operator, now), account, refund.payment)
}

/// Tells an account how a payment stands after a refund of it; of one that is closed nobody reads
/// it.
fn tell(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    account: &mut LockedAccount,
    payment: Option<PaymentId>,
) -> Outcome<()> {
    let Some(payment) = payment.filter(|_| !account.is_closed) else { return Ok(()) };
    match purchases::one(tx, operator, now, (account.id, payment.sale()))? {
        Some(purchase) => account.tell(&purchase),
        None => Ok(()),
    }
}
