//! The tables of partners: terms, settlements with their lines, and which settlement a ride is in.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::kernel::ids::{RideId, SettlementId};
use mesto_protocol::partners::reports::{PartnerLine, PartnerProduct, PartnerSettlement, PartnerSums};
use mesto_rules::CityId;
use mesto_rules::money::{Currency, Money};
use mesto_rules::partners::{Commission, Period};
use mesto_rules::rides::{CarrierId, RouteId};

use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::id_columns;
use crate::{stored_words, table};

id_columns![SettlementId];

stored_words! {
    /// `partner_terms.period`
    pub(crate) enum PeriodWord for Period {
        Day = "day",
        Week = "week",
        Month = "month",
    }
}

stored_words! {
    /// `partner_line.product`, `partner_ride.product`
    pub(crate) enum ProductWord for PartnerProduct {
        AppBalance = "app_balance",
        AppCard = "app_card",
        TransportCard = "transport_card",
        BankCard = "bank_card",
        Sms = "sms",
        CashTicket = "cash_ticket",
        LuggageTicket = "luggage_ticket",
        Pass = "pass",
        ZeroFare = "zero_fare",
    }
}

table! {
    /// What was agreed with a carrier, from a service day on.
    pub(crate) struct TermsRow in "partner_terms" {
        city: CityId,
        carrier: CarrierId,
        from_on: NaiveDate,
        period: PeriodWord,
        basis_points: u32,
        per_ride: i64,
        currency: Currency,
        told_at: DateTime<Utc>,
    }
}

impl TermsRow {
    pub const fn commission(&self) -> Commission {
        Commission { basis_points: self.basis_points, per_ride: self.per_ride }
    }
}

pub(crate) const TERMS: Table = Table {
    name: "partner_terms",
    export: Export::Excused("what was agreed with carriers; names no person"),
    erasure: Erasure::Excused("says nothing about a person"),
};

table! {
    /// A period that was settled.
    pub(crate) struct SettlementRow in "partner_settlement" {
        id: SettlementId,
        city: CityId,
        carrier: CarrierId,
        number: i64,
        from_on: NaiveDate,
        to_on: NaiveDate,
        closed_at: DateTime<Utc>,
        currency: Currency,
        rides: i64,
        persons: i64,
        gross: i64,
        refunded: i64,
        commission: i64,
        taken: i64,
        payable: i64,
    }
}

impl From<SettlementRow> for PartnerSettlement {
    fn from(row: SettlementRow) -> Self {
        let money = |minor| Money::from_minor(minor, row.currency);
        Self {
            id: row.id,
            city: row.city,
            carrier: row.carrier,
            number: row.number,
            from_on: row.from_on,
            to_on: row.to_on,
            closed_at: row.closed_at,
            sums: PartnerSums {
                rides: row.rides,
                persons: row.persons,
                gross: money(row.gross),
                refunded: money(row.refunded),
                commission: money(row.commission),
                taken_by_carrier: money(row.taken),
                payable: money(row.payable),
            },
        }
    }
}

pub(crate) const SETTLEMENTS: Table = Table {
    name: "partner_settlement",
    export: Export::Excused("books with carriers; names no person"),
    erasure: Erasure::Excused("belongs to the books"),
};

table! {
    /// A line of a settlement.
    pub(crate) struct LineRow in "partner_line" {
        settlement: SettlementId,
        ordinal: i64,
        service_day: NaiveDate,
        route: Option<RouteId>,
        product: ProductWord,
        category: Option<String>,
        is_correction: bool,
        rides: i64,
        persons: i64,
        gross: i64,
        refunded: i64,
        commission: i64,
        taken: i64,
        payable: i64,
    }
}

impl LineRow {
    pub fn told(self, currency: Currency) -> PartnerLine {
        let money = |minor| Money::from_minor(minor, currency);
        PartnerLine {
            service_on: self.service_day,
            route: self.route,
            product: self.product.into(),
            category: self.category,
            is_correction: self.is_correction,
            sums: PartnerSums {
                rides: self.rides,
                persons: self.persons,
                gross: money(self.gross),
                refunded: money(self.refunded),
                commission: money(self.commission),
                taken_by_carrier: money(self.taken),
                payable: money(self.payable),
            },
        }
    }
}

pub(crate) const LINES: Table = Table {
    name: "partner_line",
    export: Export::Excused("books with carriers; names no person"),
    erasure: Erasure::Excused("belongs to the books"),
};

table! {
    /// Which settlement a ride is in, and what it counts there.
    #[allow(dead_code, reason = "statements over many rides write and read it; it says what the table is")]
    pub(crate) struct RideOfPartnerRow in "partner_ride" {
        ride: RideId,
        city: CityId,
        carrier: CarrierId,
        settlement: SettlementId,
        /// The settlement that takes it back; the same one when it was voided before.
        taken_back: Option<SettlementId>,
        service_day: NaiveDate,
        route: Option<RouteId>,
        product: ProductWord,
        category: Option<String>,
        persons: i64,
        /// What was paid for it without what a bank takes, minor units.
        fare: i64,
        /// The carrier took that itself.
        is_taken: bool,
        basis_points: u32,
        per_ride: i64,
    }
}

pub(crate) const RIDES: Table = Table {
    name: "partner_ride",
    export: Export::Excused("what a ride counts in the books with its carrier; the ride itself is told"),
    erasure: Erasure::Excused("belongs to the books; names no account"),
};
