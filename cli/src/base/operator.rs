//! An operator over the arguments of a command, and its store.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use mesto_operator::{Config, HostedPage, Keys, KeysError, Operator, Store, SystemClock, SystemEntropy, keys};

use mesto_protocol::Problem;

use crate::base::cities;
use crate::kernel::args::StoreArgs;
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
        let advice = to_load(&args.keys, &error);
        CliError::new(Exit::Input, "keys_unusable", format!("the signing keys cannot be used: {error}")).advise(advice)
    })
}

/// What helps against keys that cannot be loaded.
#[must_use]
pub fn to_load(folder: &Path, error: &KeysError) -> String {
    let folder = folder.display();
    let kind = match error {
        KeysError::File { source, .. } => Some(source.kind()),
        _ => None,
    };
    match kind {
        Some(ErrorKind::PermissionDenied) => format!(
            "Run it as the user who owns {folder} (`runuser -u mesto -- mesto …`); as root, give the files to that user: `chown -R --reference={folder} {folder}`."
        ),
        Some(ErrorKind::NotFound) => format!(
            "Give the folder with --keys or --config; never make new ones for books that exist. Only a new operator makes its first ones: `mesto keys init {folder}`."
        ),
        _ => format!("Put the right files back into {folder}; never make new ones for books that exist."),
    }
}

/// An operator of these cities and keys.
///
/// # Errors
/// When a city or a key is not right.
pub fn operator(args: &StoreArgs, page: HostedPage, config: Config) -> Outcome<Operator> {
    let cities = cities::served(args)?;
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
    let operator = tool(store)?;
    let place = store.place()?;
    let store = if place.is_new()? { place.open(TOOL_CONNECTIONS)? } else { place.open_current(TOOL_CONNECTIONS)? };
    of_these_books(&operator, store.as_ref())?;
    Ok((operator, store))
}

/// Refuses cities whose money is not that of the books: others are meant.
///
/// # Errors
/// `books_of_other_cities`, or the store's trouble.
pub fn of_these_books(operator: &Operator, store: &dyn Store) -> Outcome<()> {
    let books = operator.currency_of_books(store).map_err(|why| CliError::failed("the books", why))?;
    let own = operator.currency();
    match books.filter(|books| *books != own) {
        None => Ok(()),
        Some(books) => {
            let text = format!("these books are in {books}, and the cities that are served here are in {own}");
            Err(CliError::new(Exit::Usage, "books_of_other_cities", text)
                .advise("Say the cities of these books: --built-in almaty, or their folders with --cities."))
        }
    }
}

/// The operator and its store, for a tool that changes what is there: it makes and migrates none.
///
/// # Errors
/// `store_missing`, and as [`made`].
pub fn opened(store: &StoreArgs) -> Outcome<(Operator, Arc<dyn Store>)> {
    let place = store.place()?;
    let opened = place.open_current(TOOL_CONNECTIONS)?;
    let operator = tool(store)?;
    of_these_books(&operator, opened.as_ref())?;
    Ok((operator, opened))
}

/// The operator and its store, for a tool that only looks at what is there.
///
/// # Errors
/// As [`opened`].
pub fn looked_at(store: &StoreArgs) -> Outcome<(Operator, Arc<dyn Store>)> {
    let place = store.place()?;
    let looked_at = place.look_at()?;
    let operator = tool(store)?;
    of_these_books(&operator, looked_at.as_ref())?;
    Ok((operator, looked_at))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_cannot_be_read_are_given_to_their_owner_and_never_made_anew() {
        let of = |kind: ErrorKind| {
            let error = KeysError::File { path: "keys/keys.signed".into(), source: kind.into() };
            to_load(Path::new("/var/lib/mesto/keys"), &error)
        };
        let denied = of(ErrorKind::PermissionDenied);
        assert!(
            denied.contains("chown -R --reference=/var/lib/mesto/keys") && !denied.contains("keys init"),
            "{denied}"
        );
        let missing = of(ErrorKind::NotFound);
        assert!(missing.contains("--keys or --config; never make new ones for books that exist"), "{missing}");
        let unusable = KeysError::Unusable { path: "keys/keys.json".into(), why: "it is no JSON".into() };
        assert!(!to_load(Path::new("keys"), &unusable).contains("keys init"));
    }
}
