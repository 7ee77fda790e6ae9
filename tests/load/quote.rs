//! A quote beside twenty conversions between UTC and the city's wall clock;
//! `core/rules/benches/quote.rs` looks closer.

use std::hint::black_box;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use mesto_rules::{PayMethod, QuoteAsk, Stay, Stays};
use mesto_simulation::driver::{belgrade, morning};

use crate::stopwatch::nanoseconds_each;
use crate::table::{Measure, Target, median};
use crate::{Outcome, ROUNDS};

pub fn measure(is_short: bool) -> Outcome<Measure> {
    let city = belgrade();
    let zone = chrono_tz::Europe::Belgrade;
    let now = morning();
    let ask = |zone, minutes| QuoteAsk { zone, minutes, now, stays: Stays::default(), pay: PayMethod::Deposit };
    let first = mesto_rules::quote(&city, &ask("red", 60)).map_err(|refusal| format!("{refusal:?}"))?;
    let stay = Stay::after_purchase(&city, None, &first)?;
    let cases = [
        ask("red", 61),
        ask("yellow", 180),
        ask("blue", 480),
        QuoteAsk { stays: Stays { plate: Some(&stay), user: None }, ..ask("red", 30) },
    ];
    for case in &cases {
        mesto_rules::quote(&city, case)
            .map_err(|refusal| format!("{} minutes in {}: {refusal:?}", case.minutes, case.zone))?;
    }
    let moments: Vec<DateTime<Utc>> = (0..10).map(|month| now + TimeDelta::days(month * 31)).collect();
    let span = Duration::from_millis(if is_short { 50 } else { 400 });
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        peer.push(nanoseconds_each(span, || {
            for moment in &moments {
                let wall = black_box(*moment).with_timezone(&zone).naive_local();
                black_box(zone.from_local_datetime(&black_box(wall)).earliest());
            }
        }));
        // The dearest of the four is what counts.
        let each = cases.map(|case| {
            nanoseconds_each(span, || {
                black_box(mesto_rules::quote(black_box(&city), black_box(&case)).is_ok());
            })
        });
        ours.push(each.into_iter().fold(0.0, f64::max));
        eprint!(".");
    }
    eprintln!(" quote {:.0} ns, conversions {:.0} ns", median(ours.clone()), median(peer.clone()));
    Ok(Measure {
        name: "A quote",
        unit: "nanoseconds, less is better",
        ours: ("quote, the dearest of four".into(), ours),
        peer: ("20 time-zone conversions".into(), peer),
        target: Target::AtMost(1.0),
    })
}
