//! What the operator says of itself: what it is told by its owner ([`Profile`]), and what follows
//! from its cities.

use mesto_protocol::base::operator_document::{
    self as wire, FeeKind, Legal, OfferedCity, OfferedPayment, OfferedService, OperatorDocument, ServedClients,
    SignInKind, SignedOperator,
};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::kernel::client_version::ClientVersion;
use mesto_rules::City;
use mesto_rules::city::Texts;
use mesto_rules::fact::Fact;

use super::public::SIGNED_EVERY;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::http::Response;
use crate::kernel::kept::Made;
use crate::kernel::operator::Operator;
use crate::kernel::service::{Service, serve};
use crate::kernel::store::StoreError;

pub(crate) const SERVICE: Service =
    Service { operations: &[&[serve!(static raw wire::OPERATOR => document)]], ..Service::of(&wire::SERVICE) };

/// What the owner of an operator says of it. Without more an operator is called by its DNS name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Counts from 1; raise it with every change.
    pub version: u32,
    /// Empty: its DNS name.
    pub name: Texts,
    /// The newest version of an app that it was tried with. The oldest one that is served is in its
    /// [`Config`](crate::Config).
    pub greatest_client: Option<ClientVersion>,
    /// What is absent here and stands in the contacts of its first city is taken from there.
    pub legal: Legal,
}

impl Default for Profile {
    fn default() -> Self {
        Self { version: 1, name: Texts::default(), greatest_client: None, legal: Legal::default() }
    }
}

/// The document, signed with a city key. The tag depends on what it says, not on the signature.
fn document(call: &Call<'_>) -> Outcome<Response> {
    let made = call.operator.kept.get(("operator", ""), call.now, SIGNED_EVERY, || {
        let said = said(call.operator)?;
        let unreadable = |why: &dyn std::fmt::Display| StoreError::unreadable("operator document", why);
        let json = said.to_json().map_err(|why| unreadable(&why))?;
        let body = SignedOperator::sign(&json, call.operator.keys.city(), call.now).map_err(|why| unreadable(&why))?;
        Ok(Made::text(body, json.as_bytes()))
    })?;
    Ok(made.answer(call.request))
}

fn said(operator: &Operator) -> Result<OperatorDocument, StoreError> {
    let Profile { version, name, greatest_client, legal } = operator.parts.get::<Profile>()?.clone();
    let (home, config) = (&operator.home, &operator.config);
    let others = operator.cities.values().filter(|city| city.id != home.id);
    let name = if name.0.is_empty() { Texts([("en".to_owned(), config.issuer.to_string())].into()) } else { name };
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Ok(OperatorDocument {
        operator: config.issuer.to_string(),
        version,
        name,
        currency: home.currency,
        cities: std::iter::once(home).chain(others).map(offered).collect(),
        sign_in: vec![SignInKind::SmsCode],
        client: ServedClients { least: config.min_client, greatest: greatest_client },
        legal: Legal {
            company: legal.company.or_else(|| some(&home.contacts.operator)),
            email: legal.email.or_else(|| some(&home.contacts.email)),
            phone: legal.phone.or_else(|| some(&home.contacts.phone)),
            ..legal
        },
    })
}

fn offered(city: &City) -> OfferedCity {
    let services = city.sections.formats();
    let card = &city.sections.wallet.card;
    // Where the operator bears the commission of every payment there is no fee, known or not.
    let (fee, amount) = match &card.fee {
        _ if card.free_from.is_zero() => (FeeKind::None, None),
        Fact::Unknown { .. } => (FeeKind::Unknown, None),
        Fact::Known(fee) if fee.value.is_zero() => (FeeKind::None, None),
        Fact::Known(fee) => (FeeKind::Known, Some(fee.value)),
    };
    let below = Some(card.free_from).filter(|_| fee != FeeKind::None);
    OfferedCity {
        id: city.id.clone(),
        version: city.version,
        name: city.name.clone(),
        services: services.map(|(name, format)| OfferedService { service: name.to_owned(), format }).collect(),
        payment: vec![
            OfferedPayment { method: PayMethod::Deposit, fee: FeeKind::None, amount: None, below: None },
            OfferedPayment { method: PayMethod::Card, fee, amount, below },
        ],
    }
}
