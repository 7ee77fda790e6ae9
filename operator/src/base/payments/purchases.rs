//! Purchases: a quote bought exactly, once. From the deposit it is delivered and charged in the
//! transaction of its request; by card it waits for the provider's word.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::{
    Bought, PaymentsSection, Purchase, PurchasePage, PurchaseRequest, Refund, price_is_over,
};
use mesto_protocol::kernel::ids::{AccountId, PaymentId, QuoteId, SaleId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::kernel::return_address::ReturnAddress;
use mesto_protocol::{Problem, ProblemCode, headers};
use mesto_rules::money::Money;

use super::PaymentLimits;
use crate::base::deposit;
use crate::base::payments::buyer::{Buyer, BuyerColumns};
use crate::base::payments::rows::{
    PayWord, PaymentRow, PaymentStateWord, PurposeWord, QuoteRow, SaleRow, SaleStateWord, StoredItem,
};
use crate::base::payments::sells::{Delivered, Delivery, Sellers};
use crate::base::payments::{PAGE_END, provider, refunds};
use crate::base::terms;
use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::due;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::ledger::{LedgerAccount, Movement};
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::store::{Ask, Json, Select, StoreError, Tx, Write};
use crate::{find, projection, update, values};

const MOST: i64 = 200;

projection! {
    /// How many payments wait on a provider's page.
    struct Waiting {
        waiting: i64 = "COUNT(*)",
    }
}

/// Asks how many of the payments of a quote's account wait.
fn waiting(quote: QuoteId, now: DateTime<Utc>) -> Select<Waiting> {
    Select::of(
        "FROM payment WHERE payment.account = (SELECT quote.account FROM quote WHERE quote.id = $1) AND payment.state = 'pending' AND payment.expires_at > $2",
        values![quote, now.timestamp_millis()],
    )
}

/// A quote, its sale when it was sold, and what decides whether its account may pay; once for each
/// version of terms that it accepted.
type ToBuy = (QuoteRow, Option<SaleRow>, BuyerColumns);

/// Asks for a quote and what is to be known to buy it.
fn to_buy(quote: QuoteId) -> Select<ToBuy> {
    Select::of(
        "FROM quote LEFT JOIN sale ON sale.account = quote.account AND sale.id = $2 LEFT JOIN account_standing ON account_standing.account = quote.account LEFT JOIN terms_accepted ON terms_accepted.account = quote.account WHERE quote.id = $1",
        values![quote, quote.sale()],
    )
}

/// What a purchase reads: its quote, whether it was sold, and what its service's delivery looks at;
/// for a provider's page, which a request that is led back asks for, how many wait on one.
pub(crate) fn prefetch(call: &Call<'_>) -> Option<Vec<Ask>> {
    let PurchaseRequest { quote, return_url, .. } = call.request.read().ok()?;
    let sellers = call.operator.parts.get::<Sellers>().ok()?;
    let mut asks = vec![to_buy(quote).ask()];
    asks.extend(return_url.map(|_| waiting(quote, call.now).ask()));
    asks.extend(sellers.prefetch(call.operator, quote));
    Some(asks)
}

/// The quote of this purchase, or why it cannot be bought. Its account is locked, so it is bought
/// once.
fn take_quote(tx: &mut dyn Tx, call: &mut Call<'_>, quote: QuoteId) -> Outcome<(QuoteRow, Buyer)> {
    let account = call.who()?.account;
    let mut rows = tx.all(to_buy(quote))?.into_iter().filter(|(quote, ..)| quote.account == account);
    let Some((quote, sale, first)) = rows.next() else {
        return refuse(ProblemCode::QuoteUnknown, "there is no such quote of yours; ask for a new one");
    };
    if let Some(sale) = sale {
        let reference = sale.items.read()?.into_iter().find_map(|item| item.reference);
        let problem = Problem::new(ProblemCode::QuoteUsed, "this quote was bought already").with("sale", sale.id);
        return Err(reference.map_or(problem.clone(), |bought| problem.with("bought", bought)).into());
    }
    if price_is_over(quote.expires_at, call.now) {
        return Err(Problem::new(ProblemCode::QuoteExpired, "the price was held until then; ask for a new quote")
            .with("expired_at", quote.expires_at)
            .into());
    }
    let registered_at = call.account()?.created_at;
    let buyer = Buyer::of(registered_at, std::iter::once(first).chain(rows.map(|(.., columns)| columns)));
    Ok((quote, buyer))
}

/// Buys a quote.
pub(crate) fn buy(tx: &mut dyn Tx, call: &mut Call<'_>, asked: PurchaseRequest) -> Outcome<Bought> {
    call.in_time(asked.not_after)?;
    let (quote, buyer) = take_quote(tx, call, asked.quote)?;
    let (operator, now) = (call.operator, call.now);
    let sells = operator.parts.get::<Sellers>()?.of(&quote.service)?;
    let city = operator.city(quote.city.as_str())?;
    buyer.may_buy((operator, city), sells, now)?;
    let bought = match quote.pay {
        PayWord::Deposit => from_deposit(tx, call, &quote)?,
        PayWord::Card => by_card(tx, call, &quote, asked.return_url.as_deref())?,
    };
    // What was shown with the button: a quote of the day before told the change as one to come.
    let shown = buyer.pending(city, &quote.service, quote.issued_at);
    terms::accepted_by_use(tx, now, call.account()?, city, &shown)?;
    call.made = Some(bought.sale.id.to_string());
    Ok(bought)
}

fn sale_of(call: &Call<'_>, quote: &QuoteRow, state: SaleStateWord, reference: Option<String>) -> Outcome<SaleRow> {
    let who = call.who()?;
    let item = StoredItem { service: quote.service.clone(), subject: serde_json::from_str(&quote.subject)?, reference };
    Ok(SaleRow {
        id: quote.id.sale(),
        account: quote.account,
        actor: who.account,
        city: quote.city.clone(),
        pay: quote.pay,
        state,
        items: Json::of(&vec![item])?,
        total: quote.total,
        currency: quote.currency,
        // Only what is still to be delivered is bound later.
        device: if state == SaleStateWord::Open { who.device_key.clone() } else { None },
        created_at: call.now,
    })
}

fn from_deposit(tx: &mut dyn Tx, call: &mut Call<'_>, quote: &QuoteRow) -> Outcome<Bought> {
    let (operator, now, device) = (call.operator, call.now, call.who()?.device_key.clone());
    let account = call.account()?;
    let mut delivery =
        Delivery { operator, now, quote, sale: quote.id.sale(), device: device.as_deref(), account: &mut *account };
    let sells = operator.parts.get::<Sellers>()?.of(&quote.service)?;
    let Delivered { outcome, reference, kind, gains } = (sells.deliver)(tx, &mut delivery)?;
    let from = LedgerAccount::Deposit { holder: account.id };
    charge(tx, (operator, now), account, from, quote, Charged { kind, reference: &reference, gains })?;
    let balance = account.balance();
    let sale = sale_of(call, quote, SaleStateWord::Delivered, Some(reference))?;
    let bought = Bought { sale: sale.told(vec![Some(outcome)])?, payment: sale.paid_from_deposit(Vec::new()), balance };
    tx.write(Write::insert(sale))?;
    Ok(bought)
}

/// What a charge is for.
pub(crate) struct Charged<'a> {
    pub kind: &'static str,
    pub reference: &'a str,
    pub gains: Vec<(LedgerAccount, i64)>,
}

/// Takes what a quote costs, from the deposit or from what a provider holds for us. The one way in
/// which something that was sold is paid.
pub(crate) fn charge(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    account: &mut LockedAccount,
    from: LedgerAccount,
    quote: &QuoteRow,
    Charged { kind, reference, gains }: Charged<'_>,
) -> Outcome<()> {
    if matches!(from, LedgerAccount::Deposit { .. }) {
        covers(account, Money::from_minor(quote.total, quote.currency))?;
    }
    let mut legs = vec![(from, quote.total)];
    legs.extend(gains);
    let movement = Movement { id: operator.new_id(now), kind, reference, currency: quote.currency, legs };
    deposit::book(tx, now, account, movement)
}

/// Refuses what the deposit does not cover, and says what is missing.
fn covers(account: &LockedAccount, price: Money) -> Outcome<()> {
    let balance = account.balance();
    let missing = price.checked_sub(&balance)?;
    if missing.amount.is_sign_positive() && !missing.is_zero() {
        return Err(Problem::new(
            ProblemCode::DepositTooLow,
            format!("it costs {price} and the deposit holds {balance}"),
        )
        .with("balance", balance)
        .with("price", price)
        .with("missing", missing)
        .into());
    }
    Ok(())
}

fn by_card(tx: &mut dyn Tx, call: &mut Call<'_>, quote: &QuoteRow, return_url: Option<&str>) -> Outcome<Bought> {
    let (operator, now) = (call.operator, call.now);
    let back = return_address(call, return_url)?;
    let most = operator.limits::<PaymentLimits>().waiting;
    let Waiting { waiting } = tx.first(waiting(quote.id, now))?.unwrap_or(Waiting { waiting: 0 });
    if waiting >= most {
        let detail = format!("{waiting} payments wait on a provider's page already; pay or leave one of them first");
        return Err(Problem::new(ProblemCode::TooManyRequests, detail)
            .with("most", most)
            .with("retry_after_seconds", 60)
            .into());
    }
    let key = call.request.get(headers::IDEMPOTENCY_KEY).unwrap_or_default();
    let sale = sale_of(call, quote, SaleStateWord::Open, None)?;
    let (id, amount) = (sale.id.payment(), Money::from_minor(quote.total, quote.currency));
    let expires_at = now + operator.limits::<PaymentLimits>().page;
    let provider = provider::card(operator)?;
    let page_url = provider.page(&provider::PageOrder {
        reference: id,
        amount,
        return_url: &back.with("intent", key),
        expires_at,
    });
    let payment = PaymentRow {
        id,
        account: quote.account,
        purpose: PurposeWord::Sale,
        provider: provider.name().to_owned(),
        state: PaymentStateWord::Pending,
        amount: quote.total,
        captured: 0,
        refunded: 0,
        currency: quote.currency,
        reference: None,
        page_url,
        expires_at,
        reason: None,
        created_at: now,
    };
    let purchase = Purchase { sale: sale.told(vec![None])?, payment: payment.clone().told(now, Vec::new()) };
    tx.write(Write::insert(sale))?;
    tx.write(Write::insert(payment))?;
    due::plan(tx, &PAGE_END, &id, expires_at)?;
    let account = call.account()?;
    account.tell(&purchase)?;
    let Purchase { sale, payment } = purchase;
    Ok(Bought { sale, payment, balance: account.balance() })
}

/// An address that the operator lets a page lead back to.
fn return_address(call: &Call<'_>, text: Option<&str>) -> Outcome<ReturnAddress> {
    let refused = |detail: String| Problem::new(ProblemCode::BadRequest, detail).with("field", "return_url");
    let text = text.ok_or_else(|| refused("say in return_url where the provider's page leads back to".to_owned()))?;
    let address = ReturnAddress::parse(text).map_err(|error| refused(error.to_string()))?;
    let allowed = &call.operator.config.return_to;
    if address.is_allowed_by(allowed) {
        return Ok(address);
    }
    let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    let detail = format!("this operator leads back to {} only", allowed.join(", "));
    Err(refused(detail).with("allowed", allowed).into())
}

/// The answer of a purchase whose own is no longer kept: as it stands now.
pub(crate) fn again(tx: &mut dyn Tx, call: &Call<'_>, made: &str) -> Outcome<Bought> {
    let id: SaleId = made.parse().map_err(|error| StoreError::unreadable("sale", error))?;
    let account = call.who()?.account;
    let found = one(tx, call.operator, call.now, (account, id))?;
    let Purchase { sale, payment } = found.ok_or_else(|| StoreError::unreadable("sale", "it is gone"))?;
    Ok(Bought { sale, payment, balance: deposit::balance(tx, account)? })
}

/// A sale with its payment, when a provider takes it.
type SaleAndPayment = (SaleRow, Option<PaymentRow>);

const FROM: &str = "FROM sale LEFT JOIN payment ON sale.pay = 'card' AND payment.id = 'py' || SUBSTR(sale.id, 3)";

/// What was sold at once, with all that is told of it.
pub(crate) struct Standing {
    pub sale: SaleRow,
    /// Absent when it was paid from the deposit.
    pub payment: Option<PaymentRow>,
    /// What was delivered of each item.
    pub outcomes: Vec<Option<OnTheWire>>,
    /// Oldest first.
    pub refunds: Vec<Refund>,
}

impl Standing {
    fn read(
        tx: &mut dyn Tx,
        operator: &Operator,
        now: DateTime<Utc>,
        (sale, payment): SaleAndPayment,
    ) -> Outcome<Self> {
        let sellers = operator.parts.get::<Sellers>()?;
        let mut outcomes: Vec<Option<OnTheWire>> = Vec::new();
        for item in sale.items.read()? {
            outcomes.push(match item.reference {
                Some(reference) => (sellers.of(&item.service)?.outcome)(tx, operator, now, &reference)?,
                None => None,
            });
        }
        let refunds = refunds::of(tx, sale.id.payment())?;
        Ok(Self { sale, payment, outcomes, refunds })
    }

    /// As it is told.
    pub fn told(self, now: DateTime<Utc>) -> Outcome<Purchase> {
        let Self { sale, payment, outcomes, refunds } = self;
        let payment = match payment {
            Some(payment) => payment.told(now, refunds),
            None => sale.paid_from_deposit(refunds),
        };
        Ok(Purchase { sale: sale.told(outcomes)?, payment })
    }
}

/// How a sale of an account stands.
pub(crate) fn standing(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    (account, sale): (AccountId, SaleId),
) -> Outcome<Option<Standing>> {
    let row: Option<SaleAndPayment> =
        tx.first(Select::of(&format!("{FROM} WHERE sale.account = $1 AND sale.id = $2"), values![account, sale]))?;
    row.map(|row| Standing::read(tx, operator, now, row)).transpose()
}

/// What an account bought by one purchase.
pub(crate) fn one(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    named: (AccountId, SaleId),
) -> Outcome<Option<Purchase>> {
    standing(tx, operator, now, named)?.map(|standing| standing.told(now)).transpose()
}

/// The sale of the payment that the path names, of the caller.
pub(crate) fn named(call: &Call<'_>) -> Outcome<PaymentId> {
    match call.named().parse() {
        Ok(payment) => Ok(payment),
        Err(_) => refuse(ProblemCode::NotFound, "there is no such payment of yours"),
    }
}

/// One payment of the caller.
pub(crate) fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Purchase> {
    let (payment, account) = (named(call)?, call.who()?.account);
    match one(tx, call.operator, call.now, (account, payment.sale()))? {
        Some(purchase) => Ok(purchase),
        None => refuse(ProblemCode::NotFound, "there is no such payment of yours"),
    }
}

/// Newest first.
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<PurchasePage> {
    let asked = AskedPage::<SaleId>::of(call.request)?;
    let account = call.who()?.account;
    let only_open = match call.request.asked("state")?.as_deref() {
        None => false,
        Some("open") => true,
        Some(other) => {
            return Err(Problem::new(ProblemCode::BadRequest, format!("state is `open` or left out, not `{other}`"))
                .with("field", "state")
                .into());
        }
    };
    let read = newest(tx, (call.operator, call.now), account, only_open, &asked)?;
    let (items, next) = asked.page(read, |purchase| purchase.sale.id.to_string());
    Ok(PurchasePage { items, next })
}

/// Purchases of an account, newest first: as many as are read of a page.
fn newest(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    account: AccountId,
    only_open: bool,
    asked: &AskedPage<SaleId>,
) -> Outcome<Vec<Purchase>> {
    let (before, most) = (asked.older_than(), asked.reads());
    let open = "AND payment.state = 'pending' AND payment.expires_at > $4";
    let rows: Vec<SaleAndPayment> = tx.all(if only_open {
        Select::of(
            &format!("{FROM} WHERE sale.account = $1 AND sale.id < $2 {open} ORDER BY sale.id DESC LIMIT $3"),
            values![account, before, most, now.timestamp_millis()],
        )
    } else {
        Select::of(
            &format!("{FROM} WHERE sale.account = $1 AND sale.id < $2 ORDER BY sale.id DESC LIMIT $3"),
            values![account, before, most],
        )
    })?;
    rows.into_iter().map(|row| Standing::read(tx, operator, now, row)?.told(now)).collect()
}

/// Forgets what a sale was asked for, when that says something that may not be kept any longer:
/// `left` stands in its place. What was delivered and paid stays.
pub(crate) fn forget_subject(tx: &mut dyn Tx, (account, sale): (AccountId, SaleId), left: &OnTheWire) -> Outcome<()> {
    let Some(row) = tx.first(find!(SaleRow { account: account, id: sale }))? else { return Ok(()) };
    let mut items: Vec<StoredItem> = row.items.read()?;
    for item in &mut items {
        item.subject = left.clone();
    }
    Ok(tx.write(update!(SaleRow { account: account, id: sale } set { items: Json::of(&items)? }))?)
}

/// What an app shows of payments.
pub(crate) fn section(
    tx: &mut dyn Tx,
    operator: &Operator,
    account: AccountId,
    now: DateTime<Utc>,
) -> Outcome<OnTheWire> {
    Ok(OnTheWire::of(&PaymentsSection { open: newest(tx, (operator, now), account, true, &AskedPage::newest(MOST))? })?)
}
