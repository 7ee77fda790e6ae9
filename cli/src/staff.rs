//! `mesto keys` and `mesto admin`: an operator's own tools, beside its store.

use mesto_operator::{HostedPage, Keys, SystemClock, SystemEntropy, keys};
use mesto_protocol::base::sign_in::Role;

use crate::args::{AdminCommand, KeysCommand, StaffRole, StoreArgs};
use crate::failure::{CliError, Exit, Outcome};
use crate::output::{Style, Tone, table};
use crate::serve::{open_store, operator};
use crate::testbed::Books;

fn now() -> chrono::DateTime<chrono::Utc> {
    mesto_operator::Clock::now(&SystemClock)
}

/// `mesto keys init|rotate`.
///
/// # Errors
/// When there are keys already, or none to rotate.
pub fn keys(command: &KeysCommand, style: Style) -> Outcome<()> {
    let wrong = |error: mesto_operator::KeysError| CliError::new(Exit::Input, "keys_unusable", error.to_string());
    let (made, folder, what): (Keys, _, _) = match command {
        KeysCommand::Init { folder } => {
            let made = keys::init(folder, now(), &SystemEntropy).map_err(|error| {
                let advice = match error {
                    mesto_operator::KeysError::Exists { .. } => {
                        "Keys that signed something must not be lost: rotate them, or give another folder."
                    }
                    _ => "Give a folder that you may write to.",
                };
                wrong(error).advise(advice)
            })?;
            (made, folder, "made")
        }
        KeysCommand::Rotate { folder } => {
            let made = keys::rotate(folder, now(), &SystemEntropy).map_err(|error| {
                wrong(error).advise(format!("Make the first ones with `mesto keys init {}`.", folder.display()))
            })?;
            (made, folder, "rotated")
        }
    };
    if style.json {
        say!("{}", serde_json::json!({ "folder": folder, "root_key": made.root_text() }));
    } else {
        say!("{} in {}", style.paint(Tone::Good, &format!("Keys {what}")), folder.display());
        say!("root key to pin in the apps: {}", made.root_text());
        say!("{}", style.paint(Tone::Faint, "Put root.seed into a safe: it is needed only to rotate."));
    }
    Ok(())
}

/// An operator for a tool: its payment page is never asked.
fn tool(store: &StoreArgs) -> Outcome<mesto_operator::Operator> {
    operator(store, HostedPage::new("http://127.0.0.1", "http://127.0.0.1", "mesto", b"no page is made by a tool"))
}

/// `mesto admin create|ledger`.
///
/// # Errors
/// When the store or the keys cannot be used; a fault in the books.
pub fn admin(command: &AdminCommand, style: Style) -> Outcome<()> {
    match command {
        AdminCommand::Create { role, name, store } => {
            let operator = tool(store)?;
            let opened = open_store(store)?;
            let (role, shown) = match role {
                StaffRole::Inspector => (Role::Inspector, "inspector"),
                StaffRole::Admin => (Role::Admin, "admin"),
            };
            let token = operator
                .create_staff(opened.as_ref(), now(), role, name)
                .map_err(|why| CliError::failed("the account", why))?;
            if style.json {
                say!("{}", serde_json::json!({ "role": shown, "name": name, "token": token }));
            } else {
                say!("{} {name} ({shown})", style.paint(Tone::Good, "Made"));
                say!("token, shown this once: {token}");
            }
            Ok(())
        }
        AdminCommand::Ledger { store } => {
            if store.database_url.is_none() && !store.database.is_file() {
                let missing = format!("there is no operator's store at {}", store.database.display());
                return Err(CliError::new(Exit::Input, "store_missing", missing)
                    .advise("Name the file that `mesto serve` writes with --database, or give --database-url."));
            }
            let operator = tool(store)?;
            let opened = open_store(store)?;
            let books =
                crate::testbed::books(&operator, opened.as_ref()).map_err(|why| CliError::failed("the ledger", why))?;
            if style.json {
                say!("{}", serde_json::to_string(&books).unwrap_or_default());
            } else {
                crate::output::write(&ledger_table(&books, style));
            }
            match &books.fault {
                Some(fault) => {
                    Err(CliError::new(Exit::Failed, "ledger_fault", format!("the books do not agree: {fault}")))
                }
                None => Ok(()),
            }
        }
    }
}

/// The books as a table, with their sum and the verdict.
#[must_use]
pub fn ledger_table(books: &Books, style: Style) -> String {
    let side = |amount: &str| match amount.strip_prefix('-') {
        Some(credit) => (String::new(), credit.to_owned()),
        None => (amount.to_owned(), String::new()),
    };
    let mut rows: Vec<Vec<String>> = books
        .accounts
        .iter()
        .map(|row| {
            let (debit, credit) = side(&row.balance);
            vec![row.account.clone(), debit, credit, row.currency.clone()]
        })
        .collect();
    let sum = |credit: bool| -> rust_decimal::Decimal {
        let amounts = books.accounts.iter().filter_map(|row| row.balance.parse::<rust_decimal::Decimal>().ok());
        amounts.filter(|amount| amount.is_sign_negative() == credit).map(|amount| amount.abs()).sum()
    };
    rows.push(vec!["sum".to_owned(), sum(false).to_string(), sum(true).to_string(), String::new()]);
    let verdict = match &books.fault {
        None if books.sums_to_zero => {
            style.paint(Tone::Good, "The books sum to zero, and every ticket has its charge.")
        }
        None => style.paint(Tone::Bad, "The books do not sum to zero."),
        Some(fault) => style.paint(Tone::Bad, &format!("The books do not agree: {fault}")),
    };
    format!("{}{verdict}\n", table(&["book", ">debit", ">credit", "currency"], &rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbed::BookRow;

    #[test]
    fn debits_and_credits_stand_in_their_columns_and_sum_up() {
        let row = |account: &str, balance: &str| BookRow {
            account: account.into(),
            currency: "RSD".into(),
            balance: balance.into(),
        };
        let books = Books {
            sums_to_zero: true,
            fault: None,
            deposits: "920.00".into(),
            tickets: 1,
            accounts: vec![row("bank", "1000.00"), row("deposits", "-920.00"), row("revenue", "-80.00")],
        };
        let shown = ledger_table(&books, Style { json: false, coloured: false });
        assert!(shown.contains("sum       1000.00  1000.00"), "{shown}");
        assert!(shown.contains("sum to zero"));
        let broken =
            ledger_table(&Books { fault: Some("entry x".into()), ..books }, Style { json: false, coloured: false });
        assert!(broken.contains("do not agree: entry x"));
    }
}
