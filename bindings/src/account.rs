//! What a driver has: vehicles, tickets, orders, the deposit.

use crate::values::Timestamp;
use mesto_client::ReminderKind;
use mesto_client::parking::{History, TicketCode};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::base::plate::Plate;
use mesto_protocol::base::sign_in::CodeSent;
use mesto_protocol::base::vehicles::Vehicle;
use mesto_protocol::base::wallet::{Deposit, DepositEntry, EntryKind, Topup, TopupState};
use mesto_protocol::orders::driver::{Order, OrderState, Violation};
use mesto_protocol::parking::tickets::{Channel, StayOfTicket, Ticket, TicketState};
use mesto_rules::money::Money;
use mesto_rules::quote::QuoteLine;

/// A one-time code is on its way.
#[uniffi::remote(Record)]
pub struct CodeSent {
    pub expires_at: Timestamp,
    /// Another code can be asked for from this moment.
    pub resend_at: Timestamp,
    pub digits: u8,
}

/// A vehicle of this account.
#[uniffi::remote(Record)]
pub struct Vehicle {
    pub id: String,
    pub plate: Plate,
    pub label: Option<String>,
}

/// Where a ticket was bought (BG-12, BG-17).
#[uniffi::remote(Enum)]
pub enum Channel {
    App,
    Sms,
    Kiosk,
    /// A word of a later version: show it plainly as such.
    Other,
}

/// How a ticket stands at the operator.
#[uniffi::remote(Enum)]
pub enum TicketState {
    Active,
    Expired,
    Voided,
    /// The phone has it, and the operator, whose books were put back from a copy, does not know it.
    Lost,
    /// A word of a later version: show it plainly as such.
    Other,
}

/// Time bought in advance.
#[uniffi::remote(Record)]
pub struct Ticket {
    pub id: String,
    pub city: String,
    pub zone: String,
    pub plate: Plate,
    pub channel: Channel,
    pub state: TicketState,
    /// When the operator received the purchase (BG-47).
    pub issued_at: Timestamp,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// The minutes that were paid for; fewer than from start to end where the ticket goes on after closing.
    pub minutes: u32,
    pub price: Money,
    pub lines: Vec<QuoteLine>,
    pub tariff: String,
    pub pay: PayMethod,
    pub stay: StayOfTicket,
    /// The ticket it continued.
    pub extends: Option<String>,
    /// Issuer-signed, verifiable offline.
    pub signed: String,
}

/// The stay a ticket belongs to.
#[uniffi::remote(Record)]
pub struct StayOfTicket {
    pub id: String,
    pub started_at: Timestamp,
    /// No purchase of this stay can end later; absent where there is no limit.
    pub deadline: Option<Timestamp>,
    pub paid_until: Timestamp,
}

/// A page of bought tickets, newest first.
#[uniffi::remote(Record)]
pub struct History {
    pub tickets: Vec<Ticket>,
    pub more: bool,
    /// Read from the phone because the operator could not be reached: may lack what other phones bought.
    pub from_phone: bool,
}

/// What to draw as a QR.
#[uniffi::remote(Record)]
pub struct TicketCode {
    /// The signed ticket with the device's moment.
    pub text: String,
    /// Draw a new one before this moment.
    pub fresh_until: Timestamp,
}

/// Which moment a reminder is for.
#[uniffi::remote(Enum)]
pub enum ReminderKind {
    /// This many minutes before the end.
    BeforeEnd { minutes: u32 },
    /// Paid time is over.
    AtEnd,
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Reminder {
    /// The same reminder has the same id in every plan.
    pub id: String,
    pub ticket: String,
    pub kind: ReminderKind,
    /// When it is due, operator's time.
    pub at: Timestamp,
    /// The same moment as the phone's own, possibly wrong, clock will show it: what to set the alarm to.
    pub fire_at: Timestamp,
    pub title: String,
    pub body: String,
}

impl From<mesto_client::Reminder> for Reminder {
    fn from(core: mesto_client::Reminder) -> Self {
        let mesto_client::Reminder { id, subject, kind, at, fire_at, title, body, .. } = core;
        Self { id, ticket: subject, kind, at, fire_at, title, body }
    }
}

/// The balance and what consumed it (BG-36, BG-37), newest first.
#[uniffi::remote(Record)]
pub struct Deposit {
    pub balance: Money,
    pub entries: Vec<DepositEntry>,
    pub more: bool,
}

/// One movement of the deposit.
#[uniffi::remote(Record)]
pub struct DepositEntry {
    pub id: i64,
    pub at: Timestamp,
    pub kind: EntryKind,
    /// Id of the top-up, ticket or order.
    pub reference: String,
    /// Signed: a purchase is negative.
    pub amount: Money,
    /// The balance after it.
    pub balance: Money,
}

/// Why the deposit moved.
#[uniffi::remote(Enum)]
pub enum EntryKind {
    Topup,
    Ticket,
    Order,
    Refund,
    /// A word of a later version: show it plainly as such.
    Other,
}

/// Money on its way to the deposit.
#[uniffi::remote(Record)]
pub struct Topup {
    pub id: String,
    pub amount: Money,
    pub state: TopupState,
    /// The bank's page; card data is typed there and nowhere else (BG-91, BG-96).
    pub page_url: String,
    pub created_at: Timestamp,
    /// Why the bank declined.
    pub reason: Option<String>,
}

/// How a top-up stands.
#[uniffi::remote(Enum)]
pub enum TopupState {
    Pending,
    Succeeded,
    Declined,
    /// Given up: what the bank still takes is paid back.
    Abandoned,
    /// A word of a later version: show it plainly as such.
    Other,
}

/// A daily parking ticket order (eDPK).
#[uniffi::remote(Record)]
pub struct Order {
    pub id: String,
    pub city: String,
    pub zone: String,
    pub plate: Plate,
    pub state: OrderState,
    pub issued_at: Timestamp,
    /// The same time on the next charged day; only in this zone.
    pub valid_until: Timestamp,
    pub price: Money,
    /// What is to be paid now, the discount included.
    pub due: Money,
    pub discount_until: Option<Timestamp>,
    pub place: Option<String>,
    pub violation: Violation,
    pub paid_at: Option<Timestamp>,
}

/// How an order stands.
#[uniffi::remote(Enum)]
pub enum OrderState {
    Issued,
    Paid,
    Cancelled,
    /// The phone has it, and the operator, whose books were put back from a copy, does not know it.
    Lost,
    /// A word of a later version: show it plainly as such.
    Other,
}

/// Why an order was issued (art. 18a).
#[uniffi::remote(Enum)]
pub enum Violation {
    NoTicket,
    TimeExpired,
    /// A word of a later version: show it plainly as such.
    Other,
}
