//! The lengths that a driver can choose: the wheel's choices, where it stands first, and where and
//! why it stops.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::Quote;
use mesto_protocol::base::plate::Plate;
use mesto_protocol::kernel::ids::{TicketId, VehicleId};
use mesto_protocol::kernel::line::Notice;
use mesto_protocol::parking::tickets::Ticket;
use mesto_rules::{CityId, Minutes, ParkingSection, PayMethod as RulesPay, ZoneId, shown};
use serde::Serialize;
use serde_json::Value;

use super::zones::unknown;
use super::{Parking, Preview};
use crate::kernel::error::{Error, Result};

shown! { wheel_shown;
    /// The lengths that can be chosen, in minutes, ascending: nothing lies behind the last one.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct TimeWheel {
        pub choices: Vec<u32>,
        /// Where it stands, one of the choices; without a choice what to ask the operator for.
        pub chosen: u32,
        pub stop: WheelStop,
    }

    /// Why a wheel ends where it does.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum WheelStop {
        /// The zone's longest stay.
        LongestStay { minutes: u32 },
        /// What is left of a stay that already runs.
        RestOfStay { minutes: u32, deadline: DateTime<Utc> },
        /// What can be had of a stay that another account paid: nothing else is told of it.
        AnothersStay { minutes: u32 },
        /// Charging ends, so that more time cannot be bought.
        Closing { at: DateTime<Utc> },
        /// The zone has no limit, or it is not known.
        Unlimited,
    }
}

/// Lengths are tried in steps of this many minutes; the rules round up to what they sell.
const STEP: u32 = 30;

/// Where a wheel stands that nobody has turned.
const FIRST: u32 = 60;

/// Where the wheel of an extension stands: what one tap adds.
const MORE: u32 = 30;

/// The longest choice where the rules know no limit.
const LONGEST: u32 = 12 * 60;

/// What can be asked for: every step up to the limit, then the limit itself.
fn lengths(most: Option<u32>) -> impl Iterator<Item = u32> {
    let longest = most.unwrap_or(LONGEST);
    (1..).map(|step| step * STEP).take_while(move |length| *length < longest).chain([longest])
}

impl TimeWheel {
    /// `choices` are ascending.
    fn standing(choices: Vec<u32>, wanted: u32, stop: WheelStop) -> Self {
        let chosen = choices.iter().find(|choice| **choice >= wanted).or(choices.last()).copied().unwrap_or(wanted);
        Self { choices, chosen, stop }
    }

    /// Where nothing can be computed, the operator alone knows what it sells.
    fn plain(most: Option<u32>, wanted: u32) -> Self {
        let stop = most.map_or(WheelStop::Unlimited, |minutes| WheelStop::LongestStay { minutes });
        Self::standing(lengths(most).collect(), wanted, stop)
    }

    /// The wheel after a quote: the operator may know of a stay that this phone does not, and its
    /// offer is the stop then.
    #[must_use]
    pub fn within(self, quote: &Quote) -> Self {
        let notices = quote.items.iter().flat_map(|item| &item.notices);
        let clipped = notices.filter(|notice| CLIPPED.contains(&notice.kind.as_str()));
        let told = clipped.filter_map(|notice| Some((minutes(notice, "offered")?, moment(notice, "deadline")))).next();
        let Some((offered, deadline)) = told else { return self };
        let mut choices = self.choices;
        choices.retain(|choice| *choice < offered);
        choices.push(offered);
        let stop = match deadline {
            Some(deadline) => WheelStop::RestOfStay { minutes: offered, deadline },
            None => WheelStop::AnothersStay { minutes: offered },
        };
        Self { choices, chosen: offered, stop }
    }
}

/// Less than was asked for; of a stay that another account paid, without its end.
const CLIPPED: [&str; 2] = ["parking.clipped", "parking.clipped_by_another"];

fn minutes(notice: &Notice, name: &str) -> Option<u32> {
    notice.params.0.get(name).and_then(Value::as_u64).and_then(|minutes| u32::try_from(minutes).ok())
}

fn moment(notice: &Notice, name: &str) -> Option<DateTime<Utc>> {
    let text = notice.params.0.get(name).and_then(Value::as_str)?;
    DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.with_timezone(&Utc))
}

/// What can still be bought of a stay, by a refusal that says it.
fn left(refused: &Error) -> Option<u32> {
    refused.params().get("allowed").and_then(Value::as_u64).and_then(|minutes| u32::try_from(minutes).ok())
}

/// The longest stay is used up: nothing can be added to it.
pub(super) fn is_at_limit(refused: &Error) -> bool {
    match refused.code() {
        "limit_reached" => true,
        "max_stay_exceeded" => left(refused) == Some(0),
        _ => false,
    }
}

/// By when the car of a ticket must be gone whose longest stay is used up.
pub(super) fn leave_by(ticket: &Ticket) -> DateTime<Utc> {
    ticket.stay.deadline.unwrap_or(ticket.ends_at)
}

/// The closing at which what is offered ends.
fn closing(preview: &Preview) -> Option<DateTime<Utc>> {
    let notice = preview.notices.iter().find(|notice| notice.kind == "parking.ends_at_closing")?;
    moment(notice, "closes_at")
}

/// Minutes from the start of what is offered; a started one counts.
fn until(preview: &Preview, at: DateTime<Utc>) -> u32 {
    Minutes::of(at.signed_duration_since(preview.offer.starts_at)).get()
}

/// Why it ends with what was granted last.
fn stop(last: &Preview, most: Option<u32>) -> WheelStop {
    let deadline = last.offer.stay.as_ref().and_then(|stay| stay.deadline);
    let granted = last.offer.granted_minutes;
    match (closing(last), most, deadline) {
        (Some(at), _, _) => WheelStop::Closing { at },
        (None, Some(most), Some(deadline)) if granted < most => WheelStop::RestOfStay { minutes: granted, deadline },
        (None, Some(minutes), _) => WheelStop::LongestStay { minutes },
        (None, None, _) => WheelStop::Unlimited,
    }
}

impl Parking<'_> {
    /// What can be chosen for a car in a zone now, found by asking the rules: each length they
    /// grant is a choice, and where they grant no more is the stop. It stands at the first
    /// choice that is not below `wanted` minutes, without them at an hour. Where the rules
    /// refuse every length, all that the zone's limit allows can be asked for. Local.
    ///
    /// # Errors
    /// `city_missing`, `zone_unknown`, `vehicle_missing`.
    pub fn wheel(self, city: &CityId, zone: &ZoneId, vehicle: VehicleId, wanted: Option<u32>) -> Result<TimeWheel> {
        self.0.explain_in(city, self.wheel_inner(city, zone, vehicle, wanted))
    }

    fn wheel_inner(self, city: &CityId, zone: &ZoneId, vehicle: VehicleId, wanted: Option<u32>) -> Result<TimeWheel> {
        let stored = self.0.city(city)?;
        let parking = stored.section::<ParkingSection>()?;
        let most = parking.zone(zone.as_str()).ok_or_else(|| unknown(parking))?.max_stay_minutes().map(Minutes::get);
        let plate = self.0.vehicles().vehicle(vehicle)?.plate;
        let wanted = wanted.unwrap_or(FIRST);
        Ok(match self.granted(city, zone, &plate, most) {
            Ok((choices, last)) => TimeWheel::standing(choices, wanted, stop(&last, most)),
            Err(_) => TimeWheel::plain(most, wanted),
        })
    }

    /// What a ticket can be extended by now, by the same rules. It stands at half an hour or the
    /// next length that is sold. It has no choices where the longest stay is used up: then its stop
    /// is that stay's end, by which the car must leave. Local.
    ///
    /// # Errors
    /// `ticket_missing`, `city_missing`, `zone_unknown`.
    pub fn extension_wheel(self, ticket: TicketId) -> Result<TimeWheel> {
        let ticket = self.ticket(ticket)?;
        let stored = self.0.city(&ticket.city)?;
        let parking = stored.section::<ParkingSection>()?;
        let zone = parking.zone(ticket.zone.as_str()).ok_or_else(|| unknown(parking))?;
        let most = zone.max_stay_minutes().map(Minutes::get);
        Ok(match self.granted(&ticket.city, &ticket.zone, &ticket.plate, most) {
            Ok((choices, last)) => TimeWheel::standing(choices, MORE, stop(&last, most)),
            Err(refused) if is_at_limit(&refused) => {
                let stop = WheelStop::RestOfStay { minutes: 0, deadline: leave_by(&ticket) };
                TimeWheel { choices: vec![], chosen: MORE, stop }
            }
            Err(_) => TimeWheel::plain(most, MORE),
        })
    }

    /// The lengths that the rules grant, ascending, with the price of the longest; the refusal
    /// where they grant none.
    fn granted(self, city: &CityId, zone: &ZoneId, plate: &Plate, most: Option<u32>) -> Result<(Vec<u32>, Preview)> {
        let priced = |asked| self.preview_of(city, zone, plate.clone(), asked, RulesPay::Deposit);
        let mut choices: Vec<u32> = vec![];
        let mut last: Option<Preview> = None;
        for asked in lengths(most) {
            let preview = match priced(asked) {
                Ok(preview) => preview,
                // Where a city sells no part of what is asked for, what is left lies between two
                // steps.
                Err(refused) => {
                    let granted = last.as_ref().map_or(0, |last| last.offer.granted_minutes);
                    let rest = left(&refused).filter(|left| *left > granted && *left < asked);
                    match rest.map_or(Err(refused), priced) {
                        Ok(rest) => rest,
                        Err(_) if last.is_some() => break,
                        Err(refused) => return Err(refused),
                    }
                }
            };
            let granted = preview.offer.granted_minutes;
            // Seconds before closing that are not paid belong to whoever asks for them: the minutes
            // until closing take the place of those that are paid.
            let choice = closing(&preview).map_or(granted, |at| until(&preview, at).max(granted));
            if choice > granted {
                choices.retain(|earlier| *earlier != granted);
            }
            choices.push(choice);
            last = Some(preview);
            if granted < asked {
                break;
            }
        }
        choices.sort_unstable();
        choices.dedup();
        last.map(|last| (choices, last)).ok_or_else(|| Error::unreadable("the zone allows no time at all"))
    }
}
