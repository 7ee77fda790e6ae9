//! What those who ride on one ticket pay: the fare of the day, less what each need not pay.

use crate::kernel::fact::Fact;
use crate::kernel::money::{Money, MoneyError};
use crate::passes::{Category, CategoryId, PassesSection};
use crate::rides::section::RidesSection;
use chrono::NaiveDate;

/// Those who ride on one ticket and pay the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Absent where the city has no categories.
    pub category: Option<CategoryId>,
    pub persons: u32,
    /// What the fare is for each.
    pub full: Money,
    /// What each pays, never more than the fare.
    pub each: Money,
    /// Why it is less.
    pub less: Option<Less>,
}

/// Why somebody pays less than the fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Less {
    /// By who he is.
    Benefit,
    /// By a pass that he holds.
    Pass,
    /// Nobody pays on this day.
    FreeDay,
    /// He transferred, or paid as much before as is paid in a day or a week.
    Tariff,
}

/// What a fare depends on and is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Which route the vehicle is on.
    Route,
    /// At which stop the rider boards.
    Stop,
    /// Where or when he will alight: nobody can say that when he boards.
    Alighting,
}

impl Missing {
    /// As it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::Stop => "stop",
            Self::Alighting => "alighting",
        }
    }
}

/// Who rides on a ticket.
#[derive(Debug, Clone, Copy, Default)]
pub struct Riders<'a> {
    /// All, the rider himself among them.
    pub persons: u32,
    /// Categories that the rider himself was granted.
    pub granted: &'a [CategoryId],
    /// The category in which the rider bought a pass that covers the ride.
    pub pass: Option<&'a CategoryId>,
    /// What is said of the others; of whom nothing is said is of the default category.
    pub companions: &'a [(CategoryId, u32)],
}

/// Why a ticket has no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FareError {
    #[error("the fare is not known, so no ride is sold")]
    Unknown,
    #[error("the fare goes by the {}, which is not known", on.as_str())]
    Depends { on: Missing },
    #[error("there is no category `{category}` here")]
    NoCategory { category: CategoryId },
    #[error("`{category}` is granted to a rider himself; it cannot be said of a companion")]
    Granted { category: CategoryId },
    #[error("something is said of {said} companions, and {others} ride beside the rider")]
    TooMany { said: u64, others: u32 },
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Riders<'_> {
    /// Those who ride along, by category: those of whom something is said, then the rest. Without a
    /// category where the city has none.
    ///
    /// # Errors
    /// [`FareError`] when it cannot be said so.
    pub fn companions<'p>(
        &self,
        passes: Option<&'p PassesSection>,
    ) -> Result<Vec<(Option<&'p Category>, u32)>, FareError> {
        let others = self.persons.saturating_sub(1);
        let Some(passes) = passes else {
            return match self.companions.first() {
                Some((category, _)) => Err(FareError::NoCategory { category: category.clone() }),
                None => Ok(Vec::from([(None, others)])),
            };
        };
        let said = self.companions.iter().fold(0_u64, |sum, (_, persons)| sum.saturating_add((*persons).into()));
        let Some(left) = u64::from(others).checked_sub(said).and_then(|left| u32::try_from(left).ok()) else {
            return Err(FareError::TooMany { said, others });
        };
        let mut along: Vec<(Option<&Category>, u32)> = Vec::new();
        let said = self.companions.iter().filter(|(_, persons)| *persons > 0);
        for (id, persons) in said {
            let Some(category) = passes.category(id.as_str()) else {
                return Err(FareError::NoCategory { category: id.clone() });
            };
            if category.granted_days.is_some() {
                return Err(FareError::Granted { category: id.clone() });
            }
            match along.iter_mut().find(|(known, _)| known.is_some_and(|known| known.id == *id)) {
                Some((_, known)) => *known = known.saturating_add(*persons),
                None => along.push((Some(category), *persons)),
            }
        }
        if let Some(default) = passes.default_category().filter(|_| left > 0) {
            match along.iter_mut().find(|(known, _)| known.is_some_and(|known| known.id == default.id)) {
                Some((_, known)) => *known = known.saturating_add(left),
                None => along.push((Some(default), left)),
            }
        }
        Ok(along)
    }
}

impl RidesSection {
    /// The fare of a calendar day: of the last date that it begins on. `None` before the first.
    #[must_use]
    pub fn fare_on(&self, day: NaiveDate) -> Option<&Fact<Money>> {
        let begun = self.fares.iter().filter(|dated| dated.from <= day);
        begun.max_by_key(|dated| dated.from).map(|dated| &dated.fare)
    }

    /// Whether nobody pays on a calendar day.
    #[must_use]
    pub fn is_free_on(&self, day: NaiveDate) -> bool {
        self.free_days.contains(&day)
    }

    /// What those on a ticket pay on a calendar day, the rider himself first; those who pay the
    /// same stand together.
    ///
    /// # Errors
    /// [`FareError`]
    pub fn parties(
        &self,
        day: NaiveDate,
        riders: Riders<'_>,
        passes: Option<&PassesSection>,
    ) -> Result<Vec<Party>, FareError> {
        let fare = self.fare_on(day).and_then(Fact::known).copied();
        self.priced(fare.ok_or(FareError::Unknown)?, self.is_free_on(day), riders, passes)
    }

    /// The same of a fare that was found otherwise.
    ///
    /// # Errors
    /// [`FareError`]
    pub fn priced(
        &self,
        full: Money,
        is_free_day: bool,
        riders: Riders<'_>,
        passes: Option<&PassesSection>,
    ) -> Result<Vec<Party>, FareError> {
        let Riders { persons, granted, pass, .. } = riders;
        let zero = Money::zero(full.currency);
        let free_day = |category: Option<CategoryId>, persons| Party {
            category,
            persons,
            full,
            each: zero,
            less: (!full.is_zero()).then_some(Less::FreeDay),
        };
        let along = riders.companions(passes)?;
        let Some(passes) = passes else {
            let party = if is_free_day {
                free_day(None, persons)
            } else {
                Party { category: None, persons, full, each: full, less: None }
            };
            return Ok(vec![party]);
        };
        let mut parties: Vec<Party> = Vec::new();
        let (own, pays) = passes.cheapest(granted.iter(), full)?.ok_or(FareError::Unknown)?;
        add(
            &mut parties,
            match pass.filter(|_| !pays.is_zero() && !is_free_day) {
                Some(category) => {
                    Party { category: Some(category.clone()), persons: 1, full, each: zero, less: Some(Less::Pass) }
                }
                None if is_free_day => free_day(Some(own.id.clone()), 1),
                None => party(own, 1, full, pays),
            },
        );
        for (category, persons) in along {
            let Some(category) = category else { continue };
            let pays = category.pays.known().ok_or(FareError::Unknown)?.of(full)?;
            let id = category.id.clone();
            add(
                &mut parties,
                if is_free_day { free_day(Some(id), persons) } else { party(category, persons, full, pays) },
            );
        }
        Ok(parties)
    }
}

fn party(category: &Category, persons: u32, full: Money, each: Money) -> Party {
    let less = (each.amount < full.amount).then_some(Less::Benefit);
    Party { category: Some(category.id.clone()), persons, full, each, less }
}

fn add(parties: &mut Vec<Party>, one: Party) {
    let same = |known: &&mut Party| Party { persons: one.persons, ..Party::clone(known) } == one;
    match parties.iter_mut().find(same) {
        Some(known) => known.persons = known.persons.saturating_add(one.persons),
        None => parties.push(one),
    }
}
