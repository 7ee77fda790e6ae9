//! The bank: drivers pay on its page or do not, and it tells the operator until it is heard.

use mesto_operator::{Request, payments};
use mesto_protocol::base::payments::{BankNotice, BankOutcome};
use mesto_protocol::route;
use mesto_rules::money::Money;

use super::World;
use crate::driver::SECRET;

/// A card payment on the bank's page, as the bank sees it.
pub(super) struct Payment {
    amount: Money,
    /// Approve, decline, or the driver walks away.
    outcome: Option<BankOutcome>,
    next_try: i64,
    told: bool,
}

impl World {
    pub(super) fn visit_bank(&mut self, url: &str, amount: Money) {
        let Some(reference) = url.split(['?', '&']).find_map(|pair| pair.strip_prefix("reference=")).map(str::to_owned)
        else {
            return;
        };
        if self.bank.contains_key(&reference) {
            return;
        }
        let outcome = match self.random.below(10) {
            0..7 => Some(BankOutcome::Approved),
            7..9 => Some(BankOutcome::Declined),
            _ => None,
        };
        let next_try = self.now() + self.random.between(5_000, 90_000);
        self.bank.insert(reference, Payment { amount, outcome, next_try, told: false });
    }

    /// The bank tells the operator, and again until it is heard.
    pub(super) fn notify_operator(&mut self) {
        let now = self.now();
        let due: Vec<String> = self
            .bank
            .iter()
            .filter(|(_, payment)| !payment.told && payment.outcome.is_some() && payment.next_try <= now)
            .map(|(reference, _)| reference.clone())
            .collect();
        for reference in due {
            let lost = self.random.percent(self.weather.lost);
            let answer_lost = self.random.percent(self.weather.lost);
            let retry = now + self.random.between(2_000, 60_000);
            let Some(payment) = self.bank.get_mut(&reference) else { continue };
            payment.next_try = retry;
            let Some(outcome) = payment.outcome else { continue };
            if lost {
                continue;
            }
            let reason = (outcome == BankOutcome::Declined).then(|| "card_declined".to_owned());
            let notice = BankNotice {
                payment: format!("pay-{reference}"),
                reference: reference.clone(),
                amount: payment.amount,
                outcome,
                reason,
            };
            let mut request = Request::new("POST", route::BANK_NOTICE).json(&notice);
            let signature = payments::sign(SECRET.as_bytes(), &request.body);
            request = request.header("mesto-signature", &signature);
            let Some(answer) = self.ask_directly(&request) else { continue };
            self.touched = true;
            if (200..300).contains(&answer.status)
                && !answer_lost
                && let Some(payment) = self.bank.get_mut(&reference)
            {
                payment.told = true;
            }
            self.note(|| format!("the bank says {outcome:?} of {reference} -> {}", answer.status));
        }
    }
}
