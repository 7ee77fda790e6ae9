//! A controller: what it tells and hears, and what it decides by itself while the operator is away.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use mesto_protocol::base::operator_document::{OPERATOR, SignedOperator};
use mesto_protocol::base::public::{CITY, CLOCK, Clock, KEYS, REVOCATIONS};
use mesto_protocol::garages::controllers::{
    EVENTS_MOST, EXIT, ExitOpened, ExitRequest, GarageReport, GarageReported, OWED, REPORT, ReportedEvent,
    ReportedEventKind, VisitOwed,
};
use mesto_protocol::garages::signed::ReceiptClaims;
use mesto_protocol::keys::KeySet;
use mesto_protocol::services::CodeClaims;
use mesto_protocol::signed_code::{ClockRule, Revocations, Verifier};
use mesto_protocol::signed_document::SignedCity;
use mesto_rules::City;
use mesto_rules::garages::facility::{Facility, TicketPattern};
use mesto_rules::garages::{GaragesSection, Paid, Refusal, TicketNumber, VisitAsk, VisitPrice};
use mesto_rules::money::Money;
use mesto_rules::{PayMethod, garages};

use crate::garages::memory::{Car, Documents, Folder, Memory, NotTaken, Post};
use crate::garages::show::moment;
use crate::kernel::args::RootKey;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::link::{Link, NoAnswer};

/// How a facility whose pattern is not known writes its numbers.
const PATTERN: &str = "MSDDDDDD";
/// What the operator signed is fetched again after this long.
const DOCUMENTS_GOOD_FOR: TimeDelta = TimeDelta::hours(1);
/// Most reports of one command: what waits after them is told by the next one.
const REPORTS_MOST: usize = 100;

/// A controller at work: its folder is held until it is dropped.
pub struct Controller {
    folder: Folder,
    pub memory: Memory,
    keys: KeySet,
    pub city: City,
    /// What time it is, when that was said.
    at: Option<DateTime<Utc>>,
    machine: DateTime<Utc>,
    /// Why the operator is away, once that was noticed.
    pub away: Option<String>,
    /// By how much this clock is ahead of the operator's, or below zero behind it, as that said of
    /// the last report; only where it has to be set.
    pub clock_differs_seconds: Option<i64>,
    /// How many events wait again because the operator's books were put back from a copy.
    pub told_again: usize,
}

/// Why a barrier opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The operator says that nothing is owed.
    Operator,
    /// It told of a payment in the app before.
    Settled,
    /// The driver's receipt.
    Receipt,
    /// Nothing is owed by this controller's own reckoning.
    Reckoned,
}

impl Controller {
    /// The controller of a folder; a new one asks its operator for what that signed.
    ///
    /// # Errors
    /// The folder's, the operator's; `keys_untrusted`, `city_untrusted`, `facility_unknown`.
    pub async fn open(
        folder: Folder,
        post: Option<Post>,
        at: Option<DateTime<Utc>>,
        machine: DateTime<Utc>,
    ) -> Outcome<Self> {
        let memory = match (folder.read()?, post) {
            (Some(memory), None) => memory,
            (Some(mut memory), Some(post)) => {
                let of =
                    |post: &Post| [&post.city, &post.facility, &post.root_key, &post.operator_name].map(String::clone);
                let is_same = of(&memory.post) == of(&post);
                if !is_same {
                    let of = format!("{} in {}", memory.post.facility, memory.post.city);
                    let text = format!("this folder belongs to the controller of {of}, or to another operator");
                    return Err(CliError::new(Exit::Usage, "state_of_another_controller", text)
                        .advise("Give another folder with --state."));
                }
                memory.post = post;
                memory
            }
            (None, None) => {
                return Err(CliError::new(
                    Exit::Usage,
                    "operator_unknown",
                    "this controller does not know its operator yet",
                )
                .advise(
                    "Give --operator, --operator-name, --root-key, --token-file and --facility once; they are remembered.",
                ));
            }
            (None, Some(post)) => {
                let now = at.unwrap_or(machine);
                let documents = fetched(&post, now).await?;
                meet(&post, &documents, now).await?;
                Memory::new(post, documents)
            }
        };
        let now = at.unwrap_or_else(|| memory.clock(machine));
        let (keys, city) = read(&memory.post, &memory.documents, now)?;
        let controller =
            Self { folder, memory, keys, city, at, machine, away: None, clock_differs_seconds: None, told_again: 0 };
        controller.facility()?;
        controller.folder.keep(&controller.memory)?;
        Ok(controller)
    }

    /// What time it is, by the operator's clock as it is known.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.at.unwrap_or_else(|| self.memory.clock(self.machine)).trunc_subsecs(3)
    }

    fn link(&self) -> Link<'_> {
        Link { operator: &self.memory.post.operator, token: &self.memory.post.token }
    }

    /// The facility it stands at.
    ///
    /// # Errors
    /// `facility_unknown`
    pub fn facility(&self) -> Outcome<&Facility> {
        let unreadable = |why: &dyn std::fmt::Display| CliError::failed("the city", why);
        let garages: &GaragesSection = self.city.section().map_err(|why| unreadable(&why))?;
        garages.facility(&self.memory.post.facility).ok_or_else(|| {
            let known: Vec<&str> = garages.facilities.iter().map(|one| one.id.as_str()).collect();
            let text = format!("there is no facility `{}` in {}", self.memory.post.facility, self.city.id);
            CliError::new(Exit::Usage, "facility_unknown", text).advise(format!("Known are {}.", known.join(", ")))
        })
    }

    /// A ticket's number, as the facility writes it.
    ///
    /// # Errors
    /// `ticket_number_invalid`
    pub fn ticket(&self, typed: &str) -> Outcome<String> {
        let read = self.facility()?.read_ticket(typed);
        read.map(|ticket| ticket.to_string())
            .map_err(|why| CliError::new(Exit::Refused, "ticket_number_invalid", why.to_string()))
    }

    /// The number of the next ticket: one with which no car is inside.
    ///
    /// # Errors
    /// `tickets_used_up`
    pub fn print(&mut self) -> Outcome<String> {
        let written = TicketPattern { mask: PATTERN.to_owned(), check_digit: None };
        let pattern = self.facility()?.ticket_number.known().cloned().unwrap_or(written);
        // Behind the last one it begins anew; whoever is inside has one.
        for _ in 0..=self.memory.inside.len() + 1 {
            let number: Option<TicketNumber> = pattern.number(self.memory.next_number);
            let Some(number) = number else {
                self.memory.next_number = 1;
                continue;
            };
            self.memory.next_number += 1;
            if self.memory.car(number.as_str()).is_none() {
                return Ok(number.to_string());
            }
        }
        let text = format!("every number of the pattern {} is inside", pattern.mask);
        Err(CliError::new(Exit::Refused, "tickets_used_up", text).advise("Name one with --ticket."))
    }

    /// Something happened: it is kept before anything is told.
    ///
    /// # Errors
    /// The folder's.
    pub fn happened(&mut self, event: ReportedEvent) -> Outcome<()> {
        let paid = match (event.kind == ReportedEventKind::PaidOnSite, self.memory.car(&event.ticket)) {
            (true, Some(car)) => self.owed(car, event.at).ok().map(|price| {
                let amount = event.amount.unwrap_or(price.total);
                let is_enough = !price.total.is_zero() && amount.amount >= price.total.amount;
                let exit_by = price.exit_by.filter(|_| is_enough);
                Paid { amount, at: event.at, received_at: None, exit_by }
            }),
            _ => None,
        };
        self.memory.happened(event, self.now(), paid);
        self.keep()
    }

    /// # Errors
    /// The folder's.
    pub fn keep(&self) -> Outcome<()> {
        self.folder.keep(&self.memory)
    }

    /// What a car owes by the prices that are kept here; what was paid in the app is not in it.
    ///
    /// # Errors
    /// As the rules have it.
    pub fn owed(&self, car: &Car, now: DateTime<Utc>) -> Result<VisitPrice, Refusal> {
        let ask = VisitAsk {
            facility: &self.memory.post.facility,
            entered_at: car.entered_at,
            now,
            paid: &car.paid,
            is_disabled: car.is_disabled,
            places: car.places,
            is_lost: car.is_lost,
            pay: PayMethod::Deposit,
        };
        garages::owed(&self.city, &ask)
    }

    /// Notices that the operator is away; anything else that it says is passed on.
    fn away_or<T>(&mut self, answer: Result<T, NoAnswer>) -> Outcome<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(NoAnswer::Away(why)) => {
                self.away = Some(why);
                Ok(None)
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// Takes the operator's clock, when no moment was said.
    ///
    /// # Errors
    /// What the operator refuses; not that it is away.
    pub async fn take_clock(&mut self) -> Outcome<()> {
        if self.at.is_none() {
            let answer = self.link().get::<Clock>(&CLOCK.target(&[], &[])).await;
            if let Some(clock) = self.away_or(answer)? {
                self.memory.clock_ahead_ms = (clock.now - self.machine).num_milliseconds();
            }
        }
        Ok(())
    }

    /// Tells everything that waits, and hears what was paid. What is not answered is told again;
    /// what was not taken is given.
    ///
    /// # Errors
    /// What the operator refuses as a whole, and the folder's; not that it is away.
    pub async fn tell(&mut self) -> Outcome<Vec<NotTaken>> {
        let mut not_taken = Vec::new();
        for _ in 0..REPORTS_MOST {
            if self.away.is_some() {
                self.keep()?;
                return Ok(not_taken);
            }
            let events: Vec<ReportedEvent> = self.memory.waiting.iter().take(EVENTS_MOST).cloned().collect();
            let told = events.len();
            let Post { city, facility, .. } = &self.memory.post;
            let report = GarageReport {
                city: city.clone(),
                facility: facility.clone(),
                sent_at: self.now(),
                events,
                places: self.memory.free.clone(),
                settled_after: self.memory.settled_after.clone(),
            };
            let answer = self.link().post::<GarageReported>(&REPORT.target(&[], &[]), &report).await;
            let Some(reported) = self.away_or(answer)? else { continue };
            let refused: Vec<_> = reported
                .refused
                .into_iter()
                .map(|one| (usize::try_from(one.index).unwrap_or(usize::MAX), one.code, one.detail))
                .collect();
            not_taken.extend(self.memory.heard(told, &refused));
            self.memory.free = None;
            for settled in reported.settled {
                self.memory.heard_of(settled);
            }
            self.memory.settled_after = Some(reported.next);
            self.clock_differs_seconds = reported.clock_differs_seconds;
            let before = self.memory.waiting.len();
            let is_told_again = self.memory.is_of(reported.epoch);
            self.told_again += self.memory.waiting.len() - before;
            // What is kept is what was heard: an answer that is lost here is asked for again.
            self.keep()?;
            if self.memory.waiting.is_empty() && !reported.has_more && !is_told_again {
                break;
            }
        }
        self.renew().await?;
        Ok(not_taken)
    }

    /// Fetches what the operator signed, when it is old. Without it the old one goes on.
    async fn renew(&mut self) -> Outcome<()> {
        if self.away.is_some() || self.now() - self.memory.documents.fetched_at < DOCUMENTS_GOOD_FOR {
            return Ok(());
        }
        let Ok(documents) = fetched(&self.memory.post, self.now()).await else { return Ok(()) };
        let (keys, city) = read(&self.memory.post, &documents, self.now())?;
        (self.keys, self.city, self.memory.documents) = (keys, city, documents);
        self.keep()
    }

    /// What a visit costs so far, as the operator says; nothing while it is away.
    ///
    /// # Errors
    /// What the operator refuses.
    pub async fn ask_owed(&mut self, ticket: &str) -> Outcome<Option<VisitOwed>> {
        let Post { city, facility, .. } = &self.memory.post;
        let target = OWED.target(&[], &[("city", city), ("facility", facility), ("ticket", ticket)]);
        let answer = match self.away {
            Some(_) => return Ok(None),
            None => self.link().get(&target).await,
        };
        self.away_or(answer)
    }

    /// Whether the barrier opens, as the operator says; nothing while it is away.
    ///
    /// # Errors
    /// What the operator refuses.
    pub async fn ask_exit(&mut self, ticket: &str) -> Outcome<Option<ExitOpened>> {
        let Post { city, facility, .. } = self.memory.post.clone();
        let exit = ExitRequest { city, facility, ticket: ticket.to_owned(), at: self.now() };
        let answer = match self.away {
            Some(_) => return Ok(None),
            None => self.link().post(&EXIT.target(&[], &[]), &exit).await,
        };
        self.away_or(answer)
    }

    /// Refuses a ticket whose car has left already.
    ///
    /// # Errors
    /// `visit_over`
    pub fn not_gone(&self, ticket: &str) -> Outcome<()> {
        match self.memory.gone.iter().find(|gone| gone.ticket == ticket) {
            None => Ok(()),
            Some(gone) => {
                let text = format!("the car with the ticket {ticket} left at {}", moment(self, gone.at));
                Err(CliError::new(Exit::Refused, "visit_over", text))
            }
        }
    }

    /// Whether a driver's receipt opens for this ticket: nobody is asked.
    ///
    /// # Errors
    /// As a verifier has it; `visit_of_another_facility`, `receipt_of_another_ticket`,
    /// `visit_over`, `visit_owes` for a receipt from before the visit became dearer.
    pub fn opens_by_receipt(&self, ticket: &str, code: &str) -> Outcome<ReceiptClaims> {
        self.not_gone(ticket)?;
        let now = self.now();
        let list = self.memory.documents.revocations.as_deref();
        let list = list.and_then(|wire| Revocations::verify(wire, &self.keys, now, 0).ok());
        let verifier = Verifier {
            issuer: &self.memory.post.operator_name,
            keys: &self.keys,
            revocations: list.as_ref(),
            seen: None,
            clock: ClockRule::default(),
        };
        let read = verifier.verify(code.trim(), now).and_then(|verified| CodeClaims::read(&verified.claims));
        let claims = match read.map_err(|why| CliError::new(Exit::Refused, why.code(), why.to_string()))? {
            CodeClaims::ExitReceipt(claims) => claims,
            CodeClaims::ParkingTicket(_) | CodeClaims::Ride(_) => {
                let text = "this is a ticket, not the receipt of a garage";
                return Err(CliError::new(Exit::Refused, "kind_other", text));
            }
        };
        let Post { city, facility, .. } = &self.memory.post;
        if claims.what.is_for(city, facility, ticket) {
            // Numbers come again. A receipt tells whole seconds.
            let earlier = |car: &Car| car.entered_at - claims.bought_at >= TimeDelta::seconds(1);
            if self.memory.car(ticket).is_some_and(earlier) {
                let paid_at = moment(self, claims.bought_at);
                let text = format!("the receipt was paid at {paid_at}, before this car came in");
                return Err(CliError::new(Exit::Refused, "visit_over", text));
            }
            // A lost ticket or a second place was seen after it was signed.
            let dearer_at = self.memory.dearer_at(ticket);
            if let Some(at) = dearer_at.filter(|at| *at - claims.bought_at >= TimeDelta::seconds(1)) {
                let (paid_at, at) = (moment(self, claims.bought_at), moment(self, at));
                let text = format!("the receipt was paid at {paid_at}, and the visit became dearer at {at}");
                return Err(CliError::new(Exit::Refused, "visit_owes", text)
                    .advise("Take the difference at the place, or ask the driver to pay it in his app."));
            }
            return Ok(claims);
        }
        let said = format!("the receipt is for {} at {}", claims.what.ticket, claims.what.facility);
        let code = if claims.what.is_for(city, facility, &claims.what.ticket) {
            "receipt_of_another_ticket"
        } else {
            "visit_of_another_facility"
        };
        Err(CliError::new(Exit::Refused, code, said))
    }

    /// Whether the barrier opens by what is known here.
    ///
    /// # Errors
    /// `visit_over`, `visit_unknown`, `visit_owes`, and why there is no price.
    pub fn opens_alone(&self, ticket: &str) -> Outcome<Because> {
        let now = self.now();
        self.not_gone(ticket)?;
        let settled = self.memory.settled(ticket);
        if settled.is_some_and(|settled| settled.owes_again_at.is_none_or(|again| now < again)) {
            return Ok(Because::Settled);
        }
        let Some(car) = self.memory.car(ticket) else {
            let text = format!("no entry with the ticket {ticket} is known here, and the operator is away");
            return Err(CliError::new(Exit::Refused, "visit_unknown", text)
                .advise("Ask the driver for the receipt in his app: `mesto garage exit TICKET --receipt CODE`."));
        };
        let owed = match self.owed(car, now) {
            Ok(price) => price.total,
            Err(Refusal::PaidOnEntry { .. }) => Money::zero(self.city.currency),
            Err(refusal) => return Err(CliError::new(Exit::Refused, refusal.code(), refusal.to_string())),
        };
        if owed.is_zero() {
            return Ok(Because::Reckoned);
        }
        let text = match settled {
            // What was paid in the app is not known by its amount.
            Some(_) => "what was paid in the app does not settle the visit any more".to_owned(),
            None => {
                format!("{owed} is owed by the prices that are kept here; what was paid in the app since is not known")
            }
        };
        let error = CliError::new(Exit::Refused, "visit_owes", text).advise(
            "Ask the driver for the receipt in his app (--receipt CODE), or take it at the place: `mesto garage paid`.",
        );
        Err(match settled {
            Some(_) => error,
            None => CliError {
                params: [("owed".to_owned(), serde_json::to_value(owed).unwrap_or_default())].into_iter().collect(),
                ..error
            },
        })
    }
}

/// What the operator signed, as it tells it now.
async fn fetched(post: &Post, now: DateTime<Utc>) -> Outcome<Documents> {
    let link = Link { operator: &post.operator, token: &post.token };
    Ok(Documents {
        keys: link.text(&KEYS.target(&[], &[])).await?,
        city: link.text(&CITY.target(&[&post.city], &[])).await?,
        revocations: link.text(&REVOCATIONS.target(&[], &[])).await.ok(),
        fetched_at: now,
    })
}

/// Whoever signed that is the operator whose name was given: receipts are taken under it.
async fn meet(post: &Post, documents: &Documents, now: DateTime<Utc>) -> Outcome<()> {
    let (keys, _) = read(post, documents, now)?;
    let link = Link { operator: &post.operator, token: &post.token };
    let wire = link.text(&OPERATOR.target(&[], &[])).await?;
    SignedOperator::verify(&wire, &keys, now, &post.operator_name, None).map(drop).map_err(|why| {
        CliError::new(Exit::Input, "operator_untrusted", why.to_string())
            .advise("Compare --operator-name with what `mesto serve` says of its name.")
    })
}

/// What the operator signed, verified.
fn read(post: &Post, documents: &Documents, now: DateTime<Utc>) -> Outcome<(KeySet, City)> {
    let RootKey(root) = post.root_key.parse().map_err(|why: crate::kernel::args::RootKeyError| {
        CliError::new(Exit::Usage, "root_key_wrong", why.to_string())
            .advise("`mesto serve` and `mesto keys init` print it.")
    })?;
    let wrong = |code: &str, why: &dyn std::fmt::Display| {
        CliError::new(Exit::Input, code, why.to_string()).advise("Compare --root-key with what `mesto serve` printed.")
    };
    let keys = KeySet::verify(&documents.keys, &root, 0).map_err(|why| wrong("keys_untrusted", &why))?;
    let signed = SignedCity::verify(&documents.city, &keys, now, &post.city, None);
    let signed = signed.map_err(|why| wrong("city_untrusted", &why))?;
    let city = City::from_json(&signed.json).map_err(|why| wrong("city_too_new", &why))?;
    Ok((keys, city))
}
