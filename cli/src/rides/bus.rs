//! `mesto bus`: plays a vehicle. It is told to the operator with its trip, its sign is printed, and
//! its terminal shows a code that changes.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use mesto_operator::{Entropy as _, SystemEntropy};
use mesto_protocol::base::public::{CLOCK, Clock};
use mesto_protocol::device::{DeviceSigner as _, SoftwareDevice};
use mesto_protocol::rides::vehicles::{
    FleetTold, POST_SIGN, PUT_TERMINAL, PostedSign, PutTerminal, TELL_TRIPS, TELL_VEHICLES, TripsTold,
};
use mesto_rules::CityId;
use mesto_rules::rides::{Token, sign};
use serde_json::json;

use crate::kernel::args::web_address;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::link::{Link, not_reached, token_in};
use crate::kernel::output;

/// How often the code of the terminal changes.
const NEW_EVERY: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub struct BusArgs {
    /// Address of the operator.
    #[arg(long, value_parser = web_address)]
    operator: String,
    /// A file with a dispatcher's token, as `mesto admin create --role dispatcher` shows it.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// The number that is painted on it.
    #[arg(long, default_value = "1204")]
    board: String,
    /// Its number plate.
    #[arg(long)]
    plate: Option<String>,
    /// Who runs it: an id of the city.
    #[arg(long, default_value = "almaty-electrotrans")]
    carrier: String,
    /// The route that it makes: an id of the city.
    #[arg(long, default_value = "92")]
    route: String,
    /// Which of the route's directions.
    #[arg(long, default_value_t = 0)]
    direction: u32,
    /// The stop where it stands, as the city's feed of fares calls it.
    #[arg(long)]
    stop: Option<String>,
    /// How long the trip takes from now on.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=720))]
    minutes: u32,
    #[arg(long, default_value = "almaty")]
    city: CityId,
    /// Show one code and end.
    #[arg(long)]
    once: bool,
}

/// The operator's clock, by which its terminals are judged.
async fn clock(link: &Link<'_>) -> Outcome<DateTime<Utc>> {
    let Clock { now } = link.get(CLOCK.path).await.map_err(not_reached)?;
    Ok(now)
}

pub async fn bus(args: BusArgs, call: Call) -> Outcome<()> {
    let token = token_in(&args.token_file, "dispatcher")?;
    let link = Link { operator: &args.operator, token: &token };
    let starts_at = clock(&link).await?;
    let vehicle = json!({
        "board": args.board, "plate": args.plate, "carrier": args.carrier, "is_in_service": true,
        "stop": args.stop,
    });
    let told = json!({ "city": args.city, "vehicles": [vehicle] });
    let _: FleetTold = link.post(TELL_VEHICLES.path, &told).await.map_err(not_reached)?;
    let trip = json!({
        "vehicle": args.board, "route": args.route, "direction": args.direction,
        "starts_at": starts_at, "ends_at": starts_at + TimeDelta::minutes(args.minutes.into()),
    });
    let told = json!({ "city": args.city, "trips": [trip] });
    let _: TripsTold = link.post(TELL_TRIPS.path, &told).await.map_err(not_reached)?;
    let of_vehicle = json!({ "city": args.city, "vehicle": args.board });
    let PostedSign { text: posted } = link.post(POST_SIGN.path, &of_vehicle).await.map_err(not_reached)?;
    let machine = machine()?;
    let put = json!({ "city": args.city, "vehicle": args.board, "key": machine.device_key().to_text() });
    let PutTerminal { terminal } = link.post(PUT_TERMINAL.path, &put).await.map_err(not_reached)?;
    let terminal = Token::new(&terminal).map_err(|why| CliError::failed("the operator's answer", why))?;
    // The terminal shows links to the same host as the sign.
    let host = posted.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let drawn = |text: &str| match call.style.json {
        true => Ok(String::new()),
        false => output::qr_that_fits(text, call.style),
    };
    let sticker = drawn(&posted)?;
    call.say(&json!({ "vehicle": args.board, "sign": posted }), || {
        format!("Vehicle {}: its sign\n{sticker}\n{posted}\n", args.board)
    });
    loop {
        let code = shown_by(&machine, host, args.city.as_str(), &terminal, clock(&link).await?)?;
        let shown = drawn(&code)?;
        call.say(&json!({ "terminal": code }), || format!("The terminal shows\n{shown}\n{code}\n"));
        if args.once {
            return Ok(());
        }
        tokio::time::sleep(NEW_EVERY).await;
    }
}

/// What a terminal shows at a moment: a link to a host of signs, signed.
///
/// # Errors
/// When the key does not sign.
pub fn shown_by(
    machine: &SoftwareDevice,
    host: &str,
    city: &str,
    terminal: &Token,
    at: DateTime<Utc>,
) -> Outcome<String> {
    let text = sign::to_sign(host, city, terminal, at);
    let signature = machine.sign(text.as_bytes()).map_err(|why| CliError::failed("the terminal's key", why))?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// A terminal with a new key.
pub fn machine() -> Outcome<SoftwareDevice> {
    let mut seed = [0; 32];
    SystemEntropy.fill(&mut seed);
    SoftwareDevice::from_seed(&seed).map_err(|why| CliError::failed("the terminal's key", why))
}
