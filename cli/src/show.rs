//! Quotes, tickets, zones and histories as text, in the words of the client's catalogue.

use std::sync::Arc;

use mesto_client::Locale;
use mesto_client::parking::ZonesNear;
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::base::wallet::Deposit;
use mesto_client::protocol::orders::driver::{Order, OrderState};
use mesto_client::protocol::parking::purchase::ParkingOffer;
use mesto_client::protocol::parking::tickets::{Ticket, TicketState};
use mesto_client::rules::TimeRules;
use mesto_client::texts::{format_moment, format_money, format_time, of_kind, text};
use serde_json::{Map, Value};

use crate::output::{Style, Tone, table, table_within};

/// How things are shown: in which language, in whose time, in what style.
#[derive(Clone)]
pub struct Show {
    pub locale: Locale,
    /// The city's clock, when a city is known.
    pub clock: Option<Arc<TimeRules>>,
    pub style: Style,
}

impl Show {
    /// A word of the catalogue without values.
    #[must_use]
    pub fn word(&self, id: &str) -> String {
        text(self.locale, id, &[], self.clock.as_deref())
    }

    #[must_use]
    pub fn time(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        format_time(at, self.clock.as_deref())
    }

    #[must_use]
    pub fn moment(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        format_moment(self.locale, at, self.clock.as_deref())
    }

    /// A text of a kind `<service>.<word>`.
    #[must_use]
    pub fn kind(&self, prefix: &str, kind: &str, params: &Map<String, Value>) -> String {
        of_kind(self.locale, prefix, kind, params, self.clock.as_deref())
    }

    /// What a quote promises of parking time.
    fn parking_offer(&self, offer: &ParkingOffer) -> String {
        format!(
            "{} – {}  ({} min)  price list {} from {}\n",
            self.moment(offer.starts_at),
            self.time(offer.ends_at),
            offer.granted_minutes,
            offer.tariff,
            offer.tariff_from,
        )
    }

    /// Every line of a price, its total, what should be known before paying, and how long it holds.
    #[must_use]
    pub fn quote(&self, quote: &Quote) -> String {
        let parking = mesto_client::base::payments::offer::<ParkingOffer>(quote);
        let mut shown = parking.as_ref().map(|offer| self.parking_offer(offer)).unwrap_or_default();
        let lines = quote.items.iter().flat_map(|item| &item.lines);
        let mut rows: Vec<Vec<String>> = lines
            .map(|line| vec![self.kind("line", &line.kind, &line.params.0), format_money(self.locale, &line.amount)])
            .collect();
        rows.push(vec![self.word("buy-total"), format_money(self.locale, &quote.total)]);
        let table = table_within(&["", ">"], &rows, None);
        shown.extend(table.lines().skip(2).map(|line| format!("  {line}\n")));
        for notice in quote.items.iter().flat_map(|item| &item.notices) {
            let said = self.kind("notice", &notice.kind, &notice.params.0);
            shown.push_str(&format!("  {}\n", self.style.paint(Tone::Warn, &said)));
        }
        if let Some((stay, deadline)) =
            parking.map(|offer| offer.stay).and_then(|stay| Some((stay.left_minutes, stay.deadline?)))
        {
            let left = stay.unwrap_or(0);
            let said = format!("this stay can last until {}; {left} min could still be bought", self.time(deadline));
            shown.push_str(&format!("  {}\n", self.style.paint(Tone::Faint, &said)));
        }
        let held = text(
            self.locale,
            "buy-price-held",
            &[("time", mesto_client::TextValue::Time(quote.expires_at))],
            self.clock.as_deref(),
        );
        shown.push_str(&format!("  {held}\n"));
        if let (PayMethod::Card, Some(seconds)) = (&quote.pay, quote.page_lives_seconds) {
            let said = format!("the bank's page then waits {} min", seconds / 60);
            shown.push_str(&format!("  {}\n", self.style.paint(Tone::Faint, &said)));
        }
        shown
    }

    /// Zones, nearest first.
    #[must_use]
    pub fn zones(&self, near: &ZonesNear) -> String {
        let rows: Vec<Vec<String>> = near
            .zones
            .iter()
            .map(|zone| {
                let distance = match (zone.distance_metres, zone.approximate) {
                    (Some(0), _) => "here".to_owned(),
                    (Some(metres), true) => format!("about {metres} m"),
                    (Some(metres), false) => format!("{metres} m"),
                    (None, _) => "?".to_owned(),
                };
                let longest =
                    zone.max_stay_minutes.map_or_else(|| "no limit".to_owned(), |minutes| format!("{minutes} min"));
                vec![zone.name.clone(), zone.zone.to_string(), zone.sign_codes.join(" "), distance, longest]
            })
            .collect();
        let mut shown = table(&["zone", "id", "sign", ">distance", ">longest stay"], &rows);
        if near.zones.iter().any(|zone| zone.approximate && zone.distance_metres.is_some()) {
            shown.push_str(&self.style.paint(Tone::Faint, &self.word("zones-approximate")));
            shown.push('\n');
        }
        shown
    }

    fn state(&self, state: &TicketState) -> String {
        match state {
            TicketState::Active => self.style.paint(Tone::Good, &self.word("ticket-state-active")),
            TicketState::Expired => self.word("ticket-state-expired"),
            TicketState::Voided => self.word("ticket-state-voided"),
            TicketState::Lost => self.style.paint(Tone::Warn, &self.word("ticket-state-lost")),
            TicketState::Other(_) => self.word("ticket-state-other"),
        }
    }

    #[must_use]
    pub fn tickets(&self, tickets: &[Ticket]) -> String {
        let rows: Vec<Vec<String>> = tickets
            .iter()
            .map(|ticket| {
                vec![
                    self.moment(ticket.starts_at),
                    self.time(ticket.ends_at),
                    ticket.plate.display.clone(),
                    ticket.zone.to_string(),
                    ticket.minutes.to_string(),
                    format_money(self.locale, &ticket.price),
                    self.state(&ticket.state),
                    ticket.id.to_string(),
                ]
            })
            .collect();
        table(&["from", "until", "plate", "zone", ">min", ">price", "state", "ticket"], &rows)
    }

    /// What consumed the deposit, newest first (BG-36, BG-37).
    #[must_use]
    pub fn deposit(&self, deposit: &Deposit) -> String {
        let rows: Vec<Vec<String>> = deposit
            .entries
            .iter()
            .map(|entry| {
                vec![
                    self.moment(entry.at),
                    self.kind("entry", &entry.kind, &Map::new()),
                    format_money(self.locale, &entry.amount),
                    format_money(self.locale, &entry.balance),
                ]
            })
            .collect();
        table(&["when", "what", ">amount", ">deposit"], &rows)
    }

    #[must_use]
    pub fn orders(&self, orders: &[Order]) -> String {
        let rows: Vec<Vec<String>> = orders
            .iter()
            .map(|order| {
                let state = match &order.state {
                    OrderState::Issued => self.style.paint(Tone::Warn, &self.word("order-state-issued")),
                    OrderState::Paid => self.style.paint(Tone::Good, &self.word("order-state-paid")),
                    OrderState::Cancelled => self.word("order-state-cancelled"),
                    OrderState::Lost => self.style.paint(Tone::Warn, &self.word("order-state-lost")),
                    OrderState::Other(_) => self.word("order-state-other"),
                };
                vec![
                    self.moment(order.issued_at),
                    order.plate.display.clone(),
                    order.zone.to_string(),
                    format_money(self.locale, &order.price),
                    format_money(self.locale, &order.due),
                    order.discount_until.map_or_else(String::new, |until| self.moment(until)),
                    state,
                    order.id.to_string(),
                ]
            })
            .collect();
        table(&["issued", "plate", "zone", ">price", ">to pay now", "until", "state", "order"], &rows)
    }
}
