//! The fare files of a GTFS feed: whether they are right, and what a journey costs by them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use clap::{Args, Subcommand};
use mesto_rules::rides::fares::{
    FILES, FeedError, Journey, JourneyOutcome, Leg, Line, Outcome as Priced, Reading, Rider, Way, read_noting,
};
use serde_json::{Value, json};

use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::service::Run;

/// Words of one ride: route, where it begins and ends, when.
const WORDS: usize = 4;
/// What stands for a stop or a time that is not known.
const UNKNOWN: &str = "?";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The fares of a GTFS feed.
    Feed {
        #[command(subcommand)]
        command: FeedCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum FeedCommand {
    /// Check the fare files of a feed: every mistake with its file, row and field.
    Check {
        /// A folder with the files of the feed, unpacked.
        folder: PathBuf,
    },
    /// What a journey costs by the fare files of a feed.
    Price(PriceArgs),
}

#[derive(Debug, Args)]
pub struct PriceArgs {
    /// A folder with the files of the feed, unpacked.
    folder: PathBuf,
    /// A ride, once for each: route, stop, stop (or ?), and when the rider boards as the clock
    /// there shows it, 2026-04-29T08:00, with the time of alighting after a / where it is known.
    #[arg(long, required = true, num_args = WORDS, value_names = ["ROUTE", "FROM", "TO", "AT"])]
    ride: Vec<String>,
    /// A `rider_category_id`; without one the default category.
    #[arg(long)]
    category: Option<String>,
    /// A `fare_media_id`; without one any medium.
    #[arg(long)]
    medium: Option<String>,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Feed { command: FeedCommand::Check { folder } } => check(&folder, call),
            Self::Feed { command: FeedCommand::Price(args) } => price(&args, call),
        }
    }
}

/// The fares in a folder.
fn from_folder(folder: &Path) -> Outcome<Reading> {
    let unreadable = |path: &Path, why: std::io::Error| {
        CliError::new(Exit::Input, "feed_unreadable", format!("{} cannot be read: {why}", path.display()))
            .advise("Give the folder in which the feed was unpacked.")
    };
    std::fs::read_dir(folder).map_err(|why| unreadable(folder, why))?;
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for file in FILES {
        let path = folder.join(file);
        if path.is_file() {
            let bytes = std::fs::read(&path).map_err(|why| unreadable(&path, why))?;
            files.insert((*file).to_owned(), bytes);
        }
    }
    read_noting(&files).map_err(|errors| mistakes(folder, &errors))
}

fn mistakes(folder: &Path, errors: &[FeedError]) -> CliError {
    let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
    let count = match errors.len() {
        1 => "1 mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    let told = |error: &FeedError| json!({ "file": error.file, "row": error.row, "field": error.field, "reason": error.reason });
    CliError::new(Exit::Input, "feed_wrong", format!("{} has {count}:\n{}", folder.display(), lines.join("\n")))
        .advise("No fare is computed from it until each is right; docs/fares.md says what is read.")
        .about("errors", &errors.iter().map(told).collect::<Vec<Value>>())
}

/// Every mistake in a feed's fare files, or that they are right and what is in them.
fn check(folder: &Path, call: Call) -> Outcome<()> {
    let Reading { fares, notices, .. } = from_folder(folder)?;
    let notices_told: Vec<Value> = notices
        .iter()
        .map(|it| json!({ "file": it.file, "row": it.row, "field": it.field, "notice": it.notice.to_string() }))
        .collect();
    let counts = [
        ("products", fares.products.len()),
        ("rider categories", fares.rider_categories.len()),
        ("media", fares.media.len()),
        ("leg rules", fares.leg_rules.len()),
        ("join rules", fares.join_rules.len()),
        ("transfer rules", fares.transfer_rules.len()),
        ("timeframes", fares.timeframes.len()),
        ("routes in networks", fares.route_networks.len()),
        ("stops in areas", fares.stop_areas.len()),
    ];
    call.say(&json!({ "fares": fares, "notices": notices_told }), || {
        let right = format!("The fares in {} are right.", folder.display());
        let rows: Vec<Vec<String>> =
            counts.iter().map(|(what, count)| vec![(*what).to_owned(), count.to_string()]).collect();
        let empty =
            if fares.has_rule_priority { "do not matter (rule_priority)" } else { "stand for what no rule names" };
        let mut said = format!("{}\n{}", call.style.paint(Tone::Good, &right), table(&["what", "how many"], &rows));
        said.push_str(&format!("Empty fields of leg rules {empty}.\n"));
        for notice in &notices {
            said.push_str(&format!("{notice}\n"));
        }
        said
    });
    Ok(())
}

/// What a journey costs.
fn price(args: &PriceArgs, call: Call) -> Outcome<()> {
    let Reading { fares, .. } = from_folder(&args.folder)?;
    let legs = args.ride.chunks(WORDS).map(ride).collect::<Outcome<Vec<Leg<'_>>>>()?;
    let rider = Rider { category: args.category.as_deref(), medium: args.medium.as_deref() };
    let journey = fares.journey(&legs, &rider);
    if journey.outcome != JourneyOutcome::Priced {
        return Err(CliError::new(Exit::Refused, "no_fare", unpriced(journey.outcome)));
    }
    call.say(&told(&journey), || journey.ways.iter().map(page).collect::<Vec<String>>().join("\n"));
    Ok(())
}

/// A ride as it is typed.
fn ride(words: &[String]) -> Outcome<Leg<'_>> {
    let [route, from, to, at] = words else {
        return Err(CliError::new(Exit::Usage, "ride_wrong", "a ride has four words: route, stop, stop, time"));
    };
    let (boarded, alighted) =
        at.split_once('/').map_or((at.as_str(), UNKNOWN), |(boarded, alighted)| (boarded, alighted));
    let known = |word: &str| word != UNKNOWN;
    let alighted_at = if known(alighted) { Some(moment(alighted)?) } else { None };
    let to = Some(to.as_str()).filter(|to| known(to));
    Ok(Leg { line: Line::Route(route), from, to, boarded_at: moment(boarded)?, alighted_at, held: None })
}

/// A time as the clock shows it. Only days, times of day and what lies between matter.
fn moment(text: &str) -> Outcome<DateTime<FixedOffset>> {
    let read = |form| NaiveDateTime::parse_from_str(text, form).ok();
    let wall = read("%Y-%m-%dT%H:%M").or_else(|| read("%Y-%m-%dT%H:%M:%S"));
    wall.map(|wall| wall.and_utc().fixed_offset()).ok_or_else(|| {
        CliError::new(Exit::Usage, "time_wrong", format!("`{text}` is no time; write it as 2026-04-29T08:00"))
    })
}

/// Why there is no price.
fn unpriced(outcome: JourneyOutcome) -> String {
    match outcome {
        JourneyOutcome::Priced => "it has a price".to_owned(),
        JourneyOutcome::NoLegs => "there is no ride".to_owned(),
        JourneyOutcome::NotInOrder { leg } => format!("ride {} begins before the one before it", leg + 1),
        JourneyOutcome::Leg { leg, outcome } => format!(
            "ride {}: {}",
            leg + 1,
            match outcome {
                Priced::Priced => "it has a price",
                Priced::NoRule => "no rule matches, its fare is unknown",
                Priced::NoProduct => "no product is for this category and medium",
                Priced::UnknownCategory => "the feed has no such rider category",
                Priced::UnknownMedium => "the feed has no such medium",
                Priced::Undecided(_) => "the rules need to know where and when the rider alights",
            }
        ),
        JourneyOutcome::NeedsAlightingStop { leg } => {
            format!("ride {}: whether the next one is part of it depends on where the rider alights", leg + 1)
        }
        JourneyOutcome::NeedsArrival { leg, .. } => {
            format!("ride {}: the limit of its transfer is measured by when the rider alights", leg + 1)
        }
        JourneyOutcome::NoMediumForAll => "no one medium and currency pays for all of it".to_owned(),
        JourneyOutcome::Overflow => "the amounts do not fit".to_owned(),
    }
}

/// Ways to pay, for machines.
fn told(journey: &Journey) -> Value {
    let way = |way: &Way| {
        let parts: Vec<Value> = way
            .parts
            .iter()
            .map(|part| {
                let legs: Vec<Value> = part
                    .legs
                    .iter()
                    .map(|leg| {
                        json!({
                            "rides": [leg.first + 1, leg.last + 1], "product": leg.offer.product,
                            "amount": leg.offer.amount, "charged": leg.charged,
                        })
                    })
                    .collect();
                let transfers: Vec<Value> = part
                    .transfers
                    .iter()
                    .map(|line| json!({ "to_ride": line.to + 1, "product": line.product, "amount": line.amount }))
                    .collect();
                json!({
                    "legs": legs, "transfers": transfers,
                    "unused_discount": part.unused_discount, "total": part.total,
                })
            })
            .collect();
        json!({ "medium": way.medium, "total": way.total, "parts": parts })
    };
    json!({ "ways": journey.ways.iter().map(way).collect::<Vec<Value>>() })
}

/// A way to pay, for people.
fn page(way: &Way) -> String {
    let mut rows = Vec::new();
    for part in &way.parts {
        for (place, leg) in part.legs.iter().enumerate() {
            let line = place.checked_sub(1).and_then(|place| part.transfers.get(place));
            if let Some(line) = line {
                let product = line.product.as_ref().map_or("transfer", |product| product.as_str());
                rows.push(vec!["  transfer".to_owned(), product.to_owned(), line.amount.to_string()]);
            }
            let rides = if leg.first == leg.last {
                format!("ride {}", leg.first + 1)
            } else {
                format!("rides {} to {}", leg.first + 1, leg.last + 1)
            };
            rows.push(vec![rides, leg.offer.product.to_string(), leg.charged.to_string()]);
        }
        if !part.unused_discount.is_zero() {
            rows.push(vec!["  discount left".to_owned(), String::new(), part.unused_discount.to_string()]);
        }
    }
    let medium = way.medium.as_ref().map_or("any medium", |medium| medium.as_str());
    rows.push(vec!["total".to_owned(), medium.to_owned(), way.total.to_string()]);
    table(&["what", "product", "amount"], &rows)
}
