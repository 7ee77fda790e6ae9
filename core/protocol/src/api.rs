//! Requests and answers of `/v1`. Times are RFC 3339 in UTC, money is `{amount: "80.00", currency: "RSD"}`, lengths are minutes.
//!
//! An operator may be newer than the app: in an answer unknown fields are passed over, and an unknown word of an open
//! enum is `Other`. In a request every word must be known.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use mesto_rules::quote::{Quote as QuoteTerms, QuoteLine};
use serde::de::{IntoDeserializer as _, value};
use serde::{Deserialize, Deserializer, Serialize};

macro_rules! wire {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })*) => {
        $($(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($body)* })*
    };
}
macro_rules! words {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident),* $(,)? })*) => {
        $($(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),* })*
    };
}
/// Words of answers: later versions may add more. By itself each reads only the words of today, so that requests and an
/// operator's own rows stay strict; a field of an answer reads with [`open`].
macro_rules! open_words {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident),* $(,)? })*) => {
        words! {
            $($(#[$meta])*
            #[doc = ""]
            #[doc = "Open in answers: later versions may add words. An app shows one it does not know plainly as such, never as another."]
            pub enum $name {
                $($(#[$vmeta])* $variant,)*
                /// A word of a later version: nothing may be concluded from it.
                #[serde(skip_deserializing)]
                Other,
            })*
        }
        $(impl Open for $name {
            const OTHER: Self = Self::Other;
        })*
    };
}

/// An enum whose answers may hold words that this version does not know.
trait Open: Sized {
    const OTHER: Self;
}

/// Reads a word of an answer.
fn open<'de, T: Open + Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let word = String::deserialize(deserializer)?;
    let word: value::StringDeserializer<value::Error> = word.into_deserializer();
    Ok(T::deserialize(word).unwrap_or(T::OTHER))
}

wire! {
    /// `GET /v1/clock`
    pub struct Clock {
        pub now: DateTime<Utc>,
    }

    /// `POST /v1/auth/code`: asks for a one-time code; the answer is the same for known and unknown numbers.
    pub struct CodeRequest {
        /// International form, `+381641234567`; spaces and dashes are allowed.
        pub phone: String,
    }
    pub struct CodeSent {
        pub expires_at: DateTime<Utc>,
        /// Another code can be asked for from this moment.
        pub resend_at: DateTime<Utc>,
        pub digits: u8,
    }

    /// `POST /v1/auth/session`: trades the code for a token, and registers the device's signing key.
    pub struct SignIn {
        pub phone: String,
        pub code: String,
        /// Shown to the user in the list of his devices.
        pub device: String,
        /// P-256 public key, SEC1 uncompressed, base64url without padding.
        pub device_key: String,
    }
    pub struct Session {
        /// `Authorization: Bearer <token>`; shown once, stored hashed.
        pub token: String,
        pub account: String,
        #[serde(deserialize_with = "open")]
        pub role: Role,
        pub expires_at: DateTime<Utc>,
    }

    /// `GET /v1/account`: everything an app shows, as of `seq`.
    pub struct Account {
        pub account: String,
        pub phone_masked: String,
        /// Cursor of the last event that is already in this answer.
        pub seq: i64,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub balance: Money,
        pub vehicles: Vec<Vehicle>,
        /// Newest first: every running one, and the last 50 that are over.
        pub tickets: Vec<Ticket>,
        pub orders: Vec<Order>,
        /// Those that wait for the bank.
        pub topups: Vec<Topup>,
    }

    /// `POST /v1/vehicles`
    pub struct NewVehicle {
        pub city: String,
        /// As the driver types it: `BG 789-PP`, `bg789pp`.
        pub plate: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub label: Option<String>,
    }
    pub struct Vehicle {
        pub id: String,
        /// As it is shown: `BG 789-PP`.
        pub plate: String,
        /// As it is compared: `BG789PP`.
        pub canonical: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub label: Option<String>,
    }
    pub struct Vehicles {
        pub vehicles: Vec<Vehicle>,
    }

    /// `GET /v1/zones?city=&lat=&lon=&sign=`: nearest first; a sign code wins over the position.
    pub struct Zones {
        pub zones: Vec<ZoneNear>,
        /// The zone of the sign code, when one was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by_sign: Option<String>,
    }
    pub struct ZoneNear {
        pub zone: String,
        pub name: String,
        /// Metres to its edge, 0 inside.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub distance_metres: Option<u32>,
        /// The edge was drawn by hand: show it so.
        pub approximate: bool,
    }

    /// `POST /v1/quotes`
    pub struct QuoteRequest {
        pub city: String,
        pub zone: String,
        /// Id of a vehicle of this account.
        pub vehicle: String,
        pub minutes: u32,
        #[serde(default)]
        pub pay: PayMethod,
    }
    /// A price that holds until `expires_at`; buying it costs exactly `terms.total`.
    pub struct Quote {
        pub id: String,
        pub city: String,
        pub vehicle: String,
        pub plate: String,
        pub issued_at: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
        #[serde(deserialize_with = "open")]
        pub pay: PayMethod,
        /// The running ticket this continues.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub extends: Option<String>,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::QuoteTerms))]
        pub terms: QuoteTerms,
    }

    /// `POST /v1/tickets` with an Idempotency-Key
    pub struct Purchase {
        pub quote: String,
        /// After this moment the operator refuses with `intent_expired` instead of selling late.
        pub not_after: DateTime<Utc>,
    }
    /// The answer of a purchase.
    pub struct Purchased {
        pub ticket: Ticket,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub balance: Money,
    }
    pub struct Ticket {
        pub id: String,
        pub city: String,
        pub zone: String,
        /// Canonical plate.
        pub plate: String,
        /// The plate as it is shown.
        pub plate_shown: String,
        #[serde(deserialize_with = "open")]
        pub channel: Channel,
        #[serde(deserialize_with = "open")]
        pub state: TicketState,
        /// When the operator received the purchase (BG-47).
        pub issued_at: DateTime<Utc>,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        /// The minutes that were paid for; fewer than from start to end where the ticket goes on after closing.
        pub minutes: u32,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub price: Money,
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::QuoteLine>))]
        pub lines: Vec<QuoteLine>,
        pub tariff: String,
        #[serde(deserialize_with = "open")]
        pub pay: PayMethod,
        pub stay: StayOfTicket,
        /// The ticket it continued.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub extends: Option<String>,
        /// Issuer-signed ticket (COSE_Sign1, base45), verifiable offline with the ticket keys of `/v1/keys`.
        pub signed: String,
    }
    pub struct StayOfTicket {
        pub id: String,
        pub started_at: DateTime<Utc>,
        /// No purchase of this stay can end later; absent where there is no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deadline: Option<DateTime<Utc>>,
        pub paid_until: DateTime<Utc>,
    }
    /// `GET /v1/tickets?before=<id>&limit=`: newest first.
    pub struct Tickets {
        pub tickets: Vec<Ticket>,
        pub more: bool,
    }

    /// `GET /v1/deposit?before=<entry>&limit=`: the balance and what consumed it (BG-36, BG-37), newest first.
    pub struct Deposit {
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub balance: Money,
        pub entries: Vec<DepositEntry>,
        pub more: bool,
    }
    pub struct DepositEntry {
        pub id: i64,
        pub at: DateTime<Utc>,
        #[serde(deserialize_with = "open")]
        pub kind: EntryKind,
        /// Id of the top-up, ticket or order.
        pub reference: String,
        /// Signed: a purchase is negative.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub amount: Money,
        /// The balance after it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub balance: Money,
    }

    /// `POST /v1/deposit/topups` with an Idempotency-Key
    pub struct NewTopup {
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub amount: Money,
        pub not_after: DateTime<Utc>,
        /// Where the bank's page leads back to; gets only `intent=<key>`.
        pub return_url: String,
    }
    pub struct Topup {
        pub id: String,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub amount: Money,
        #[serde(deserialize_with = "open")]
        pub state: TopupState,
        /// The bank's page; card data is typed there and nowhere else (BG-91, BG-96).
        pub page_url: String,
        pub created_at: DateTime<Utc>,
        /// Why the bank declined: `card_declined`, `authentication_failed`, `cancelled`, `expired`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
    }

    /// A daily parking ticket order (eDPK).
    pub struct Order {
        pub id: String,
        pub city: String,
        pub zone: String,
        pub plate: String,
        #[serde(deserialize_with = "open")]
        pub state: OrderState,
        pub issued_at: DateTime<Utc>,
        /// The same time on the next charged day; only in this zone.
        pub valid_until: DateTime<Utc>,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub price: Money,
        /// What is to be paid now, the discount included.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub due: Money,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub discount_until: Option<DateTime<Utc>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<String>,
        #[serde(deserialize_with = "open")]
        pub violation: Violation,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub paid_at: Option<DateTime<Utc>>,
    }
    pub struct Orders {
        pub orders: Vec<Order>,
    }
    /// `POST /v1/orders/{order}/payment` with an Idempotency-Key
    pub struct OrderPayment {
        /// What the driver saw; another amount due is refused.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub amount: Money,
        pub not_after: DateTime<Utc>,
    }
    pub struct OrderPaid {
        pub order: Order,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub balance: Money,
    }

    /// `GET /v1/intents/{key}` and `DELETE /v1/intents/{key}`
    pub struct IntentOutcome {
        pub key: String,
        #[serde(deserialize_with = "open")]
        pub state: IntentState,
        /// The HTTP status and body that the request was (or would be again) answered with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<u16>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub answer: Option<serde_json::Value>,
    }

    /// `GET /v1/inspector/check?city=&plate=&zone=`
    pub struct PlateCheck {
        pub plate: String,
        pub zone: String,
        pub checked_at: DateTime<Utc>,
        pub covered: bool,
        /// The ticket that covers it now, or the last one that ran out today.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ticket: Option<CheckedTicket>,
        /// A daily order that still covers it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub order: Option<String>,
        /// The paid time ended only just now: no order may be issued before this moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub grace_until: Option<DateTime<Utc>>,
    }
    pub struct CheckedTicket {
        pub id: String,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        #[serde(deserialize_with = "open")]
        pub channel: Channel,
    }
    /// `POST /v1/inspector/orders` with an Idempotency-Key
    pub struct NewOrder {
        pub city: String,
        pub plate: String,
        pub zone: String,
        pub violation: Violation,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<String>,
    }

    /// `POST /v1/bank/notice`: the bank tells how a payment ended; the body is signed (header `mesto-signature`, HMAC-SHA256 hex).
    pub struct BankNotice {
        pub payment: String,
        /// Our top-up id.
        pub reference: String,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::MoneySchema))]
        pub amount: Money,
        pub outcome: BankOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
    }
}

open_words! {
    pub enum Role { Driver, Inspector, Admin }
    /// How something is paid. SMS is bought outside the app and never through `/v1`.
    #[derive(Default)]
    pub enum PayMethod { #[default] Deposit, Card }
    /// Where a ticket was bought (BG-12, BG-17).
    pub enum Channel { App, Sms, Kiosk }
    pub enum TicketState { Active, Expired, Voided }
    pub enum TopupState { Pending, Succeeded, Declined }
    pub enum EntryKind { Topup, Ticket, Order, Refund }
    pub enum OrderState { Issued, Paid, Cancelled }
    /// Why an order was issued (art. 18a): no ticket at all, or the paid time ran out.
    pub enum Violation { NoTicket, TimeExpired }
    pub enum IntentState {
        /// Never seen; may still arrive.
        Unknown,
        InFlight,
        /// Ended, with its answer.
        Ended,
        /// Cancelled before it was seen: it will be refused if it arrives.
        Cancelled,
    }
}

words! {
    pub enum BankOutcome { Approved, Declined }
}
