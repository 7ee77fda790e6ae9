//! What payments need of a service that sells: its price now, and its delivery when the money is
//! there. The list is in `crate::services`.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::kernel::ids::{AccountId, QuoteId, RecordId as _, SaleId};
use mesto_protocol::kernel::json::Json;
use mesto_protocol::kernel::line::{Line, Notice};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::Money;
use mesto_rules::{City, PayMethod as RulesPay};
use serde::de::DeserializeOwned;

use super::PaymentLimits;
use crate::base::payments::rows::QuoteRow;
use crate::kernel::account::LockedAccount;
use crate::kernel::failure::Outcome;
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::operator::Operator;
use crate::kernel::store::{Ask, Tx};

/// What was delivered as it stands at a moment, by its reference; `None` when it is gone.
pub(crate) type ReadOutcome = fn(&mut dyn Tx, &Operator, DateTime<Utc>, &str) -> Outcome<Option<Json>>;

/// How a service is sold.
pub(crate) struct Sells {
    /// Its name on the wire.
    pub service: &'static str,
    /// What it costs now and what is promised; or why nothing is sold.
    pub price: fn(&mut dyn Tx, &Asked<'_>) -> Outcome<Priced>,
    /// Hands over what a quote promised, or refuses: it refuses before it writes. It tells the
    /// account what was bought.
    pub deliver: fn(&mut dyn Tx, &mut Delivery<'_>) -> Outcome<Delivered>,
    pub outcome: ReadOutcome,
    /// What is owed already, as for a car that stands in a garage: an account that is suspended or
    /// blocked pays it too.
    pub settles_debts: bool,
    /// What a delivery reads: asked in the round trip that locks the buyer's account.
    pub prefetch: fn(&Operator, QuoteId) -> Vec<Ask>,
}

/// Every service that is sold, by [`crate::services`].
pub(crate) struct Sellers(pub &'static [&'static Sells]);

impl Sellers {
    /// The service of this name, or a refusal that names those that are sold.
    pub fn of(&self, service: &str) -> Outcome<&'static Sells> {
        self.0.iter().copied().find(|sells| sells.service == service).ok_or_else(|| {
            let known: Vec<&str> = self.0.iter().map(|sells| sells.service).collect();
            Problem::new(
                ProblemCode::ServiceUnknown,
                format!("`{service}` is not sold here; these are: {}", known.join(", ")),
            )
            .with("known", known)
            .into()
        })
    }

    /// The quote's id with the place of its service in this list as its last byte. By it a
    /// purchase, which names nothing but the quote, reads what its own service needs and
    /// nothing of the others.
    pub fn marked(&self, quote: QuoteId, sells: &Sells) -> QuoteId {
        let mut bytes = quote.bytes();
        let place = self.0.iter().position(|known| known.service == sells.service);
        if let (Some(last), Some(place)) = (bytes.last_mut(), place.and_then(|place| u8::try_from(place).ok())) {
            *last = place;
        }
        QuoteId::from_bytes(bytes)
    }

    /// What the delivery of a quote will read, by the mark in its id. That is a guess and nothing
    /// is decided by it: a quote of another version of the operator, or one that somebody made
    /// up, only costs a round trip more.
    pub fn prefetch(&self, operator: &Operator, quote: QuoteId) -> Vec<Ask> {
        let place = quote.bytes().last().copied().map(usize::from);
        let sells = place.and_then(|place| self.0.get(place));
        sells.map_or_else(Vec::new, |sells| (sells.prefetch)(operator, quote))
    }
}

/// The wire's payment methods are those of the rules without SMS, which is bought outside the app.
pub(crate) fn rules_pay(pay: &PayMethod) -> Outcome<RulesPay> {
    Ok(pay.in_rules().ok_or_else(|| {
        Problem::new(ProblemCode::PaymentMethodNotAllowed, "this operator does not know it").with("method", pay)
    })?)
}

/// Somebody asks for a price.
pub(crate) struct Asked<'a> {
    pub operator: &'a Operator,
    pub now: DateTime<Utc>,
    pub city: &'a City,
    pub account: AccountId,
    pub pay: &'a PayMethod,
    pub subject: &'a Json,
}

impl Asked<'_> {
    /// How long after now its money may come at the latest: while the quote can be bought, and by
    /// card while the page lives.
    pub fn held(&self) -> TimeDelta {
        let quote = TimeDelta::seconds(self.city.quote_ttl_seconds.into());
        if *self.pay == PayMethod::Card { quote + self.operator.limits::<PaymentLimits>().page } else { quote }
    }

    /// What is asked for, as the service's own type.
    pub fn subject<T: DeserializeOwned>(&self) -> Outcome<T> {
        Ok(self.subject.read().map_err(|error| {
            Problem::new(ProblemCode::BadRequest, format!("the subject cannot be read: {error}"))
                .with("field", "items.subject")
        })?)
    }
}

/// What a service promises.
pub(crate) struct Priced {
    pub offer: Json,
    pub lines: Vec<Line>,
    pub notices: Vec<Notice>,
    pub total: Money,
    /// What is not paid for twice at the same time: see [`QuoteRow`].
    pub place: String,
    pub thing: String,
    /// What the delivery needs, JSON.
    pub terms: String,
}

/// The money is there: what was promised is to be handed over.
pub(crate) struct Delivery<'a> {
    pub operator: &'a Operator,
    pub now: DateTime<Utc>,
    pub quote: &'a QuoteRow,
    pub sale: SaleId,
    /// Key of the device that bought.
    pub device: Option<&'a str>,
    pub account: &'a mut LockedAccount,
}

impl Delivery<'_> {
    /// The city of the quote.
    pub fn city(&self) -> Outcome<&City> {
        self.operator.city(self.quote.city.as_str())
    }
}

/// What was handed over.
pub(crate) struct Delivered {
    pub outcome: Json,
    /// Its id, by which the service finds it again; with `kind` it stands in the ledger once.
    pub reference: String,
    /// What the movement is called in the ledger and in a person's history: `parking.ticket`.
    pub kind: &'static str,
    /// Who gains what the buyer pays, minor units: credits, which sum to minus the total.
    pub gains: Vec<(LedgerAccount, i64)>,
}
