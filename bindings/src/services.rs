//! The list of services: what each sells, in its own types, and the topics that it tells of.

use std::sync::Arc;

use mesto_client::base::payments::IntentItem as ItemOfIntent;
use mesto_client::protocol::base::payments::{Part, QuoteItem as ItemOfQuote, SaleItem as ItemOfSale};
use mesto_client::protocol::base::wallet::{WalletOffer, WalletOutcome, WalletSubject};
use mesto_client::protocol::cards::riders::{CardsOffer, CardsOutcome, CardsSubject};
use mesto_client::protocol::garages::visits::{GaragesOffer, GaragesOutcome, GaragesSubject};
use mesto_client::protocol::kernel::json::Json;
use mesto_client::protocol::kernel::line::{Line, Notice};
use mesto_client::protocol::merchants::payers::{MerchantsOffer, MerchantsOutcome, MerchantsSubject};
use mesto_client::protocol::orders::driver::{OrdersOffer, OrdersOutcome, OrdersSubject};
use mesto_client::protocol::parking::purchase::{ParkingOffer, ParkingOutcome, ParkingSubject};
use mesto_client::protocol::passes::holders::{PassesOffer, PassesOutcome, PassesSubject};
use mesto_client::protocol::rides::riders::{RidesOffer, RidesOutcome, RidesSubject};
use mesto_client::protocol::services::CodeClaims;
use mesto_client::protocol::signed_code::{Claims, CodeError, Unread};
use mesto_client::{Observer as Hears, Topic};
use mesto_rules::Money;

use crate::garages::GarageReceipt;
use crate::kernel::client::Client;
use crate::kernel::error::MestoError;
use crate::kernel::ports::PhoneError;
use crate::kernel::signal::TopicSubscription;
use crate::parking::ParkingCode;
use crate::rides::RideTicket;

/// One line a service: what can be asked of it, what it promises and what is bought of it.
macro_rules! sold {
    ($($service:ident: $subject:ident, $offer:ident, $outcome:ident;)*) => {
        parts! {
            /// What was asked for, by service.
            ItemSubject, subject: $($service($subject))*
        }
        parts! {
            /// What is promised, by service.
            ItemOffer, offer: $($service($offer))*
        }
        parts! {
            /// What was bought, by service.
            ItemOutcome, outcome: $($service($outcome))*
        }
    };
}

macro_rules! parts {
    ($(#[$doc:meta])* $name:ident, $field:ident: $($service:ident($part:ident))*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, uniffi::Enum)]
        // UniFFI writes each case by value; a box is not possible here.
        #[allow(clippy::large_enum_variant)]
        pub enum $name {
            $($service { $field: $part },)*
            /// Of a service, or of a later shape, that this version does not know; as it came.
            Other { json: String },
        }

        impl $name {
            fn from_core(service: &str, json: &Json) -> Self {
                $(if service == $part::SERVICE && let Ok($field) = json.read() {
                    return Self::$service { $field };
                })*
                Self::Other { json: json.as_str().to_owned() }
            }

            fn json(&self) -> Result<Json, MestoError> {
                match self {
                    $(Self::$service { $field } => Json::of($field),)*
                    Self::Other { json } => mesto_rules::from_json(json.as_bytes()),
                }
                .map_err(MestoError::out_of_range)
            }
        }
    };
}

sold! {
    Parking: ParkingSubject, ParkingOffer, ParkingOutcome;
    Orders: OrdersSubject, OrdersOffer, OrdersOutcome;
    Garages: GaragesSubject, GaragesOffer, GaragesOutcome;
    Rides: RidesSubject, RidesOffer, RidesOutcome;
    Cards: CardsSubject, CardsOffer, CardsOutcome;
    Passes: PassesSubject, PassesOffer, PassesOutcome;
    Merchants: MerchantsSubject, MerchantsOffer, MerchantsOutcome;
    Wallet: WalletSubject, WalletOffer, WalletOutcome;
}

/// One thing of a quote.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct QuoteItem {
    pub service: String,
    pub subject: ItemSubject,
    pub offer: ItemOffer,
    /// What is not paid for twice at the same time: service, city, place and thing as one text, to
    /// compare.
    pub guard: String,
    /// In the order they are read, fees last. Their sum is `total`.
    pub lines: Vec<Line>,
    /// What to know before paying.
    pub notices: Vec<Notice>,
    pub total: Money,
    /// Who sells it.
    pub seller: String,
}

uniffi::custom_type!(ItemOfQuote, QuoteItem, {
    remote,
    lower: |item| QuoteItem::from(item),
    try_lift: |item| Ok(ItemOfQuote::try_from(item)?),
});

impl From<ItemOfQuote> for QuoteItem {
    fn from(item: ItemOfQuote) -> Self {
        let ItemOfQuote { service, subject, offer, guard, lines, notices, total, seller } = item;
        let (subject, offer) = (ItemSubject::from_core(&service, &subject), ItemOffer::from_core(&service, &offer));
        Self { service, subject, offer, guard, lines, notices, total, seller }
    }
}

impl TryFrom<QuoteItem> for ItemOfQuote {
    type Error = MestoError;
    fn try_from(item: QuoteItem) -> Result<Self, MestoError> {
        let QuoteItem { service, subject, offer, guard, lines, notices, total, seller } = item;
        let (subject, offer) = (subject.json()?, offer.json()?);
        Ok(Self { service, subject, offer, guard, lines, notices, total, seller })
    }
}

/// One thing that is paid for: what was asked for and promised, and what was bought.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct IntentItem {
    pub service: String,
    pub subject: ItemSubject,
    pub offer: ItemOffer,
    pub total: Money,
    /// What was bought, as it stands now; absent until it was delivered.
    pub outcome: Option<ItemOutcome>,
}

uniffi::custom_type!(ItemOfIntent, IntentItem, {
    remote,
    lower: |item| IntentItem::from(item),
    try_lift: |item| Ok(ItemOfIntent::try_from(item)?),
});

impl From<ItemOfIntent> for IntentItem {
    fn from(item: ItemOfIntent) -> Self {
        let ItemOfIntent { service, subject, offer, total, outcome } = item;
        let (subject, offer) = (ItemSubject::from_core(&service, &subject), ItemOffer::from_core(&service, &offer));
        let outcome = outcome.map(|outcome| ItemOutcome::from_core(&service, &outcome));
        Self { service, subject, offer, total, outcome }
    }
}

impl TryFrom<IntentItem> for ItemOfIntent {
    type Error = MestoError;
    fn try_from(item: IntentItem) -> Result<Self, MestoError> {
        let IntentItem { service, subject, offer, total, outcome } = item;
        let outcome = outcome.as_ref().map(ItemOutcome::json).transpose()?;
        Ok(Self { service, subject: subject.json()?, offer: offer.json()?, total, outcome })
    }
}

/// One thing of a sale.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct SaleItem {
    pub service: String,
    pub subject: ItemSubject,
    /// What was bought, as it stands now; absent until it was delivered.
    pub outcome: Option<ItemOutcome>,
}

uniffi::custom_type!(ItemOfSale, SaleItem, {
    remote,
    lower: |item| SaleItem::from(item),
    try_lift: |item| Ok(ItemOfSale::try_from(item)?),
});

impl From<ItemOfSale> for SaleItem {
    fn from(item: ItemOfSale) -> Self {
        let ItemOfSale { service, subject, outcome } = item;
        let subject = ItemSubject::from_core(&service, &subject);
        let outcome = outcome.map(|outcome| ItemOutcome::from_core(&service, &outcome));
        Self { service, subject, outcome }
    }
}

impl TryFrom<SaleItem> for ItemOfSale {
    type Error = MestoError;
    fn try_from(item: SaleItem) -> Result<Self, MestoError> {
        let SaleItem { service, subject, outcome } = item;
        let outcome = outcome.as_ref().map(ItemOutcome::json).transpose()?;
        Ok(Self { service, subject: subject.json()?, outcome })
    }
}

/// What a code is for.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum CodeSays {
    Parking {
        code: ParkingCode,
    },
    Garages {
        receipt: GarageReceipt,
    },
    Rides {
        ticket: RideTicket,
    },
    /// Of a later version: update the app.
    Other,
}

/// The id in a genuine code, and what it is for.
pub(crate) fn code_says(claims: &Claims<Unread>) -> Result<(String, CodeSays), CodeError> {
    Ok(match CodeClaims::read(claims)? {
        CodeClaims::ParkingTicket(said) => (said.id.to_string(), CodeSays::Parking { code: said.what.into() }),
        CodeClaims::ExitReceipt(said) => (said.id.to_string(), CodeSays::Garages { receipt: said.what.into() }),
        CodeClaims::Ride(said) => (said.id.to_string(), CodeSays::Rides { ticket: said.what.into() }),
    })
}

mesto_client::topics_shown!();

/// Told every topic first, then those that changed.
#[uniffi::export(with_foreign)]
pub trait Observer: Send + Sync {
    /// The state of these topics is to be read again. Called from the core's own thread with no
    /// lock held; may call the client. What it throws is ignored.
    fn changed(&self, topics: Vec<Topic>) -> Result<(), PhoneError>;
}

/// The app's observer in the place of the core's.
struct Listener(Arc<dyn Observer>);

impl Hears for Listener {
    fn changed(&self, topics: &[Topic]) {
        // A screen that failed hears of the next change all the same.
        let _ = self.0.changed(topics.to_vec());
    }
}

#[uniffi::export]
impl Client {
    /// Calls the observer with every topic at once and then with those that changed, until the
    /// subscription ends.
    #[must_use]
    pub fn subscribe(&self, observer: Arc<dyn Observer>) -> Arc<TopicSubscription> {
        TopicSubscription::new(self.0.core.subscribe(Arc::new(Listener(observer))))
    }
}
