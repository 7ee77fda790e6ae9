//! The contract: its versions, and accepting the newest one (AV-02, AV-125, AV-134).

use mesto_protocol::base::terms::{self, AcceptedTerms, CityTerms, TermsList, TermsPending, TermsToAccept};
use mesto_protocol::event::Change;
use mesto_rules::CityId;
use mesto_texts::TextValue;

use crate::kernel::client::Client;
use crate::kernel::error::Result;
use crate::kernel::service::Service;

/// What was accepted is the operator's to say; the phone keeps nothing of it.
pub const SERVICE: Service = Service {
    event: Some(|_, event, _| Ok(event.kind == AcceptedTerms::KIND && event.data.read::<AcceptedTerms>().is_ok())),
    ..Service::named(terms::SERVICE.name)
};

/// What is done with terms; see [`Client::terms`].
#[derive(Clone, Copy)]
pub struct AccountTerms<'c>(&'c Client);

impl Client {
    /// The contract and its changes. A quote tells in `terms_pending` what is to be shown before
    /// the button that pays.
    #[must_use]
    pub const fn terms(&self) -> AccountTerms<'_> {
        AccountTerms(self)
    }
}

impl AccountTerms<'_> {
    /// A change, for the person, before the button that pays.
    #[must_use]
    pub fn pending_text(self, pending: &TermsPending) -> String {
        let id = if pending.needs_acceptance { "terms-to-accept" } else { "terms-pending" };
        let values = [
            ("version", TextValue::Text(pending.version.clone())),
            ("effective_on", TextValue::Text(pending.effective_on.to_string())),
        ];
        self.0.text(id, &values)
    }

    /// The terms of a city with every version, and what this account accepted.
    ///
    /// # Errors
    /// `not_signed_in`, `city_unknown`, and whatever a request can answer.
    pub async fn list(self, city: &CityId) -> Result<Vec<CityTerms>> {
        let outcome = self.list_inner(city).await;
        self.0.explain(outcome)
    }

    async fn list_inner(self, city: &CityId) -> Result<Vec<CityTerms>> {
        self.0.signed_in()?;
        let list: TermsList = self.0.fetch(&terms::LIST, &[], &[("city", city.as_str())]).await?;
        Ok(list.items)
    }

    /// Accepts a version, as it was shown. Said again, it is the acceptance that is there. Who
    /// disagrees suspends the account or closes it.
    ///
    /// # Errors
    /// `terms_unknown` when there is a newer one by now, `not_signed_in`, `city_unknown`, and
    /// whatever a request can answer.
    pub async fn accept(self, city: &CityId, id: &str, version: &str) -> Result<AcceptedTerms> {
        let outcome = self.accept_inner(city, id, version).await;
        self.0.explain(outcome)
    }

    async fn accept_inner(self, city: &CityId, id: &str, version: &str) -> Result<AcceptedTerms> {
        self.0.signed_in()?;
        let body = TermsToAccept { city: city.to_string(), id: id.to_owned(), version: version.to_owned() };
        self.0.call(&terms::ACCEPT, &[], &body).await
    }
}
