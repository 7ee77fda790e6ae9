//! Quotes: a price that is held for a while, whatever it is for.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::{PayMethod, Quote, QuoteItem, QuoteRequest};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::{Problem, ProblemCode};

use super::PaymentLimits;
use crate::base::payments::buyer::Buyer;
use crate::base::payments::rows::{PayWord, QuoteRow};
use crate::base::payments::sells::{Asked, Priced, Sellers};
use crate::base::terms;
use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::limits;
use crate::kernel::store::{Select, Tx, Write};
use crate::{projection, values};

/// What is counted of an account's quotes.
const WINDOW: TimeDelta = TimeDelta::days(1);

projection! {
    /// The quotes of an account, `$1`, since `$2`, of a service, `$3`, that bought nothing.
    struct OfLate {
        count: i64 = "COUNT(*)",
        oldest: Option<DateTime<Utc>> = "MIN(issued_at)",
    }
}

/// Each service is counted by itself: whoever asked for many prices of one is told the others'.
fn of_late(account: AccountId, service: &str, now: DateTime<Utc>) -> Select<OfLate> {
    let since = (now - WINDOW).timestamp_millis();
    Select::of(
        "FROM quote WHERE quote.account = $1 AND quote.issued_at > $2 AND quote.service = $3 AND NOT EXISTS (SELECT 1 FROM sale WHERE sale.account = quote.account AND sale.id = 'sa' || SUBSTR(quote.id, 3) AND sale.state = 'delivered')",
        values![account, since, service],
    )
}

/// A price, promised until the quote expires.
pub(crate) fn make(tx: &mut dyn Tx, call: &mut Call<'_>, asked: QuoteRequest) -> Outcome<Quote> {
    let account = call.who()?.account;
    if asked.payer.is_some_and(|payer| payer != account) {
        return Err(Problem::new(ProblemCode::BadRequest, "only the caller himself pays; leave payer out")
            .with("field", "payer")
            .into());
    }
    let [wanted] = asked.items.as_slice() else {
        return Err(Problem::new(
            ProblemCode::ItemsNotSupported,
            format!("{} items were asked for; ask for one at a time", asked.items.len()),
        )
        .with("most", 1)
        .into());
    };
    let sellers = call.operator.parts.get::<Sellers>()?;
    let sells = sellers.of(&wanted.service)?;
    let buyer = Buyer::asked(tx, account)?;
    buyer.may_pay(call.operator, sells)?;
    if let PayMethod::Other(word) = &asked.pay {
        let detail = format!("`{word}` is no way to pay here; deposit and card are");
        return Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, detail)
            .with("method", word)
            .with("allowed", PayMethod::KNOWN)
            .into());
    }
    let (operator, now) = (call.operator, call.now);
    let city = operator.city(&asked.city)?;
    let asked = Asked { operator, now, city, account, pay: &asked.pay, subject: &wanted.subject };
    let Priced { offer, lines, notices, total, place, thing, terms } = (sells.price)(tx, &asked)?;
    if !total.amount.is_sign_positive() {
        return refuse(ProblemCode::OutOfRange, "nothing is to be paid");
    }
    let pay = asked.pay.clone();
    let pending = buyer.pending(city, &wanted.service, now);
    let quote = Quote {
        id: sellers.marked(operator.new_id(now), sells),
        city: city.id.clone(),
        issued_at: now,
        expires_at: now + TimeDelta::seconds(city.quote_ttl_seconds.into()),
        page_lives_seconds: (pay == PayMethod::Card)
            .then(|| u32::try_from(operator.limits::<PaymentLimits>().page.num_seconds()).unwrap_or(u32::MAX)),
        payer: account,
        actor: account,
        items: vec![QuoteItem {
            service: wanted.service.clone(),
            subject: wanted.subject.clone(),
            offer,
            guard: format!("{}/{}/{place}/{thing}", wanted.service, city.id),
            lines,
            notices,
            total,
            seller: city.contacts.operator.clone(),
        }],
        pay,
        total,
        terms_pending: pending.iter().map(terms::told).collect(),
    };
    // A quote may name a plate: none is left behind by an account that is closed meanwhile.
    let (_locked, asked_for) = LockedAccount::of_caller_then(tx, account, of_late(account, &wanted.service, now))?;
    let most = operator.limits::<PaymentLimits>().quotes_per_day;
    for OfLate { count, oldest } in asked_for {
        limits::within(WINDOW, (count, oldest), most, now, || {
            format!("{count} prices of {} were asked for within a day, at most {most} are told", wanted.service)
        })?;
    }
    tx.write(Write::insert(QuoteRow {
        id: quote.id,
        account,
        city: quote.city.clone(),
        service: wanted.service.clone(),
        place,
        thing,
        pay: PayWord::try_from(quote.pay.clone())?,
        subject: wanted.subject.as_str().to_owned(),
        terms,
        total: total.minor()?,
        currency: total.currency,
        issued_at: now,
        expires_at: quote.expires_at,
    }))?;
    Ok(quote)
}
