//! `mesto serve`: an operator for real use, on the machine's clock.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use mesto_bank::{Bank, BankConfig, Merchant};
use mesto_operator::{Clock, Config, HostedPage, KnownError, Operator, Profile, SystemClock};
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_protocol::kernel::return_address::Allowed;
use tokio::net::TcpListener;

use crate::base::about;
use crate::base::bounds::BoundsArgs;
use crate::base::front::FrontArgs;
use crate::base::messages::{self, MessagesArgs};
use crate::base::operator::{of_these_books, operator};
use crate::base::providers::{HttpProviders, send_forever};
use crate::base::root_key;
use crate::kernel::args::{StoreArgs, web_address};
use crate::kernel::call::{Call, told_to_end, wait_first, write_logs};
use crate::kernel::clock::{BankClock, BankEntropy};
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::Tone;
use crate::kernel::private_files;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("serve") };

#[derive(Debug, Subcommand)]
enum Command {
    /// Run an operator.
    Serve(Box<ServeArgs>),
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_parser = listen)]
    listen: SocketAddr,
    #[command(flatten)]
    front: FrontArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// At most so many connections to Postgres: commits that wait for the disk together share one
    /// flush, so more of them sell more. All instances together need fewer than the server's
    /// max_connections. One more looks whether the database takes writes.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    #[command(flatten)]
    bounds: BoundsArgs,
    /// Address of the payment page's bank.
    #[arg(long, default_value = "http://127.0.0.1:8081", value_parser = web_address)]
    bank_url: String,
    /// File with the secret shared with the bank.
    #[arg(long)]
    bank_secret_file: PathBuf,
    /// Address under which the bank reaches this operator; without it the listening address.
    #[arg(long, value_parser = public_address)]
    public_url: Option<String>,
    /// What the operator is called: a DNS name of its own, in every code that its drivers show.
    /// Without it the host of --public-url. It stays for good: controllers and apps know the
    /// operator by it.
    #[arg(long, value_name = "DNS_NAME")]
    name: Option<OperatorName>,
    /// A TOML file with what this operator says of itself to apps: its name, the versions that it
    /// serves, who it is in law.
    #[arg(long, value_name = "FILE")]
    about: Option<PathBuf>,
    /// Where the bank's page may lead back to: your app's own scheme, or a site
    /// (https://app.example). May be given often.
    #[arg(long, default_value = "mesto", value_parser = return_to)]
    return_to: Vec<Allowed>,
    /// Refuse a store whose schema is older than this version's, instead of migrating it.
    #[arg(long)]
    no_migrate: bool,
    #[command(flatten)]
    messages: MessagesArgs,
    /// Serve the demo bank too, at --bank-url's port on loopback. Never with real money.
    #[arg(long)]
    with_demo_bank: bool,
}

fn listen(typed: &str) -> Result<SocketAddr, String> {
    typed.trim().parse().map_err(|_| "give an address and a port, such as 127.0.0.1:8080".to_owned())
}

/// Where others reach it; `0.0.0.0` is only where one listens.
fn public_address(typed: &str) -> Result<String, String> {
    let address = web_address(typed)?;
    let host = reqwest::Url::parse(&address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(everywhere) if everywhere.is_unspecified() => Err(format!(
            "nobody reaches {host}: give the address under which the bank and phones do, such as https://parking.example"
        )),
        _ => Ok(address),
    }
}

fn return_to(typed: &str) -> Result<Allowed, String> {
    typed
        .parse()
        .map_err(|_| "give the scheme of your app, such as park, or a site, such as https://app.example".to_owned())
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Serve(args) = self;
        write_logs();
        wait_first(serve(&args, call))
    }
}

fn read_secret(args: &ServeArgs) -> Outcome<Vec<u8>> {
    let advice = "Put at least 16 random bytes, shared with the bank, into that file: `openssl rand -hex 32`.";
    private_files::secret(&args.bank_secret_file, "bank_secret", advice)
}

/// What the operator is called: as it is told, or the host of its address.
fn operator_name(args: &ServeArgs) -> Outcome<OperatorName> {
    if let Some(name) = &args.name {
        return Ok(name.clone());
    }
    let Some(address) = &args.public_url else { return Ok(OperatorName::localhost()) };
    OperatorName::of_address(address).map_err(|why| {
        CliError::new(Exit::Input, "operator_name", why.to_string())
            .advise("Say with --name what the operator is called, such as --name parking.example.")
    })
}

/// Serves until it is told to end.
///
/// # Errors
/// When something it needs is missing or wrong, said before anything is served.
async fn serve(args: &ServeArgs, call: Call) -> Outcome<()> {
    args.front.beside(args.listen)?;
    let secret = read_secret(args)?;
    let gateway = args.messages.gateway()?;
    let listener = TcpListener::bind(args.listen).await.map_err(|why| {
        CliError::new(Exit::Failed, "listen", format!("{} cannot be listened on: {why}", args.listen))
            .advise("Give a free address with --listen.")
    })?;
    let address = listener.local_addr().map_err(|why| CliError::failed("the listening address", why))?;
    let front = args.front.front().await?;
    let metrics = front.metrics.as_ref().and_then(|listener| listener.local_addr().ok());
    let bank_listener = if args.with_demo_bank { Some(demo_bank_address(&args.bank_url).await?) } else { None };
    let bank_url = match &bank_listener {
        Some((_, address)) => format!("http://{address}"),
        None => args.bank_url.clone(),
    };
    if args.public_url.is_none() && address.ip().is_unspecified() {
        let text = format!("{address} is no address under which the bank reaches this operator");
        return Err(CliError::new(Exit::Usage, "public_url_missing", text)
            .advise("Say where it is reached: --public-url https://parking.example."));
    }
    let public = args.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let page = HostedPage::new(&bank_url, &public, "mesto", &secret);
    let issuer = operator_name(args)?;
    let config = Config {
        issuer: issuer.clone(),
        return_to: args.return_to.clone(),
        max_skew: args.bounds.max_skew(),
        ..Config::default()
    };
    let (profile, config) = match &args.about {
        Some(file) => about::read(file, config)?,
        None => (Profile::default(), config),
    };
    let operator = operator(&args.store, page, config)?.saying(profile).limited(args.bounds.shares());
    let operator = Arc::new(args.messages.of(operator)?);
    let place = args.store.place()?;
    let (shown, connections) = (place.to_string(), args.connections.into());
    let _alone = place.alone()?;
    let (named, no_migrate) = (Arc::clone(&operator), args.no_migrate);
    let opened = tokio::task::spawn_blocking(move || {
        let is_new = !no_migrate && place.is_new()?;
        let store = if no_migrate { place.open_current(connections)? } else { place.open(connections)? };
        if is_new {
            tracing::warn!(store = %place, "there was no store here: a new, empty one was made");
        }
        named.is_known_to(store.as_ref()).map_err(not_known)?;
        of_these_books(&named, store.as_ref())?;
        Ok::<_, CliError>(store)
    });
    let store = while_opening(opened).await.map_err(|why| CliError::failed("the store", why))??;

    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    tokio::task::block_in_place(|| args.bounds.compare_clocks(&operator, &*store, &clock))?;

    // Whoever reads that it serves may tell it to end.
    let end_is_told = told_to_end();
    let root_key = operator.keys().root_text();
    let listen = address.to_string();
    let said = serde_json::json!({
        "operator": public, "name": issuer.as_str(), "listen": listen, "store": shown, "bank": bank_url, "root_key": root_key,
        "config": args.store.config,
        "metrics": metrics.map(|address| format!("http://{address}/metrics")),
    });
    call.say(&said, || {
        let name = call.style.paint(Tone::Good, "operator");
        let bank = match args.with_demo_bank {
            true => format!("\ndemo bank at {bank_url}, never for real money"),
            false => String::new(),
        };
        format!("{name} {issuer} at {public}  (listening on {listen})\nstore {shown}{bank}\nroot key {root_key}   OpenAPI {public}/v1/openapi.json")
    });
    let ready = tokio::spawn(tell_when_ready(operator.clone()));
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let bank = match bank_listener {
        Some((listener, _)) => {
            let bank = demo_bank(args, secret)?;
            Some(tokio::spawn(mesto_bank::serve(listener, bank, async move {
                let _ = ended.await;
            })))
        }
        None => None,
    };
    let link = HttpProviders::new(&bank_url).map_err(|why| CliError::failed("the way to the bank", why))?;
    let watched = operator.watched(&store);
    let requests = tokio::spawn(send_forever(operator.clone(), Arc::clone(&watched), clock.clone(), link));
    let (ends, is_ending) = tokio::sync::oneshot::channel::<()>();
    let messages = gateway.map(|gateway| {
        let ending = async move {
            let _ = is_ending.await;
        };
        tokio::spawn(messages::send_until(operator.clone(), watched, clock.clone(), gateway, (ending, front.drain)))
    });
    if messages.is_none() {
        tracing::warn!("no --messages: nobody can sign in unless a gateway of yours takes messages from the store");
    }
    let told = async move {
        end_is_told.await;
        let _ = ends.send(());
        tell_manager(sd_notify::NotifyState::Stopping);
    };
    let served = front.serve(listener, operator, store, clock, told).await;
    ready.abort();
    requests.abort();
    let _ = requests.await;
    if let Some(messages) = messages {
        let _ = messages.await;
    }
    drop(end);
    if let Some(task) = bank {
        let _ = task.await;
    }
    served.map_err(|why| CliError::failed("serving", why))
}

/// How often systemd is asked for more time while the store is opened, and for how much.
const MORE_TIME_EVERY: Duration = Duration::from_secs(5);
const MORE_TIME: u32 = 60_000_000;

/// Waits for a store, whose migration may take longer than systemd waits for a start.
async fn while_opening<T>(opened: impl Future<Output = T>) -> T {
    let mut opened = std::pin::pin!(opened);
    let mut beat = tokio::time::interval(MORE_TIME_EVERY);
    loop {
        tokio::select! {
            opened = &mut opened => return opened,
            _ = beat.tick() => tell_manager(sd_notify::NotifyState::ExtendTimeoutUsec(MORE_TIME)),
        }
    }
}

/// How often it is looked whether it is ready.
const READY_EVERY: Duration = Duration::from_millis(50);

/// Tells systemd that it is ready as soon as `/readyz` says so; until then a start is not over.
async fn tell_when_ready(operator: Arc<Operator>) {
    let mut beat = tokio::time::interval(READY_EVERY);
    while operator.readiness().is_err() {
        beat.tick().await;
    }
    tell_manager(sd_notify::NotifyState::Ready);
}

/// Tells systemd how it stands, where systemd asked for it (`Type=notify`).
fn tell_manager(state: sd_notify::NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(reason = %error, "systemd was not told");
    }
}

/// Why a store is not served under this name, or by these keys.
fn not_known(why: KnownError) -> CliError {
    match &why {
        KnownError::AnotherName { known, .. } => CliError::new(Exit::Input, "store_of_another_name", why.to_string()).advise(
            format!("Serve it with --name {known}: its codes, and what phones keep, are of that name. Another operator needs a store of its own."),
        ),
        KnownError::AnotherRoot { .. } => {
            CliError::new(Exit::Input, "store_of_another_root", why.to_string()).advise(root_key::ADVICE)
        }
        KnownError::Store(error) => CliError::failed("the store's name and root key", error),
    }
}

/// Where the demo bank listens: at `--bank-url`, which must be of this machine; port 0 takes any
/// free one.
async fn demo_bank_address(bank_url: &str) -> Outcome<(TcpListener, SocketAddr)> {
    let wrong = || {
        let text = format!("the demo bank serves on loopback only, not on {bank_url}");
        CliError::new(Exit::Usage, "bank_url", text)
            .advise("Give --bank-url http://127.0.0.1:8081, or leave --with-demo-bank out.")
    };
    let host = bank_url.strip_prefix("http://").ok_or_else(wrong)?.trim_end_matches('/');
    let address: SocketAddr = host.replace("localhost", "127.0.0.1").parse().map_err(|_| wrong())?;
    if !address.ip().is_loopback() {
        return Err(wrong());
    }
    let failed = |why: std::io::Error| {
        CliError::new(Exit::Failed, "listen", format!("the demo bank cannot listen on {address}: {why}")).advise(
            "Choose another port with --bank-url, such as --bank-url http://127.0.0.1:8082; port 0 takes a free one.",
        )
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// The demo bank, with a file of its own beside the operator's.
fn demo_bank(args: &ServeArgs, secret: Vec<u8>) -> Outcome<Bank> {
    let config = BankConfig {
        database: Some(args.store.file().with_extension("bank.sqlite")),
        merchants: vec![Merchant { id: "mesto".into(), name: "Mesto".into(), secret }],
    };
    Bank::open(&config, Arc::new(BankClock(SystemClock)), Arc::new(BankEntropy))
        .map_err(|why| CliError::failed("the demo bank", why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_one_that_others_reach() {
        for reached in ["https://parking.example", "http://127.0.0.1:8080", "http://[::1]:8080"] {
            assert_eq!(public_address(reached).as_deref(), Ok(reached));
        }
        for nowhere in ["http://0.0.0.0:8080", "https://0.0.0.0", "http://[::]:8080", "http://0:8080"] {
            let why = public_address(nowhere).unwrap_err();
            assert!(why.contains("https://parking.example"), "{nowhere}: {why}");
        }
        assert!(public_address("parking").is_err());
    }
}
