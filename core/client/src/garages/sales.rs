//! The price of a visit from the operator, and its payment.

use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::garages::visits::{GaragesOffer, GaragesSubject};
use mesto_protocol::kernel::ProblemCode;
use mesto_rules::garages::TicketNumber;
use mesto_rules::{CityId, FacilityId};

use super::Garages;
use crate::base::payments::{self, IntentView};
use crate::kernel::error::Result;
use crate::kernel::intent::IntentState;

impl Garages<'_> {
    /// Asks what a ticket owes now, line by line (BG-64).
    /// [`Payments::buy`](crate::base::payments::Payments::buy) pays it, from the deposit or by card
    /// (BG-67).
    ///
    /// # Errors
    /// `visit_unknown`, `visit_of_another_facility` (parameter `facility`), `visit_already_paid`
    /// (`exit_by` where there is a time to leave), `nothing_owed` (`free_until`), `visit_over`,
    /// `facility_unreachable`, `paid_on_entry`, `facility_closed` (`opens_at`),
    /// `tariff_unknown`, `payment_method_not_allowed`, `not_signed_in`, ... A `facility`
    /// comes with its `facility_name`.
    pub async fn quote(
        self,
        city: &CityId,
        facility: &FacilityId,
        number: &TicketNumber,
        pay: PayMethod,
    ) -> Result<Quote> {
        let outcome = self.quote_of(city, &subject(facility, number), pay).await;
        self.0.explain_in(city, self.named(city, outcome))
    }

    async fn quote_of(self, city: &CityId, subject: &GaragesSubject, pay: PayMethod) -> Result<Quote> {
        let quote = self.0.payments().quote::<_, GaragesOffer>(city, subject, pay).await;
        quote.map_err(|error| error.for_now_if(ProblemCode::FacilityUnreachable))
    }

    /// Pays what a ticket owes now: a quote and its purchase in one. By card the intent's
    /// `page_url` is the provider's page. A payment of it that is still open is settled first,
    /// also one whose answer was lost: it is the answer then, unless its car has left (a number is
    /// given out again) or something is owed again by now: that is paid.
    ///
    /// # Errors
    /// `unconfirmed` when it is open in the other way, `phone_full`, and those of
    /// [`Garages::quote`].
    pub async fn pay(
        self,
        city: &CityId,
        facility: &FacilityId,
        number: &TicketNumber,
        pay: PayMethod,
    ) -> Result<IntentView> {
        let outcome = self.pay_for(city, &subject(facility, number), pay).await;
        self.0.explain_in(city, self.named(city, outcome))
    }

    async fn pay_for(self, city: &CityId, subject: &GaragesSubject, pay: PayMethod) -> Result<IntentView> {
        let is_of = |intent: &IntentView| intent.city == *city && intent.wanted_visit().as_ref() == Some(subject);
        if let Some(answer) = self.0.payments().settle_open(is_of, |intent| intent.pay == pay).await?
            && !is_of_a_car_before(&answer)
            && !self.owes_again(&answer)
        {
            return Ok(answer);
        }
        let quote = self.quote_of(city, subject, pay).await?;
        self.0.payments().buy(&quote).await
    }

    /// Whether what an intent has paid does not settle its visit any more.
    fn owes_again(self, intent: &IntentView) -> bool {
        let again = intent.visit().and_then(|visit| visit.owes_again_at);
        intent.state == IntentState::Confirmed && again.is_some_and(|again| again <= self.0.now())
    }

    /// What a quote promises of a visit; `None` when it is another service's.
    #[must_use]
    pub fn offer(self, quote: &Quote) -> Option<GaragesOffer> {
        payments::offer(quote)
    }
}

/// Whether an intent has paid for a car that has left: its number may be another car's by now.
fn is_of_a_car_before(intent: &IntentView) -> bool {
    intent.visit().is_some_and(|visit| visit.left_at.is_some())
}

fn subject(facility: &FacilityId, number: &TicketNumber) -> GaragesSubject {
    GaragesSubject { facility: facility.clone(), ticket: number.to_string() }
}
