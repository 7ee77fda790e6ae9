//! The bank: it takes cards for the operator, tells how that ended, sometimes late, twice or one
//! thing after the other, and pays back what it is asked to.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use mesto_operator::payments::{self, HttpAnswer, HttpRequest, ProviderLink};
use mesto_operator::store::transact;
use mesto_operator::{Clock, Store};
use mesto_protocol::base::payments::{NoticeOutcome, ProviderNotice};
use mesto_rules::money::Money;

use super::{Faults, World};
use crate::check;
use crate::driver::notice;
use crate::random::Random;

/// The bank's books.
#[derive(Default)]
pub(super) struct Bank {
    /// What it has to say, by the payment that the operator asked for.
    words: BTreeMap<String, Vec<Word>>,
    refunds: Arc<Mutex<Refunds>>,
    /// Of the requests that wait at the operator; one is sent when it is looked at.
    next_look: i64,
}

/// How one of the bank's own payments ended, told until it is heard.
struct Word {
    /// The bank's id of it.
    payment: String,
    amount: Money,
    outcome: NoticeOutcome,
    next_try: i64,
    told: bool,
    /// The operator refused to hear it: its money is not his.
    is_refused: bool,
}

/// What was paid back, by the operator's id of the refund.
#[derive(Default)]
struct Refunds {
    paid: BTreeMap<String, Paid>,
    random: Option<Random>,
    lost: u64,
}

struct Paid {
    /// The bank's own payment that it was taken from.
    payment: String,
    amount: Money,
}

impl Bank {
    /// Nothing is left to be told.
    pub(super) fn is_quiet(&self) -> bool {
        self.words.values().flatten().all(|word| word.told)
    }
}

impl World {
    /// A driver comes to the page of a payment.
    pub(super) fn visit_bank(&mut self, reference: &str, amount: Money) {
        use NoticeOutcome::{Approved, Declined};
        if self.bank.words.contains_key(reference) {
            return;
        }
        // Approve, decline, walk away; now and then an approval after a decline, a decline that is
        // told late, the card charged twice, or an approval of a payment that was told of another
        // one.
        let outcomes: &[NoticeOutcome] = match self.random.below(20) {
            0..12 => &[Approved],
            12..15 => &[Declined],
            15 => &[Declined, Approved],
            16 => &[Approved, Declined],
            17 => &[Approved, Approved],
            _ => &[],
        };
        let mut at = self.now() + self.random.between(5_000, 90_000);
        let mut words = Vec::new();
        for (place, outcome) in outcomes.iter().enumerate() {
            // Slower than the page lives, once in a while.
            if self.random.percent(8) {
                at += self.random.between(600_000, 1_800_000);
            }
            let foreign = if self.random.percent(2) { self.random.pick(&self.approved()).cloned() } else { None };
            let payment = foreign.unwrap_or_else(|| format!("pay-{reference}-{place}"));
            words.push(Word { payment, amount, outcome: *outcome, next_try: at, told: false, is_refused: false });
            at += self.random.between(1_000, 120_000);
        }
        self.bank.words.insert(reference.to_owned(), words);
    }

    /// The bank's own payments that the operator heard to be approved.
    fn approved(&self) -> Vec<String> {
        let words = self.bank.words.values().flatten();
        let heard = words.filter(|word| word.told && !word.is_refused && word.outcome == NoticeOutcome::Approved);
        heard.map(|word| word.payment.clone()).collect()
    }

    /// The bank tells the operator, and again until it is heard; now and then twice.
    pub(super) fn notify_operator(&mut self) {
        let now = self.now();
        let due: Vec<(String, usize)> = self
            .bank
            .words
            .iter()
            .flat_map(|(reference, words)| words.iter().enumerate().map(move |(place, word)| (reference, place, word)))
            .filter(|(_, _, word)| !word.told && word.next_try <= now)
            .map(|(reference, place, _)| (reference.clone(), place))
            .collect();
        for (reference, place) in due {
            let lost = self.random.percent(self.weather.lost);
            let answer_lost = self.random.percent(self.weather.lost);
            let doubled = self.random.percent(self.weather.doubled);
            let retry = now + self.random.between(2_000, 60_000);
            let word = self.bank.words.get_mut(&reference).and_then(|words| words.get_mut(place));
            let Some(word) = word else { continue };
            word.next_try = retry;
            if lost {
                continue;
            }
            let outcome = word.outcome;
            let said = notice(&ProviderNotice {
                payment: word.payment.clone(),
                reference: reference.clone(),
                amount: word.amount,
                outcome,
                reason: (outcome == NoticeOutcome::Declined).then(|| "card_declined".to_owned()),
            });
            if doubled {
                self.ask_directly(&said);
            }
            let Some(answer) = self.ask_directly(&said) else { continue };
            self.touched = true;
            // A refusal is final too: somebody at the operator looks at it.
            let word = self.bank.words.get_mut(&reference).and_then(|words| words.get_mut(place));
            if let Some(word) = word.filter(|_| answer.status < 500 && !answer_lost) {
                word.told = true;
                word.is_refused = answer.status >= 400;
            }
            self.note(|| format!("the bank says {outcome:?} of {reference} -> {}", answer.status));
        }
    }

    /// The operator asks the bank for what is to be paid back.
    pub(super) fn send_refunds(&mut self) -> Result<(), Faults> {
        let now = self.now();
        let Some((operator, store)) = self.operator.clone().filter(|_| self.bank.next_look <= now) else {
            return Ok(());
        };
        self.bank.next_look = now + 20_000;
        {
            let mut refunds = self.bank.refunds.lock().unwrap_or_else(PoisonError::into_inner);
            refunds.lost = self.weather.lost;
            if refunds.random.is_none() {
                refunds.random = Some(self.random.split());
            }
        }
        let (store, clock): (Arc<dyn Store>, _) = (store, Moment(self.moment()));
        let link = Counter(Arc::clone(&self.bank.refunds));
        let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|why| vec![why.to_string()])?;
        let answered = runtime
            .block_on(payments::send_due(&operator, &store, &clock, &link))
            .map_err(|error| vec![format!("refunds cannot be sent: {error}")])?;
        if answered > 0 {
            self.touched = true;
            self.note(|| format!("the bank answers {answered} requests for refunds"));
        }
        Ok(())
    }

    /// Nothing that is owed to a card is left.
    pub(super) fn refunds_are_done(&self) -> Result<bool, Faults> {
        let (_, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
        let left = transact(&**store, check::refunds_on_their_way).map_err(|error| vec![error.to_string()])?;
        Ok(left.is_empty())
    }

    /// By the bank's own books: what it took for a payment and did not pay back is what was
    /// delivered.
    pub(super) fn bank_agrees(&mut self) -> Result<(), Faults> {
        let (_, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
        let minor = |money: &Money| money.minor().map_err(|error| vec![error.to_string()]);
        let refunds = self.bank.refunds.lock().unwrap_or_else(PoisonError::into_inner);
        let mut faults = Vec::new();
        for (reference, words) in &self.bank.words {
            let mut kept = 0;
            for word in words.iter().filter(|word| word.outcome == NoticeOutcome::Approved && !word.is_refused) {
                self.report.card_payments += 1;
                kept += minor(&word.amount)?;
                for paid in refunds.paid.values().filter(|paid| paid.payment == word.payment) {
                    self.report.paid_back += 1;
                    kept -= minor(&paid.amount)?;
                }
            }
            let delivered =
                transact(&**store, |tx| check::delivered(tx, reference)).map_err(|error| vec![error.to_string()])?;
            if kept != delivered {
                faults.push(format!("the bank keeps {kept} of {reference}, and {delivered} was delivered"));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// The operator's clock at one moment.
struct Moment(chrono::DateTime<chrono::Utc>);

impl Clock for Moment {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.0
    }
}

/// Where the bank is asked for refunds: it pays each once, however often it is asked.
struct Counter(Arc<Mutex<Refunds>>);

impl Counter {
    fn ask(&self, request: &HttpRequest) -> Option<HttpAnswer> {
        let mut refunds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = refunds.lost;
        let mut chance = |percent| refunds.random.as_mut().is_some_and(|random| random.percent(percent));
        let (is_lost, answer_is_lost, is_not_now) = (chance(lost), chance(lost), chance(lost));
        if is_lost {
            return None;
        }
        if is_not_now {
            return Some(HttpAnswer { status: 503, body: Vec::new() });
        }
        let asked: serde_json::Value = serde_json::from_slice(&request.body).ok()?;
        let text = |field: &str| asked.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
        let amount = serde_json::from_value(asked.get("amount")?.clone()).ok()?;
        let (reference, payment) = (text("reference")?, text("payment")?);
        refunds.paid.entry(reference).or_insert(Paid { payment, amount });
        (!answer_is_lost).then(|| HttpAnswer { status: 200, body: br#"{"state":"done"}"#.to_vec() })
    }
}

impl ProviderLink for Counter {
    fn send(&self, request: HttpRequest) -> Pin<Box<dyn Future<Output = Option<HttpAnswer>> + Send + '_>> {
        Box::pin(async move { self.ask(&request) })
    }
}
