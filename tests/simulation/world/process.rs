//! The operator's process: it starts, answers, and dies in the middle of what it does.

use std::sync::Arc;

use chrono::DateTime;
use mesto_client::{LinkAnswer, LinkRequest};
use mesto_operator::{Config, Durability, HostedPage, Keys, Operator, Request, Response, SqliteInline};

use super::{Faults, START, World};
use crate::driver::SECRET;
use crate::faulty::Faulty;
use crate::phone::Dice;

impl World {
    pub(super) fn open_operator(&mut self) -> Result<(), Faults> {
        let born = DateTime::from_timestamp_millis(START).unwrap_or_default();
        // The same keys at every start, as from the same folder.
        let keys =
            Keys::ephemeral(born, &Dice::new(self.keys_seed.clone())).map_err(|error| vec![error.to_string()])?;
        self.root_key = *keys.root_public();
        let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET.as_bytes());
        let operator = Operator::new(
            vec![self.city.clone()],
            keys,
            self.operator_dice.clone(),
            Arc::new(page),
            Config { moves_clock: true, ..Config::default() },
        )
        .map_err(|error| vec![error.to_string()])?;
        let store = SqliteInline::open(&self.store_path, Durability::Full).map_err(|error| vec![error.to_string()])?;
        let store = Faulty::new(store, self.settings.defect, self.plan.clone());
        self.operator = Some((Arc::new(operator), Arc::new(store)));
        Ok(())
    }

    pub(super) fn crash_operator(&mut self) {
        self.operator = None;
        self.operator_back_at = self.now() + self.random.between(200, 20_000);
        self.report.operator_crashes += 1;
        self.touched = true;
        self.note(|| "the operator's process is gone".to_owned());
    }

    /// Hands a request to the operator; `None` when no answer leaves it.
    pub(super) fn ask(&mut self, phone: usize, request: &LinkRequest) -> Option<LinkAnswer> {
        let mut asked = Request::new(request.method.as_str(), &request.path);
        for (name, value) in &request.headers {
            asked = asked.header(name, value);
        }
        asked.body = request.body.clone().unwrap_or_default();
        asked.address = format!("10.0.0.{phone}");
        let answer = self.ask_in_storm(&format!("phone {phone}"), &asked)?;
        Some(LinkAnswer { status: answer.status, headers: answer.headers, body: answer.body })
    }

    /// Hands somebody's request to the operator, who may die over it.
    pub(super) fn ask_in_storm(&mut self, who: &str, asked: &Request) -> Option<Response> {
        let moment = self.moment();
        let (operator, store) = self.operator.as_ref()?;
        let abort = self.weather.lost > 0 && self.random.percent(3);
        if abort {
            self.plan.abort_after(self.random.between(1, 25));
        }
        let answer = operator.handle(&**store, moment, asked);
        if !asked.body.is_empty() || asked.method == "DELETE" {
            self.touched = true;
        }
        let struck = abort && self.plan.struck();
        self.plan.calm();
        self.note(|| {
            let path = asked.path.split('?').next().unwrap_or_default();
            let died = if struck { " (died inside)" } else { "" };
            format!("{who}: {} {path} -> {}{died}", asked.method, answer.status)
        });
        if struck {
            self.crash_operator();
            return None;
        }
        Some(answer)
    }

    /// Asks as somebody who always gets through: staff, the bank.
    pub(super) fn ask_directly(&self, request: &Request) -> Option<Response> {
        let (operator, store) = self.operator.as_ref()?;
        Some(operator.handle(&**store, self.moment(), request))
    }
}
