//! What the operator says of itself: taken only when it is signed, this operator's and no older
//! one; and whether this app is one that it serves.

use std::sync::Arc;

use chrono::NaiveDate;
use mesto_protocol::ProblemCode;
use mesto_protocol::base::operator_document::{
    self as wire, FeeKind, LegalKind, OperatorDocument, ServedClients, SignInKind, SignedOperator,
};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::kernel::client_version::ClientVersion;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::keys::KeySet;
use mesto_rules::{CityId, Currency, Money, shown};
use serde::Serialize;

use super::cities::text_of;
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::service::Service;
use crate::kernel::signal::Connection;
use crate::kernel::store::{self, StoredDocument};

/// The topic of the operator's document.
const TOPIC: &str = wire::SERVICE.name;
/// Its name among the documents.
const DOCUMENT: &str = "operator";

pub const SERVICE: Service = Service {
    widget: Some(|client| Json::of(&*client.operator().state())),
    codes: &["operator_untrusted"],
    ..Service::named(TOPIC)
};

shown! { operator_document_shown;
    /// What the operator said of itself last, in the client's language.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct OperatorView {
        /// Its DNS name.
        pub operator: String,
        pub version: u32,
        pub name: String,
        /// Of its deposit and of all its prices.
        pub currency: Currency,
        /// In the order in which they are to be offered.
        pub cities: Vec<CityOfOperator>,
        /// How a driver can sign in.
        pub sign_in: Vec<SignInKind>,
        /// The least version of an app that it serves; `None` for all.
        pub least_client: Option<String>,
        /// The newest version that it was tried with; `None` where it does not say.
        pub greatest_client: Option<String>,
        pub legal: LegalView,
    }

    /// A city of an operator.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct CityOfOperator {
        pub id: CityId,
        /// Of the city document that the operator serves.
        pub version: u32,
        pub name: String,
        pub services: Vec<ServiceOfCity>,
        /// What its sales are paid by; a service may take less.
        pub payment: Vec<PaymentOfCity>,
    }

    /// A service in a city.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct ServiceOfCity {
        /// The service's name: `parking`.
        pub service: String,
        /// Of its section of the city.
        pub format: u32,
    }

    /// A way to pay in a city.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct PaymentOfCity {
        pub method: PayMethod,
        pub fee: FeeKind,
        /// The fee; only of one that is known.
        pub amount: Option<Money>,
        /// The fee is taken below this total only.
        pub below: Option<Money>,
    }

    /// Who an operator is in law. What it does not say is `None`.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct LegalView {
        /// The company's name as it is registered.
        pub company: Option<String>,
        pub address: Option<String>,
        /// Its number in the register of companies, and which register.
        pub registration: Option<String>,
        pub tax_number: Option<String>,
        pub email: Option<String>,
        pub phone: Option<String>,
        pub texts: Vec<LegalTextView>,
    }

    /// Terms, privacy and the like.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct LegalTextView {
        pub kind: LegalKind,
        /// As the operator counts it.
        pub version: String,
        /// The first day on which it holds.
        pub effective_on: NaiveDate,
        pub title: String,
        /// Plain; `None` where only its address is given.
        pub text: Option<String>,
        /// Where it stands in the web.
        pub link: Option<String>,
    }

    /// Whether the operator serves this version of the app.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub enum ClientStanding {
        /// The operator's document is not on the phone yet.
        #[default]
        Unknown,
        Served,
        /// It is refused; this is the least version that is served.
        TooOld { least: String },
        /// It is newer than the newest one that the operator was tried with. It works, with what
        /// the operator has.
        Newer { greatest: String },
    }

    /// The operator as it said last.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct OperatorState {
        /// `None` before the first refresh.
        pub document: Option<OperatorView>,
        pub client: ClientStanding,
    }
}

/// The operator itself; see [`Client::operator`].
#[derive(Clone, Copy)]
pub struct Operator<'c>(&'c Client);

impl Client {
    /// What the operator says of itself.
    #[must_use]
    pub const fn operator(&self) -> Operator<'_> {
        Operator(self)
    }
}

impl Operator<'_> {
    /// What the operator said last, and whether it serves this app. Local.
    #[must_use]
    pub fn state(self) -> Arc<OperatorState> {
        self.0.state(TOPIC, |core, now| {
            let stored = core.read(now, |db| store::document(db, DOCUMENT))?;
            let stored = stored.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
            // One that a newer app stored and this one cannot read is fetched again.
            let document = stored.and_then(|json| OperatorDocument::from_json(json).ok());
            let language = self.0.config().locale.tag();
            let client = match &document {
                Some(document) => standing(&document.client, &self.0.config().version),
                None => ClientStanding::Unknown,
            };
            Ok((OperatorState { document: document.map(|document| view(document, language)), client }, None))
        })
    }

    /// Fetches the key set and the operator's document, believes them only when they are signed as
    /// they should be, and stores them. At the first start and once a day.
    ///
    /// # Errors
    /// `keys_untrusted`; `operator_untrusted` (altered, rolled back, signed by the wrong key,
    /// of another operator): what was stored stays in use. `client_too_old` with the least
    /// version that is served (`min_client`): the document is stored, and the app must be
    /// updated. And whatever a request can answer.
    pub async fn refresh(self) -> Result<Arc<OperatorState>> {
        let outcome = self.refresh_inner().await;
        self.0.explain(outcome)
    }

    async fn refresh_inner(self) -> Result<Arc<OperatorState>> {
        let keys = self.0.cities().refresh_keys().await?;
        self.fetch(&keys).await?;
        let state = self.state();
        if let ClientStanding::TooOld { least } = &state.client {
            self.0.connection_is(Connection::UpdateNeeded);
            let (code, version) = (ProblemCode::ClientTooOld.as_str(), &self.0.config().version);
            let detail = format!("versions from {least} are served, this is {version}");
            return Err(Error::new(ErrorKind::Refused, code, detail).with("min_client", least.as_str()));
        }
        self.0.connection_is(Connection::Online);
        Ok(state)
    }

    /// Whoever stands behind the keys is the operator that this file is of: shown by its signed
    /// document, which is fetched where there is none yet.
    pub(crate) async fn meet(self, keys: &KeySet) -> Result<()> {
        let now = self.0.now();
        let is_known = self.0.core().read(now, |db| store::signed_document(db, DOCUMENT))?.is_some();
        if is_known { Ok(()) } else { self.fetch(keys).await }
    }

    /// Before anything is sent that is about a person: whoever stands behind the pinned root is the
    /// operator that this file is of. Asks nothing where that was found before.
    pub(crate) async fn met(self) -> Result<()> {
        let now = self.0.now();
        let is_known = self.0.core().read(now, |db| store::signed_document(db, DOCUMENT))?.is_some();
        if is_known && self.0.stored_keys().is_some() {
            return Ok(());
        }
        let keys = self.0.cities().refresh_keys().await?;
        self.meet(&keys).await
    }

    /// Fetches the document, believes it only when it is signed as it should be, and stores it.
    async fn fetch(self, keys: &KeySet) -> Result<()> {
        let answer = self.0.fetch_text(&wire::OPERATOR, &[]).await?;
        let untrusted = |why: &dyn std::fmt::Display| {
            Error::untrusted("operator_untrusted", "operator document", why)
                .with("operator", self.0.operator_name().as_str())
        };
        let wire = text_of(&answer, "operator_untrusted", "operator document")?;
        let now = self.0.now();
        let known = self.0.core().read(now, |db| store::signed_document(db, DOCUMENT))?;
        let known = known.as_ref().map(StoredDocument::known);
        let name = self.0.operator_name().as_str();
        let SignedOperator { document, signed_at, json, .. } =
            SignedOperator::verify(&wire, keys, now, name, known).map_err(|why| untrusted(&why))?;
        // The cities in it can be newer under the same number; then it was signed later.
        if known.is_none_or(|known| known.json != json || known.signed_at < signed_at) {
            let at = (document.version, signed_at);
            self.0.core().write(now, |tx| store::put_document(tx, TOPIC, DOCUMENT, at, json.as_bytes(), now))?;
        }
        self.0.changed();
        Ok(())
    }
}

/// What the operator serves, said of one version of an app. One that is no version is taken for the
/// oldest.
fn standing(served: &ServedClients, version: &str) -> ClientStanding {
    let own: Option<ClientVersion> = version.parse().ok();
    match served {
        ServedClients { least: Some(least), .. } if own < Some(*least) => {
            ClientStanding::TooOld { least: least.to_string() }
        }
        ServedClients { greatest: Some(greatest), .. } if own > Some(*greatest) => {
            ClientStanding::Newer { greatest: greatest.to_string() }
        }
        ServedClients { .. } => ClientStanding::Served,
    }
}

fn view(document: OperatorDocument, language: &str) -> OperatorView {
    let OperatorDocument { operator, version, name, currency, cities, sign_in, client, legal } = document;
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let city = |city: wire::OfferedCity| CityOfOperator {
        name: city.name.get(language).to_owned(),
        services: city
            .services
            .into_iter()
            .map(|wire::OfferedService { service, format }| ServiceOfCity { service, format })
            .collect(),
        payment: city
            .payment
            .into_iter()
            .map(|wire::OfferedPayment { method, fee, amount, below }| PaymentOfCity { method, fee, amount, below })
            .collect(),
        id: city.id,
        version: city.version,
    };
    let text = |text: wire::LegalText| LegalTextView {
        kind: text.kind,
        version: text.version,
        effective_on: text.effective_on,
        title: text.title.get(language).to_owned(),
        text: some(text.text.get(language)),
        link: some(text.link.get(language)),
    };
    OperatorView {
        operator,
        version,
        name: name.get(language).to_owned(),
        currency,
        cities: cities.into_iter().map(city).collect(),
        sign_in,
        least_client: client.least.map(|version| version.to_string()),
        greatest_client: client.greatest.map(|version| version.to_string()),
        legal: LegalView {
            company: legal.company,
            address: legal.address,
            registration: legal.registration,
            tax_number: legal.tax_number,
            email: legal.email,
            phone: legal.phone,
            texts: legal.texts.into_iter().map(text).collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_served_between_the_least_and_whatever_is_newer() {
        let version = |major, minor, patch| Some(ClientVersion { major, minor, patch });
        let served = ServedClients { least: version(1, 2, 0), greatest: version(1, 10, 0) };
        for old in ["1.1.9", "0.9.0", "1.1", "1.1.9-rc1", "new", ""] {
            assert_eq!(standing(&served, old), ClientStanding::TooOld { least: "1.2.0".to_owned() }, "{old}");
        }
        for fits in ["1.2.0", "1.2", "1.2.0-rc1", "1.9.7", "1.10.0+7"] {
            assert_eq!(standing(&served, fits), ClientStanding::Served, "{fits}");
        }
        assert_eq!(standing(&served, "1.10.1"), ClientStanding::Newer { greatest: "1.10.0".to_owned() });
        assert_eq!(standing(&ServedClients::default(), "0.0.1"), ClientStanding::Served);
    }
}
