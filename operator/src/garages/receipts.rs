//! The signed receipt of a visit: what was paid here opens a barrier that cannot ask.

use chrono::{DateTime, Utc};
use mesto_protocol::garages::signed::{ExitReceipt, GOOD_WITHOUT_END};
use mesto_rules::money::Money;

use crate::garages::visits::VisitRecord;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::signed_codes::{self, ToShow};

impl VisitRecord {
    /// Signs what its last payment settled, once it is known from when on something is owed again:
    /// each payment here is an issue of its own. None is signed for a visit that owes something
    /// at once.
    pub fn sign_receipt(&mut self, operator: &Operator, now: DateTime<Utc>) -> Outcome<()> {
        let ends_at = self.row.owes_again_at.unwrap_or(now + GOOD_WITHOUT_END);
        let (Some(ticket), true) = (self.row.ticket.clone(), ends_at > now) else {
            self.row.receipt = None;
            return Ok(());
        };
        let issues = self.payments.iter().filter(|payment| !payment.is_cash).count();
        let amount = self.payments.iter().map(|payment| payment.amount).sum();
        let what = ExitReceipt {
            city: self.row.city.clone(),
            facility: self.row.facility.clone(),
            ticket,
            exit_by: self.payments.iter().filter_map(|payment| payment.exit_by).max(),
            amount: Money::from_minor(amount, self.row.currency),
        };
        let issue = u32::try_from(issues).unwrap_or(u32::MAX);
        // A barrier has no proof of which phone it is: the ticket is what it takes, once.
        let shown = ToShow { id: self.row.id, issue, bought_at: now, starts_at: now, ends_at, device: None, what };
        self.row.receipt = Some(signed_codes::sign(operator, now, shown)?);
        Ok(())
    }
}
