//! Quotes, tickets, zones and histories as text, in the words of the client's catalogue.

use std::sync::Arc;

use mesto_client::Locale;
use mesto_client::parking::ZonesNear;
use mesto_client::protocol::base::wallet::{Deposit, EntryKind};
use mesto_client::protocol::orders::driver::{Order, OrderState};
use mesto_client::protocol::parking::quotes::Quote;
use mesto_client::protocol::parking::tickets::{Ticket, TicketState};
use mesto_client::rules::{Quote as Terms, TimeRules};
use mesto_client::texts::{format_moment, format_money, format_time, of_tagged, text};

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

    /// Every line of a price, its total, and what should be known before paying.
    #[must_use]
    pub fn terms(&self, terms: &Terms) -> String {
        let mut rows: Vec<Vec<String>> = terms
            .lines
            .iter()
            .map(|line| {
                vec![
                    of_tagged(self.locale, "line", &line.kind, self.clock.as_deref()),
                    format_money(self.locale, &line.amount),
                ]
            })
            .collect();
        rows.push(vec![self.word("buy-total"), format_money(self.locale, &terms.total)]);
        let mut shown = format!(
            "{} – {}  ({} min)  price list {} from {}\n{}",
            self.moment(terms.starts_at),
            self.time(terms.ends_at),
            terms.granted_minutes,
            terms.tariff,
            terms.tariff_from,
            table_within(&["", ">"], &rows, None).lines().skip(2).map(|line| format!("  {line}\n")).collect::<String>()
        );
        for notice in &terms.notices {
            let said = of_tagged(self.locale, "notice", notice, self.clock.as_deref());
            shown.push_str(&format!("  {}\n", self.style.paint(Tone::Warn, &said)));
        }
        if let Some(deadline) = terms.stay.deadline {
            let left = terms.stay.left_minutes.unwrap_or(0);
            let said = format!("this stay can last until {}; {left} min could still be bought", self.time(deadline));
            shown.push_str(&format!("  {}\n", self.style.paint(Tone::Faint, &said)));
        }
        shown
    }

    /// A quote with how long its price holds.
    #[must_use]
    pub fn quote(&self, quote: &Quote) -> String {
        let held = text(
            self.locale,
            "buy-price-held",
            &[("time", mesto_client::TextValue::Time(quote.expires_at))],
            self.clock.as_deref(),
        );
        format!("{}  {held}\n", self.terms(&quote.terms))
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
                vec![zone.name.clone(), zone.zone.clone(), zone.sign_codes.join(" "), distance, longest]
            })
            .collect();
        let mut shown = table(&["zone", "id", "sign", ">distance", ">longest stay"], &rows);
        if near.zones.iter().any(|zone| zone.approximate && zone.distance_metres.is_some()) {
            shown.push_str(&self.style.paint(Tone::Faint, &self.word("zones-approximate")));
            shown.push('\n');
        }
        shown
    }

    fn state(&self, state: TicketState) -> String {
        match state {
            TicketState::Active => self.style.paint(Tone::Good, &self.word("ticket-state-active")),
            TicketState::Expired => self.word("ticket-state-expired"),
            TicketState::Voided => self.word("ticket-state-voided"),
            TicketState::Lost => self.style.paint(Tone::Warn, &self.word("ticket-state-lost")),
            TicketState::Other => self.word("ticket-state-other"),
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
                    ticket.zone.clone(),
                    ticket.minutes.to_string(),
                    format_money(self.locale, &ticket.price),
                    self.state(ticket.state),
                    ticket.id.clone(),
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
                let kind = match entry.kind {
                    EntryKind::Topup => "entry-topup",
                    EntryKind::Ticket => "entry-ticket",
                    EntryKind::Order => "entry-order",
                    EntryKind::Refund => "entry-refund",
                    EntryKind::Other => "entry-other",
                };
                vec![
                    self.moment(entry.at),
                    self.word(kind),
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
                let state = match order.state {
                    OrderState::Issued => self.style.paint(Tone::Warn, &self.word("order-state-issued")),
                    OrderState::Paid => self.style.paint(Tone::Good, &self.word("order-state-paid")),
                    OrderState::Cancelled => self.word("order-state-cancelled"),
                    OrderState::Lost => self.style.paint(Tone::Warn, &self.word("order-state-lost")),
                    OrderState::Other => self.word("order-state-other"),
                };
                vec![
                    self.moment(order.issued_at),
                    order.plate.display.clone(),
                    order.zone.clone(),
                    format_money(self.locale, &order.price),
                    format_money(self.locale, &order.due),
                    order.discount_until.map_or_else(String::new, |until| self.moment(until)),
                    state,
                    order.id.clone(),
                ]
            })
            .collect();
        table(&["issued", "plate", "zone", ">price", ">to pay now", "until", "state", "order"], &rows)
    }
}
