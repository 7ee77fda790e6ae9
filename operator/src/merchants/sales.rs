//! A payment at a merchant as it is sold: what is shown for checking, and the payment itself, from
//! the balance alone (AV-120).

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::kernel::ids::{AccountId, InvoiceId, MerchantPaymentId, QuoteId, TillId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::kernel::line::{Line, Notice, Params, Vat};
use mesto_protocol::merchants::payers::{
    MerchantPayment, MerchantsOffer, MerchantsOutcome, MerchantsSubject, PaidInvoice, PaymentContract,
};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::merchants::{
    Commission, MerchantCode, MerchantsSection, Paid, Paying, day_limit, give_back_until, is_payable, payer_fee,
    read_code, repeated, typed_code,
};
use mesto_rules::money::{Currency, Money};
use mesto_rules::{City, CityId};
use serde::{Deserialize, Serialize};

use crate::base::deposit;
use crate::base::payments::sells::{Asked, Delivered, Delivery, Priced, Sells};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::limits::Limit;
use crate::kernel::operator::Operator;
use crate::kernel::store::{Ask, Json, Select, StoreError, Tx, Write};
use crate::merchants::tables::{InvoiceRow, InvoiceWord, MerchantRow, PaymentRow, TillRow};
use crate::merchants::{MerchantLimits, NAME, PAYMENT, payers, refusal};
use crate::{find, projection, update, values};

pub(crate) const SELLS: Sells = Sells { service: NAME, price, deliver, outcome, prefetch, settles_debts: false };

/// How many of an account's last payments a repeat is looked for in.
const LOOKED_AT: i64 = 20;

/// What a quote keeps until it is paid.
#[derive(Debug, Serialize, Deserialize)]
struct Frozen {
    invoice: Option<InvoiceId>,
    /// Minor units.
    amount: i64,
    fee: i64,
    contract: PaymentContract,
    lines: Vec<Line>,
    /// The payment that the payer was told of and repeats on purpose.
    repeats: Option<MerchantPaymentId>,
}

projection! {
    /// What an account paid in a day.
    struct OfDay {
        day: NaiveDate = "paid_day",
        amount: i64 = "CAST(SUM(amount) AS BIGINT)",
    }
}

/// What paying here would be: the merchant, the till, the amount, the fee, the contract that is
/// accepted (AV-119). Nothing is charged.
fn price(tx: &mut dyn Tx, asked: &Asked<'_>) -> Outcome<Priced> {
    let subject: MerchantsSubject = asked.subject()?;
    let (city, now) = (asked.city, asked.now);
    let section = city.section::<MerchantsSection>()?;
    city.in_force_at(now).map_err(|outdated| {
        Problem::new(ProblemCode::CityOutdated, outdated.to_string()).with("until", outdated.until)
    })?;
    if *asked.pay != PayMethod::Deposit {
        let detail = "a merchant is paid from the balance alone; top it up";
        return Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, detail)
            .with("method", asked.pay)
            .with("allowed", [PayMethod::Deposit])
            .into());
    }
    let (till, merchant, invoice) = found(tx, asked, section, &subject)?;
    refusal::unless_active(&merchant)?;
    if !till.is_open {
        return refuse(ProblemCode::TillClosed, "this till is closed; pay at another one");
    }
    let amount = amount(city, &subject, invoice.as_ref(), now)?;
    is_payable(amount, &section.limits).map_err(|why| refusal::amount(why, "items.subject.amount"))?;
    let paid = paid_today(tx.all(of_days(asked.account, city))?, city, now);
    day_limit(amount, paid, &section.limits).map_err(|why| refusal::amount(why, "items.subject.amount"))?;
    let contract = contract(section)?;
    let Some(fee) = section.fee.known() else {
        return refuse(ProblemCode::TariffUnknown, "what a payer is charged is not known here, so nothing is paid");
    };
    let fee = payer_fee(amount, fee)?;
    let total = amount.checked_add(&fee)?;
    let lines = lines(&merchant, &contract, (amount, fee))?;
    let repeats = match invoice {
        Some(_) => None,
        None => repeat_of(&tx.all(recent(asked.account))?, (till.id, amount), now, section).cloned(),
    };
    let missing = total.checked_sub(&deposit::balance(tx, asked.account)?)?;
    let frozen = Frozen {
        invoice: invoice.as_ref().map(|invoice| invoice.id),
        amount: amount.minor()?,
        fee: fee.minor()?,
        contract: contract.clone(),
        lines: lines.clone(),
        repeats: repeats.as_ref().map(|row| row.id).filter(|_| subject.is_again),
    };
    let notices = notices(&contract, fee);
    let offer = MerchantsOffer {
        merchant: payers::merchant(&merchant)?,
        till: payers::till(&till),
        invoice: invoice.as_ref().map(|row| PaidInvoice { id: row.id, reference: row.reference.clone() }),
        amount,
        fee,
        total,
        contract,
        is_fee_irrevocable: true,
        missing: Some(missing).filter(|missing| missing.amount.is_sign_positive() && !missing.is_zero()),
        invoice_until: invoice.as_ref().map(|invoice| invoice.expires_at),
        repeats: repeats.map(payers::told).transpose()?,
    };
    Ok(Priced {
        place: till.id.to_string(),
        thing: invoice.map_or_else(|| asked.account.to_string(), |invoice| invoice.id.to_string()),
        terms: serde_json::to_string(&frozen)?,
        offer: OnTheWire::of(&offer)?,
        lines,
        notices,
        total,
    })
}

/// A till with its merchant, and the invoice that a code is of.
type Found = (TillRow, MerchantRow, Option<InvoiceRow>);

/// What a code is of. Who guesses does so only so often in an hour.
fn found(tx: &mut dyn Tx, asked: &Asked<'_>, section: &MerchantsSection, subject: &MerchantsSubject) -> Outcome<Found> {
    let city = &asked.city.id;
    let code = match (&subject.scanned, &subject.typed) {
        (Some(scanned), None) => read_code(scanned, city.as_str(), &section.code_hosts),
        (None, Some(typed)) => typed_code(typed),
        _ => return Err(refusal::bad("items.subject", "say what was scanned, or what was typed: one of them")),
    };
    let code = code.map_err(|why| refusal::code(&why))?;
    let (account, most) = (asked.account.to_string(), asked.operator.limits::<MerchantLimits>().wrong_codes);
    let tries = Limit { kind: "wrong_merchant_code", subject: &account, most };
    if tries.tried(tx, asked.now)? >= most {
        tries.check(tx, asked.now)?;
    }
    let found: Option<Found> = match code {
        MerchantCode::Till(token) => tx
            .first(Select::<(TillRow, MerchantRow)>::of(
                "FROM merchant_till JOIN merchant ON merchant.id = merchant_till.merchant WHERE merchant_till.city = $1 AND merchant_till.token = $2",
                values![city, token],
            ))?
            .map(|(till, merchant)| (till, merchant, None)),
        MerchantCode::Invoice(token) => match tx.first(find!(InvoiceRow { city: city, token: token }))? {
            None => None,
            Some(invoice) => {
                let till = tx.first(find!(TillRow { id: invoice.till }))?;
                let merchant = tx.first(find!(MerchantRow { id: invoice.merchant }))?;
                till.zip(merchant).map(|(till, merchant)| (till, merchant, Some(invoice)))
            }
        },
    };
    match found {
        Some(found) => Ok(found),
        None => {
            tries.check(tx, asked.now)?;
            let said = Problem::new(ProblemCode::MerchantCodeUnknown, "no merchant here has this code; read it again");
            Err(tries.missed(tx, asked.operator, asked.now, said))
        }
    }
}

/// What is to be paid: what the invoice asks for, or what the payer typed.
fn amount(city: &City, subject: &MerchantsSubject, invoice: Option<&InvoiceRow>, now: DateTime<Utc>) -> Outcome<Money> {
    let Some(invoice) = invoice else {
        let Some(amount) = subject.amount else {
            return refuse(
                ProblemCode::PaymentAmountMissing,
                "this code asks for no amount; type how much is to be paid",
            );
        };
        return in_currency(amount, city.currency, "items.subject.amount");
    };
    refusal::unless_waiting(invoice.state_at(now), invoice.expires_at)?;
    let wanted = Money::from_minor(invoice.amount, invoice.currency);
    match subject.amount {
        Some(amount) if amount != wanted => {
            let detail = format!("the invoice is of {wanted}; leave the amount out");
            Err(Problem::new(ProblemCode::InvoiceAmountDiffers, detail).with("amount", wanted).into())
        }
        _ => Ok(wanted),
    }
}

/// An amount of the city's currency that is one of its minor units.
pub(super) fn in_currency(amount: Money, currency: Currency, field: &str) -> Outcome<Money> {
    if amount.currency != currency || amount.minor().is_err() {
        let detail = format!("an amount in {} of at most {} decimals", currency.code(), currency.exponent());
        return Err(refusal::bad(field, &detail));
    }
    Ok(amount)
}

/// The contract that is accepted by paying; where it is not known nothing is sold.
fn contract(section: &MerchantsSection) -> Outcome<PaymentContract> {
    let organisation = &section.organisation;
    let known = (organisation.name.known(), organisation.contract.known(), organisation.contract_version.known());
    let (Some(name), Some(link), Some(version)) = known else {
        let detail = "the contract of the payment organisation is not known here, so nothing is paid";
        return refuse(ProblemCode::TariffUnknown, detail);
    };
    Ok(PaymentContract { organisation: name.clone(), link: link.clone(), version: version.clone() })
}

/// The amount is the merchant's, the fee is not.
fn lines(merchant: &MerchantRow, contract: &PaymentContract, (amount, fee): (Money, Money)) -> Outcome<Vec<Line>> {
    let names = merchant.names.read()?;
    let line = |kind: &str, amount: Money, vat: Vat, seller: Option<String>| Line {
        kind: kind.to_owned(),
        params: Params::default(),
        amount,
        vat,
        seller,
    };
    let seller = names.first().map(|name| name.name.clone());
    let mut lines = vec![line("merchants.payment", amount, Vat::default(), seller)];
    if !fee.is_zero() {
        lines.push(line("merchants.fee", fee, Vat::default(), Some(contract.organisation.clone())));
    }
    Ok(lines)
}

/// What is said before the button (AV-119): the contracts that are accepted by paying; of a fee,
/// that the consent to it cannot be taken back.
fn notices(contract: &PaymentContract, fee: Money) -> Vec<Notice> {
    let accepts = Params::default()
        .with("organisation", &contract.organisation)
        .with("link", &contract.link)
        .with("version", &contract.version);
    let notice = |kind: &str, params: Params| Notice { kind: kind.to_owned(), params, is_surprise: false };
    let mut notices = vec![notice("merchants.accepts", accepts)];
    if !fee.is_zero() {
        notices.push(notice("merchants.fee_irrevocable", Params::default().with("fee", fee)));
    }
    notices
}

/// The last payments of an account, newest first.
fn recent(account: AccountId) -> Select<PaymentRow> {
    Select::of(
        "FROM merchant_payment WHERE merchant_payment.account = $1 ORDER BY merchant_payment.id DESC LIMIT $2",
        values![account, LOOKED_AT],
    )
}

/// The same by a quote of the account.
fn recent_of_quote(quote: QuoteId) -> Select<PaymentRow> {
    Select::of(
        "FROM merchant_payment WHERE merchant_payment.account = (SELECT account FROM quote WHERE quote.id = $1) ORDER BY merchant_payment.id DESC LIMIT $2",
        values![quote, LOOKED_AT],
    )
}

/// What an account paid in a city on the last days on which it paid. Which of them is today is not
/// known to whoever asks.
fn of_days(account: AccountId, city: &City) -> Select<OfDay> {
    Select::of(
        "FROM merchant_payment WHERE account = $1 AND city = $2 GROUP BY paid_day ORDER BY paid_day DESC LIMIT 2",
        values![account, &city.id],
    )
}

/// The same by a quote of the account.
fn of_days_of_quote(quote: QuoteId) -> Select<OfDay> {
    Select::of(
        "FROM merchant_payment WHERE account = (SELECT account FROM quote WHERE quote.id = $1) AND city = (SELECT city FROM quote WHERE quote.id = $1) GROUP BY paid_day ORDER BY paid_day DESC LIMIT 2",
        values![quote],
    )
}

/// What was paid on the day that it is in the city.
fn paid_today(days: Vec<OfDay>, city: &City, now: DateTime<Utc>) -> Money {
    let today = city.local_day(now);
    let paid = days.into_iter().find(|of| of.day == today).map_or(0, |of| of.amount);
    Money::from_minor(paid, city.currency)
}

/// The payment that one of this amount at this till would repeat.
fn repeat_of<'a>(
    earlier: &'a [PaymentRow],
    (till, amount): (TillId, Money),
    now: DateTime<Utc>,
    section: &MerchantsSection,
) -> Option<&'a PaymentRow> {
    let paid: Vec<Paid<usize, TillId>> = earlier
        .iter()
        .enumerate()
        .map(|(place, row)| Paid {
            id: place,
            till: row.till,
            amount: Money::from_minor(row.amount, row.currency),
            paid_at: row.paid_at,
            is_given_back: row.given_back >= row.amount,
        })
        .collect();
    repeated(&paid, (&till, amount), now, &section.policy).and_then(|one| earlier.get(one.id))
}

/// The till of a quote with its merchant, whose row is locked: what is payable to it, its receipts
/// and its invoices change one after another.
fn of_quote(quote: QuoteId) -> Select<(TillRow, MerchantRow)> {
    Select::<(TillRow, MerchantRow)>::of(
        "FROM merchant_till JOIN merchant ON merchant.id = merchant_till.merchant WHERE merchant_till.id = (SELECT place FROM quote WHERE quote.id = $1)",
        values![quote],
    )
    .locking("merchant")
}

/// The invoice of a quote that is of one, locked.
fn invoice_of_quote(quote: QuoteId) -> Select<InvoiceRow> {
    Select::<InvoiceRow>::of(
        "FROM merchant_invoice WHERE merchant_invoice.id = (SELECT thing FROM quote WHERE quote.id = $1)",
        values![quote],
    )
    .locking("merchant_invoice")
}

/// What a payment reads; accounts are locked before merchants, and those before invoices.
fn prefetch(_: &Operator, quote: QuoteId) -> Vec<Ask> {
    vec![
        recent_of_quote(quote).ask(),
        of_days_of_quote(quote).ask(),
        of_quote(quote).ask(),
        invoice_of_quote(quote).ask(),
    ]
}

/// Pays. Of two phones that pay one invoice at once, one does.
fn deliver(tx: &mut dyn Tx, delivery: &mut Delivery<'_>) -> Outcome<Delivered> {
    let frozen: Frozen = serde_json::from_str(&delivery.quote.terms)?;
    let (operator, now, quote) = (delivery.operator, delivery.now, delivery.quote);
    let earlier = tx.all(recent_of_quote(quote.id))?;
    let days = tx.all(of_days_of_quote(quote.id))?;
    let (found, invoice) = (tx.first(of_quote(quote.id))?, tx.first(invoice_of_quote(quote.id))?);
    let city = delivery.city()?;
    let section = city.section::<MerchantsSection>()?;
    let Some((till, merchant)) = found else {
        return refuse(ProblemCode::QuoteStale, "this till is not known any more; scan its code again");
    };
    refusal::unless_active(&merchant)?;
    if !till.is_open {
        return refuse(ProblemCode::TillClosed, "this till is closed; pay at another one");
    }
    let amount = Money::from_minor(frozen.amount, quote.currency);
    let invoice = match frozen.invoice {
        None => None,
        Some(id) => {
            let Some(row) = invoice.filter(|row| row.id == id) else {
                return refuse(ProblemCode::QuoteStale, "this invoice is not known any more; ask for another one");
            };
            refusal::unless_waiting(row.state_at(now), row.expires_at)?;
            Some(row)
        }
    };
    day_limit(amount, paid_today(days, city, now), &section.limits).map_err(|why| refusal::amount(why, "quote"))?;
    let repeats = match invoice {
        Some(_) => None,
        None => repeat_of(&earlier, (till.id, amount), now, section),
    };
    if let Some(row) = repeats.filter(|row| frozen.repeats != Some(row.id)) {
        let detail = "the same amount was paid here a moment ago; confirm again only if you mean it";
        return Err(Problem::new(ProblemCode::PaymentRepeated, detail)
            .with("payment", row.id)
            .with("paid_at", row.paid_at)
            .into());
    }
    let does_not_fit = || StoreError::Broken("the payment does not fit".into());
    let commission = Commission::new(merchant.basis_points).ok_or_else(does_not_fit)?;
    let paying = Paying::of(frozen.amount, frozen.fee, commission, merchant.owed).ok_or_else(does_not_fit)?;
    let balance = delivery.account.deposit.checked_sub(quote.total).ok_or_else(does_not_fit)?;
    let day = city.local_day(now);
    let until = give_back_until(now, &section.policy);
    let gains = gains(&city.id, &merchant, &paying, &frozen.contract);
    let row =
        row(operator.new_id(now), delivery, (&till, &merchant, invoice), (frozen, paying), (day, until, balance))?;
    let payment = payers::told(row.clone())?;
    tx.write(update!(MerchantRow { id: merchant.id } set {
        payments: row.number,
        payable: merchant.payable + paying.merchants - paying.off_owed,
        owed: merchant.owed - paying.off_owed
    }))?;
    if let Some(invoice) = row.invoice {
        tx.write(update!(InvoiceRow { id: invoice } set { state: InvoiceWord::Paid, payment: Some(row.id) }))?;
    }
    let reference = row.id.to_string();
    tx.write(Write::insert(row))?;
    delivery.account.tell(&payment)?;
    Ok(Delivered { gains, outcome: OnTheWire::of(&MerchantsOutcome { payment })?, reference, kind: PAYMENT })
}

/// Who gains what: the merchant, whose debt is paid off first, the operator's commission, the fee.
fn gains(
    city: &CityId,
    merchant: &MerchantRow,
    paying: &Paying,
    contract: &PaymentContract,
) -> Vec<(LedgerAccount, i64)> {
    let (city, id) = (|| city.clone(), || merchant.id.to_string());
    let gains = [
        (LedgerAccount::OwedBy { service: NAME, city: city(), by: id() }, -paying.off_owed),
        (LedgerAccount::Payable { service: NAME, city: city(), to: id() }, paying.off_owed - paying.merchants),
        (LedgerAccount::Revenue { service: NAME, city: city() }, -paying.commission),
        (LedgerAccount::Fees { service: NAME, city: city(), to: contract.organisation.clone() }, -paying.fee),
    ];
    gains.into_iter().filter(|(_, amount)| *amount != 0).collect()
}

/// The row of a payment that is made now.
fn row(
    id: MerchantPaymentId,
    delivery: &Delivery<'_>,
    (till, merchant, invoice): (&TillRow, &MerchantRow, Option<InvoiceRow>),
    (frozen, paying): (Frozen, Paying),
    (paid_day, give_back_until, balance): (NaiveDate, DateTime<Utc>, i64),
) -> Outcome<PaymentRow> {
    let PaymentContract { organisation, link, version } = frozen.contract;
    let (invoice, invoice_reference) = invoice.map(|invoice| (invoice.id, invoice.reference)).unzip();
    Ok(PaymentRow {
        id,
        account: delivery.account.id,
        city: merchant.city.clone(),
        merchant: merchant.id,
        till: till.id,
        invoice,
        invoice_reference,
        number: merchant.payments + 1,
        names: merchant.names.clone(),
        business_number: merchant.business_number.clone(),
        category: merchant.category.clone(),
        till_name: till.name.clone(),
        amount: paying.amount,
        fee: paying.fee,
        basis_points: merchant.basis_points,
        commission: paying.commission,
        given_back: 0,
        fee_given_back: 0,
        commission_given_back: 0,
        currency: delivery.quote.currency,
        lines: Json::of(&frozen.lines)?,
        paid_at: delivery.now,
        paid_day,
        give_back_until,
        organisation,
        contract: link,
        contract_version: version,
        balance,
        sale: delivery.sale,
        settlement: None,
    })
}

/// A payment that was made, as it stands now.
fn outcome(tx: &mut dyn Tx, _: &Operator, _: DateTime<Utc>, payment: &str) -> Outcome<Option<OnTheWire>> {
    let row = tx.first(find!(PaymentRow { id: payment }))?;
    let made = |row| -> Outcome<OnTheWire> {
        let payment: MerchantPayment = payers::told(row)?;
        OnTheWire::of(&MerchantsOutcome { payment }).map_err(|why| StoreError::unreadable("payment", why).into())
    };
    row.map(made).transpose()
}
