//! An hour in the red zone, from nothing: `cargo run -p mesto-client --example quick_start --
//! OPERATOR ROOT_KEY PHONE`, with what `mesto testbed` prints. The code and the bank's page are
//! asked for at the terminal.

use std::error::Error;
use std::io::BufRead as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesto_client::http::HttpLink;
use mesto_client::system::{FileSecrets, SystemClock, SystemEntropy, device_signer};
use mesto_client::{NoReminders, NoStillDecoder, OperatorName};

// quick-start
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::rules::CityId;
use mesto_client::{Client, Config, IntentView, Ports, Result};

pub async fn park(
    config: Config,
    ports: Ports,
    city: &CityId,
    phone: &str,
    ask_code: impl FnOnce() -> String,
    show_page: impl FnOnce(&str),
) -> Result<IntentView> {
    let mesto = Client::open(config, ports)?;
    mesto.cities().refresh(city).await?;
    mesto.account().request_code(phone).await?;
    mesto.account().sign_in(phone, &ask_code(), "Ana's phone").await?;
    let car = mesto.vehicles().add(city, "BG 789-PP", None).await?;
    let top_up = mesto.wallet().top_up(city, 1000.into()).await?;
    top_up.page_url.as_deref().map(show_page); // the bank's page: card data is typed there and nowhere else
    mesto.payments().settle_all().await?;
    let zone = mesto.parking().zone_by_sign(city, "9111")?;
    mesto.payments().buy(&mesto.parking().quote(city, &zone, car.id, 60, PayMethod::Deposit).await?).await
}
// quick-start end

/// What this machine has: HTTP, its clocks, the system's random bytes, secrets in a file.
fn ports(
    address: &str,
    operator: &OperatorName,
    secrets: std::path::PathBuf,
) -> std::result::Result<Ports, Box<dyn Error>> {
    let secrets = Arc::new(FileSecrets::new(secrets));
    Ok(Ports {
        link: Arc::new(HttpLink::new(address)?),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        signer: Arc::new(device_signer(secrets.as_ref(), operator, &SystemEntropy)?),
        secrets,
        reminders: Arc::new(NoReminders),
        stills: Arc::new(NoStillDecoder),
        log: Arc::new(mesto_client::NoLog),
    })
}

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(address), Some(root_key), Some(phone)) = (words.next(), words.next(), words.next()) else {
        return Err("quick_start OPERATOR ROOT_KEY PHONE".into());
    };
    let root_key = <[u8; 32]>::try_from(URL_SAFE_NO_PAD.decode(root_key)?).map_err(|_| "the root key has 32 bytes")?;
    let (operator, city) = (OperatorName::of_address(&address)?, "belgrade".parse()?);
    let folder = tempfile::tempdir()?;
    let config = Config::new(folder.path().join("mesto.db"), operator.clone(), root_key);
    let typed = || std::io::stdin().lock().lines().next().and_then(std::result::Result::ok).unwrap_or_default();
    let ask_code = || {
        println!("The code that {phone} received:");
        typed()
    };
    let show_page = |page: &str| {
        println!("Pay at {page} and press Enter.");
        typed();
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ports = ports(&address, &operator, folder.path().join("secrets.json"))?;
    let intent = runtime.block_on(park(config, ports, &city, &phone, ask_code, show_page))?;
    println!("{}", intent.state.name());
    Ok(())
}
