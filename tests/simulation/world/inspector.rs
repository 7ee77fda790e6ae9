//! The inspector: she looks at a plate, and writes an order where nothing covers it.

use mesto_operator::Request;
use mesto_protocol::orders::driver::{Order, Violation};
use mesto_protocol::orders::inspectors::{self, NewOrder, PlateCheck};

use super::{Faults, PLATES, World};

impl World {
    pub(super) fn inspect(&mut self) -> Result<(), Faults> {
        let plate = self.random.pick(PLATES).copied().unwrap_or("BG 789-PP").to_owned();
        let zone = self.random.pick(&["a", "red", "yellow", "green"]).copied().unwrap_or("red").to_owned();
        let asked = format!(
            "{}?city=belgrade&plate={}&zone={zone}",
            inspectors::CHECK.path,
            plate.replace(' ', "%20").replace('Š', "%C5%A0").replace('Đ', "%C4%90")
        );
        let Some(answer) = self.ask_directly(&Request::new("GET", &asked).bearer(&self.inspector)) else {
            return Ok(());
        };
        let check: PlateCheck = answer
            .read()
            .map_err(|error| vec![format!("the inspector reads nonsense: {error} ({})", answer.status)])?;
        if check.is_covered || check.order.is_some() {
            return Ok(());
        }
        let violation = if check.ticket.is_some() { Violation::TimeExpired } else { Violation::NoTicket };
        let key = format!("inspector-{:016x}", self.random.word());
        let order = NewOrder { city: "belgrade".to_owned(), plate, zone, violation, location: None };
        let Some(answer) = self
            .ask_directly(&Request::new("POST", inspectors::ISSUE.path).bearer(&self.inspector).key(&key).json(&order))
        else {
            return Ok(());
        };
        self.touched = true;
        if answer.status < 300 {
            self.report.orders += 1;
            let issued: Order = answer
                .read()
                .map_err(|error| vec![format!("the inspector reads nonsense: {error} ({})", answer.status)])?;
            self.slips.push(issued.number.shown());
            self.slips.drain(..self.slips.len().saturating_sub(8));
        }
        self.note(|| format!("the inspector writes an order -> {}", answer.status));
        Ok(())
    }
}
