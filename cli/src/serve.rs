//! `mesto serve`: an operator for real use, on the machine's clock.

use std::sync::Arc;

use mesto_bank::{Bank, BankConfig, Merchant};
use mesto_operator::{Config, HostedPage, Keys, Operator, SystemClock, SystemEntropy, keys};
use mesto_protocol::kernel::operator_name::{OperatorName, OperatorNameError};
use tokio::net::TcpListener;

use crate::args::{ServeArgs, StoreArgs};
use crate::clock::{BankClock, BankEntropy};
use crate::failure::{CliError, Exit, Outcome};
use crate::output::{Style, Tone};

/// Ends on SIGTERM or SIGINT.
pub async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// Loads the signing keys.
///
/// # Errors
/// When they are missing or do not fit.
pub fn load_keys(args: &StoreArgs) -> Outcome<Keys> {
    keys::load(&args.keys).map_err(|error| {
        CliError::new(Exit::Input, "keys_unusable", format!("the signing keys cannot be used: {error}"))
            .advise(format!("Make them with `mesto keys init {}`.", args.keys.display()))
    })
}

/// An operator over these arguments.
///
/// # Errors
/// When a city or a key is not right.
pub fn operator(args: &StoreArgs, page: HostedPage, config: Config) -> Outcome<Operator> {
    let cities = crate::city::served(args.cities.as_deref())?;
    Operator::new(cities, load_keys(args)?, Arc::new(SystemEntropy), Arc::new(page), config)
        .map_err(|error| CliError::new(Exit::Input, "operator_setup", error.to_string()))
}

fn read_secret(args: &ServeArgs) -> Outcome<Vec<u8>> {
    let path = &args.bank_secret_file;
    let advice = "Put at least 16 random bytes, shared with the bank, into that file: `openssl rand -hex 32`.";
    let secret = std::fs::read_to_string(path).map_err(|why| {
        CliError::new(Exit::Input, "bank_secret", format!("{} cannot be read: {why}", path.display())).advise(advice)
    })?;
    let secret = secret.trim().as_bytes().to_vec();
    if secret.len() < 16 {
        return Err(CliError::new(Exit::Input, "bank_secret", format!("{} holds fewer than 16 bytes", path.display()))
            .advise(advice));
    }
    Ok(secret)
}

/// What the operator is called: as it is told, or the host of its address.
fn operator_name(args: &ServeArgs) -> Outcome<OperatorName> {
    if let Some(name) = &args.name {
        return Ok(name.clone());
    }
    let Some(address) = &args.public_url else { return Ok(OperatorName::localhost()) };
    let host = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    let host = host.split(['/', ':', '?']).next().unwrap_or_default();
    if host == "127.0.0.1" {
        return Ok(OperatorName::localhost());
    }
    host.parse().map_err(|why: OperatorNameError| {
        CliError::new(Exit::Input, "operator_name", why.to_string())
            .advise("Say with --name what the operator is called, such as --name parking.example.")
    })
}

/// Serves until it is told to end.
///
/// # Errors
/// When something it needs is missing or wrong, said before anything is served.
pub async fn run(args: &ServeArgs, style: Style) -> Outcome<()> {
    let secret = read_secret(args)?;
    let listener = TcpListener::bind(args.listen).await.map_err(|why| {
        CliError::new(Exit::Failed, "listen", format!("{} cannot be listened on: {why}", args.listen))
            .advise("Give a free address with --listen.")
    })?;
    let address = listener.local_addr().map_err(|why| CliError::failed("the listening address", why))?;
    let public = args.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let page = HostedPage::new(&args.bank_url, &public, "mesto", &secret);
    let issuer = operator_name(args)?;
    let config = Config { issuer: issuer.clone(), return_to: args.return_to.clone(), ..Config::default() };
    let operator = Arc::new(operator(&args.store, page, config)?);
    let place = args.store.place()?;
    let (shown, connections) = (place.to_string(), args.connections.into());
    let store = tokio::task::spawn_blocking(move || place.open(connections))
        .await
        .map_err(|why| CliError::failed("the store", why))??;

    let said = serde_json::json!({ "operator": public, "name": issuer.as_str(), "listen": address.to_string(), "store": shown, "bank": args.bank_url, "root_key": operator.keys().root_text() });
    if style.json {
        say!("{said}");
    } else {
        say!("{} {issuer} at {public}  (listening on {address})", style.paint(Tone::Good, "operator"));
        say!("store {shown}");
        say!("root key {}   OpenAPI {public}/v1/openapi.json", operator.keys().root_text());
    }
    let bank = if args.with_demo_bank { Some(demo_bank(args, secret).await?) } else { None };
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let bank_task = bank.map(|(listener, bank)| {
        tokio::spawn(mesto_bank::serve(listener, bank, async move {
            let _ = ended.await;
        }))
    });
    let served = mesto_operator::serve(listener, operator, store, Arc::new(SystemClock), told_to_end()).await;
    drop(end);
    if let Some(task) = bank_task {
        let _ = task.await;
    }
    served.map_err(|why| CliError::failed("serving", why))
}

/// The demo bank at `--bank-url`, which must be of this machine.
async fn demo_bank(args: &ServeArgs, secret: Vec<u8>) -> Outcome<(TcpListener, Bank)> {
    let wrong = || {
        CliError::new(
            Exit::Usage,
            "bank_url",
            format!("the demo bank serves on loopback only, not on {}", args.bank_url),
        )
        .advise("Give --bank-url http://127.0.0.1:8081, or leave --with-demo-bank out.")
    };
    let host = args.bank_url.strip_prefix("http://").ok_or_else(wrong)?.trim_end_matches('/');
    let address: std::net::SocketAddr = host.replace("localhost", "127.0.0.1").parse().map_err(|_| wrong())?;
    if !address.ip().is_loopback() {
        return Err(wrong());
    }
    let listener =
        TcpListener::bind(address).await.map_err(|why| CliError::failed(&format!("listening on {address}"), why))?;
    let config = BankConfig {
        database: Some(args.store.file().with_extension("bank.sqlite")),
        merchants: vec![Merchant { id: "mesto".into(), name: "Mesto".into(), secret }],
    };
    let bank = Bank::open(&config, Arc::new(BankClock(SystemClock)), Arc::new(BankEntropy))
        .map_err(|why| CliError::failed("the demo bank", why))?;
    Ok((listener, bank))
}
