//! An operator over the arguments of a command, and its store.

use std::sync::Arc;

use mesto_operator::{Config, HostedPage, Keys, Operator, Store, SystemClock, SystemEntropy, keys};

use mesto_protocol::Problem;

use crate::base::cities;
use crate::kernel::args::StoreArgs;
use crate::kernel::database::Place;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::private_files;

/// Connections of a tool to Postgres.
const TOOL_CONNECTIONS: usize = 1;

/// Loads the signing keys.
///
/// # Errors
/// When they are missing or do not fit, or others may change or read them (`file_unsafe`).
fn load_keys(args: &StoreArgs) -> Outcome<Keys> {
    private_files::check_keys(&args.keys)?;
    keys::load(&args.keys).map_err(|error| {
        CliError::new(Exit::Input, "keys_unusable", format!("the signing keys cannot be used: {error}"))
            .advise(format!("Make them with `mesto keys init {}`.", args.keys.display()))
    })
}

/// An operator of these cities and keys.
///
/// # Errors
/// When a city or a key is not right.
pub fn operator(args: &StoreArgs, page: HostedPage, config: Config) -> Outcome<Operator> {
    let cities = cities::served(args.cities.as_deref())?;
    Operator::new(cities, load_keys(args)?, Arc::new(SystemEntropy), Arc::new(page), config)
        .map_err(|error| CliError::new(Exit::Input, "operator_setup", error.to_string()))
}

/// An operator for a tool: its payment page is never asked.
///
/// # Errors
/// As [`operator`].
pub fn tool(store: &StoreArgs) -> Outcome<Operator> {
    let page = HostedPage::new("http://127.0.0.1", "http://127.0.0.1", "mesto", b"no page is made by a tool");
    operator(store, page, Config::default())
}

/// The operator and its store, made when it is not there.
///
/// # Errors
/// As [`operator`], or when the store cannot be opened.
pub fn made(store: &StoreArgs) -> Outcome<(Operator, Arc<dyn Store>)> {
    Ok((tool(store)?, store.place()?.open(TOOL_CONNECTIONS)?))
}

/// The operator and its store, for a tool that reads or mends what is there: it never makes one.
///
/// # Errors
/// `store_missing`, and as [`made`].
pub fn opened(store: &StoreArgs) -> Outcome<(Operator, Arc<dyn Store>)> {
    let place = store.place()?;
    if let Place::Sqlite(file) = &place
        && !file.is_file()
    {
        let missing = format!("there is no operator's store at {}", file.display());
        return Err(CliError::new(Exit::Input, "store_missing", missing)
            .advise("Name the file that `mesto serve` writes with --database, or give --database-url."));
    }
    Ok((tool(store)?, place.open(TOOL_CONNECTIONS)?))
}

/// What time it is, for a tool.
#[must_use]
pub fn now() -> chrono::DateTime<chrono::Utc> {
    mesto_operator::Clock::now(&SystemClock)
}

/// Why an operator's own tool was refused.
#[must_use]
pub fn refused(problem: Problem) -> CliError {
    let exit = if problem.is_final() { Exit::Refused } else { Exit::Failed };
    CliError { params: problem.params.clone(), ..CliError::new(exit, &problem.code, problem.detail) }
}

/// Why a tool does something, for the audit log.
///
/// # Errors
/// What to write.
pub fn said_why(typed: &str) -> Result<String, String> {
    match typed.trim() {
        why if (1..=200).contains(&why.chars().count()) => Ok(why.to_owned()),
        _ => Err("say it in 1 to 200 letters, such as \"bank transfer 17\"".to_owned()),
    }
}
