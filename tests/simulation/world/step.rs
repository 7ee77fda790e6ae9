//! What drivers do and what befalls them, one thing a step.

use mesto_client::Client;
use mesto_client::protocol::base::payments::PayMethod;

use super::{Faults, World};
use crate::phone::Outcome;

impl World {
    /// One thing happens, or nothing.
    pub(super) fn one_thing(&mut self) -> Result<(), Faults> {
        let index = self.random.below(self.phones.len());
        match self.random.below(100) {
            0..20 => {}
            20..24 => self.pay_garage(index),
            24..30 => self.at_the_garage()?,
            30..52 => self.buy(index),
            52..57 => self.top_up(index),
            57..61 => self.pay_order(index),
            61..70 => self.settle(index),
            70..78 => self.synchronise(index),
            78..81 => self.give_up(index),
            81..86 => self.inspect()?,
            86..90 => {
                let offline = !self.air.is_offline(index);
                self.air.set_offline(index, offline);
                self.note(|| format!("phone {index}: {}", if offline { "in a tunnel" } else { "network again" }));
            }
            90..94 => self.crash_phone(index)?,
            94..95 if self.operator.is_some() => self.crash_operator(),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn free_client(&self, index: usize) -> Option<Client> {
        let phone = self.phones.get(index)?;
        if phone.is_busy(2) { None } else { phone.client.clone() }
    }

    pub(super) fn start(&mut self, index: usize, task: impl Future<Output = Outcome> + Send + 'static) {
        if let Some(phone) = self.phones.get_mut(index) {
            phone.start(task);
        }
    }

    pub(super) fn buy(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        let is_by_card = self.random.percent(25);
        // Below 200 RSD nothing is sold by card here.
        let (zones, lengths): (&[&str], &[i64]) = if is_by_card {
            (&["blue", "blue", "green", "red"], &[240, 300, 480, 90])
        } else {
            (&["a", "red", "yellow", "green", "blue"], &[1, 15, 30, 60, 61, 90, 91, 120, 240])
        };
        let pay = if is_by_card { PayMethod::Card } else { PayMethod::Deposit };
        let zone = self.random.pick(zones).copied().unwrap_or("red");
        let minutes = u32::try_from(*self.random.pick(lengths).unwrap_or(&60)).unwrap_or(60);
        let vehicle = match client.vehicles().list() {
            Ok(vehicles) => self.random.pick(&vehicles).map(|vehicle| vehicle.id),
            Err(_) => None,
        };
        let Some(vehicle) = vehicle else { return };
        let twice = self.random.percent(15);
        self.note(|| {
            format!("phone {index}: {minutes} minutes in {zone} by {pay}{}", if twice { ", tapped twice" } else { "" })
        });
        let again = client.clone();
        let Ok(zone) = zone.parse() else { return };
        let city = self.city.id.clone();
        self.start(index, async move {
            match client.parking().quote(&city, &zone, vehicle, minutes, pay).await {
                Ok(quote) if twice => {
                    let first = client.payments().buy(&quote).await;
                    let second = again.payments().buy(&quote).await;
                    match (first, second) {
                        (Ok(first), Ok(second)) => Outcome::Intents(vec![first, second]),
                        (Err(error), _) | (_, Err(error)) => Outcome::Failed(error),
                    }
                }
                Ok(quote) => client.payments().buy(&quote).await.into(),
                Err(error) => Outcome::Failed(error),
            }
        });
    }

    pub(super) fn top_up(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        let amount = *self.random.pick(&[200_i64, 500, 1_000, 300]).unwrap_or(&200);
        self.note(|| format!("phone {index}: tops up {amount}"));
        let city = self.city.id.clone();
        self.start(index, async move { client.wallet().top_up(&city, amount.into()).await.into() });
    }

    pub(super) fn pay_order(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        let orders = client.orders().state().orders.clone();
        let pay = if self.random.percent(40) { PayMethod::Card } else { PayMethod::Deposit };
        // Whoever finds a slip may pay it (ADR 18).
        if (orders.is_empty() || self.random.percent(20))
            && let Some(number) = self.random.pick(&self.slips).cloned()
        {
            self.note(|| format!("phone {index}: pays the slip {number} by {pay}"));
            self.start(index, async move {
                match client.orders().by_slip(&number).await {
                    Ok(order) => client.orders().pay(order.id, pay).await.into(),
                    Err(error) => Outcome::Failed(error),
                }
            });
            return;
        }
        let Some(order) = self.random.pick(&orders).cloned() else { return };
        self.note(|| format!("phone {index}: pays order {} by {pay}", order.id));
        self.start(index, async move { client.orders().pay(order.id, pay).await.into() });
    }

    pub(super) fn settle(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        self.start(index, async move { client.payments().settle_all().await.into() });
    }

    pub(super) fn synchronise(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        self.start(index, async move {
            match client.sync().await {
                Ok(_) => Outcome::Done,
                Err(error) => Outcome::Failed(error),
            }
        });
    }

    /// A driver loses patience: he leaves the bank's page, or wants to pay by SMS.
    pub(super) fn give_up(&mut self, index: usize) {
        let Some(client) = self.free_client(index) else { return };
        let Ok(open) = client.payments().open() else { return };
        let Some(intent) = self.random.pick(&open).cloned() else { return };
        self.note(|| format!("phone {index}: gives up waiting for {}", intent.key));
        if intent.pay == PayMethod::Card && self.random.percent(60) {
            return self.start(index, async move { client.payments().abandon(&intent.key).await.into() });
        }
        self.start(index, async move {
            match client.parking().switch_to_sms(&intent.key).await {
                Ok(_) => Outcome::Done,
                Err(error) => Outcome::Failed(error),
            }
        });
    }

    pub(super) fn crash_phone(&mut self, index: usize) -> Result<(), Faults> {
        let reboot = self.random.percent(30);
        self.report.phone_crashes += 1;
        self.note(|| format!("phone {index}: the app dies{}", if reboot { ", the phone restarts" } else { "" }));
        let Some(phone) = self.phones.get_mut(index) else { return Ok(()) };
        phone.kill();
        let client = phone.open(reboot).map_err(|error| vec![format!("phone {index} does not open again: {error}")])?;
        self.remember(index, &client)
    }
}
