//! Prices from the operator, of every service.

use mesto_protocol::base::payments::{self, Part, PayMethod, Quote, QuoteRequest, Wanted};

use mesto_rules::CityId;

use super::Payments;
use crate::kernel::error::{Error, Result};

impl Payments<'_> {
    /// Asks for the price of one thing of a service, and sees that what is promised can be read:
    /// `O` is what the service promises. Nothing is stored.
    ///
    /// # Errors
    /// `not_signed_in`, `service_unknown`, `answer_unreadable` when only a later version can read
    /// the offer, and whatever the service refuses with.
    pub(crate) async fn quote<S: Part + Sync, O: Part>(
        self,
        city: &CityId,
        subject: &S,
        pay: PayMethod,
    ) -> Result<Quote> {
        self.0.signed_in()?;
        let wanted = Wanted::of(subject).map_err(Error::unreadable)?;
        let asked = QuoteRequest { city: city.to_string(), items: vec![wanted], pay, payer: None };
        let quote: Quote = self.0.call(&payments::QUOTE, &[], &asked).await?;
        match offer::<O>(&quote) {
            Some(_) => Ok(quote),
            None => Err(Error::unreadable(format!("what is promised of {} has another shape", O::SERVICE))),
        }
    }
}

/// What a quote promises of a service; `None` when it is another service's, or has a shape of a
/// later version.
pub fn offer<O: Part>(quote: &Quote) -> Option<O> {
    quote.items.iter().find_map(|item| item.offer().ok().flatten())
}
